"""Guessing what a column holds, from its name and its values: masking class and level.

A guess is for a person to review. It leans to the careful side: what looks like a person's
is masked until someone says otherwise.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from citybrain.city.contracts import Rule
from citybrain.standards import resident_id, uscc

_USCC_LENGTH = 18
_ENOUGH = 0.8  # share of the values that must look alike
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"(\+?\d[\d ()./-]{6,}\d)")
_MOBILE = re.compile(r"1\d{10}")
_PLATE = re.compile(r"[一-鿿][A-Z][A-Z0-9]{5,6}")
_NAMES = (
    ("id_number", r"id_?(number|card)|sfz|sfzh|gmsfhm|zjhm|身份证|证件号"),
    ("birth_date", r"birth|born|csrq|出生"),
    ("phone", r"phone|mobile|tel|fax|sjh|lxdh|电话|手机|传真"),
    ("account", r"e_?mail|邮箱|account_no|card_no|bank|iban|账号|卡号"),
    ("address", r"address|street|dz$|zz$|地址|住址"),
    ("name", r"(^|_)(first|last|full|given|family|person|contact|applicant)_?name|xm$|姓名"),
    ("plate", r"plate|hphm|车牌"),
)
LEVELS = {"id_number": 4, "account": 4, "secret": 4}


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A masking class with its level, the rules it suggests, and why, for the officer."""

    masking: str = "none"
    level: int = 2
    rules: tuple[Rule, ...] = ()
    because: str = ""


def guess(name: str, type_: str, values: Sequence[str]) -> Guess:
    """What the column probably holds; ``values`` are samples without nulls, as texts."""
    by_value = _by_values(type_, [v for v in values if v])
    if by_value.masking != "none" or by_value.rules:
        return by_value
    lowered = name.lower()
    for masking, pattern in _NAMES:
        fits = type_ in ("string", "date", "timestamp") and re.search(pattern, lowered)
        if fits and not (masking == "birth_date" and type_ == "string" and not values):
            return Guess(masking=masking, level=LEVELS.get(masking, 3), because="由列名推断")
    return Guess()


def _by_values(type_: str, values: Sequence[str]) -> Guess:
    if type_ != "string" or len(values) < 3:
        return Guess()
    if _share(values, lambda v: not _serious(v)) >= _ENOUGH:
        rules = (Rule(name="id_number"),) if all(not _serious(v) for v in values) else ()
        return Guess(masking="id_number", level=4, rules=rules, because="由样本的校验码推断")
    if _share(values, lambda v: len(v) == _USCC_LENGTH and not uscc.check(v)) >= _ENOUGH:
        rules = (Rule(name="uscc"),) if all(not uscc.check(v) for v in values) else ()
        return Guess(rules=rules, because="由样本的校验码推断")
    looks = (
        ("phone", lambda v: bool(_MOBILE.fullmatch(v)), "由样本推断：十一位手机号"),
        ("account", lambda v: bool(_MAIL.fullmatch(v)), "由样本推断：邮箱"),
        ("plate", lambda v: bool(_PLATE.fullmatch(v)), "由样本推断：车牌"),
        ("name", _is_name, "由样本推断：姓名"),
        ("address", _is_address, "由样本推断：地址"),
        ("phone", lambda v: v.startswith("+") and bool(_PHONE.fullmatch(v)), "由样本推断：电话"),
    )
    for masking, test, because in looks:
        if _share(values, test) >= _ENOUGH:
            return Guess(masking=masking, level=LEVELS.get(masking, 3), because=because)
    return Guess()


def _serious(value: str) -> bool:
    """Whether it is no ID number, its division apart, which may have been renumbered."""
    return any(not p.rule.startswith("region") for p in resident_id.check(value))


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(bool(test(v)) for v in values) / len(values)


def _is_name(value: str) -> bool:
    return 2 <= len(value) <= 4 and value[0] in _SURNAMES and _chinese(value)


def _is_address(value: str) -> bool:
    return (
        len(value) >= 6
        and any(c in value for c in "省市县区")
        and any(c in value for c in "路街镇乡村号")
    )


def _chinese(value: str) -> bool:
    return all("一" <= c <= "鿿" or c == "·" for c in value)
