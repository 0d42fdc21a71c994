"""Codes of administrative divisions (GB/T 2260), dated: what a code meant, and when.

``regions.csv`` beside this module holds every province-level division, the prefecture
level of Anhui, and the county level of Xuancheng with its numbers before and after the
prefecture became a city in 2000. ``since`` and ``until`` are empty where the code was
valid before the first, or after the last, day that matters to a living person's number;
both are days on which the code was valid.

>>> from datetime import date
>>> name("342523", date(1995, 5, 1)), name("341882", date(2021, 6, 1))
('广德县', '广德市')
>>> exists("342523", date(2021, 6, 1)), exists("342523")
(False, True)
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_LENGTH = 6


@dataclass(frozen=True, kw_only=True)
class Region:
    """One code with its name and the days it was valid: ``since`` to ``until``, both included."""

    code: str
    name: str
    name_en: str
    since: date | None
    until: date | None
    replaced_by: str

    def valid(self, on: date | None) -> bool:
        """Whether the code was valid on that day; ``None`` asks whether it ever was."""
        if on is None:
            return True
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)


def region(code: str, on: date | None = None) -> Region | None:
    """The division of that code on that day, the newest meaning when no day is given."""
    valid = [r for r in _table().get(code, ()) if r.valid(on)]
    return valid[-1] if valid else None


def name(code: str, on: date | None = None) -> str:
    """The Chinese name of the code on that day; empty when it meant nothing then."""
    found = region(code, on)
    return found.name if found else ""


def exists(code: str, on: date | None = None) -> bool:
    """Whether the code is in the table for that day (``None``: for any day).

    Only the levels the table holds wholly can be answered: see :func:`known_level`.
    """
    return region(code, on) is not None


def path(code: str, on: date | None = None) -> tuple[str, ...]:
    """Names from the province down to the code, as far as the table knows them.

    >>> path("341825")
    ('安徽省', '宣城市', '旌德县')
    """
    parents = dict.fromkeys((code[:2] + "0000", code[:4] + "00", code))
    return tuple(filter(None, (name(parent, on) for parent in parents)))


def known_level(code: str) -> str:
    """The longest beginning of ``code`` whose siblings the table holds wholly, as a full code.

    A code of another province is known by its province only, of Anhui by its prefecture,
    of Xuancheng wholly: what lies below cannot be called wrong.

    >>> known_level("110105"), known_level("340104"), known_level("341825")
    ('110000', '340100', '341825')
    """
    if _has_below(code[:4]):
        return code
    return code[:4] + "00" if _has_below(code[:2]) else code[:2] + "0000"


def current(code: str, on: date) -> str:
    """The code that stands for ``code`` on that day, following renumberings; itself if none.

    >>> current("342523", date(2021, 6, 1))
    '341882'
    """
    found = region(code)
    while found and not found.valid(on) and found.replaced_by:
        code = found.replaced_by
        found = region(code)
    return code


def all_regions() -> tuple[Region, ...]:
    """Every row of the table, by code and then by date."""
    return tuple(r for rows in _table().values() for r in rows)


@cache
def _table() -> Mapping[str, tuple[Region, ...]]:
    table: dict[str, tuple[Region, ...]] = {}
    with files(__package__).joinpath("regions.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            table[row["code"]] = (*table.get(row["code"], ()), _read(row))
    return MappingProxyType(table)


def _read(row: Mapping[str, str]) -> Region:
    return Region(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        since=date.fromisoformat(row["since"]) if row["since"] else None,
        until=date.fromisoformat(row["until"]) if row["until"] else None,
        replaced_by=row["replaced_by"],
    )


@cache
def _has_below(prefix: str) -> bool:
    own = prefix.ljust(_LENGTH, "0")
    return any(code.startswith(prefix) and code != own for code in _table())
