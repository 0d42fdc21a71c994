"""Births, deaths and health institutions."""

from collections.abc import Iterator
from datetime import date

from citybrain.simulate import rhythm
from citybrain.simulate.draw import stream
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import NOBODY, Institution, Person, World


def births(world: World) -> Iterator[Row]:
    """Birth certificates, in the order of issue."""
    for number, (issued, child_number, father_number, mother_number, born) in enumerate(
        world.happened("births"), 1
    ):
        rng = stream(world.seed, "birth", child_number)
        child, mother = world.people[child_number], world.people[mother_number]
        father = world.people[father_number] if rng.random() > 0.004 else None
        weeks = min(42, max(29, round(rng.gauss(39, 1.5))))
        place = _born_at(world, mother, rng.random())
        values = {
            "certificate_number": f"{'STUV'[born.year % 4]}34{number:07d}",
            "child_name": child.name,
            "sex": child.sex,
            "born_at": rhythm.any_time(rng, born),
            "weight": max(900, round(rng.gauss(3250 - (39 - weeks) * 140, 380))),
            "weeks": weeks,
            "mother_name": mother.name,
            "mother_id_number": mother.id_number,
            "father_name": father.name if father else None,
            "father_id_number": father.id_number if father else None,
            "institution_code": institution_code(place),
            "issued_on": issued,
        }
        about = [("person", child_number), ("mother", mother_number)]
        if father:
            about.append(("father", father_number))
        yield Row(values, tuple(about))


def deaths(world: World) -> Iterator[Row]:
    """Death certificates, in the order of report."""
    for number, (day, who, cause, where) in enumerate(world.happened("deaths"), 1):
        person = world.people[who]
        place = world.institutions[world.near[_town(world, person)][0]]
        values = {
            "certificate_number": f"SW{day:%Y}{number:08d}",
            "name": person.name,
            "id_number": person.id_number,
            "sex": person.sex,
            "birth_date": person.born,
            "died_on": person.died or date.min,
            "place": where,
            "cause": cause,
            "institution_code": institution_code(place),
            "reported_on": day,
        }
        yield Row(values, (("person", who),))


def institutions(world: World) -> Iterator[Row]:
    """Hospitals, health centres and clinics."""
    for place in world.institutions:
        values = {
            "institution_code": institution_code(place),
            "name": place.name,
            "uscc": world.companies[place.company].uscc,
            "level": place.level,
            "county": place.town.county,
            "address": world.companies[place.company].address,
            "beds": place.beds,
        }
        yield Row(values, (("company", place.company),))


def institution_code(place: Institution) -> str:
    """Twenty-two characters, beginning with rehearsal digits."""
    return f"PDY{place.town.issues}{place.number + 1:013d}"


def _born_at(world: World, mother: Person, draw: float) -> Institution:
    hospitals = world.hospitals[mother.town.county]
    return world.institutions[hospitals[int(draw * len(hospitals))]]


def _town(world: World, person: Person) -> str:
    home = world.households[person.household] if person.household != NOBODY else None
    return home.town.code if home else person.town.code
