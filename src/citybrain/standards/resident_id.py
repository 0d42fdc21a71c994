"""Resident ID numbers: GB 11643-1999 (18 characters) and GB 11643-1989 (15 digits).

Six digits of the division that issued it, the birth date, three of a sequence whose last
is odd for men, and in 18 characters a check digit. The division is where the number was
*first issued*, so numbers of a renumbered prefecture stay as they are.

>>> check_digit("11010519491231002")
'X'
>>> [p.sentence for p in check("341825199303072311", rehearsal=False)]
['证件号末位按前17位应为0，填写为1，请对照证件原件。']
>>> upgrade_15("110105491231002")
'11010519491231002X'
"""

import re
from datetime import date, timedelta

from citybrain.standards import regions
from citybrain.standards.problems import Problem
from citybrain.standards.rehearsal import is_rehearsal_code

LONG, SHORT = 18, 15
_WEIGHTS = tuple(pow(2, 17 - i, 11) for i in range(17))
_DIGITS = "10X98765432"
_FORM = re.compile(r"[1-9][0-9]{16}[0-9X]|[1-9][0-9]{14}")
# After a renumbering was decreed, local offices gave out the old code for some months more.
_LAG = timedelta(days=366)
# Four sequences of the old numbers were kept for people born before 1900.
_CENTENARIANS = frozenset(("996", "997", "998", "999"))


def check_digit(first17: str) -> str:
    """The check digit of the first 17 digits (ISO 7064 MOD 11-2); ``ValueError`` for others."""
    if not re.fullmatch(r"[0-9]{17}", first17):
        raise ValueError(f"A check digit is taken of 17 digits, not of '{first17}'")
    return _DIGITS[sum(w * int(c) for w, c in zip(_WEIGHTS, first17, strict=True)) % 11]


def upgrade_15(number: str) -> str:
    """The 18-character form of a 15-digit number; ``ValueError`` for anything else."""
    if not re.fullmatch(r"[1-9][0-9]{14}", number):
        raise ValueError(f"'{number}' is not a 15-digit ID number")
    century = "18" if number[12:] in _CENTENARIANS else "19"
    body = number[:6] + century + number[6:]
    return body + check_digit(body)


def region(number: str) -> str:
    """The six digits of the division that issued it; empty when it is no such number."""
    return number[:6] if _FORM.fullmatch(number) else ""


def birth_date(number: str) -> date | None:
    """The birth date in it; ``None`` when there is none on any calendar."""
    long = _long(number)
    try:
        return date(int(long[6:10]), int(long[10:12]), int(long[12:14])) if long else None
    except ValueError:
        return None


def sex(number: str) -> str | None:
    """The sex in it by GB/T 2261.1: ``1`` male, ``2`` female; ``None`` when it is no number."""
    long = _long(number)
    if not long:
        return None
    return "1" if int(long[16]) % 2 else "2"


def check(number: str, *, on: date | None = None, rehearsal: bool = True) -> list[Problem]:
    """Everything wrong with a number, at most one problem per part; empty when it may stand.

    ``on`` is the day of the question: a later birth is then a problem. With
    ``rehearsal=False``, for an installation that holds real people, the county digits
    reserved for rehearsals are refused too.
    """
    form = _check_form(number)
    if form:
        return [form]
    found = (
        _check_region(number, rehearsal=rehearsal),
        _check_birth(number, on),
        _check_last(number),
    )
    return [problem for problem in found if problem]


def _long(number: str) -> str:
    if not _FORM.fullmatch(number):
        return ""
    return upgrade_15(number) if len(number) == SHORT else number


def _check_form(number: str) -> Problem | None:
    if _FORM.fullmatch(number):
        return None
    if len(number) not in (LONG, SHORT):
        return Problem(
            rule="length",
            sentence=f"证件号应为18位（旧证15位），填写为{len(number)}位（{number}），请对照证件原件。",
            sentence_en=(
                f"An ID number has 18 characters (15 before 2000); this one has {len(number)} "
                f"({number}). Compare it with the card."
            ),
        )
    if _FORM.fullmatch(number.upper()):
        return Problem(
            rule="letter_case",
            sentence=f"证件号末位应为大写X，填写为小写x（{number}），请改为{number.upper()}。",
            sentence_en=f"The last character is a capital X, not x ({number}): {number.upper()}.",
        )
    return Problem(
        rule="character",
        sentence=f"证件号应全为数字（18位证件号末位可为X），填写为{number}，请对照证件原件。",
        sentence_en=(
            "An ID number is all digits, only the last of 18 may be X; this one is "
            f"{number}. Compare it with the card."
        ),
    )


def _check_region(number: str, *, rehearsal: bool) -> Problem | None:
    code = region(number)
    if is_rehearsal_code(code):
        return None if rehearsal else _never_issued(code)
    known = regions.known_level(code)
    if not regions.exists(known):
        return _unknown_region(code, known)
    birth, found = birth_date(number), regions.region(known)
    if birth and found and found.until and found.until + _LAG < birth:
        return _replaced_region(code, found, birth)
    return None


def _check_birth(number: str, on: date | None) -> Problem | None:
    birth = birth_date(number)
    if birth is None:
        digits = _long(number)[6:14]
        return Problem(
            rule="birth_date",
            sentence=f"证件号中的出生日期应为真实存在的日期，填写为{digits}，请对照证件原件。",
            sentence_en=(
                f"The birth date in an ID number is a day of the calendar; {digits} is none. "
                "Compare it with the card."
            ),
        )
    if on is not None and birth > on:
        return Problem(
            rule="birth_date",
            sentence=f"证件号中的出生日期应不晚于{on}，填写为{birth}，请对照证件原件。",
            sentence_en=(
                f"The birth date in the ID number is not later than {on}; it is {birth}. "
                "Compare it with the card."
            ),
        )
    return None


def _check_last(number: str) -> Problem | None:
    if len(number) == SHORT:
        return None
    expected = check_digit(number[:17])
    if number[17] == expected:
        return None
    return Problem(
        rule="check_digit",
        sentence=f"证件号末位按前17位应为{expected}，填写为{number[17]}，请对照证件原件。",
        sentence_en=(
            f"By its first 17 digits the ID number must end in {expected}; it ends in "
            f"{number[17]}. Compare it with the card."
        ),
    )


def _never_issued(code: str) -> Problem:
    return Problem(
        rule="region",
        sentence=f"证件号前6位应为实际启用的行政区划代码，填写为{code}，为演练专用号段。",
        sentence_en=(
            f"The first six digits are a division that was issued; {code} is kept for rehearsals."
        ),
    )


def _unknown_region(code: str, known: str) -> Problem:
    prefix = known.rstrip("0")
    return Problem(
        rule="region",
        sentence=(
            f"证件号前6位应为国家标准中的行政区划代码，填写为{code}，"
            f"其中{prefix}从未启用，请对照证件原件。"
        ),
        sentence_en=(
            f"The first six digits are a division of the national standard; {code} is not: "
            f"{prefix} was never in use. Compare the number with the card."
        ),
    )


def _replaced_region(code: str, found: regions.Region, birth: date) -> Problem:
    return Problem(
        rule="region_date",
        sentence=(
            f"证件号前6位{code}（{found.name}）仅用至{found.until}，应在此前出生，"
            f"填写的出生日期为{birth}，请对照证件原件。"
        ),
        sentence_en=(
            f"The division {code} ({found.name_en}) was in use until {found.until}; its numbers "
            f"belong to people born before, and this birth date is {birth}. Compare it with "
            "the card."
        ),
    )
