"""The company register and the tax register of the same firms."""

from collections.abc import Iterator
from datetime import timedelta

from citybrain.simulate import rhythm
from citybrain.simulate.draw import stream
from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import Company, World


def companies(world: World) -> Iterator[Row]:
    """Companies and self-employed businesses; public bodies are registered elsewhere."""
    for firm in _registered(world):
        head = world.people[firm.owner]
        values = {
            "uscc": firm.uscc,
            "registration_number": firm.registration or None,
            "name": firm.name,
            "company_type": firm.kind,
            "industry": firm.industry,
            "industry_code": firm.industry_code,
            "legal_person_name": head.name,
            "legal_person_id_number": head.id_number,
            "capital": f"{firm.capital}.0000",
            "established_on": firm.founded,
            "address": firm.address,
            "county": firm.town.county,
            "scope": firm.scope,
            "phone": firm.phone or None,
            "status": "3" if firm.closed else "1",
            "cancelled_on": firm.closed,
            "updated_at": firm.changed,
        }
        yield Row(values, (("company", firm.number), ("legal_person", firm.owner)))


def changes(world: World) -> Iterator[Row]:
    """What firms changed."""
    for number, (day, which, item, before, after, at) in enumerate(world.happened("changes"), 1):
        values = {
            "change_number": f"BG{day:%Y%m%d}{number:08d}",
            "uscc": world.companies[which].uscc,
            "item": item,
            "before": before,
            "after": after,
            "changed_on": day,
            "recorded_at": at,
        }
        yield Row(values, (("company", which),))


def shareholders(world: World) -> Iterator[Row]:
    """Who holds how much of which company."""
    for firm in _registered(world):
        for sequence, (holder, share) in enumerate(firm.holders, 1):
            person = world.people[holder]
            values = {
                "uscc": firm.uscc,
                "sequence": sequence,
                "name": person.name,
                "kind": "20",
                "id_number": person.id_number,
                "amount": f"{firm.capital * share / 100:.4f}",
                "share": f"{share}.0000",
                "subscribed_on": firm.founded,
                "updated_at": firm.changed,
            }
            yield Row(values, (("company", firm.number), ("holder", holder)))


def registrations(world: World) -> Iterator[Row]:
    """The tax register: nine of ten firms, some at an address of their own."""
    for firm in _registered(world):
        rng = stream(world.seed, "tax", firm.number)
        if rng.random() < 0.1:
            continue
        on = rhythm.next_open(
            world.city.calendar, firm.founded + timedelta(days=int(rng.random() * 30))
        )
        if on > world.today:
            continue
        head = world.people[firm.owner]
        elsewhere = rng.random() < 0.08
        values = {
            "taxpayer_number": firm.uscc,
            "name": firm.name,
            "kind": "1" if firm.general else "2",
            "legal_person_name": head.name,
            "legal_person_id_number": head.id_number,
            "industry": firm.industry,
            "registered_on": on,
            "address": world.places.address(rng, firm.town, urban=True)
            if elsewhere
            else firm.address,
            "employees": firm.staff + 1,
            "credit_grade": firm.grade,
            "status": "07" if firm.closed else "05" if rng.random() < 0.02 else "03",
            "office": f"国家税务总局{firm.town.county_name}税务局{firm.town.name}税务分局",
        }
        yield Row(values, (("company", firm.number), ("legal_person", firm.owner)), firm.number)


def _registered(world: World) -> Iterator[Company]:
    return (firm for firm in world.companies if firm.kind)
