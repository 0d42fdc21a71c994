"""Unified social credit codes (GB 32100): 18 characters, the last a check character.

>>> check_digit("9134180078105433X")
'M'
>>> [p.sentence for p in check("9134180078105433XB")]
['统一社会信用代码末位按前17位应为M，填写为B，请对照营业执照或登记证书。']
"""

import re

from citybrain.standards.problems import Problem

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a code; I, O, S, V and Z are left out, they look like digits."""

_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
_BODY = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_LENGTH = 18


def check_digit(first17: str) -> str:
    """The check character of the first 17; ``ValueError`` for any other length or character."""
    if len(first17) != len(_WEIGHTS):
        raise ValueError(f"A check character is taken of 17 characters, not {len(first17)}")
    total = sum(w * ALPHABET.index(c) for w, c in zip(_WEIGHTS, first17, strict=True))
    return ALPHABET[-total % 31]


def region(code: str) -> str:
    """The division of the registering authority: six digits, or empty for what is no code."""
    return code[2:8] if _BODY.fullmatch(code) else ""


def check(code: str) -> list[Problem]:
    """Everything wrong with a code; an empty list when it may stand.

    Lower case is refused: the standard writes capitals, and a code is compared as text.
    """
    if len(code) != _LENGTH:
        return [_length(code)]
    strange = next((c for c in code if c not in ALPHABET), "")
    if strange:
        return [_character(code, strange)]
    if not _BODY.fullmatch(code):
        return [_region(code)]
    expected = check_digit(code[:17])
    return [] if expected == code[17] else [_check_digit(expected, code[17])]


def _length(code: str) -> Problem:
    return Problem(
        rule="length",
        sentence=f"统一社会信用代码应为18位，填写为{len(code)}位（{code}），请对照营业执照或登记证书。",
        sentence_en=(
            f"A unified social credit code has 18 characters; this one has {len(code)} ({code}). "
            "Compare it with the licence or certificate."
        ),
    )


def _character(code: str, strange: str) -> Problem:
    at = code.index(strange) + 1
    return Problem(
        rule="character",
        sentence=(
            f"统一社会信用代码应由数字和大写字母（不含I、O、S、V、Z）组成，"
            f"第{at}位填写为{strange}，请对照营业执照或登记证书。"
        ),
        sentence_en=(
            "A unified social credit code is written in digits and capitals other than "
            f"I, O, S, V, Z; character {at} is {strange}. Compare it with the licence or "
            "certificate."
        ),
    )


def _region(code: str) -> Problem:
    return Problem(
        rule="region",
        sentence=(
            f"统一社会信用代码第3至8位应为6位数字的行政区划代码，填写为{code[2:8]}，"
            "请对照营业执照或登记证书。"
        ),
        sentence_en=(
            "Characters 3 to 8 of a unified social credit code are six digits, the division; "
            f"these are {code[2:8]}. Compare the code with the licence or certificate."
        ),
    )


def _check_digit(expected: str, found: str) -> Problem:
    return Problem(
        rule="check_digit",
        sentence=(
            f"统一社会信用代码末位按前17位应为{expected}，填写为{found}，请对照营业执照或登记证书。"
        ),
        sentence_en=(
            f"By its first 17 characters the code must end in {expected}; it ends in {found}. "
            "Compare it with the licence or certificate."
        ),
    )
