"""Schools, hospitals and offices, and the pupils in the schools."""

from datetime import date
from random import Random

from citybrain.simulate.draw import stream
from citybrain.simulate.firms import add_public_body
from citybrain.simulate.places import Town
from citybrain.simulate.world import Institution, Person, School, World

PRIMARY = ("11", "12", "13", "14", "15", "16")
JUNIOR = ("21", "22", "23")
SENIOR = ("31", "32", "33")
_ORDER = PRIMARY + JUNIOR + SENIOR
_TO_SENIOR = 0.62


def open_public_bodies(world: World) -> None:
    """Every town's office, health centre and school; every county's hospital and high school."""
    rng = stream(world.seed, "public")
    seats: set[str] = set()
    for town in world.places.towns:
        add_public_body(
            world, rng, name=f"{town.county_name}{town.name}人民政府", town=town, industry="S"
        )
        centre, level = ("社区卫生服务中心", "02") if town.urban else ("卫生院", "01")
        _health(world, rng, town, f"{town.county_name}{town.name}{centre}", level, 20)
        _school(world, rng, town, f"{town.county_name}{town.name}中心小学", "211", PRIMARY)
        _school(world, rng, town, f"{town.county_name}{town.name}初级中学", "311", JUNIOR)
        if town.county not in seats:
            seats.add(town.county)
            _health(world, rng, town, f"{town.county_name}人民医院", "20", 600)
            _health(world, rng, town, f"{town.county_name}中医院", "20", 300)
            for which in ("第一", "第二"):
                _school(world, rng, town, f"{town.county_name}{which}中学", "342", SENIOR)
    _health(world, rng, world.places.towns[0], f"{world.places.city_name}人民医院", "30", 1600)


def _health(world: World, rng: Random, town: Town, name: str, level: str, beds: int) -> None:
    body = add_public_body(world, rng, name=name, town=town, industry="Q")
    institution = Institution(
        number=len(world.institutions),
        name=name,
        level=level,
        town=town,
        beds=beds,
        company=body.number,
    )
    world.institutions.append(institution)
    world.near.setdefault(town.code, []).append(institution.number)
    if level >= "20":
        world.hospitals.setdefault(town.county, []).append(institution.number)


def _school(
    world: World, rng: Random, town: Town, name: str, kind: str, grades: tuple[str, ...]
) -> None:
    body = add_public_body(world, rng, name=name, town=town, industry="P")
    school = School(
        number=len(world.schools),
        name=name,
        kind=kind,
        town=town,
        grades=grades,
        company=body.number,
    )
    world.schools.append(school)
    place = town.county if kind == "342" else town.code
    world.by_town_school[place, grades[0]] = school.number


def grade_of(born: date, on: date) -> str:
    """The grade of a child that began primary school in September at six; empty for others."""
    start = born.year + 6 + ((born.month, born.day) > (8, 31))
    year = on.year - (on.month < 9) - start
    return _ORDER[year] if 0 <= year < len(_ORDER) else ""


def find_school(world: World, town: Town, grade: str) -> int:
    """The school that teaches a grade to the children of a town."""
    first = next(g for g in (PRIMARY, JUNIOR, SENIOR) if grade in g)[0]
    return world.by_town_school[town.county if first == "31" else town.code, first]


def enrol(world: World, rng: Random, person: Person, on: date) -> None:
    """Put a child of school age into its grade; some do not go on to high school."""
    grade = grade_of(person.born, on)
    if not grade or (grade in SENIOR and rng.random() >= _TO_SENIOR):
        return
    person.grade, person.student = grade, "01"
    person.school = find_school(world, person.town, grade)
    years = _ORDER.index(grade) - _ORDER.index(world.schools[person.school].grades[0])
    person.enrolled = date(on.year - (on.month < 9) - years, 9, 1)


def enrol_all(world: World) -> None:
    """All children of the first day."""
    rng = stream(world.seed, "pupils")
    for person in world.people:
        if person.here:
            enrol(world, rng, person, world.today)


def new_school_year(world: World) -> None:
    """The first of September: everybody moves up, the eldest leave, the youngest begin."""
    rng = stream(world.seed, "school year", world.today.year)
    for person in world.people:
        if not person.here:
            continue
        if person.student == "01":
            _move_up(world, rng, person)
        elif not person.student and grade_of(person.born, world.today) == PRIMARY[0]:
            enrol(world, rng, person, world.today)


def _move_up(world: World, rng: Random, person: Person) -> None:
    at = _ORDER.index(person.grade)
    if person.grade == SENIOR[-1] or (person.grade == JUNIOR[-1] and rng.random() >= _TO_SENIOR):
        person.student = "07"
        return
    person.grade = _ORDER[at + 1]
    if person.grade in (JUNIOR[0], SENIOR[0]):
        person.school = find_school(world, person.town, person.grade)
        person.enrolled = world.today
