"""Marks of the rehearsal: values that can never be mistaken for a real person's.

ID numbers of the rehearsal use county digits 91 to 97, which were never issued anywhere;
``rehearsal.csv`` maps those of the city to its counties, in the numbering since 2000
(3418) and before (3425). Telephone numbers begin with 100, which is not allocated, and
mail goes to the reserved domain ``.invalid`` (RFC 2606).

>>> is_rehearsal_code("341895"), is_rehearsal_code("341825")
(True, False)
>>> county_of("341895"), rehearsal_code("341825"), old_rehearsal_code("341825")
('341825', '341895', '342595')
"""

import csv
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from citybrain.standards import regions

PHONE_PREFIX = "100"
MAIL_DOMAIN = "rehearsal.invalid"

_NEVER_ISSUED = re.compile(r"[1-9][0-9]{3}9[1-7]")
_PHONE = re.compile(PHONE_PREFIX + r"[0-9]{8}")


def is_rehearsal_code(code: str) -> bool:
    """Whether a division code has county digits that were never issued, in a real province."""
    return bool(_NEVER_ISSUED.fullmatch(code)) and regions.exists(code[:2] + "0000")


def is_rehearsal_id(number: str) -> bool:
    """Whether a resident ID number (15 or 18 digits) is one of the rehearsal's."""
    return is_rehearsal_code(number[:6])


def is_rehearsal_phone(number: str) -> bool:
    """Whether a telephone number is one of the rehearsal's: 11 digits beginning with 100."""
    return bool(_PHONE.fullmatch(number))


def county_of(code: str) -> str:
    """The real county a code of the city's rehearsal stands for; empty for any other code.

    Old codes (3425) give the county's number of their time.
    """
    return _counties().get(code, "")


def rehearsal_code(county: str) -> str:
    """The code the rehearsal uses for a county (3418) today; ``KeyError`` for any other."""
    return _codes()[county][0]


def old_rehearsal_code(county: str) -> str:
    """The code the rehearsal uses for that county (3418) in numbers given before 2000."""
    return _codes()[county][1]


@cache
def _rows() -> tuple[Mapping[str, str], ...]:
    with files(__package__).joinpath("rehearsal.csv").open(encoding="utf-8") as file:
        return tuple(MappingProxyType(row) for row in csv.DictReader(file))


@cache
def _counties() -> Mapping[str, str]:
    pairs = [(row["code"], row["stands_for"]) for row in _rows()]
    pairs += [(row["old_code"], row["stood_for"]) for row in _rows()]
    return MappingProxyType(dict(pairs))


@cache
def _codes() -> Mapping[str, tuple[str, str]]:
    return MappingProxyType({r["stands_for"]: (r["code"], r["old_code"]) for r in _rows()})
