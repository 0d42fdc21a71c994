"""Jobs begun and left, pensions begun, monthly payments, housing fund withdrawals."""

from datetime import date
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, some
from citybrain.simulate.events.rates import open_day, today
from citybrain.simulate.work import RESIDENTS, leave_work, openings, retire_due, start_work
from citybrain.simulate.world import NOBODY, Person, World

_HIRED, _LEFT, _RETIRED, _WITHDRAWN = 14.0, 10.0, 7.0, 9.0
_REASONS = chooser({"02": 55, "01": 18, "03": 15, "04": 10, "99": 2})
_FIRST_PAYDAY, _PAYDAYS = 8, 15
_RESIDENTS_PAY = (10, 8)  # month and day from which residents pay for the year
_RESIDENTS_DAYS = 60
_RETIRES = {"1": 60, "2": 55}


def day(world: World) -> None:
    """One day's working life."""
    rng = today(world, "working")
    _hire(world, rng)
    for person in some(rng, world.people, open_day(world, rng, _LEFT), _works):
        leave_work(person)
        person.changed = rhythm.office_time(rng, world.today)
    due = some(
        rng, world.people, open_day(world, rng, _RETIRED), lambda p: _retires(world, p), tries=60
    )
    for person in due:
        if person.retired is None:
            retire_due(world, person)
            person.changed = rhythm.office_time(rng, world.today)
    _pay(world)
    savers = some(
        rng, world.people, open_day(world, rng, _WITHDRAWN), lambda p: p.here and p.fund is not None
    )
    for person in savers:
        amount = 100_00 * round(rng.lognormvariate(5.2, 0.7))
        at = rhythm.office_time(rng, world.today)
        world.note("withdrawals", world.today, person.number, _REASONS(rng), amount, at)


def _hire(world: World, rng: Random) -> None:
    wanted = open_day(world, rng, _HIRED)
    if not wanted:
        return
    employers, bodies = openings(world)

    def seeks(person: Person) -> bool:
        return (
            person.here and person.entered and person.employer == NOBODY and person.retired is None
            and person.student != "01" and 18 <= person.age(world.today) <= 50
        )  # fmt: skip

    for person in some(rng, world.people, wanted, seeks):
        start_work(world, rng, person, employers=employers, bodies=bodies, fresh=True)
        person.changed = rhythm.office_time(rng, world.today)


def _works(person: Person) -> bool:
    return person.here and person.employer != NOBODY


def _retires(world: World, person: Person) -> bool:
    age = _RETIRES[person.sex]
    return (
        person.here
        and person.retired is None
        and person.insured is not None
        and age <= person.age(world.today)
    )


def _pay(world: World) -> None:
    """Employers pay on a day of the month of their own; residents once in the last quarter."""
    paying = _employers_paying(world)
    if paying:
        for person in world.people:
            if person.employer != NOBODY and person.employer % _PAYDAYS in paying and person.here:
                world.note(
                    "payments",
                    world.today,
                    person.number,
                    person.scheme,
                    person.employer,
                    person.base,
                )
    year_day = (world.today - date(world.today.year, *_RESIDENTS_PAY)).days
    if 0 <= year_day < _RESIDENTS_DAYS:
        for person in world.people:
            if (
                person.scheme == RESIDENTS and person.retired is None and person.here
                and person.number * 2654435761 % _RESIDENTS_DAYS == year_day
            ):  # fmt: skip
                world.note("payments", world.today, person.number, RESIDENTS, NOBODY, person.base)


def _employers_paying(world: World) -> frozenset[int]:
    """Which remainders of employers pay today, their day or the next on which banks are open."""
    day, calendar = world.today, world.city.calendar
    return frozenset(
        remainder
        for remainder in range(_PAYDAYS)
        if rhythm.next_open(calendar, day.replace(day=_FIRST_PAYDAY + remainder)) == day
    )
