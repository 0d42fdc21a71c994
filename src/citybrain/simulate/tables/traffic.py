"""Vehicles, licences, violations, inspections."""

from collections.abc import Iterator
from datetime import date

from citybrain.simulate import rhythm
from citybrain.simulate.draw import stream
from citybrain.simulate.events.traffic import FINES
from citybrain.simulate.tables.rows import Row, money
from citybrain.simulate.world import NOBODY, Person, Vehicle, World

_FOREVER = date(2999, 12, 31)


def vehicles(world: World) -> Iterator[Row]:
    """Vehicles of people and firms."""
    for vehicle in world.vehicles:
        company = world.companies[vehicle.company] if vehicle.company != NOBODY else None
        person = world.people[vehicle.owner] if company is None else None
        values = {
            "vehicle_number": vehicle_number(vehicle),
            "plate": vehicle.plate,
            "plate_kind": vehicle.plate_kind,
            "vehicle_type": vehicle.kind,
            "brand": vehicle.brand,
            "vin": vehicle.vin,
            "use": vehicle.use,
            "owner_name": company.name if company else person.name if person else None,
            "owner_id_number": company.uscc if company else person.id_number if person else None,
            "owner_kind": "2" if company else "1",
            "first_registered_on": vehicle.registered,
            "inspection_valid_to": vehicle.valid_to,
            "status": vehicle.status,
            "updated_at": vehicle.changed,
        }
        yield Row(values, (("company", vehicle.company) if company else ("owner", vehicle.owner),))


def licences(world: World) -> Iterator[Row]:
    """Driving licences: the first day's, then those issued since."""
    since = [n[1] for n in world.happened("licences")]
    new = set(since)
    first = [p.number for p in world.people if p.licensed and p.number not in new]
    for who in (*first, *since):
        person = world.people[who]
        issued, ends = _terms(person, world.today)
        values = {
            "id_number": person.id_number,
            "file_number": f"{person.region}{who + 1:06d}",
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.born,
            "licence_class": person.licence,
            "first_issued_on": person.licensed,
            "valid_to": ends,
            "points": person.points,
            "status": "G" if person.died and person.cancelled else "A",
            "phone": person.phone or None,
            "address": _address(world, person),
            "updated_at": max(person.changed, rhythm.morning(issued)),
        }
        yield Row(values, (("person", who),))


def violations(world: World) -> Iterator[Row]:
    """Violations, in the order of days."""
    for number, (day, which, driver, code, place, at, settled) in enumerate(
        world.happened("violations"), 1
    ):
        fine, points = FINES[code]
        values = {
            "violation_number": f"WF{day:%Y%m%d}{number:08d}",
            "plate": world.vehicles[which].plate,
            "driver_id_number": world.people[driver].id_number if driver != NOBODY else None,
            "code": code,
            "place": place,
            "happened_at": at,
            "fine": money(fine * 100),
            "points": points,
            "settled": "1" if settled else "0",
            "recorded_at": rhythm.any_time(stream("recorded", number), day),
        }
        yield Row(values, (("driver", driver),) if driver != NOBODY else ())


def inspections(world: World) -> Iterator[Row]:
    """Inspections, in the order of days."""
    stations = [
        c for c in world.companies[:4000] if c.industry_code in ("7452", "8111")
    ] or world.companies[:1]
    for number, (day, which, passed, mileage, valid_to, at) in enumerate(
        world.happened("inspections"), 1
    ):
        values = {
            "inspection_number": f"JY{day:%Y%m%d}{number:08d}",
            "vehicle_number": vehicle_number(world.vehicles[which]),
            "station_uscc": stations[number % min(7, len(stations))].uscc,
            "result": "1" if passed else "2",
            "mileage": mileage,
            "valid_to": valid_to if passed else None,
            "inspected_at": at,
        }
        yield Row(values)


def vehicle_number(vehicle: Vehicle) -> str:
    """The register's own number."""
    return f"{34_180_000_000_001 + vehicle.number}"


def _terms(person: Person, today: date) -> tuple[date, date]:
    """The day the licence in force was issued, and the day it ends."""
    issued = person.licensed or today
    for years in (6, 10):
        ends = rhythm.anniversary(issued, years)
        if ends > today:
            return issued, ends
        issued = ends
    return issued, _FOREVER


def _address(world: World, person: Person) -> str | None:
    if person.household != NOBODY:
        return world.households[person.household].address
    return world.dwellings[person.dwelling].address if person.dwelling != NOBODY else None
