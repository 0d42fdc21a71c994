"""How a person comes into the world's books: number, name, schooling, telephone."""

from datetime import date
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser
from citybrain.simulate.identity import elsewhere, issuing_region
from citybrain.simulate.places import Town
from citybrain.simulate.world import NOBODY, Person, World

_NATIONALITIES = chooser(
    {
        "01": 9880,
        "22": 40,
        "03": 36,
        "06": 12,
        "15": 10,
        "11": 8,
        "08": 6,
        "09": 3,
        "07": 3,
        "30": 2,
    }
)
# Highest schooling by the year of birth (before it) in per cent.
_SCHOOLING = (
    (1945, {"80": 45, "90": 40, "70": 11, "60": 3, "30": 1}),
    (1960, {"80": 42, "90": 12, "70": 34, "60": 9, "40": 2, "30": 1}),
    (1975, {"80": 20, "70": 52, "60": 13, "40": 6, "30": 6, "20": 3}),
    (1990, {"80": 5, "70": 42, "60": 14, "40": 14, "30": 14, "20": 10, "10": 1}),
    (2100, {"70": 18, "60": 13, "40": 18, "30": 24, "20": 25, "10": 2}),
)
_CHOOSE_SCHOOLING = tuple((year, chooser(shares)) for year, shares in _SCHOOLING)
_FIRST_PHONE = 12


def add_person(
    world: World,
    rng: Random,
    *,
    sex: str,
    born: date,
    town: Town,
    surname: str = "",
    region: str = "",
    parents: tuple[int, int] = (NOBODY, NOBODY),
) -> Person:
    """Add a person of the town; ``region`` is where the number was issued, here when empty."""
    region = region or issuing_region(town.issues, town.old_issues, born)
    father, mother = parents
    person = Person(
        number=len(world.people),
        sex=sex,
        surname=surname or world.names.surname(rng),
        given=world.names.given(rng, sex=sex, year=born.year),
        born=born,
        id_number=world.issuer.id_number(rng, region=region, born=born, sex=sex),
        nationality=_nationality(world, rng, father),
        region=region,
        town=town,
        father=father,
        mother=mother,
        education=schooling(rng, born, world.today),
        phone=world.issuer.phone(rng) if world.today.year - born.year >= _FIRST_PHONE else "",
        registered=born,
        changed=rhythm.office_time(
            rng, max(born, rhythm.years_before(world.today, rng.random() * 5))
        ),
    )
    if rng.random() < 0.006:
        person.former_name = person.surname + world.names.given(rng, sex=sex, year=born.year)
    world.people.append(person)
    for parent in parents:
        if parent != NOBODY:
            world.people[parent].children.append(person.number)
    return person


def married_in_region(rng: Random, town: Town, born: date, other: Town) -> str:
    """Where a spouse's number was issued: mostly here, else another county, else elsewhere."""
    draw = rng.random()
    if draw < 0.80:
        return issuing_region(town.issues, town.old_issues, born)
    if draw < 0.91:
        return issuing_region(other.issues, other.old_issues, born)
    return elsewhere(rng)


def schooling(rng: Random, born: date, today: date) -> str:
    """Highest schooling finished by today."""
    age = today.year - born.year
    if age < 13:
        return "90" if age < 7 else "80"
    if age < 16:
        return "70"
    if age < 19:
        return "60"
    return next(choose for year, choose in _CHOOSE_SCHOOLING if born.year < year)(rng)


def _nationality(world: World, rng: Random, father: int) -> str:
    return world.people[father].nationality if father != NOBODY else _NATIONALITIES(rng)
