"""Titles and sentences of quality, in both languages."""

from collections.abc import Mapping

from citybrain.base.wording import counted
from citybrain.city.contracts import Contract
from citybrain.engines.libraries.wiring import Text
from citybrain.lake.libraries.disagreements import OUTVOTED
from citybrain.lake.quality.anomalies import RowJump

PARTS = {
    "completeness": Text(zh="完整", en="Complete"),
    "validity": Text(zh="有效", en="Valid"),
    "uniqueness": Text(zh="唯一", en="Unique"),
    "timeliness": Text(zh="及时", en="In time"),
    "consistency": Text(zh="一致", en="Consistent"),
}
_RULES = {
    "required": ("必填却为空", "is empty but required"),
    "type": ("类型不对", "has the wrong type"),
    "digits": ("被表格截成 15 位", "was cut to 15 digits by a spreadsheet"),
    "unique": ("应唯一却重复", "stands twice but should be unique"),
    "pattern": ("写法不对", "is not written as agreed"),
    "length": ("长度不对", "has the wrong length"),
    "range": ("超出范围", "is out of range"),
    "codelist": ("不是有效代码", "is no valid code"),
    "id_number": ("校验不过", "is no valid ID number"),
    "uscc": ("校验不过", "is no valid credit code"),
    "phone": ("不是 11 位号码", "is no number of 11 digits"),
    "birth_of": ("与证件号中的生日不符", "differs from the ID number's birth date"),
    "sex_of": ("与证件号中的性别不符", "differs from the ID number's sex"),
    "not_before": ("先后颠倒", "is before what it follows"),
    "not_future": ("在将来", "is in the future"),
}
_PROMISES = {
    "required": ("必填", "is filled"),
    "type": ("类型正确", "has its type"),
    "digits": ("位数完整", "has all its digits"),
    "unique": ("不重复", "stands once"),
    "pattern": ("写法一致", "is written as agreed"),
    "length": ("长度合规", "has a right length"),
    "range": ("在范围内", "is within its range"),
    "codelist": ("是有效代码", "is a valid code"),
    "id_number": ("通过校验", "is a valid ID number"),
    "uscc": ("通过校验", "is a valid credit code"),
    "phone": ("为 11 位号码", "has 11 digits"),
    "birth_of": ("等于证件号中的生日", "equals the ID number's birth date"),
    "sex_of": ("等于证件号中的性别", "equals the ID number's sex"),
    "not_before": ("先后有序", "follows what it must follow"),
    "not_future": ("不在将来", "is not in the future"),
}
_OTHERS = {
    "key_conflict": Text(zh="同一主键多行且互相矛盾", en="Rows of one key contradict each other"),
    "record": Text(zh="整行读不懂", en="Rows that cannot be read"),
    "late": Text(zh="应到未到", en="Deliveries that did not come"),
}
_KEPT = {
    "key_conflict": Text(zh="主键不重复", en="The key stands once"),
    "record": Text(zh="整行可读", en="Rows can be read"),
}


def field_title(contract: Contract | None, field: str) -> Text:
    """A field's title; its name where the contract does not know it."""
    for one in contract.fields if contract else ():
        if one.name == field:
            return Text(zh=one.title or one.name, en=one.title_en or one.name)
    return Text(zh=field, en=field)


def broken(contract: Contract | None, field: str, rule: str) -> Text:
    """What is wrong: ``“身份证号”校验不过``."""
    return _sentence(_RULES, _OTHERS, contract, field, rule)


def promised(contract: Contract | None, field: str, rule: str) -> Text:
    """What was promised: ``“身份证号”通过校验``."""
    return _sentence(_PROMISES, _KEPT, contract, field, rule)


def _sentence(
    told: dict[str, tuple[str, str]],
    others: dict[str, Text],
    contract: Contract | None,
    field: str,
    rule: str,
) -> Text:
    if rule in others:
        return others[rule]
    name = field_title(contract, field)
    zh, en = told.get(rule, (rule, rule.replace("_", " ")))
    return Text(zh=f"“{name.zh}”{zh}", en=f"{name.en} {en}")


def found_apart(
    contract: Contract | None, field: str, kind: str, impossible: Mapping[str, Text], called: Text
) -> Text:
    """A disagreement between departments about a field, or what cannot be, by its own title.

    ``called``: what the library calls the field, whose column in the table has another name.
    """
    if kind in impossible:
        return impossible[kind]
    known = contract is not None and any(one.name == field for one in contract.fields)
    name = field_title(contract, field) if known else called
    others, en = ("多数部门", "most departments") if kind == OUTVOTED else ("其他部门", "others")
    return Text(zh=f"“{name.zh}”与{others}不符", en=f"{name.en} disagrees with {en}")


def jumped(jump: RowJump) -> Text:
    """How the count of rows jumped."""
    share = f"{jump.ratio:+.1%}"
    if jump.z is None:
        return Text(
            zh=f"行数由 {jump.before:,} 变为 {jump.rows:,}（{share}）",
            en=f"Rows went from {jump.before:,} to {jump.rows:,} ({share})",
        )
    return Text(
        zh=f"行数由 {jump.before:,} 变为 {jump.rows:,}（{share}），"
        f"与近 {jump.history} 次变化相比 z = {jump.z:.1f}",
        en=f"Rows went from {jump.before:,} to {jump.rows:,} ({share}); "
        f"z = {jump.z:.1f} among the last {counted(jump.history, 'change')}",
    )


def drifted(contract: Contract | None, field: str, psi: float) -> Text:
    """How a column's distribution moved."""
    name = field_title(contract, field)
    return Text(
        zh=f"“{name.zh}”的取值分布比上一快照移动了 PSI {psi:.2f}",
        en=f"The distribution of {name.en} moved by PSI {psi:.2f} since the snapshot before",
    )
