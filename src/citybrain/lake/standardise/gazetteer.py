"""Addresses to divisions, by the names of the city's own counties and towns.

``宣城市宣州区洪林镇柏枝村17组24号`` is in town ``341802104``; an address that names a county but
no town of it is in the county, and one that names neither is nowhere (NULL). The longest name
wins. A county counts under every name it ever had (GB/T 2260); a short name (``宣州``) and a
town without its county count only where the address begins with them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from citybrain.city import City, Division
from citybrain.lake import sqltext
from citybrain.standards import regions

_TOWN, _COUNTY = 9, 6
_SUFFIXES = "市区县"
_SHORTEST = 2  # a name of one character is in every second address


@dataclass(frozen=True, kw_only=True)
class Gazetteer:
    """The names by which places go: ``counties`` name → code, ``towns`` code → name → code.

    ``short`` are short names of counties, ``alone`` towns whose name is unique in the city,
    ``above`` the names that may stand before a county.
    """

    counties: Mapping[str, str]
    short: Mapping[str, str]
    towns: Mapping[str, Mapping[str, str]]
    alone: Mapping[str, str]
    above: tuple[str, ...]

    @cached_property
    def patterns(self) -> tuple[str, str, str, str]:
        """What finds a county at the beginning and anywhere, its town, and a town alone."""
        start = "^" + "".join(f"(?:{re.escape(name)})?" for name in self.above)
        county = _any((*self.counties, *self.short))
        towns = _any(name for held in self.towns.values() for name in held)
        return (
            f"{start}({county})",
            f"({_any(self.counties)})",
            f"(?:{county})({towns})",
            f"{start}({_any(self.alone)})",
        )

    def division(self, address: str | None) -> str | None:
        """The code of the smallest division the address names; None when it names none."""
        begins, anywhere, within, alone = (_found(p, address or "") for p in self.patterns)
        county = self.counties.get(begins or anywhere) or self.short.get(begins)
        if not county:
            return self.alone.get(alone)
        return self.towns.get(county, {}).get(within, county)

    def steps(self, column: str) -> dict[str, str]:
        """SQL of the parts that :meth:`division_sql` needs, by the suffix of their column."""
        begins, anywhere, within, alone = (
            f"regexp_extract({column}, {sqltext.text(p)}, 1)" for p in self.patterns
        )
        county = f"coalesce(nullif({begins}, ''), {anywhere})"
        return {"county": county, "town": within, "alone": alone}

    def division_sql(self, county: str, town: str, alone: str) -> str:
        """The division as a SQL expression of the columns that ``steps`` made."""
        if not self.counties:
            return "CAST(NULL AS VARCHAR)"
        codes = sorted({*self.counties.values(), *self.short.values()})
        branches = " ".join(
            f"WHEN {county} IN ({', '.join(map(sqltext.text, self._names(code)))}) "
            f"THEN {_case(town, self.towns.get(code, {}), sqltext.text(code))}"
            for code in codes
        )
        return f"CASE {branches} ELSE {_case(alone, self.alone, 'CAST(NULL AS VARCHAR)')} END"

    def _names(self, code: str) -> list[str]:
        return [name for name, one in {**self.short, **self.counties}.items() if one == code]


def gazetteer(city: City) -> Gazetteer:
    """The city's places; a division that ended counts under the one that replaced it."""
    return _made(tuple(city.divisions.values()), city.division)


@lru_cache(maxsize=8)
def _made(divisions: tuple[Division, ...], city: str) -> Gazetteer:
    current = {d.code for d in divisions if len(d.code) == _COUNTY and d.until is None}
    counties = {d.name: _now(d.code) for d in divisions if len(d.code) == _COUNTY}
    for region in regions.all_regions():
        counties.setdefault(region.name, _now(region.code))
    held = {n: c for n, c in counties.items() if c in current and c != city}
    towns: dict[str, dict[str, str]] = {}
    for division in divisions:
        if len(division.code) == _TOWN:
            towns.setdefault(_now(division.parent), {})[division.name] = division.code
    often = Counter(name for names in towns.values() for name in names)
    above = _above(divisions, city)
    short = {n[:-1]: c for n, c in held.items() if len(n) > _SHORTEST and n[-1] in _SUFFIXES}
    return Gazetteer(
        counties=held,
        # A county that once had the city's own name would take its addresses.
        short={n: c for n, c in short.items() if not any(a.startswith(n) for a in above)},
        towns=towns,
        alone={n: c for names in towns.values() for n, c in names.items() if often[n] == 1},
        above=above,
    )


def _above(divisions: Iterable[Division], city: str) -> tuple[str, ...]:
    own = next((d.name for d in divisions if d.code == city), "")
    return tuple(n for n in (regions.name(city[:2] + "0000"), own or regions.name(city)) if n)


def _now(code: str) -> str:
    return regions.current(code, date.max)


def _any(names: Iterable[str]) -> str:
    """One of these names, the longest first; nothing at all when there are none."""
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    return "|".join(map(re.escape, ordered)) or "[^\\s\\S]"


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""


def _case(value: str, codes: Mapping[str, str], otherwise: str) -> str:
    if not codes:
        return otherwise
    branches = " ".join(
        f"WHEN {sqltext.text(name)} THEN {sqltext.text(code)}" for name, code in codes.items()
    )
    return f"CASE {value} {branches} ELSE {otherwise} END"
