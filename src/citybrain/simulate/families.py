"""The families that live in the city on the day the rehearsal's books begin."""

from datetime import date, datetime
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, stream
from citybrain.simulate.people import add_person, married_in_region
from citybrain.simulate.places import Town
from citybrain.simulate.world import NOBODY, Household, Person, World

_KINDS = chooser(
    {
        "children": 40,
        "elderly": 20,
        "three": 17,
        "single": 9,
        "widowed": 6,
        "divorced": 5,
        "young": 3,
    }
)
_REGISTER_SINCE = 2016
_MEN_WED_FROM, _WOMEN_WED_FROM = 22, 20
_ONE_CHILD_FROM = 1962  # mothers born later raised their children under the policy


def settle(world: World, *, people: int) -> None:
    """Fill the city with families until so many people are registered."""
    rng = stream(world.seed, "families")
    while len(world.people) < people:
        town = world.places.by_people(rng)
        _FAMILY[_KINDS(rng)](world, rng, town)


def found_household(
    world: World, rng: Random, members: list[Person], *, on: date, address: str = ""
) -> Household:
    """A household of these people, the first its head, in the head's town."""
    town = members[0].town
    urban = town.urban or rng.random() < 0.25
    home = Household(
        number=len(world.households),
        town=town,
        address=address or world.places.address(rng, town, urban=urban),
        founded=on,
        members=[m.number for m in members],
        changed=members[0].changed,
        urban=urban,
        issued=town.issues,
    )
    world.households.append(home)
    for member in members:
        member.household = home.number
        member.town = town
    return home


def leave_home(world: World, person: Person, at: datetime) -> None:
    """Take a person out of the household; who stays behind a head has a new one."""
    if person.household == NOBODY:
        return
    home = world.households[person.household]
    was_head = home.members[0] == person.number
    home.members.remove(person.number)
    home.changed = person.changed = at
    if was_head:
        touch_members(world, home, at)


def touch_members(world: World, home: Household, at: datetime) -> None:
    """The register rewrites every member's relation."""
    home.changed = at
    for number in home.members:
        world.people[number].changed = at


def marry(world: World, man: Person, woman: Person, on: date) -> None:
    """Make them husband and wife; those of the electronic register's years are noted."""
    again = "22" if {man.marital, woman.marital} & {"40", "30"} else "20"
    for one, other in ((man, woman), (woman, man)):
        one.spouse, one.marital, one.married = other.number, again, on
    if on.year >= _REGISTER_SINCE:
        world.note("marriages", on, "结婚", man.number, woman.number, man.town.county_name)


def divorce(world: World, man: Person, woman: Person, on: date) -> None:
    """Part them, and note it in the register."""
    for one in (man, woman):
        one.spouse, one.marital = -1, "40"
    if on.year >= _REGISTER_SINCE:
        world.note("marriages", on, "离婚", man.number, woman.number, man.town.county_name)


def _born(world: World, rng: Random, age: float) -> date:
    return rhythm.years_before(world.today, age + rng.random())


def _couple(world: World, rng: Random, town: Town, age: float) -> tuple[Person, Person]:
    man = add_person(world, rng, sex="1", born=_born(world, rng, age), town=town)
    return man, _wife(world, rng, man)


def _wife(world: World, rng: Random, man: Person) -> Person:
    """A wife of suitable age; both were of legal age when they registered, before this year."""
    years_younger = max(-4.0, min(9.0, rng.gauss(1.8, 2.4)))
    born = rhythm.years_before(man.born, -years_younger)
    born = min(born, rhythm.years_before(world.today, _WOMEN_WED_FROM + 2.5))
    region = married_in_region(rng, man.town, born, world.places.by_people(rng))
    woman = add_person(world, rng, sex="2", born=born, town=man.town, region=region)
    wished = born.year + round(rng.gauss(20.5 + (born.year - 1935) * 0.06, 2.2))
    earliest = max(man.born.year + _MEN_WED_FROM, born.year + _WOMEN_WED_FROM) + 1
    year = max(earliest, min(wished, world.today.year - 1))
    marry(world, man, woman, rhythm.wedding_day(rng, world.city.calendar, year))
    if woman.region != man.region:
        woman.registered = _founded(man)
    return woman


