"""What people decided by hand: these mentions are one, or these are not. It wins over everything.

A decision stays in force until it is removed; both are kept with who, when and why.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from citybrain.base.errors import CityError
from citybrain.lake.database import reading, writing
from citybrain.lake.resolve.tables import joined as before
from citybrain.lake.resolve.tables import overrides

if TYPE_CHECKING:
    from citybrain.lake.store import Store

KINDS = ("people", "companies")
VERDICTS = ("together", "apart")


@dataclass(frozen=True, kw_only=True)
class Override:
    """One decision by hand. ``together``: one entity; ``apart``: each another one."""

    verdict: str
    mentions: tuple[str, ...]
    id: int = 0
    by: str = ""
    why: str = ""
    at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: str = ""
    removed_why: str = ""


def add(
    store: "Store",
    *,
    kind: str,
    verdict: str,
    mentions: Sequence[str],
    by: str,
    why: str,
    now: datetime,
) -> Override:
    """Record a decision; it takes effect when the links are built next.

    ``CityError`` for fewer than two mentions, an empty reason, or a contradiction of a
    decision in force.
    """
    named = tuple(dict.fromkeys(mentions))
    if kind not in KINDS or verdict not in VERDICTS:
        raise ValueError((kind, verdict))
    if len(named) < 2:
        raise _refused("it names fewer than two mentions", "Name at least two")
    if not why.strip():
        raise _refused("it gives no reason", "Say why")
    made = Override(verdict=verdict, mentions=named, by=by, why=why.strip(), at=now)
    if contradiction([*in_force(store, kind=kind), made]):
        # Not which mentions: their names may hold a person's number.
        raise _refused("a decision in force says the opposite", "Withdraw that decision first")
    row = {"kind": kind, "verdict": verdict, "mentions": json.dumps(named, ensure_ascii=False)}
    with writing(store.engine) as connection:
        result = connection.execute(
            insert(overrides).values(**row, by=by, why=made.why, at=now.isoformat())
        )
        key = result.inserted_primary_key
    return Override(
        id=int(key[0]) if key else 0, verdict=verdict, mentions=named, by=by, why=made.why, at=now
    )


def remove(store: "Store", *, override: int, by: str, why: str, now: datetime) -> None:
    """End a decision; it stays readable. ``CityError`` when none with that id is in force."""
    with writing(store.engine) as connection:
        result = connection.execute(
            update(overrides)
            .where(overrides.c.id == override, overrides.c.removed_at == "")
            .values(removed_at=now.isoformat(), removed_by=by, removed_why=why)
        )
    if result.rowcount != 1:
        raise CityError(
            f"Decision {override} cannot be removed",
            why="it is not in force",
            do="List the decisions in force",
        )


def listed(store: "Store", *, kind: str) -> list[Override]:
    """All decisions of a kind, oldest first, also those removed."""
    with reading(store.engine) as connection:
        rows = connection.execute(
            select(overrides).where(overrides.c.kind == kind).order_by(overrides.c.id)
        ).all()
    return [
        Override(
            id=row.id,
            verdict=row.verdict,
            mentions=tuple(json.loads(row.mentions)),
            by=row.by,
            why=row.why,
            at=datetime.fromisoformat(row.at),
            removed_at=datetime.fromisoformat(row.removed_at) if row.removed_at else None,
            removed_by=row.removed_by,
            removed_why=row.removed_why,
        )
        for row in rows
    ]


def in_force(store: "Store", *, kind: str) -> list[Override]:
    """The decisions of a kind that hold, oldest first."""
    return [o for o in listed(store, kind=kind) if o.removed_at is None]


def joined(store: "Store", *, kind: str) -> list[tuple[str, str]]:
    """Mentions that people joined to another entity, with the id that they had before."""
    with reading(store.engine) as connection:
        columns = (before.c.mention, before.c.entity_id)
        rows = connection.execute(select(*columns).where(before.c.kind == kind)).all()
    return [(row.mention, row.entity_id) for row in rows]


def remember(store: "Store", *, kind: str, joined: Sequence[tuple[str, str]]) -> None:
    """Keep the ids of mentions that are about to be joined; a later joining takes their place."""
    if not joined:
        return
    rows = [{"kind": kind, "mention": mention, "entity_id": one} for mention, one in joined]
    with writing(store.engine) as connection:
        for row in rows:
            held = before.c.mention == row["mention"]
            connection.execute(delete(before).where(before.c.kind == kind, held))
        connection.execute(insert(before), rows)


def groups(decisions: Iterable[Override]) -> dict[str, str]:
    """Each mention that is together with others, and the least mention of its group."""
    parent: dict[str, str] = {}

    def root(mention: str) -> str:
        while parent.setdefault(mention, mention) != mention:
            mention = parent[mention]
        return mention

    for decision in decisions:
        if decision.verdict == "together":
            for mention in decision.mentions[1:]:
                low, high = sorted((root(decision.mentions[0]), root(mention)))
                parent[high] = low
    return {mention: root(mention) for mention in parent}


def contradiction(decisions: Sequence[Override]) -> tuple[str, str] | None:
    """Two mentions that the decisions want both together and apart, if there are any."""
    together = groups(decisions)
    for decision in decisions:
        if decision.verdict != "apart":
            continue
        seen: dict[str, str] = {}
        for mention in decision.mentions:
            group = together.get(mention, mention)
            if group in seen:
                return seen[group], mention
            seen[group] = mention
    return None


def _refused(why: str, do: str) -> CityError:
    return CityError("The decision is not recorded", why=why, do=do)
