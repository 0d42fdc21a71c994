"""Medical insurance: enrolment, settlements, care elsewhere."""

from collections.abc import Iterator

from citybrain.simulate import rhythm
from citybrain.simulate.draw import stream
from citybrain.simulate.events.care import is_enrolled
from citybrain.simulate.tables.rows import Row, money
from citybrain.simulate.tables.vital import institution_code
from citybrain.simulate.work import EMPLOYEES, SERVANTS
from citybrain.simulate.world import NOBODY, World

_EMPLOYEES, _RESIDENTS = "310", "390"


def enrolled(world: World) -> Iterator[Row]:
    """Everybody insured against illness, in the order of registration."""
    order = [n[1] for n in world.happened("registered")] + [
        n[1] for n in world.happened("incomers")
    ]
    for who in order:
        person = world.people[who]
        if not is_enrolled(person):
            continue
        employed = person.scheme in (EMPLOYEES, SERVANTS)
        employer = (
            world.companies[person.employer] if employed and person.employer != NOBODY else None
        )
        rng = stream("enrolment", who)
        values = {
            "person_number": person_number(who),
            "id_number": person.id_number,
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.born,
            "nationality": person.nationality,
            "scheme": _EMPLOYEES if employed else _RESIDENTS,
            "employer_uscc": employer.uscc if employer else None,
            "enrolled_on": max(
                person.registered, rhythm.years_before(world.origin, rng.random() * 9)
            ),
            "status": "3" if person.cancelled or person.gone else "1",
            "phone": person.phone or None,
            "updated_at": person.changed,
        }
        yield Row(values, (("person", who),), who)


def settlements(world: World) -> Iterator[Row]:
    """Bills settled, in the order of days."""
    for number, (day, who, place, kind, total, paid, at) in enumerate(
        world.happened("settlements"), 1
    ):
        values = {
            "settlement_number": f"JS{day:%Y%m%d}{number:010d}",
            "person_number": person_number(who),
            "institution_code": institution_code(world.institutions[place]),
            "kind": kind,
            "total": money(total),
            "fund_paid": money(paid),
            "person_paid": money(total - paid),
            "settled_at": at,
        }
        yield Row(values, (("person", who),))


def remote_filings(world: World) -> Iterator[Row]:
    """Filings for care elsewhere."""
    for number, (day, who, reason, region, at) in enumerate(world.happened("remote filings"), 1):
        lasting = reason in ("1", "2", "3")
        values = {
            "filing_number": f"YD{day:%Y%m%d}{number:08d}",
            "person_number": person_number(who),
            "reason": reason,
            "region": region,
            "valid_from": day,
            "valid_to": None if lasting else rhythm.years_before(day, -0.5),
            "filed_at": at,
        }
        yield Row(values, (("person", who),))


def person_number(number: int) -> str:
    """Twenty digits of the insurance's own."""
    return f"34000034180{number * 11 + 100_000_000:09d}"
