"""Births, deaths, weddings and divorces."""

import math
from datetime import date, timedelta
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, some
from citybrain.simulate.events.rates import any_day, today
from citybrain.simulate.families import (
    divorce,
    found_household,
    leave_home,
    marry,
    touch_members,
)
from citybrain.simulate.people import add_person
from citybrain.simulate.world import NOBODY, Person, World

_BIRTHS, _DEATHS, _WEDDINGS, _DIVORCES, _REISSUES = 8.6, 7.2, 6.4, 2.6, 1.1
_CAUSES = chooser(
    {"I63": 16, "I61": 8, "I21": 11, "I25": 12, "C34": 13, "C16": 7, "C22": 8, "C50": 2, "J44": 8}
    | {"J18": 4, "E11": 3, "I11": 4, "K74": 2, "R54": 6, "W19": 2}
)
_YOUNG_CAUSES = chooser({"V89": 5, "W19": 1, "X70": 1, "C22": 2, "C50": 1, "I61": 1})


def planned(world: World) -> None:
    """What was decided earlier and enters the books today."""
    for topic, what in world.agenda.pop(world.today, []):
        world.note(topic, world.today, *what)
        if topic == "registered":
            _enter(world, world.people[what[0]])
        elif topic == "cancellations":
            person = world.people[what[0]]
            person.cancelled = world.today
            person.changed = what[-1]


def _enter(world: World, child: Person) -> None:
    at = rhythm.office_time(today(world, f"clerk {child.number}"), world.today)
    child.entered, child.registered, child.changed = True, world.today, at
    if child.household != NOBODY:
        touch_members(world, world.households[child.household], at)


def day(world: World) -> None:
    """One day's births, deaths, weddings and divorces."""
    rng = today(world, "family")
    _bear(world, rng)
    _die(world, rng)
    _wed(world, rng)
    _part(world, rng)


def _bear(world: World, rng: Random) -> None:
    def may(person: Person) -> bool:
        return (
            person.sex == "2" and person.here and person.spouse != NOBODY and not person.incomer
            and 21 <= person.age(world.today) <= 42 and len(person.children) < 3
            and not _recent_mother(world, person)
        )  # fmt: skip

    for mother in some(rng, world.people, any_day(world, rng, _BIRTHS), may, tries=120):
        father = world.people[mother.spouse]
        sex = "1" if rng.random() < 0.522 else "2"
        child = add_person(
            world, rng, sex=sex, born=world.today, town=mother.town, surname=father.surname,
            parents=(father.number, mother.number),
        )  # fmt: skip
        child.entered = False
        child.household = mother.household
        if mother.household != NOBODY:
            home = world.households[mother.household]
            home.members.append(child.number)
        issued = rhythm.next_open(
            world.city.calendar, world.today + timedelta(days=1 + int(rng.random() * 5))
        )
        world.plan(issued, "births", child.number, father.number, mother.number, world.today)
        register = issued + timedelta(days=2 + int(25 * rng.random() ** 2))
        world.plan(rhythm.next_open(world.city.calendar, register), "registered", child.number)


def _recent_mother(world: World, person: Person) -> bool:
    return (
        bool(person.children) and (world.today - world.people[person.children[-1]].born).days < 400
    )


def _die(world: World, rng: Random) -> None:
    ceiling = 0.28  # yearly mortality of the very old; the ages below are accepted less often
    trials = any_day(world, rng, ceiling * 1000)
    for _ in range(trials):
        person = world.people[int(rng.random() * len(world.people))]
        if (
            person.here
            and not person.incomer
            and rng.random() < _mortality(person.age(world.today)) / ceiling
        ):
            _bury(world, rng, person)


def _mortality(age: int) -> float:
    """Yearly probability of death, by Gompertz above thirty, raised in the first year."""
    if age < 1:
        return 0.004
    if age < 30:
        return 0.0004
    return min(0.28, 0.00065 * math.exp(0.0875 * (age - 30)))


def _bury(world: World, rng: Random, person: Person) -> None:
    person.died = world.today
    at = rhythm.office_time(rng, world.today)
    if person.spouse != NOBODY:
        widow = world.people[person.spouse]
        widow.spouse, widow.marital, widow.changed = NOBODY, "30", at
        person.spouse = NOBODY
    leave_home(world, person, at)
    old = person.age(world.today) >= 45
    cause = "P07" if person.age(world.today) < 1 else (_CAUSES if old else _YOUNG_CAUSES)(rng)
    reported = rhythm.next_open(
        world.city.calendar, world.today + timedelta(days=1 + int(rng.random() * 3))
    )
    world.plan(reported, "deaths", person.number, cause, rng.choice("113339"))
    cancelled = rhythm.next_open(
        world.city.calendar, reported + timedelta(days=1 + int(rng.random() * 24))
    )
    at = rhythm.office_time(rng, cancelled)
    world.plan(cancelled, "cancellations", person.number, "1", world.today, at)


def _wed(world: World, rng: Random) -> None:
    factor = rhythm.weddings(world.city.calendar, world.today)
    if not factor:
        return

    def groom(person: Person) -> bool:
        return person.sex == "1" and _free(world, person, 22)

    for man in some(rng, world.people, any_day(world, rng, _WEDDINGS, factor), groom, tries=60):

        def bride(person: Person, man: Person = man) -> bool:
            return (
                person.sex == "2" and _free(world, person, 20) and person.father != man.father
                and -4 <= (person.born.year - man.born.year) <= 9
            )  # fmt: skip

        found = some(rng, world.people, 1, bride, tries=400)
        if found and found[0] is not man:
            marry(world, man, found[0], world.today)
            _move_together(world, rng, man, found[0])
    if any_day(world, rng, _REISSUES, factor):
        for man in some(
            rng, world.people, 1, lambda p: p.sex == "1" and p.here and p.spouse != NOBODY
        ):
            world.note(
                "marriages", world.today, "补领", man.number, man.spouse, man.town.county_name
            )


def _free(world: World, person: Person, age: int) -> bool:
    return (
        person.here and person.entered and person.spouse == NOBODY and not person.incomer
        and age <= person.age(world.today) <= 50
    )  # fmt: skip


def _move_together(world: World, rng: Random, man: Person, woman: Person) -> None:
    """Some couples enter the husband's household, some found their own; she is registered there."""
    at = rhythm.office_time(rng, world.today)
    if man.household != NOBODY and rng.random() < 0.55:
        home = world.households[man.household]
    else:
        leave_home(world, man, at)
        home = found_household(world, rng, [man], on=world.today)
    before = world.households[woman.household].address if woman.household != NOBODY else ""
    leave_home(world, woman, at)
    home.members.append(woman.number)
    woman.household, woman.town = home.number, home.town
    home.changed = woman.changed = man.changed = at
    world.note("moves", world.today, woman.number, "3", "03", before, home.address, at)


def _part(world: World, rng: Random) -> None:
    if not rhythm.is_open(world.city.calendar, world.today):
        return

    def husband(person: Person) -> bool:
        return (
            person.sex == "1"
            and person.here
            and person.spouse != NOBODY
            and person.age(world.today) < 60
        )

    wanted = any_day(world, rng, _DIVORCES, 1.45)
    for man in some(rng, world.people, wanted, husband):
        woman = world.people[man.spouse]
        if woman.here and (man.married or date.min) < world.today:
            divorce(world, man, woman, world.today)
            man.changed = woman.changed = rhythm.office_time(rng, world.today)
