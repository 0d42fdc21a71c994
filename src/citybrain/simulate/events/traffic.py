"""New drivers, new and sold vehicles, inspections and violations."""

from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, some
from citybrain.simulate.events.rates import any_day, open_day, today
from citybrain.simulate.things import add_vehicle, give_licence
from citybrain.simulate.world import NOBODY, Person, Vehicle, World

_LICENSED, _BOUGHT, _FOR_FIRMS, _SCRAPPED, _CAUGHT = 14.0, 16.0, 1.5, 3.0, 85.0
_LAST_DAYS = 40  # before the term in which inspections are made
_CODES = chooser(
    {
        "10390": 34,
        "13440": 10,
        "13450": 12,
        "13520": 14,
        "16250": 9,
        "16360": 5,
        "12080": 5,
        "60110": 5,
    }
    | {"12230": 3, "13570": 4, "10180": 2, "13010": 2, "17120": 1}
)
FINES = {
    "10390": (100, 0), "13440": (100, 3), "13450": (100, 3), "13520": (0, 0), "16250": (200, 6),
    "16360": (200, 6), "12080": (100, 2), "60110": (50, 2), "12230": (50, 2), "13570": (100, 3),
    "10180": (100, 0), "13010": (200, 3), "17120": (1000, 12),
}  # fmt: skip


def day(world: World) -> None:
    """One day's traffic."""
    rng = today(world, "traffic")
    _license(world, rng)
    _buy(world, rng)
    for vehicle in some(
        rng, world.vehicles, open_day(world, rng, _SCRAPPED), lambda v: v.status == "A"
    ):
        if (world.today - vehicle.registered).days > 9 * 365:
            vehicle.status, vehicle.changed = "E", rhythm.office_time(rng, world.today)
    _inspect(world, rng)
    _catch(world, rng)


def _license(world: World, rng: Random) -> None:
    def may(person: Person) -> bool:
        return (
            person.here
            and person.entered
            and person.licensed is None
            and 18 <= person.age(world.today) <= 45
        )

    for person in some(rng, world.people, open_day(world, rng, _LICENSED), may):
        give_licence(rng, person, world.today)
        person.points, person.changed = 0, rhythm.office_time(rng, world.today)
        world.note("licences", world.today, person.number)


def _buy(world: World, rng: Random) -> None:
    drivers = some(
        rng,
        world.people,
        open_day(world, rng, _BOUGHT),
        lambda p: p.here and p.licensed is not None,
    )
    for person in drivers:
        add_vehicle(world, rng, person, None, on=world.today)
    firms = some(
        rng, world.companies, open_day(world, rng, _FOR_FIRMS),
        lambda c: c.kind not in ("", "9500") and c.closed is None,
    )  # fmt: skip
    for firm in firms:
        add_vehicle(world, rng, None, firm, on=world.today)


def _inspect(world: World, rng: Random) -> None:
    """Inspect vehicles in the days before their term runs out, and some of those overdue."""
    opened = rhythm.is_open(world.city.calendar, world.today)
    for vehicle in world.vehicles:
        left = (vehicle.valid_to - world.today).days
        if left >= _LAST_DAYS or vehicle.status not in "AQ":
            continue
        if left < 0 and vehicle.status == "A":
            vehicle.status, vehicle.changed = "Q", rhythm.office_time(rng, world.today)
        elif opened and rng.random() < (0.02 if left < 0 else 0.09):
            _pass(world, rng, vehicle)


def _pass(world: World, rng: Random, vehicle: Vehicle) -> None:
    passed = rng.random() < 0.94
    years = 1 if (world.today - vehicle.registered).days > 3650 else 2
    vehicle.mileage += round(9000 * years * (0.5 + rng.random()))
    at = rhythm.office_time(rng, world.today)
    if passed:
        vehicle.valid_to = rhythm.anniversary(max(vehicle.valid_to, world.today), years)
        vehicle.status, vehicle.changed = "A", at
    world.note(
        "inspections", world.today, vehicle.number, passed, vehicle.mileage, vehicle.valid_to, at
    )


def _catch(world: World, rng: Random) -> None:
    caught = some(rng, world.vehicles, any_day(world, rng, _CAUGHT), lambda v: v.status == "A")
    for vehicle in caught:
        code = _CODES(rng)
        settled = rng.random() < 0.7
        driver = vehicle.owner if settled and vehicle.owner != NOBODY else NOBODY
        place = f"{world.places.towns[int(rng.random() * 12)].name}{world.places.road(rng)}"
        at = rhythm.any_time(rng, world.today)
        world.note("violations", world.today, vehicle.number, driver, code, place, at, settled)
