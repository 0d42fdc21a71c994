"""Who works where, who is insured and saves for a home, who draws a pension."""

from datetime import date
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import Chooser, chooser, stream
from citybrain.simulate.world import NOBODY, Company, Person, World

_RETIRES = {"1": 60, "2": 55}
_LOWEST_BASE = 3429
EMPLOYEES, SERVANTS, RESIDENTS = "110", "120", "170"


def find_work_for_all(world: World) -> None:
    """Jobs and pensions of everybody on the first day."""
    rng = stream(world.seed, "work")
    employers, bodies = openings(world)
    for person in world.people:
        age = person.age(world.today)
        if age < 16 or not person.here:
            continue
        if age >= _RETIRES[person.sex]:
            _pension(world, rng, person)
        elif not (person.student == "01" or _still_studies(person, age, rng)):
            start_work(world, rng, person, employers=employers, bodies=bodies, fresh=False)


def openings(world: World) -> tuple[Chooser[int], Chooser[int]]:
    """Choices of an employer by size: firms, and public bodies."""
    firms: dict[int, float] = {}
    bodies: dict[int, float] = {}
    for company in world.companies:
        if company.closed:
            continue
        if not company.kind:
            bodies[company.number] = 3.0 if company.industry != "S" else 1.0
        else:
            # A few large employers, many small ones; a shop has one or two hands.
            rank = 1 + (company.number * 2654435761 % 1000)
            firms[company.number] = 0.08 if company.kind == "9500" else 60.0 / rank**0.8
    return chooser(firms), chooser(bodies)


def start_work(
    world: World,
    rng: Random,
    person: Person,
    *,
    employers: Chooser[int],
    bodies: Chooser[int],
    fresh: bool,
) -> None:
    """Give an adult a job, or insurance as a resident; ``fresh`` begins today."""
    draw = rng.random()
    educated = person.education in ("10", "20", "30")
    if draw < (0.34 if educated else 0.02):
        _hire(world, rng, person, world.companies[bodies(rng)], fresh=fresh)
    elif draw < (0.80 if educated else 0.48):
        _hire(world, rng, person, world.companies[employers(rng)], fresh=fresh)
    elif draw < 0.93 and not person.incomer:
        person.scheme = RESIDENTS
        since = max(date(2010, 1, 1), rhythm.years_before(person.born, -16))
        person.insured = world.today if fresh else rhythm.between(rng, since, world.today)
        person.base = rng.choice((200, 300, 500, 1000, 2000))


def leave_work(person: Person) -> None:
    """End a job; what was insured stays known."""
    person.employer, person.hired = NOBODY, None


def _hire(world: World, rng: Random, person: Person, company: Company, *, fresh: bool) -> None:
    public = not company.kind
    earliest = max(
        rhythm.years_before(person.born, -(19 + rng.random() * 4)),
        company.founded,
        date(1996, 1, 1),
    )
    if person.incomer:
        earliest = max(earliest, person.registered)
    start = world.today if fresh else rhythm.between(rng, min(earliest, world.today), world.today)
    person.employer = company.number
    person.hired = rhythm.next_open(world.city.calendar, start)
    person.insured = person.insured or person.hired
    person.scheme = SERVANTS if public else EMPLOYEES
    person.base = max(_LOWEST_BASE, round(rng.gauss(6400 if public else 4300, 1300)))
    if person.fund is None and rng.random() < (0.96 if public else 0.22):
        person.fund = person.hired
    company.staff += 1
    if company.staff == 1:
        world.note("employers", world.today, company.number)


def _pension(world: World, rng: Random, person: Person) -> None:
    worked = rng.random() < 0.38
    person.scheme = (SERVANTS if rng.random() < 0.2 else EMPLOYEES) if worked else RESIDENTS
    since = max(date(1996, 1, 1), rhythm.years_before(person.born, -25))
    person.insured = rhythm.between(rng, since, max(since, date(2012, 12, 31)))
    person.base = round(rng.gauss(3100, 700)) if worked else 120 + int(rng.random() * 90)
    years = _RETIRES[person.sex] if worked else 60
    retired = rhythm.years_before(person.born, -years)
    if retired <= world.today:
        person.retired = date(retired.year, retired.month, 1)


def retire_due(world: World, person: Person) -> None:
    """Turn a worker of the age into a pensioner."""
    person.retired = world.today
    person.base = max(150, round(person.base * 0.45)) if person.employer != NOBODY else 150
    if person.insured is None:
        person.insured, person.scheme = world.today, RESIDENTS
    leave_work(person)


def _still_studies(person: Person, age: int, rng: Random) -> bool:
    if age < 18:
        return rng.random() < 0.8
    return person.education in ("10", "20", "30") and age < 22
