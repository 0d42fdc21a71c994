"""Visits to hospitals and pharmacies as the insurance settles them; care elsewhere."""

from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, some
from citybrain.simulate.events.rates import any_day, open_day, today
from citybrain.simulate.local import local
from citybrain.simulate.world import Institution, Person, World

_VISITS, _FILED = 1250.0, 7.0
_KINDS = chooser({"11": 55, "14": 14, "41": 18, "21": 10, "13": 2})
# Median bill in yuan, and the fund's share.
_BILLS = {
    "11": (110, 0.45),
    "14": (320, 0.6),
    "41": (75, 0.0),
    "21": (5600, 0.62),
    "13": (260, 0.4),
}
_REASONS = chooser({"1": 15, "2": 30, "3": 25, "4": 25, "5": 5})


def day(world: World) -> None:
    """One day's settlements and filings."""
    rng = today(world, "care")
    factor = 1.12 if rhythm.is_open(world.city.calendar, world.today) else 0.72
    for person in some(
        rng, world.people, any_day(world, rng, _VISITS, factor), lambda p: _insured(world, rng, p)
    ):
        _settle(world, rng, person)
    filed = some(
        rng, world.people, open_day(world, rng, _FILED), lambda p: is_enrolled(p) and p.here
    )
    for person in filed:
        regions = list(local().away)
        region = regions[int(rng.random() * len(regions))]
        at = rhythm.office_time(rng, world.today)
        world.note("remote filings", world.today, person.number, _REASONS(rng), region, at)


def is_enrolled(person: Person) -> bool:
    """Nineteen of twenty residents are insured; incomers when they work here."""
    if person.incomer:
        return person.scheme == "110"
    return person.number % 20 != 7


def _insured(world: World, rng: Random, person: Person) -> bool:
    """The old are ill more often."""
    if not (person.here and person.entered and is_enrolled(person)):
        return False
    age = person.age(world.today)
    return rng.random() < (0.95 if age >= 60 else 0.55 if age <= 6 else 0.40)


def _settle(world: World, rng: Random, person: Person) -> None:
    kind = _KINDS(rng)
    median, share = _BILLS[kind]
    total = max(500, round(median * 100 * rng.lognormvariate(0, 0.7)))
    paid = round(total * share * (0.8 + rng.random() * 0.3))
    place = _institution(world, rng, person, kind)
    at = (
        rhythm.any_time(rng, world.today)
        if kind in ("13", "21")
        else rhythm.office_time(rng, world.today)
    )
    world.note(
        "settlements", world.today, person.number, place.number, kind, total, min(paid, total), at
    )


def _institution(world: World, rng: Random, person: Person, kind: str) -> Institution:
    """Hospitals take the lying ill; for the rest half go to the nearest, half anywhere."""
    county = person.town.county
    if kind != "21" and rng.random() < 0.5:
        near = world.near[person.town.code]
    else:
        near = world.hospitals[county]
    return world.institutions[near[int(rng.random() * len(near))]]
