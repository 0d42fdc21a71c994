"""The marriage register as a spreadsheet, and monthly allowances."""

from collections.abc import Iterator
from datetime import date

from citybrain.simulate.draw import stream
from citybrain.simulate.tables.rows import Row, money
from citybrain.simulate.world import NOBODY, Person, World

_DEATH_OR_AGE = 80


def marriages(world: World) -> Iterator[Row]:
    """All registrations since the register is electronic, in their order."""
    office = f"{world.city.division[:4]}90"
    year, number = 0, 0
    for day, kind, man_number, woman_number, county in world.happened("marriages"):
        number = number + 1 if day.year == year else 1
        year = day.year
        man, woman = world.people[man_number], world.people[woman_number]
        values = {
            "registration_number": f"{office}-{year}-{number:06d}",
            "kind": kind,
            "registered_on": day,
            "man_name": man.name,
            "man_id_number": man.id_number,
            "man_birth_date": man.born,
            "woman_name": woman.name,
            "woman_id_number": woman.id_number,
            "woman_birth_date": woman.born,
            "office": county,
        }
        yield Row(values, (("man", man_number), ("woman", woman_number)))


def allowances(world: World) -> Iterator[Row]:
    """What was paid in each full month since the first January of the books."""
    entitled = [(p, _entitled(world, p)) for p in world.people if p.entered and not p.incomer]
    receivers = [(p, kinds) for p, kinds in entitled if kinds]
    for month in _months(world):
        for person, kinds in receivers:
            if (person.died or date.max) < month or person.registered > month:
                continue
            for kind, cents in kinds:
                if kind == "高龄津贴" and person.age(month) < _DEATH_OR_AGE:
                    continue
                yield Row(
                    _allowance(world, person, month, kind, cents), (("person", person.number),)
                )


def _allowance(
    world: World, person: Person, month: date, kind: str, cents: int
) -> dict[str, object]:
    members = len(world.households[person.household].members) if person.household != NOBODY else 1
    return {
        "id_number": person.id_number,
        "month": f"{month:%Y-%m}",
        "kind": kind,
        "name": person.name,
        "amount": money(cents),
        "county": person.town.county_name,
        "township": person.town.name,
        "household_members": max(1, min(15, members)) if kind.endswith("低保") else None,
    }


def _entitled(world: World, person: Person) -> list[tuple[str, int]]:
    rng = stream(world.seed, "allowance", person.number)
    kinds = []
    if person.age(world.today) >= _DEATH_OR_AGE:
        kinds.append(("高龄津贴", 5000 if person.age(world.origin) < 90 else 10000))
    draw = rng.random()
    if draw < 0.004:
        kinds.append(
            ("城市低保" if person.town.urban else "农村低保", 30000 + int(rng.random() * 300) * 100)
        )
    elif draw < 0.0055 and person.spouse == NOBODY and person.age(world.origin) >= 60:
        kinds.append(("特困供养", 83000))
    if rng.random() < 0.006:
        kinds.append(("残疾补贴", 7000))
    return kinds


def _months(world: World) -> list[date]:
    first = date(world.origin.year + 1, 1, 1)
    months = []
    while (first.year, first.month) < (world.today.year, world.today.month):
        months.append(first)
        first = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return months
