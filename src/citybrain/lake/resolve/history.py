"""What became of an id: born, joined by others, divided, gone.

Events are written before the links that they lead to are published, with the content of the
links they come from. They count once other links are published: a run that was killed between
the two is made again from the same links, and its events take the place of the first ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, or_, select

from citybrain.lake.database import reading, writing
from citybrain.lake.models import heads
from citybrain.lake.resolve.identity import born_at, is_id
from citybrain.lake.resolve.tables import events

if TYPE_CHECKING:
    from citybrain.lake.store import Store

LINKS = {"people": "lib.person_links", "companies": "lib.company_links"}
_WHY = {
    "merge": "their mentions are one entity now; the older id stays",
    "split": "some of its mentions are another entity now; the id stays where its number is",
    "gone": "none of its mentions is there any more",
}


@dataclass(frozen=True, kw_only=True)
class Event:
    """One change of an id: ``born``, ``merge`` (from into to), ``split`` (from, to), ``gone``."""

    event: str
    from_id: str
    to_id: str
    at: datetime
    why: str


def base_of(store: "Store", kind: str) -> int:
    """The content of the links that are published now; 0 before the first."""
    table = LINKS[kind]
    return heads.contents(store, [table])[table]


def record(
    store: "Store",
    *,
    kind: str,
    found: Iterable[tuple[str, str, str]],
    now: datetime,
    base: int,
) -> int:
    """Write down the events (event, from, to) that lead away from ``base``; how many."""
    rows = [
        {"kind": kind, "event": event, "from_id": old, "to_id": new, "why": _WHY[event]}
        for event, old, new in found
    ]
    with writing(store.engine) as connection:
        connection.execute(delete(events).where(events.c.kind == kind, events.c.base == base))
        if rows:
            more = {"at": now.isoformat(), "base": base}
            connection.execute(insert(events), [row | more for row in rows])
    return len(rows)


def history_of(store: "Store", entity_id: str) -> list[Event]:
    """All that happened to an id, oldest first; its birth is told by the id itself.

    Nothing for what cannot be an id.
    """
    if not is_id(entity_id):
        return []
    concerns = or_(events.c.from_id == entity_id, events.c.to_id == entity_id)
    now = heads.contents(store, LINKS.values())
    happened = [
        or_(events.c.kind != kind, events.c.base != now[table]) for kind, table in LINKS.items()
    ]
    with reading(store.engine) as connection:
        wanted = select(events).where(concerns, *happened).order_by(events.c.id)
        rows = connection.execute(wanted).all()
    born = Event(event="born", from_id="", to_id=entity_id, at=born_at(entity_id), why="")
    return [born] + [
        Event(
            event=row.event,
            from_id=row.from_id,
            to_id=row.to_id,
            at=datetime.fromisoformat(row.at),
            why=row.why,
        )
        for row in rows
    ]


def successor(store: "Store", entity_id: str) -> str:
    """The id that a merged one leads to in the end; empty for one that was not merged.

    One that was parted again from what it was merged into stands for itself.
    """
    seen = [entity_id]
    while True:
        into = ""
        for one in history_of(store, seen[-1]):
            if one.event == "merge" and one.from_id == seen[-1]:
                into = one.to_id
            elif one.event == "split" and one.to_id == seen[-1]:
                into = ""
        if not into or into in seen:
            return seen[-1] if len(seen) > 1 else ""
        seen.append(into)
