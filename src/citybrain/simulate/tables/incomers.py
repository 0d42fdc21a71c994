"""Incomers: people, residence permits, rented dwellings."""

from collections.abc import Iterator
from datetime import timedelta

from citybrain.simulate import rhythm
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import NOBODY, World


def residents(world: World) -> Iterator[Row]:
    """Everybody from elsewhere who registered a stay."""
    for _, who in world.happened("incomers"):
        person = world.people[who]
        values = {
            "id_number": person.id_number,
            "name": person.name,
            "sex": person.sex,
            "birth_date": person.born,
            "nationality": person.nationality,
            "home_region": person.region,
            "reason": person.reason,
            "employer_name": world.companies[person.employer].name
            if person.employer != NOBODY
            else None,
            "dwelling_number": dwelling_number(person.dwelling),
            "phone": person.phone,
            "arrived_on": person.registered,
            "left_on": person.gone,
            "updated_at": person.changed,
        }
        yield Row(values, (("person", who),))


def permits(world: World) -> Iterator[Row]:
    """Residence permits issued and endorsed."""
    for number, (day, who, action, at) in enumerate(world.happened("residence permits"), 1):
        person = world.people[who]
        values = {
            "permit_number": f"JZ{day:%Y}{number:08d}",
            "id_number": person.id_number,
            "name": person.name,
            "kind": action,
            "valid_from": day,
            "valid_to": rhythm.anniversary(day, 1) - timedelta(days=1),
            "address": world.dwellings[person.dwelling].address,
            "issued_at": at,
        }
        yield Row(values, (("person", who),))


def dwellings(world: World) -> Iterator[Row]:
    """Dwellings registered for rent."""
    for dwelling in world.dwellings:
        owner = world.people[dwelling.owner]
        values = {
            "dwelling_number": dwelling_number(dwelling.number),
            "address": dwelling.address,
            "county": dwelling.town.county,
            "township": dwelling.town.code,
            "kind": dwelling.kind,
            "owner_id_number": owner.id_number,
            "owner_name": owner.name,
            "rooms": dwelling.rooms,
            "registered_on": dwelling.registered,
        }
        yield Row(values, (("owner", owner.number),))


def dwelling_number(number: int) -> str:
    """The number of a rented dwelling."""
    return f"FW{number + 1:010d}"
