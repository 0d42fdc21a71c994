"""What one delivered row touches: whose record it tells, and which number counts it."""

from dataclasses import dataclass

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, wiring
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.moved import entity_of_row
from citybrain.lake.libraries.reading import libraries


@dataclass(frozen=True, kw_only=True)
class Touched:
    """``person`` is ``library/entity``, ``number`` an indicator's name; empty for none."""

    person: str
    number: str


def touched_by(actor: Actor, table: str, *, row: str, field: str) -> Touched:
    """Whom a row of ``system.table`` with this key tells about in a field, and what counts it.

    Shows no value; refuses who may not read the libraries at all.
    """
    wiring.require(actor, "lake.read", "lake:")
    person = ""
    for library in libraries(wiring.city()).values():
        for role in roles_of(library, table, field):
            found = entity_of_row(wiring.store(), library.entity, f"{table}/{row}", role)
            person = person or (f"{library.name}/{found}" if found else "")
    return Touched(person=person, number=_number(table))


def roles_of(library: Library, table: str, field: str) -> list[str]:
    """The roles whose mention is made of the field; all of the table's where none is."""
    mine = [m for m in library.identity if m.table == table]
    return [m.role for m in mine if field in m.columns.values()] or [m.role for m in mine]


def _number(table: str) -> str:
    """The indicator that tells most of this table alone: made of the fewest delivered tables."""
    made = flows.flows()
    ends = {
        flow.target
        for column in flows.columns_of(f"ods.{table}")
        for flow in made.downstream((f"ods.{table}", column))
        if flow.target[0].startswith(f"{flows.INDICATOR}.")
    }
    found = []
    for end in ends:
        read = {flow.source[0] for flow in made.upstream(end)}
        delivered = sum(name.startswith("ods.") for name in read)
        found.append((delivered, len(read), end[0].partition(".")[2]))
    return min(found, default=(0, 0, ""))[-1]
