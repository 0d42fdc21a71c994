"""Urban components with their types, and the month's statistics."""

import math
from collections.abc import Iterator
from datetime import date

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, stream
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import World

_PER_PERSON = 0.3
_MAJORS = {"01": "公用设施", "02": "交通设施", "03": "市容环境", "04": "园林绿化", "05": "其他设施"}
_KEEPERS = {
    "01": "市政设施养护中心",
    "02": "交通设施养护中心",
    "03": "环境卫生管理中心",
    "04": "园林绿化养护中心",
    "05": "水务设施养护中心",
}
_DEPARTMENTS = {
    "01": "市住房和城乡建设局",
    "02": "市公安局",
    "03": "市城市管理执法局",
    "04": "市城市管理执法局",
    "05": "市水利局",
}
_COMMON = ("0103", "0104", "0102", "0118", "0117", "0402", "0209", "0305", "0107", "0101")
_STATUS = chooser({"0": 962, "1": 30, "2": 5, "3": 3})
# Monthly figure of a city of 2.5 million: unit, size, basis, yearly growth in per cent.
_INDICATORS = {
    "GY001": ("亿元", 42.0, "当月", 9.8), "GY002": ("万千瓦时", 82000.0, "当月", 8.1),
    "TZ001": ("亿元", 310.0, "累计", 10.2), "TZ002": ("亿元", 62.0, "累计", 6.3),
    "XF001": ("亿元", 58.0, "当月", 11.4), "WM001": ("亿元", 15.5, "当月", 14.2),
    "CZ001": ("亿元", 15.8, "当月", 8.9), "CZ002": ("亿元", 27.4, "当月", 4.2),
    "JR001": ("亿元", 2480.0, "月末", 9.7), "JR002": ("亿元", 1905.0, "月末", 14.8),
    "JG001": ("%", 100.6, "当月", 0.6), "RK001": ("人", 0.0, "月末", -0.1),
    "QY001": ("户", 0.0, "当月", 5.0),
}  # fmt: skip


def components(world: World) -> Iterator[Row]:
    """Surveyed components; the survey was finished before the books began."""
    rng = stream(world.seed, "components")
    types = sorted(
        c for c, e in world.city.codelists["component_type"].entries.items() if e.until is None
    )
    choose = chooser({code: 12.0 if code in _COMMON else 1.0 for code in types})
    titles = world.city.codelists["component_type"].entries
    inhabitants = len([p for p in world.people if p.registered <= world.origin])
    for number in range(round(inhabitants * _PER_PERSON)):
        code, town = choose(rng), world.places.by_people(rng)
        values = {
            "component_code": f"{town.county}{code}{number + 1:06d}",
            "type_code": code,
            "name": titles[code].title,
            "department": _DEPARTMENTS[code[:2]],
            "keeper": f"{town.county_name}{_KEEPERS[code[:2]]}",
            "grid": f"{town.code}{1 + int(rng.random() * 40):05d}",
            "county": town.county,
            "longitude": f"{town.longitude + rng.uniform(-0.04, 0.04):.6f}",
            "latitude": f"{town.latitude + rng.uniform(-0.04, 0.04):.6f}",
            "status": _STATUS(rng),
            "surveyed_on": rhythm.between(rng, date(2020, 3, 1), date(2020, 12, 20)),
        }
        yield Row(values)


def component_types(world: World) -> Iterator[Row]:
    """The types of the standard."""
    for code, entry in world.city.codelists["component_type"].entries.items():
        values = {
            "type_code": code,
            "major": _MAJORS[code[:2]],
            "name": entry.title,
            "repair_hours": 4
            if code in ("0101", "0102", "0103", "0111")
            else 24
            if code < "0200"
            else 72,
        }
        yield Row(values)


def monthly(world: World) -> Iterator[Row]:
    """Indicators of every finished month since the books began, for the city and its counties."""
    counties = _shares(world)
    for month in _months(world):
        for code, (unit, size, basis, growth) in _INDICATORS.items():
            rng = stream(world.seed, "indicator", code, month.isoformat())
            whole = _figure(world, code, size, basis, growth, month)
            for area, share in counties.items():
                wobble = 1.0 if area == "全市" or unit == "%" else rng.uniform(0.96, 1.04)
                value = whole if unit == "%" else whole * share * wobble
                values = {
                    "month": f"{month:%Y-%m}",
                    "indicator": code,
                    "area": area,
                    "value": f"{value:.4f}" if unit not in ("人", "户") else f"{round(value)}.0000",
                    "unit": unit,
                    "growth": f"{growth + rng.uniform(-2.5, 2.5):.2f}",
                    "basis": basis,
                }
                yield Row(values)


def _shares(world: World) -> dict[str, float]:
    counties: dict[str, float] = {}
    for person in world.people:
        if person.registered <= world.origin:
            counties[person.town.county_name] = counties.get(person.town.county_name, 0) + 1
    total = sum(counties.values())
    ordered = dict.fromkeys(t.county_name for t in world.places.towns)
    return {"全市": 1.0} | {name: counties.get(name, 0.0) / total for name in ordered}


def _figure(world: World, code: str, size: float, basis: str, growth: float, month: date) -> float:
    if code == "RK001":
        return float(
            sum(
                p.registered <= month and p.cancelled is None for p in world.people if not p.incomer
            )
        )
    if code == "QY001":
        return float(
            sum(
                (c.founded.year, c.founded.month) == (month.year, month.month)
                for c in world.companies
                if c.kind
            )
        )
    if code == "JG001":
        return size + stream(world.seed, code, month.isoformat()).uniform(-0.8, 0.8)
    years: float = month.year - 2021 + (month.month - 1) / 12
    season = 1.0 + 0.12 * math.cos((month.month - 12) / 6 * math.pi)
    value: float = size * (1 + growth / 100) ** years * season
    return value * month.month / 5 if basis == "累计" else value


def _months(world: World) -> list[date]:
    month = world.origin.replace(day=1)
    months = []
    while (month.year, month.month) < (world.today.year, world.today.month):
        months.append(month)
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    return months
