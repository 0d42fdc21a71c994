"""Why a row was set aside, in sentences an officer understands: Chinese, with English beside.

Where two values disagree both are named; where a value can be put right safely it is
suggested. Only rows that are wrong come here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from citybrain.base.wording import counted
from citybrain.city.contracts import Field
from citybrain.lake import longnumbers, spelling
from citybrain.lake.checks import DIGITS, Check, CheckContext
from citybrain.lake.standardise.text import digits, tight
from citybrain.standards import resident_id, uscc
from citybrain.standards.problems import Problem

Row = Mapping[str, str | None]
_LONGEST = 80

_TYPES = {
    "boolean": ("“是”或“否”", "yes or no"),
    "int": ("整数", "a whole number"),
    "long": ("整数", "a whole number"),
    "ulong": ("不小于 0 的整数", "a whole number not below 0"),
    "float": ("数字", "a number"),
    "double": ("数字", "a number"),
    "date": ("真实存在的日期（如 2021-06-11）", "a day of the calendar, such as 2021-06-11"),
    "timestamp": (
        "日期和时间（如 2021-06-11 14:32:00）",
        "a date and time, such as 2021-06-11 14:32:00",
    ),
    "timestamptz": (
        "带时区的日期和时间（如 2021-06-11 14:32:00+08:00）",
        "a date and time with its zone, such as 2021-06-11 14:32:00+08:00",
    ),
    "time": ("时间（如 14:32:00）", "a time, such as 14:32:00"),
    "json": ("完整的 JSON", "complete JSON"),
    "binary": ("以 \\x 开头的十六进制数据", "bytes in hexadecimal, with \\x before them"),
    "string": ("文字", "text"),
}


@dataclass(frozen=True, kw_only=True)
class CellProblem:
    """What is wrong with one cell; ``suggestion`` is a value that is safe to take, or None."""

    field: str
    rule: str
    sentence: str
    sentence_en: str
    suggestion: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Plain values, as they are kept in the lake."""
        return {
            "field": self.field,
            "rule": self.rule,
            "sentence": self.sentence,
            "sentence_en": self.sentence_en,
            "suggestion": self.suggestion,
        }


def explain(
    check: Check, row: Row, fields: Mapping[str, Field], about: CheckContext
) -> CellProblem:
    """The sentence for a check that does not hold for ``row`` (texts by field)."""
    value = row.get(check.field.name) or ""
    says = _SAYS[check.rule.name](check, value, row, fields, about)
    sentence, sentence_en, suggestion = says
    return CellProblem(
        field=check.field.name,
        rule=check.rule.name,
        sentence=sentence,
        sentence_en=sentence_en,
        suggestion=suggestion,
    )


_Said = tuple[str, str, str | None]
_Says = Callable[[Check, str, Row, Mapping[str, Field], CheckContext], _Said]


def short(value: str) -> str:
    """A value as a sentence may carry it."""
    return value if len(value) <= _LONGEST else value[: _LONGEST - 1] + "…"


def title(field: Field) -> str:
    """The field's Chinese name, or what there is."""
    return field.title or field.source or field.name


def _title_en(field: Field) -> str:
    return field.title_en or field.name


