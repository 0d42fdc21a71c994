"""Urban components and their types."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, stream
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import World

_PER_PERSON = 0.3
_STATUS = chooser({"0": 962, "1": 30, "2": 5, "3": 3})


def components(world: World) -> Iterator[Row]:
    """Surveyed components; the survey was finished before the books began."""
    rng = stream(world.seed, "components")
    content = _content()
    majors = content["majors"]
    types = sorted(
        c for c, e in world.city.codelists["component_type"].entries.items() if e.until is None
    )
    choose = chooser({code: 12.0 if code in content["common"] else 1.0 for code in types})
    titles = world.city.codelists["component_type"].entries
    inhabitants = len([p for p in world.people if p.registered <= world.origin])
    for number in range(round(inhabitants * _PER_PERSON)):
        code, town = choose(rng), world.places.by_people(rng)
        values = {
            "component_code": f"{town.county}{code}{number + 1:06d}",
            "type_code": code,
            "name": titles[code].title,
            "department": majors[code[:2]]["department"],
            "keeper": f"{town.county_name}{majors[code[:2]]['keeper']}",
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
    majors = _content()["majors"]
    for code, entry in world.city.codelists["component_type"].entries.items():
        values = {
            "type_code": code,
            "major": majors[code[:2]]["title"],
            "name": entry.title,
            "repair_hours": 4
            if code in ("0101", "0102", "0103", "0111")
            else 24
            if code < "0200"
            else 72,
        }
        yield Row(values)


@cache
def _content() -> dict[str, Any]:
    text = files("citybrain.simulate").joinpath("components.yml").read_text(encoding="utf-8")
    content: dict[str, Any] = yaml.safe_load(text)
    return content
