"""The school year, and pupils who change school."""

from random import Random

from citybrain.simulate import public, rhythm
from citybrain.simulate.draw import some
from citybrain.simulate.events.rates import open_day, today
from citybrain.simulate.local import local
from citybrain.simulate.world import Person, World

_CHANGED = 1.2
_ENTRANCE = (9, 1)


def day(world: World) -> None:
    """The first of September, and one day's changes of school."""
    if (world.today.month, world.today.day) == _ENTRANCE:
        public.new_school_year(world)
    rng = today(world, "schooling")
    for pupil in some(rng, world.people, open_day(world, rng, _CHANGED), _at_school, tries=60):
        _change(world, rng, pupil)


def _at_school(person: Person) -> bool:
    return person.student == "01" and person.here


def _change(world: World, rng: Random, pupil: Person) -> None:
    before = world.schools[pupil.school].name
    draw, at = rng.random(), rhythm.office_time(rng, world.today)
    elsewhere = list(local().away.values())[int(rng.random() * len(local().away))]
    if draw < 0.2:
        pupil.student = "08"
        world.note(
            "transfers",
            world.today,
            pupil.number,
            "3",
            before,
            f"{elsewhere}学校",
            rng.choice("129"),
            at,
        )
        return
    if draw < 0.35:
        world.note(
            "transfers",
            world.today,
            pupil.number,
            "2",
            f"{elsewhere}学校",
            before,
            rng.choice("129"),
            at,
        )
        return
    other = public.find_school(world, world.places.by_people(rng), pupil.grade)
    if other != pupil.school:
        pupil.school = other
        after = world.schools[other].name
        world.note(
            "transfers", world.today, pupil.number, "1", before, after, rng.choice("1339"), at
        )
