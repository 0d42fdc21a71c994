"""Household registration: people, homes, moves, cancellations."""

from collections.abc import Iterator

from citybrain.simulate.tables.rows import Row
from citybrain.simulate.world import NOBODY, Household, Person, World

_NEAR = {("father", "1"): "41", ("father", "2"): "42", ("mother", "1"): "43", ("mother", "2"): "44"}


def persons(world: World) -> Iterator[Row]:
    """Everybody ever registered, in the order of registration."""
    for note in world.happened("registered"):
        person = world.people[note[1]]
        home = world.households[person.household] if person.household != NOBODY else None
        values = {
            "id_number": person.id_number,
            "name": person.name,
            "former_name": person.former_name or None,
            "sex": person.sex,
            "nationality": person.nationality,
            "birth_date": person.born,
            "birth_place": person.region,
            "household_number": household_number(home) if home else "0" * 12,
            "relation": _relation(world, person, home),
            "residence_type": "10",
            "marital_status": person.marital,
            "education": person.education,
            "address": home.address if home else None,
            "county": person.town.county,
            "township": person.town.code,
            "police_station": f"{person.town.county_name}公安局{person.town.name}派出所",
            "registered_on": person.registered,
            "cancelled": "1" if person.cancelled else "0",
            "updated_at": person.changed,
        }
        yield Row(values, (("person", person.number),))


def households(world: World) -> Iterator[Row]:
    """Every household ever founded; the empty ones stay."""
    for home in world.households:
        here = [n for n in home.members if world.people[n].entered]
        head = world.people[here[0]] if here else None
        values = {
            "household_number": household_number(home),
            "kind": "1",
            "head_id_number": head.id_number if head else None,
            "head_name": head.name if head else None,
            "members": len(here),
            "address": home.address,
            "county": home.town.county,
            "township": home.town.code,
            "established_on": home.founded,
            "updated_at": home.changed,
        }
        about = (
            (("household", home.number), ("head", head.number))
            if head
            else (("household", home.number),)
        )
        yield Row(values, about)


def moves(world: World) -> Iterator[Row]:
    """Moves in, out and within."""
    for number, (day, who, kind, reason, before, after, at) in enumerate(
        world.happened("moves"), 1
    ):
        person = world.people[who]
        values = {
            "move_number": f"QY{day:%Y%m%d}{number:08d}",
            "id_number": person.id_number,
            "name": person.name,
            "kind": kind,
            "reason": reason,
            "from_address": before or None,
            "to_address": after,
            "moved_on": day,
            "recorded_at": at,
        }
        yield Row(values, (("person", who),))


def cancellations(world: World) -> Iterator[Row]:
    """Registrations ended by death or departure."""
    for number, (day, who, reason, happened, at) in enumerate(world.happened("cancellations"), 1):
        person = world.people[who]
        declarant = next((c for c in (*person.children, person.father) if c != NOBODY), NOBODY)
        values = {
            "cancellation_number": f"ZX{day:%Y%m%d}{number:08d}",
            "id_number": person.id_number,
            "name": person.name,
            "reason": reason,
            "happened_on": happened,
            "cancelled_on": day,
            "declarant_name": world.people[declarant].name if declarant != NOBODY else None,
            "recorded_at": at,
        }
        yield Row(values, (("person", who),))


def household_number(home: Household) -> str:
    """Twelve digits: where its numbers are issued, and a running number.

    The first six stay those of the town it was founded in.
    """
    return f"{home.issued}{home.number + 1:06d}"


def _relation(world: World, person: Person, home: Household | None) -> str:
    if home is None or not home.members or person.number not in home.members:
        return "99"
    head = world.people[home.members[0]]
    if head.number == person.number:
        return "02"
    if person.number == head.spouse:
        return "12" if person.sex == "2" else "11"
    if head.number in (person.father, person.mother):
        return _child(world, person, head)
    if person.number in (head.father, head.mother):
        return "51" if person.sex == "1" else "52"
    return _farther_relation(world, person, head.number)


def _farther_relation(world: World, person: Person, head: int) -> str:
    for way, parent in (("father", person.father), ("mother", person.mother)):
        if parent != NOBODY and head in _parents(world.people[parent]):
            return _NEAR[way, person.sex]
    if person.spouse != NOBODY and head in _parents(world.people[person.spouse]):
        return "38" if person.sex == "2" else "28"
    return "97"


def _parents(person: Person) -> tuple[int, int]:
    return person.father, person.mother


def _child(world: World, person: Person, head: Person) -> str:
    """Only child, or eldest, second and further ones of the sex, as far as registered."""
    known = [c for c in head.children if world.people[c].entered]
    if len(known) == 1:
        return "21" if person.sex == "1" else "31"
    same = [c for c in known if world.people[c].sex == person.sex]
    order = same.index(person.number) if person.number in same else len(same)
    codes = ("22", "23", "20") if person.sex == "1" else ("32", "33", "30")
    return codes[min(order, 2)]
