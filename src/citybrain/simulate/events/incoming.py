"""People from elsewhere who come to live and work here, and the homes they rent."""

from datetime import date, datetime
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, some, stream
from citybrain.simulate.events.rates import open_day, today
from citybrain.simulate.identity import elsewhere
from citybrain.simulate.people import add_person
from citybrain.simulate.work import openings, start_work
from citybrain.simulate.world import NOBODY, Dwelling, Person, World

_COME, _GO, _PERMITS = 11.0, 8.0, 9.0
_REASONS = chooser({"01": 62, "03": 14, "04": 6, "05": 4, "06": 8, "07": 5, "08": 1})
_KINDS = chooser({"1": 40, "2": 45, "3": 10, "4": 5})


def arrive_first(world: World, *, people: int) -> None:
    """The incomers who already live here when the books begin."""
    rng = stream(world.seed, "incomers")
    permits: list[tuple[date, int, str, datetime]] = []
    for _ in range(people):
        years = 4 * rng.random() ** 1.5
        on = rhythm.next_open(world.city.calendar, rhythm.years_before(world.today, years + 0.02))
        person = _arrive(world, rng)
        person.registered = on
        person.changed = rhythm.office_time(rng, on)
        if rng.random() < 0.7:
            permits.append((on, person.number, "1", person.changed))
    for on, number, action, at in sorted(permits, key=lambda p: (p[3], p[1])):
        world.note("residence permits", on, number, action, at)


def day(world: World) -> None:
    """One day's arrivals, departures and residence permits."""
    rng = today(world, "incoming")
    arrivals = open_day(world, rng, _COME)
    if arrivals:
        employers, bodies = openings(world)
    for _ in range(arrivals):
        person = _arrive(world, rng)
        person.registered, person.changed = world.today, rhythm.office_time(rng, world.today)
        if person.reason in ("01", "04"):
            start_work(world, rng, person, employers=employers, bodies=bodies, fresh=True)
    for person in some(rng, world.people, open_day(world, rng, _GO), _stays, tries=30):
        person.gone, person.changed = world.today, rhythm.office_time(rng, world.today)
        person.employer = NOBODY
    for person in some(rng, world.people, open_day(world, rng, _PERMITS), _stays, tries=30):
        at = rhythm.office_time(rng, world.today)
        action = "1" if (world.today - person.registered).days < 400 else "2"
        world.note("residence permits", world.today, person.number, action, at)


def _stays(person: Person) -> bool:
    return person.incomer and person.here


def _arrive(world: World, rng: Random) -> Person:
    sex = "1" if rng.random() < 0.58 else "2"
    born = rhythm.years_before(world.today, 18 + 38 * rng.random() ** 1.2)
    home = _dwelling(world, rng)
    person = add_person(world, rng, sex=sex, born=born, town=home.town, region=elsewhere(rng))
    person.incomer, person.dwelling = True, home.number
    person.reason = _REASONS(rng)
    person.phone = person.phone or world.issuer.phone(rng)
    world.note("incomers", world.today, person.number)
    return person


def _dwelling(world: World, rng: Random) -> Dwelling:
    if world.dwellings and rng.random() < 0.68:
        return world.dwellings[int(rng.random() * len(world.dwellings))]
    owners = some(
        rng, world.people, 1, lambda p: not p.incomer and p.age(world.today) >= 25, tries=50
    )
    owner = owners[0] if owners else world.people[0]
    dwelling = Dwelling(
        number=len(world.dwellings),
        town=owner.town,
        address=world.places.address(rng, owner.town, urban=owner.town.urban or rng.random() < 0.4),
        kind=_KINDS(rng),
        owner=owner.number,
        rooms=1 + int(rng.random() * 8),
        registered=rhythm.next_open(
            world.city.calendar, rhythm.years_before(world.today, rng.random() * 0.01)
        ),
    )
    world.dwellings.append(dwelling)
    return dwelling
