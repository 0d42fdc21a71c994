"""People who move into the city, out of it, and within it."""

from datetime import datetime
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, some
from citybrain.simulate.events.rates import open_day, today
from citybrain.simulate.families import found_household, leave_home
from citybrain.simulate.identity import elsewhere
from citybrain.simulate.local import local
from citybrain.simulate.people import add_person
from citybrain.simulate.world import NOBODY, Person, World

_IN, _OUT, _WITHIN, _ABROAD = 4.5, 5.5, 3.0, 0.15
_REASONS_IN = chooser({"01": 15, "02": 25, "04": 25, "05": 20, "07": 15})
_REASONS_OUT = chooser({"01": 20, "02": 30, "05": 20, "06": 30})
_REASONS_WITHIN = chooser({"05": 60, "01": 15, "04": 25})


def day(world: World) -> None:
    """One day's removals."""
    rng = today(world, "moving")
    for _ in range(open_day(world, rng, _IN)):
        _move_in(world, rng)
    for person in some(
        rng, world.people, open_day(world, rng, _OUT), lambda p: _may_leave(world, p)
    ):
        _move_out(world, rng, person)
    for person in some(
        rng, world.people, open_day(world, rng, _WITHIN), lambda p: _may_move(world, p)
    ):
        _move_within(world, rng, person)
    for person in some(
        rng, world.people, open_day(world, rng, _ABROAD), lambda p: _may_leave(world, p)
    ):
        at = _go(world, rng, person)
        kind = rng.choice("23")
        world.note("cancellations", world.today, person.number, kind, world.today, at)


def _away(rng: Random) -> str:
    names = list(local().away.values())
    return f"{names[int(rng.random() * len(names))]}{1 + int(rng.random() * 900)}号"


def _move_in(world: World, rng: Random) -> None:
    sex = "1" if rng.random() < 0.45 else "2"
    born = rhythm.years_before(world.today, 19 + 35 * rng.random() ** 1.5)
    town = world.places.by_people(rng)
    person = add_person(world, rng, sex=sex, born=born, town=town, region=elsewhere(rng))
    home = found_household(world, rng, [person], on=world.today)
    at = rhythm.office_time(rng, world.today)
    person.registered, person.changed, home.changed = world.today, at, at
    world.note("registered", world.today, person.number)
    world.note(
        "moves", world.today, person.number, "1", _REASONS_IN(rng), _away(rng), home.address, at
    )


def _may_leave(world: World, person: Person) -> bool:
    return (
        person.here and person.entered and not person.incomer and person.spouse == NOBODY
        and 17 <= person.age(world.today) <= 40
    )  # fmt: skip


def _move_out(world: World, rng: Random, person: Person) -> None:
    before = world.households[person.household].address if person.household != NOBODY else ""
    at = _go(world, rng, person)
    world.note("moves", world.today, person.number, "2", _REASONS_OUT(rng), before, _away(rng), at)


def _go(world: World, rng: Random, person: Person) -> datetime:
    at = rhythm.office_time(rng, world.today)
    leave_home(world, person, at)
    person.gone = person.cancelled = world.today
    person.changed = at
    return at


def _may_move(world: World, person: Person) -> bool:
    if not person.here or not person.entered or person.household == NOBODY:
        return False
    members = world.households[person.household].members
    return bool(members) and members[0] == person.number


def _move_within(world: World, rng: Random, head: Person) -> None:
    """A whole household moves; its number stays."""
    home = world.households[head.household]
    before, town = home.address, world.places.by_people(rng)
    home.town, home.urban = town, town.urban or rng.random() < 0.5
    home.address = world.places.address(rng, town, urban=home.urban)
    at = rhythm.office_time(rng, world.today)
    home.changed, reason = at, _REASONS_WITHIN(rng)
    for number in home.members:
        member = world.people[number]
        if member.entered:
            member.town, member.changed = town, at
            world.note("moves", world.today, number, "3", reason, before, home.address, at)
