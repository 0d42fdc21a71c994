"""What a city's folder says, as frozen dataclasses; read by every floor above."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from citybrain.base.workdays import Calendar
from citybrain.city.contracts import Contract
from citybrain.city.finding import Finding
from citybrain.city.systems import System

DEPARTMENT_LEVELS = ("city", "county", "township")
SCOPES = ("city", "department")


@dataclass(frozen=True, kw_only=True)
class Department:
    """A unit of the city; ``until`` is its last day, None while it exists."""

    name: str
    title: str
    title_en: str = ""
    uscc: str = ""
    parent: str = ""
    division: str = ""
    level: str = "city"
    since: date | None = None
    until: date | None = None
    description: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Division:
    """An administrative division: six digits for city and county, nine for towns."""

    code: str
    name: str
    name_en: str = ""
    parent: str = ""
    since: date | None = None
    until: date | None = None
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class CalendarYear:
    """One year's holidays and make-up workdays, as announced by ``law``."""

    year: int
    provisional: bool = False
    holidays: tuple[date, ...] = ()
    makeup: tuple[date, ...] = ()
    law: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One code's meaning; ``until`` is its last day, ``replaced_by`` its successor."""

    title: str
    title_en: str = ""
    since: date | None = None
    until: date | None = None
    replaced_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Codelist:
    """A list of codes, with the standard it comes from."""

    name: str
    title: str
    title_en: str = ""
    standard: str = ""
    entries: Mapping[str, Entry] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Role:
    """A duty: the actions it allows, over the city or one department, revealing or not."""

    name: str
    title: str
    title_en: str = ""
    actions: frozenset[str] = frozenset()
    scope: str = "department"
    reveal: bool = False
    description: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class City:
    """Everything that could be read from the folder at ``root``.

    ``contracts`` has keys ``system.table``, ``texts`` language → key → text.
    ``fingerprint`` is the SHA-256 of the folder's files; equal folders have equal ones.
    """

    name: str
    title: str
    root: Path
    fingerprint: str
    title_en: str = ""
    brand: str = ""
    brand_en: str = ""
    division: str = ""
    timezone: str = "Asia/Shanghai"
    departments: Mapping[str, Department] = field(default_factory=dict)
    divisions: Mapping[str, Division] = field(default_factory=dict)
    years: Mapping[int, CalendarYear] = field(default_factory=dict)
    codelists: Mapping[str, Codelist] = field(default_factory=dict)
    systems: Mapping[str, System] = field(default_factory=dict)
    contracts: Mapping[str, Contract] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def units(self) -> frozenset[str]:
        """The departments of the city's own level, without the government that they belong to."""
        own = {name: unit for name, unit in self.departments.items() if unit.level == "city"}
        heads = {name for name, unit in own.items() if not unit.parent}
        # One that all others belong to is the government; of several each is a department.
        return frozenset(own) - (heads if len(heads) == 1 < len(own) else set())

    @cached_property
    def calendar(self) -> Calendar:
        """The working days of all years that the folder has."""
        years = sorted(self.years)
        return Calendar(
            holidays=frozenset(d for y in self.years.values() for d in y.holidays),
            makeup=frozenset(d for y in self.years.values() for d in y.makeup),
            provisional_years=frozenset(y for y in years if self.years[y].provisional),
            years=range(years[0], years[-1] + 1) if years else range(0),
        )


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """A city as far as it could be read, and what could not be."""

    city: City
    findings: tuple[Finding, ...]
