"""What became of an id: born, joined by others, divided, gone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, or_, select

from citybrain.lake.database import reading, writing
from citybrain.lake.resolve.identity import born_at
from citybrain.lake.resolve.tables import events

if TYPE_CHECKING:
    from citybrain.lake.store import Store

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


def record(
    store: "Store", *, kind: str, found: Iterable[tuple[str, str, str]], now: datetime
) -> int:
    """Write events (event, from, to) down; how many. The same event of the same time once."""
    rows = [
        {"kind": kind, "event": event, "from_id": old, "to_id": new, "why": _WHY[event]}
        for event, old, new in found
    ]
    if rows:
        with writing(store.engine) as connection:
            connection.execute(insert(events), [row | {"at": now.isoformat()} for row in rows])
    return len(rows)


def history_of(store: "Store", entity_id: str) -> list[Event]:
    """All that happened to an id, oldest first; its birth is told by the id itself."""
    concerns = or_(events.c.from_id == entity_id, events.c.to_id == entity_id)
    with reading(store.engine) as connection:
        rows = connection.execute(select(events).where(concerns).order_by(events.c.id)).all()
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
