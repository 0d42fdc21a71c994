"""Cells and troubles of a row as delivered: what may be shown of them, and to whom."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from citybrain.base.wording import Text
from citybrain.city.contracts import Contract, Field
from citybrain.engines.catalogue import words
from citybrain.engines.catalogue.views import EMPTY
from citybrain.engines.catalogue.views_repair import Cell, GridColumn, Trouble
from citybrain.lake.mask import is_masked, mask_value

# Their sentences compare rows with each other and name the fields that differ.
WHOLE_ROW = ("key_conflict", "unique")
# What to do where it does not depend on the value; each ends as the next sentence begins.
_REMEDIES = {
    "digits": Text(
        zh="Excel 只保留数字的前15位，请把这一列设为“文本”格式，对照原件重新填写。",
        en="Excel keeps only 15 digits of a number: format the column as text and type it anew. ",
    )
}


def grid_columns(contract: Contract) -> tuple[GridColumn, ...]:
    """The contract's fields as columns of a spreadsheet, lettered A, B, C and on."""
    return tuple(
        GridColumn(
            letter=letter(position),
            field=field.name,
            title=words.field_title(field),
            level=field.level,
        )
        for position, field in enumerate(contract.fields)
    )


def letter(position: int) -> str:
    """The letter of a column, counted from 0: A to Z, then AA."""
    found = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        found = chr(65 + rest) + found
    return found


def cells(
    contract: Contract,
    values: Mapping[str, str | None],
    *,
    wrong: Collection[str],
    edits: Mapping[str, str],
    shown: Collection[str],
) -> tuple[Cell, ...]:
    """One cell per field. Masked by class unless its field is in ``shown``."""
    return tuple(
        _cell(
            field,
            values.get(field.name) or "",
            wrong=field.name in wrong,
            edit=edits.get(field.name),
            masked=hidden(field) and field.name not in shown,
        )
        for field in contract.fields
    )


def _cell(field: Field, value: str, *, wrong: bool, edit: str | None, masked: bool) -> Cell:
    if edit is not None:
        return Cell(
            field=field.name,
            value=edit,
            state="wrong" if wrong else "changed",
            before=mask(field, value) if masked else value,
            masked=False,
        )
    return Cell(
        field=field.name,
        value=mask(field, value) if masked else value,
        state="wrong" if wrong else "clean",
        before="",
        masked=masked and bool(value),
    )


def hidden(field: Field) -> bool:
    """Whether the field's values are masked for a reader who did not reveal."""
    return is_masked(field.masking, field.level)


def mask(field: Field, value: str) -> str:
    """The value masked by its field's class, as everywhere."""
    return mask_value(value, field.masking, field.level) or ""


def troubles(
    contract: Contract,
    values: Mapping[str, str | None],
    problems: Sequence[Any],
    *,
    shown: Collection[str],
) -> tuple[Trouble, ...]:
    """Why the row is set aside. A sentence that would tell a masked value tells its rule only."""
    return tuple(_trouble(contract, values, problem, shown) for problem in problems)


def _trouble(
    contract: Contract, values: Mapping[str, str | None], problem: Any, shown: Collection[str]
) -> Trouble:
    field = next((f for f in contract.fields if f.name == problem.field), None)
    title = words.field_title(field) if field else Text(zh=problem.field, en=problem.field)
    open_ = not tells(contract, values, problem, shown)
    suggestion = (problem.suggestion or "") if open_ else ""
    return Trouble(
        field=problem.field,
        field_title=title,
        rule=problem.rule,
        sentence=Text(zh=problem.sentence, en=problem.sentence_en)
        if open_
        else _closed(problem.rule),
        suggestion=suggestion,
        suggestion_label=Text(zh=f"采用 {suggestion}", en=f"Take {suggestion}")
        if suggestion
        else EMPTY,
    )


def tells(
    contract: Contract, values: Mapping[str, str | None], problem: Any, shown: Collection[str]
) -> bool:
    """Whether the sentence could tell a value that must stay masked.

    It could when a masked field is what it is about or is compared with, and when a masked
    value of the row stands in it, whatever the rule.
    """
    closed = [f for f in contract.fields if hidden(f) and f.name not in shown]
    about = concerned(contract, problem)
    if any(field.name in about for field in closed):
        return True
    said = problem.sentence + problem.sentence_en
    found = [values.get(field.name) or "" for field in closed]
    return any(value and value in said for value in found)


def doubtful(contract: Contract, problem: Any) -> set[str]:
    """The fields of which one must be wrong: the problem's own and those it is compared with.

    An ID number that denies a birth date may be the wrong one of the two: both are marked,
    and either may be corrected.
    """
    known = {field.name for field in contract.fields}
    return {problem.field, *(_compared(contract, problem) & known)}


def _compared(contract: Contract, problem: Any) -> set[str]:
    return {
        str(value)
        for field in contract.fields
        if field.name == problem.field
        for rule in field.rules
        if rule.name == problem.rule
        for value in rule.arguments.values()
    }


def concerned(contract: Contract, problem: Any) -> set[str]:
    """Names of the fields that a problem is about: its own, those it is compared with, keys."""
    names = {problem.field} | _compared(contract, problem)
    if not problem.field:
        return {field.name for field in contract.fields}
    if problem.rule in WHOLE_ROW:
        said = problem.sentence + problem.sentence_en
        names |= set(contract.key) | {f.name for f in contract.fields if _named(f, said)}
    return names


def _named(field: Field, said: str) -> bool:
    """Whether a sentence names the field, by any of its names: values follow names."""
    return any(name in said for name in (field.title, field.source, field.name) if name)


def _closed(rule: str) -> Text:
    """The kind of mistake and its remedy alone; the field's name stands before it."""
    word, more = words.rule_title(rule), _REMEDIES.get(rule, EMPTY)
    return Text(
        zh=f"原因：{word.zh}。{more.zh}值已脱敏，写明用途查看明文后可见。",
        en=f"Reason: {word.en}. {more.en}Values are masked; state a purpose to see them.",
    )
