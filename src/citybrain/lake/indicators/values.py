"""The values of indicators over time, in the lake's database: one row per change.

They stand beside the snapshots they were read from, not in the control plane: nobody's act
made them, ``citybrain build`` writes them without Django, a copy of the lake carries them,
and they can be worked out again. A page reads one row and never the lake's files.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    func,
    insert,
    select,
    update,
)

from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.lake.database import METADATA, reading, writing

if TYPE_CHECKING:
    from citybrain.lake.store import Store

LOOKED_AT = 2000  # rows among which a page looks for moves

indicator_values = Table(
    "indicator_values",
    METADATA,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("name", String(100), nullable=False),
    Column("at", String(40), nullable=False),
    Column("checked_at", String(40), nullable=False),
    Column("value", Float),
    Column("parts", Text, nullable=False),  # JSON: [[key, value], …]
    Column("reads", Text, nullable=False),  # JSON: table → [snapshot id, committed at]
    Column("definition", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("error", Text, nullable=False),
    Index("indicator_values_by_name", "name", "id"),
)


@dataclass(frozen=True, kw_only=True)
class Read:
    """A snapshot that was read; ``snapshot`` is None for a table that has none."""

    table: str
    snapshot: int | None
    committed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Value:
    """What an indicator was found to be, from what, when; ``value`` is None on an error.

    ``at`` is when it was worked out, ``checked_at`` when it was last found still true.
    ``sha256`` is over name, definition, what was read, value and parts.
    """

    name: str
    at: datetime
    checked_at: datetime
    value: float | None
    parts: tuple[tuple[str, float], ...] = ()
    reads: tuple[Read, ...] = ()
    definition: str = ""
    seconds: float = 0.0
    error: str = ""
    id: int = 0

    @property
    def sha256(self) -> str:
        """The hash of what this value says; the same wherever it is worked out again."""
        told = [
            self.name,
            self.definition,
            {read.table: str(read.snapshot or "") for read in self.reads},
            self.value,
            [list(part) for part in self.parts],
            self.error,
        ]
        return sha256_bytes(canonical_json(told))


@dataclass(frozen=True, kw_only=True)
class Move:
    """A value that differs from the one before it, which was worked out at ``since``."""

    value: Value
    since: datetime


def write(store: "Store", value: Value) -> None:
    """Add a value."""
    reads = {r.table: [r.snapshot, _iso(r.committed_at)] for r in value.reads}
    with writing(store.engine) as connection:
        connection.execute(
            insert(indicator_values).values(
                name=value.name,
                at=value.at.isoformat(),
                checked_at=value.checked_at.isoformat(),
                value=value.value,
                parts=json.dumps(value.parts),
                reads=json.dumps(reads),
                definition=value.definition,
                sha256=value.sha256,
                seconds=value.seconds,
                error=value.error,
            )
        )


def still_true(store: "Store", values: Sequence[Value], *, now: datetime) -> None:
    """Note that these values were looked at again and hold."""
    if not values:
        return
    with writing(store.engine) as connection:
        connection.execute(
            update(indicator_values)
            .where(indicator_values.c.id.in_([value.id for value in values]))
            .values(checked_at=now.isoformat())
        )


def newest(store: "Store") -> Mapping[str, Value]:
    """Each indicator's newest value; one statement."""
    last = select(func.max(indicator_values.c.id)).group_by(indicator_values.c.name)
    statement = select(indicator_values).where(indicator_values.c.id.in_(last))
    with reading(store.engine) as connection:
        return {row.name: _value(row) for row in connection.execute(statement)}


def moves(store: "Store", *, limit: int = 1) -> list[Move]:
    """The newest values that differ from the one before them, newest first.

    An indicator's first value took the place of none and is no move.
    """
    columns = indicator_values.c
    newest = select(func.max(columns.id)).scalar_subquery()
    by, order = columns.name, columns.id
    before = func.lag(columns.value).over(partition_by=by, order_by=order).label("before")
    since = func.lag(columns.at).over(partition_by=by, order_by=order).label("since")
    recent = (
        select(indicator_values, before, since).where(columns.id > newest - LOOKED_AT)
    ).subquery()
    statement = (
        select(recent)
        .where(recent.c.before.is_not(None), recent.c.before != recent.c.value)
        .order_by(recent.c.id.desc())
        .limit(limit)
    )
    with reading(store.engine) as connection:
        return [
            Move(value=_value(row), since=datetime.fromisoformat(row.since))
            for row in connection.execute(statement)
        ]


def history(store: "Store", name: str, *, limit: int = 200) -> list[Value]:
    """The newest values of one indicator, oldest first."""
    statement = (
        select(indicator_values)
        .where(indicator_values.c.name == name)
        .order_by(indicator_values.c.id.desc())
        .limit(limit)
    )
    with reading(store.engine) as connection:
        return [_value(row) for row in connection.execute(statement)][::-1]


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _value(row: Any) -> Value:
    return Value(
        id=row.id,
        name=row.name,
        at=datetime.fromisoformat(row.at),
        checked_at=datetime.fromisoformat(row.checked_at),
        value=row.value,
        parts=tuple((str(key), float(value)) for key, value in json.loads(row.parts)),
        reads=tuple(
            Read(
                table=table,
                snapshot=snapshot,
                committed_at=datetime.fromisoformat(at) if at else None,
            )
            for table, (snapshot, at) in json.loads(row.reads).items()
        ),
        definition=row.definition,
        seconds=row.seconds,
        error=row.error,
    )
