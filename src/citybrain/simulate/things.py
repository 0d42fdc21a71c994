"""What people own: vehicles, licences to drive them, homes."""

from datetime import date
from random import Random

from citybrain.simulate import rhythm
from citybrain.simulate.draw import chooser, stream
from citybrain.simulate.local import local
from citybrain.simulate.world import NOBODY, Company, Person, Title, Vehicle, World

_VIN = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_CLASSES = chooser({"C1": 74, "C2": 8, "B2": 7, "A2": 3, "A1": 2, "B1": 1, "E": 4, "D": 1})
_KINDS = chooser({"K33": 62, "K32": 16, "K31": 9, "M21": 9, "H31": 4})
_ADULT = 18
_DRIVERS_WITH_VEHICLE, _FIRMS_WITH_VEHICLE, _OWN_THEIR_HOME = 0.42, 0.30, 0.42
_MARKET_SINCE = date(1999, 1, 1)  # homes are bought and sold since the housing reform
_LORRIES = chooser({"H31": 40, "H11": 20, "Q11": 20, "K31": 15, "B11": 5})


def own_all(world: World) -> None:
    """Licences, vehicles and homes of the first day."""
    rng = stream(world.seed, "things")
    for person in world.people:
        if person.here and person.age(world.today) >= _ADULT:
            _own(world, rng, person)
    for company in world.companies:
        if company.kind not in ("", "9500") and rng.random() < _FIRMS_WITH_VEHICLE:
            on = rhythm.between(rng, company.founded, world.today)
            add_vehicle(world, rng, None, company, on=on)
    for home in world.households:
        if rng.random() < _OWN_THEIR_HOME:
            since = max(_MARKET_SINCE, home.founded)
            on = rhythm.between(rng, since, world.today)
            head = world.people[home.members[0]]
            add_title(world, rng, head, home.address, urban=home.urban, on=on)


def _own(world: World, rng: Random, person: Person) -> None:
    """A licence for those who drive, a vehicle for some of them."""
    if rng.random() >= _drives(person, person.age(world.today)):
        return
    since = max(date(1995, 1, 1), rhythm.years_before(person.born, -_ADULT))
    licensed = rhythm.between(rng, since, world.today)
    give_licence(rng, person, licensed)
    if rng.random() < _DRIVERS_WITH_VEHICLE:
        since = max(licensed, rhythm.years_before(world.today, 13))
        add_vehicle(world, rng, person, None, on=rhythm.between(rng, since, world.today))


def give_licence(rng: Random, person: Person, on: date) -> None:
    """Let a person drive from that day on."""
    person.licensed, person.licence = on, _CLASSES(rng)
    person.points = rng.choice((0, 0, 0, 0, 1, 2, 3, 6)) if rng.random() < 0.3 else 0


def add_vehicle(
    world: World, rng: Random, person: Person | None, company: Company | None, *, on: date
) -> Vehicle:
    """Register a vehicle of a person or of a company."""
    kind = _KINDS(rng) if person else _LORRIES(rng)
    electric = kind in ("K33", "K32") and on.year >= 2017 and rng.random() < 0.12
    brands = (
        local().new_energy_brands if electric
        else local().motorcycle_brands if kind.startswith("M")
        else local().brands if kind.startswith("K") else local().lorry_brands
    )  # fmt: skip
    heavy = kind in ("H11", "Q11", "B11")
    age = (world.today - on).days / 365.2425
    vehicle = Vehicle(
        number=len(world.vehicles),
        plate=world.issuer.plate(new_energy=electric),
        plate_kind="52"
        if electric
        else "07"
        if kind.startswith("M")
        else "15"
        if kind == "B11"
        else "01"
        if heavy
        else "02",
        kind=kind,
        brand=brands[int(rng.random() * len(brands))],
        vin="L" + "".join(rng.choices(_VIN, k=16)),
        use="F" if company and not kind.startswith("K") else "A",
        owner=person.number if person else NOBODY,
        company=company.number if company else NOBODY,
        registered=on,
        valid_to=_valid_to(on, world.today, rng),
        mileage=round(age * (14000 + rng.random() * 9000)),
        status="A",
        changed=rhythm.office_time(rng, on),
    )
    if vehicle.valid_to < world.today:
        vehicle.status = "Q"
    world.vehicles.append(vehicle)
    return vehicle


def add_title(
    world: World,
    rng: Random,
    owner: Person,
    address: str,
    *,
    urban: bool,
    on: date,
    status: str = "1",
) -> Title:
    """Enter a home in the register, often with the spouse as the second owner."""
    owners: tuple[int, ...] = (owner.number,)
    if owner.spouse != NOBODY and rng.random() < 0.55:
        owners = (owner.number, owner.spouse)
    area = round(rng.gauss(10800, 2600)) if urban else round(rng.gauss(18000, 4500))
    area = max(3500, area)
    per_metre = (0.25 + max(0, on.year - 2002) * 0.028) * (0.85 + rng.random() * 0.3)
    title = Title(
        number=len(world.titles),
        town=owner.town,
        address=address,
        owners=owners,
        company=NOBODY,
        right="4" if urban else "6",
        use="11" if urban else "10",
        area=area,
        price=round(area * per_metre) if urban else 0,
        registered=rhythm.next_open(world.city.calendar, on),
        status=status,
    )
    world.titles.append(title)
    return title


def _drives(person: Person, age: int) -> float:
    if age >= 68:
        return 0.03
    return (0.58 if person.sex == "1" else 0.30) * (1.0 if 22 <= age <= 52 else 0.5)


def _valid_to(on: date, today: date, rng: Random) -> date:
    """Inspection is due every second year, and every year when the vehicle is old."""
    due = rhythm.anniversary(on, 2)
    while due <= today and rng.random() < 0.97:
        due = rhythm.anniversary(due, 2 if (due - on).days < 3650 else 1)
    return due
