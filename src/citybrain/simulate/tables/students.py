"""Pupils, schools, changes of school."""

from collections.abc import Iterator

from citybrain.simulate.draw import stream
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import NOBODY, School, World


def students(world: World) -> Iterator[Row]:
    """Everybody who is, or was since the books began, at a school here."""
    for person in world.people:
        if not person.student:
            continue
        guardian = next(
            (
                n
                for n in (person.father, person.mother)
                if n != NOBODY and world.people[n].died is None
            ),
            NOBODY,
        )
        parent = world.people[guardian] if guardian != NOBODY else None
        values = {
            "student_number": f"G{person.id_number}",
            "id_number": person.id_number,
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.born,
            "nationality": person.nationality,
            "school_code": school_code(world.schools[person.school]),
            "grade": person.grade,
            "enrolled_on": person.enrolled,
            "guardian_name": parent.name if parent else None,
            "guardian_id_number": parent.id_number if parent else None,
            "guardian_phone": parent.phone if parent else None,
            "status": "11" if person.died else person.student,
            "boarding": stream("boarding", person.number).random()
            < (0.6 if person.grade >= "31" else 0.08),
        }
        about = (("person", person.number), ("guardian", guardian))
        yield Row(values, about if parent else about[:1], person.number)


def schools(world: World) -> Iterator[Row]:
    """Every school."""
    for school in world.schools:
        rng = stream("school", school.number)
        values = {
            "school_code": school_code(school),
            "name": school.name,
            "kind": school.kind,
            "uscc": world.companies[school.company].uscc,
            "county": school.town.county,
            "township": school.town.code,
            "address": world.companies[school.company].address,
            "longitude": f"{school.town.longitude + rng.uniform(-0.03, 0.03):.6f}",
            "latitude": f"{school.town.latitude + rng.uniform(-0.03, 0.03):.6f}",
        }
        yield Row(values, (("company", school.company),))


def transfers(world: World) -> Iterator[Row]:
    """Changes of school."""
    for number, (day, who, kind, before, after, reason, at) in enumerate(
        world.happened("transfers"), 1
    ):
        values = {
            "transfer_number": f"ZX{day:%Y%m}{number:08d}",
            "student_number": f"G{world.people[who].id_number}",
            "kind": kind,
            "from_school": before,
            "to_school": after,
            "reason": reason,
            "approved_at": at,
        }
        yield Row(values, (("person", who),))


def school_code(school: School) -> str:
    """Ten digits beginning with the rehearsal's digits of the county."""
    return f"{school.town.issues}{school.number + 1:04d}"
