"""Social insurance: insured persons, contributions, pensions, employers."""

from collections.abc import Iterator
from datetime import date, datetime

from citybrain.base.clock import CITY_ZONE
from citybrain.simulate import rhythm
from citybrain.simulate.draw import stream
from citybrain.simulate.tables.rows import Row, money, month_of
from citybrain.simulate.work import EMPLOYEES, RESIDENTS, SERVANTS
from citybrain.simulate.world import NOBODY, Person, World

_EMPLOYER_SHARE, _PERSON_SHARE = 16, 8  # per cent of the base
_KINDS = {EMPLOYEES: "1", RESIDENTS: "2", SERVANTS: "3"}


def insured(world: World) -> Iterator[Row]:
    """Everybody insured for a pension."""
    for person in world.people:
        if not person.insured or not person.scheme:
            continue
        employer = world.companies[person.employer] if person.employer != NOBODY else None
        values = {
            "person_number": person_number(person.number),
            "scheme": person.scheme,
            "id_number": person.id_number,
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.born,
            "employer_number": employer_number(employer.number) if employer else None,
            "insured_on": person.insured,
            "base": money(person.base * 100),
            "status": _status(person),
            "phone": person.phone or None,
            "updated_at": person.changed,
        }
        yield Row(values, (("person", person.number),), person.number)


def payments(world: World) -> Iterator[Row]:
    """Contributions in the order they were paid."""
    for number, (day, who, scheme, employer, base) in enumerate(world.happened("payments"), 1):
        resident = scheme == RESIDENTS
        values = {
            "payment_number": number,
            "person_number": person_number(who),
            "scheme": scheme,
            "employer_number": None if employer == NOBODY else employer_number(employer),
            "month": month_of(day),
            "base": money(base * 100),
            "employer_amount": None if resident else money(base * _EMPLOYER_SHARE),
            "person_amount": money(base * 100 if resident else base * _PERSON_SHARE),
            "paid_at": rising_moment(day, number),
        }
        about = (
            (("person", who),) if employer == NOBODY else (("person", who), ("company", employer))
        )
        yield Row(values, about)


def benefits(world: World) -> Iterator[Row]:
    """Pensions drawn now or until death."""
    for person in world.people:
        if person.retired is None or not person.scheme:
            continue
        values = {
            "person_number": person_number(person.number),
            "kind": _KINDS[person.scheme],
            "started_on": person.retired,
            "monthly_amount": money(person.base * 100),
            "ended_on": person.died if person.cancelled else None,
            "bank_account": f"000{person.number * 7919 % 10**13:013d}",
            "updated_at": person.changed,
        }
        yield Row(values, (("person", person.number),), person.number)


def employers(world: World) -> Iterator[Row]:
    """Every body that ever employed somebody insured; staff as of its last payment."""
    paid: dict[int, tuple[date, int]] = {}
    for day, _, _, employer, _ in world.happened("payments"):
        last, staff = paid.get(employer, (day, 0))
        paid[employer] = (day, staff + 1 if last == day else 1)
    known = {number: day for day, number in reversed(world.happened("employers"))}
    for company in world.companies:
        if company.number not in known:
            continue
        rng = stream(world.seed, "employer", company.number)
        day, staff = paid.get(company.number, (known[company.number], 0))
        values = {
            "employer_number": employer_number(company.number),
            "uscc": company.uscc,
            "name": company.name,
            "kind": company.body,
            "industry": company.industry,
            "registered_on": rhythm.next_open(world.city.calendar, company.founded),
            "insured_count": staff,
            "updated_at": max(rhythm.office_time(rng, day), company.changed),
        }
        yield Row(values, (("company", company.number),), company.number)


def person_number(number: int) -> str:
    """Ten digits of the insurance's own."""
    return f"{3_000_000_001 + number * 7:010d}"


def employer_number(number: int) -> str:
    """Eight digits of the insurance's own."""
    return f"{10_000_001 + number * 3:08d}"


def _status(person: Person) -> str:
    if person.cancelled or person.gone:
        return "3"
    if person.retired:
        return "4"
    return "1" if person.employer != NOBODY or person.scheme == RESIDENTS else "2"


def rising_moment(day: date, number: int) -> datetime:
    """A moment of the morning that rises with the number, for the cursor."""
    hour, minute, second = 9 + number // 3600 % 8, number // 60 % 60, number % 60
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CITY_ZONE)
