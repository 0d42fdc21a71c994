"""Counties, towns and addresses of the city, with how many people live where."""

import csv
from dataclasses import dataclass
from importlib.resources import files
from random import Random

from citybrain.base.errors import CityError
from citybrain.city import City, Division
from citybrain.simulate.draw import Chooser, chooser
from citybrain.simulate.local import local
from citybrain.standards import rehearsal

_TOWN_DIGITS = 9


@dataclass(frozen=True, kw_only=True)
class Town:
    """A township-level division; ``issues`` are the digits its ID numbers begin with."""

    code: str
    name: str
    county: str
    county_name: str
    issues: str
    old_issues: str
    urban: bool
    longitude: float
    latitude: float


@dataclass(frozen=True, kw_only=True)
class Places:
    """All towns, a choice among them by population, and the city's name."""

    city_name: str
    towns: tuple[Town, ...]
    by_people: Chooser[Town]
    roads: list[str]
    estates: list[str]
    villages: list[str]

    def address(self, rng: Random, town: Town, *, urban: bool) -> str:
        """A made-up address in a real town: an estate in town, a group in a village."""
        start = f"{self.city_name}{town.county_name}{town.name}"
        if urban:
            road = self.roads[int(rng.random() * len(self.roads))]
            if rng.random() < 0.35:
                return f"{start}{road}{1 + int(rng.random() * 320)}号"
            estate = self.estates[int(rng.random() * len(self.estates))]
            building, unit = 1 + int(rng.random() * 28), 1 + int(rng.random() * 4)
            floor = 1 + int(rng.random() * 18)
            room = 1 + int(rng.random() * 4)
            return f"{start}{road}{estate}{building}幢{unit}单元{floor}{room:02d}室"
        village = self.villages[int(rng.random() * len(self.villages))]
        return f"{start}{village}村{1 + int(rng.random() * 18)}组{1 + int(rng.random() * 60)}号"

    def road(self, rng: Random) -> str:
        """A road of a town's centre."""
        return self.roads[int(rng.random() * len(self.roads))]


def load_places(city: City) -> Places:
    """The towns of the city's folder, weighted by their people."""
    codes = sorted(c for c in city.divisions if len(c) == _TOWN_DIGITS)
    if not codes:
        raise CityError(
            "The city has no towns to live in",
            why="its divisions name none with nine digits",
            do="Add the towns to divisions/divisions.yml",
            where=str(city.root),
        )
    weights = _weights()
    towns = tuple(_town(city, city.divisions[code]) for code in codes)
    shares = {t: weights.get(t.code, 10.0) for t in towns}
    root = city.divisions.get(city.division)
    names = local()
    return Places(
        city_name=root.name if root else "",
        towns=towns,
        by_people=chooser(shares),
        roads=names.roads,
        estates=names.estates,
        villages=names.villages,
    )


def _town(city: City, division: Division) -> Town:
    county = city.divisions[_issuing_county(city, division.code[:6])]
    number = int(division.code[6:])
    return Town(
        code=division.code,
        name=division.name,
        county=county.code,
        county_name=county.name,
        issues=rehearsal.rehearsal_code(county.code),
        old_issues=rehearsal.old_rehearsal_code(county.code),
        urban=number < 100,  # streets are numbered below towns and townships
        # A point within the city's bounds that stays the same for the town.
        longitude=118.05 + (int(division.code) * 7919 % 1000) / 1000 * 1.3,
        latitude=30.05 + (int(division.code) * 104729 % 1000) / 1000 * 1.1,
    )


def _issuing_county(city: City, county: str) -> str:
    """A development zone issues no numbers: its people are registered in the first county."""
    try:
        rehearsal.rehearsal_code(county)
    except KeyError:
        return min(
            c for c in city.divisions if len(c) == 6 and c[:4] == county[:4] and c[4:] != "00"
        )
    return county


def _weights() -> dict[str, float]:
    with files(__package__).joinpath("weights.csv").open(encoding="utf-8") as file:
        return {row["code"]: float(row["weight"]) for row in csv.DictReader(file)}