def _type(check: Check, value: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    kind = check.field.type
    if kind.startswith("decimal"):
        precision, scale = kind[8:-1].split(",")
        whole = int(precision) - int(scale)
        wanted = (
            f"最多 {whole} 位整数、{scale.strip()} 位小数的数字",
            f"a number of at most {counted(whole, 'digit')} and {counted(int(scale), 'decimal')}",
        )
    else:
        wanted = _TYPES[kind]
    plain = value.replace(",", "").replace("，", "").strip()
    number = kind in ("int", "long", "double", "float") or kind.startswith("decimal")
    suggestion = plain if number and plain != value and _is_number(plain) else None
    return (
        f"{title(check.field)}应为{wanted[0]}，填写为“{short(value)}”，请核对。",
        f"{_title_en(check.field)} should be {wanted[1]}; it says “{short(value)}”. Please check.",
        suggestion,
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _required(check: Check, _v: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    return (
        f"{title(check.field)}不能为空，请补填。",
        f"{_title_en(check.field)} is empty but required. Please fill it in.",
        None,
    )


def _first(problems: list[Problem], check: Check, value: str) -> tuple[str, str]:
    # The lake checks form, birth date and check digit; a division is a matter of its day.
    serious = [p for p in problems if not p.rule.startswith("region")] or problems
    if serious:
        return serious[0].sentence, serious[0].sentence_en
    return (
        f"{title(check.field)}“{short(value)}”不符合编码规则，请核对。",
        f"{_title_en(check.field)} “{short(value)}” is not a valid code. Please check.",
    )


def _id_number(check: Check, v: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    fixed = spelling.plain(v, lambda text: not resident_id.check(text))
    return *(_spelt(check, v, fixed) or _first(resident_id.check(v), check, v)), fixed


def _uscc(check: Check, value: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    fixed = spelling.plain(value, lambda text: not uscc.check(text))
    return *(_spelt(check, value, fixed) or _first(uscc.check(value), check, value)), fixed


def _spelt(check: Check, value: str, written: str | None) -> tuple[str, str] | None:
    return spelling.said(title(check.field), _title_en(check.field), short(value), written)


def _phone(check: Check, value: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    plain = digits(value) or ""
    suggestion = plain if len(plain) == 11 and plain != value else None
    spelt = _spelt(check, value, suggestion) if tight(value) == suggestion else None
    if spelt:
        return *spelt, suggestion
    return (
        f"{title(check.field)}应为11位数字，填写为“{short(value)}”，请核对。",
        f"{_title_en(check.field)} should be 11 digits; it says “{short(value)}”. Please check.",
        suggestion,
    )


def _pattern(check: Check, value: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    pattern = str(check.rule.arguments["pattern"])
    return (
        f"{title(check.field)}“{short(value)}”不符合约定的格式（{pattern}），请核对。",
        f"{_title_en(check.field)} “{short(value)}” does not have the agreed form ({pattern}). "
        "Please check.",
        None,
    )


def _bounds(check: Check) -> tuple[str, str]:
    low, high = check.rule.arguments.get("min"), check.rule.arguments.get("max")
    if low is None:
        return f"不大于{high}", f"at most {high}"
    if high is None:
        return f"不小于{low}", f"at least {low}"
    return f"在{low}到{high}之间", f"between {low} and {high}"


def _length(check: Check, value: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    zh, en = _bounds(check)
    return (
        f"{title(check.field)}的字数应{zh}，填写了{len(value)}个字（“{short(value)}”），请核对。",
        f"{_title_en(check.field)} should have {en} characters and has {len(value)} "
        f"(“{short(value)}”). Please check.",
        None,
    )


def _range(check: Check, value: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    zh, en = _bounds(check)
    return (
        f"{title(check.field)}应{zh}，填写为{short(value)}，请核对。",
        f"{_title_en(check.field)} should be {en}; it says {short(value)}. Please check.",
        None,
    )


def _codelist(check: Check, v: str, _r: Row, _f: Mapping[str, Field], about: CheckContext) -> _Said:
    codelist = str(check.rule.arguments["codelist"])
    codes = about.codes.get(codelist, {})
    new = about.replaced.get(codelist, {}).get(v)
    if new:
        return (
            f"{title(check.field)}的代码{v}已停用，现用{new}（{codes.get(new, '')}），请核对。",
            f"{_title_en(check.field)}: code {v} is no longer used; it is now {new}. Please check.",
            new,
        )
    by_title = [code for code, meaning in codes.items() if meaning == v.strip()]
    known = "、".join(f"{code} {meaning}" for code, meaning in list(codes.items())[:6])
    more = "等" if len(codes) > 6 else ""
    return (
        f"{title(check.field)}“{short(v)}”不在代码表中（{known}{more}），请核对。",
        f"{_title_en(check.field)} “{short(v)}” is not in the code list {codelist}. Please check.",
        by_title[0] if len(by_title) == 1 else None,
    )


def _birth_of(check: Check, v: str, row: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    number = row.get(str(check.rule.arguments["id"])) or ""
    shown = resident_id.birth_date(number)
    return (
        f"身份证号显示 {shown}，登记为 {v}，请核对其一。",
        f"The ID number says {shown}, the register says {v}; please check which is right.",
        str(shown) if shown else None,
    )


def _sex_of(check: Check, v: str, row: Row, _f: Mapping[str, Field], about: CheckContext) -> _Said:
    number = row.get(str(check.rule.arguments["id"])) or ""
    shown = resident_id.sex(number) or ""
    words = next((c for n, c in about.codes.items() if n == check.field.codelist), {})
    mine, other = words.get(v, v), words.get(shown, shown)
    return (
        f"身份证号显示性别为{other}，登记为{mine}，请核对其一。",
        f"The ID number says sex {shown}, the register says {v}; please check which is right.",
        shown or None,
    )


def _not_before(
    check: Check, value: str, row: Row, fields: Mapping[str, Field], _a: CheckContext
) -> _Said:
    other = str(check.rule.arguments["other"])
    about = fields[other]
    return (
        f"{title(check.field)} {value} 早于{title(about)} {row.get(other)}，请核对其一。",
        f"{_title_en(check.field)} {value} is before {_title_en(about)} {row.get(other)}; "
        "please check which is right.",
        None,
    )


def _not_future(check: Check, v: str, _r: Row, _f: Mapping[str, Field], a: CheckContext) -> _Said:
    return (
        f"{title(check.field)} {v} 晚于汇聚当天 {a.day}，请核对。",
        f"{_title_en(check.field)} {v} is after the day of collection, {a.day}. Please check.",
        None,
    )


def _digits(check: Check, v: str, _r: Row, _f: Mapping[str, Field], _a: CheckContext) -> _Said:
    shown = longnumbers.digits(v)
    return (
        f"{title(check.field)}在表格里是数字 {shown}，Excel 只保留数字的前15位，"
        "交来的可能已不是填写的值。请把这一列设为“文本”格式，对照原件重新填写。",
        f"{_title_en(check.field)} is the number {shown} in the spreadsheet. Excel keeps only 15 "
        "digits of a number, so what came may not be what was typed. Format the column as text "
        "and type it anew.",
        None,
    )


_SAYS: Mapping[str, _Says] = {
    DIGITS: _digits,
    "type": _type,
    "required": _required,
    "pattern": _pattern,
    "length": _length,
    "range": _range,
    "codelist": _codelist,
    "id_number": _id_number,
    "uscc": _uscc,
    "phone": _phone,
    "birth_of": _birth_of,
    "sex_of": _sex_of,
    "not_before": _not_before,
    "not_future": _not_future,
}