def _children(world: World, rng: Random, man: Person, woman: Person) -> list[Person]:
    """Children still at home; elder ones have left for families of their own."""
    year = woman.born.year
    shares = (6, 52, 38, 4) if year > _ONE_CHILD_FROM else (3, 25, 45, 27)
    wanted = rng.choices((0, 1, 2, 3), weights=shares)[0]
    birth = rhythm.years_before(_founded(man), -(0.6 + rng.random() * 2.2))
    home = []
    for _ in range(wanted):
        if birth >= world.today or woman.age(birth) > 43:
            break
        age = (world.today - birth).days / 365.2425
        sex = "1" if rng.random() < 0.525 else "2"
        if age < 23 or (sex == "1" and age < 30 and rng.random() < 0.35):
            child = add_person(
                world, rng, sex=sex, born=birth, town=man.town, surname=man.surname,
                parents=(man.number, woman.number),
            )  # fmt: skip
            home.append(child)
            if birth.year >= _REGISTER_SINCE:
                world.note("births", birth, child.number, man.number, woman.number, birth)
        birth = rhythm.years_before(birth, -(1.6 + rng.random() * 4.5))
    return home


def _with_children(world: World, rng: Random, town: Town) -> None:
    man, woman = _couple(world, rng, town, 26 + rng.random() * 32)
    children = _children(world, rng, man, woman)
    found_household(world, rng, [man, woman, *children], on=_founded(man))


def _elderly(world: World, rng: Random, town: Town) -> None:
    man, woman = _couple(world, rng, town, 54 + 34 * rng.random() ** 1.3)
    found_household(world, rng, [man, woman], on=_founded(man))


def _three_generations(world: World, rng: Random, town: Town) -> None:
    grandfather, grandmother = _couple(world, rng, town, 49 + rng.random() * 24)
    born = rhythm.years_before(grandmother.born, -(21 + rng.random() * 6))
    man = add_person(
        world, rng, sex="1", born=born, town=town, surname=grandfather.surname,
        parents=(grandfather.number, grandmother.number),
    )  # fmt: skip
    if man.age(world.today) < _MEN_WED_FROM + 2:
        found_household(world, rng, [grandfather, grandmother, man], on=_founded(grandfather))
        return
    woman = _wife(world, rng, man)
    children = _children(world, rng, man, woman)
    members = [grandfather, grandmother, man, woman, *children]
    found_household(world, rng, members, on=_founded(grandfather))


def _single(world: World, rng: Random, town: Town) -> None:
    sex = "1" if rng.random() < 0.72 else "2"
    age = 24 + 38 * rng.random() ** 2.0
    person = add_person(world, rng, sex=sex, born=_born(world, rng, age), town=town)
    found_household(world, rng, [person], on=rhythm.years_before(world.today, rng.random() * 6))


def _widowed(world: World, rng: Random, town: Town) -> None:
    sex = "1" if rng.random() < 0.28 else "2"
    person = add_person(
        world, rng, sex=sex, born=_born(world, rng, 62 + rng.random() * 33), town=town
    )
    person.marital = "30"
    found_household(
        world, rng, [person], on=rhythm.years_before(world.today, 20 + rng.random() * 20)
    )


def _divorced(world: World, rng: Random, town: Town) -> None:
    """Two people who were a couple, each at a home of their own, a child with one of them."""
    man, woman = _couple(world, rng, town, 28 + rng.random() * 30)
    children = _children(world, rng, man, woman)
    on = rhythm.between(rng, _founded(man), world.today)
    on = rhythm.next_open(world.city.calendar, on)
    divorce(world, man, woman, min(on, world.today))
    with_man = rng.random() < 0.6
    found_household(world, rng, [man, *(children if with_man else [])], on=_founded(man))
    woman.town = world.places.by_people(rng)
    found_household(world, rng, [woman, *([] if with_man else children)], on=on)


def _young(world: World, rng: Random, town: Town) -> None:
    """A young couple without children."""
    man, woman = _couple(world, rng, town, 25 + rng.random() * 7)
    found_household(world, rng, [man, woman], on=_founded(man))


def _founded(man: Person) -> date:
    return man.married or man.registered


_FAMILY = {
    "children": _with_children,
    "elderly": _elderly,
    "three": _three_generations,
    "single": _single,
    "widowed": _widowed,
    "divorced": _divorced,
    "young": _young,
}
