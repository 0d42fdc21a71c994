"""Corrections: what an officer put in place of a value that the source still delivers wrong.

A correction holds only while the source delivers the same wrong value for the same row. The
original stays in the correction, so that both can be shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select, update

from citybrain.base.errors import CityError
from citybrain.lake.database import reading, writing
from citybrain.lake.tables import corrections

if TYPE_CHECKING:
    import duckdb
    from sqlalchemy import Connection

    from citybrain.lake.store import Store


@dataclass(frozen=True, kw_only=True)
class Correction:
    """One cell's correction; ``row`` is the row's address as it was delivered."""

    id: int
    table: str
    row: str
    field: str
    original: str | None
    corrected: str | None
    by: str
    reason: str
    at: datetime
    retired_at: datetime | None = None
    retired_because: str = ""


def address(quarantine_id: str) -> str:
    """The row's address without the mark that tells rows of one address apart."""
    return quarantine_id.partition("#")[0]


def record(  # noqa: PLR0913 - one correction's own words
    store: "Store",
    *,
    table: str,
    quarantine_id: str,
    field: str,
    original: str | None,
    corrected: str | None,
    by: str,
    reason: str,
    now: datetime,
) -> Correction:
    """Record a correction; an earlier one of the same cell is retired by it."""
    if original == corrected:
        raise CityError(
            "The correction changes nothing",
            why="the corrected value is the delivered one",
            do="Write the right value, or leave the row to the department",
            where=f"{table}.{field}",
        )
    row = address(quarantine_id)
    with writing(store.engine) as connection:
        key = _put(connection, table, row, (field, original, corrected), by, reason, now)
    return Correction(
        id=key,
        table=table,
        row=row,
        field=field,
        original=original,
        corrected=corrected,
        by=by,
        reason=reason,
        at=now,
    )


def record_row(
    store: "Store",
    *,
    table: str,
    quarantine_id: str,
    changes: Mapping[str, tuple[str | None, str | None]],
    by: str,
    reason: str,
    now: datetime,
    seen: int,
) -> bool:
    """Record a row's corrections (field to delivered and corrected value), all or none.

    ``seen`` is the row's version that they were made from, see ``versions``. False, and
    nothing is recorded, when the row was corrected since.
    """
    row = address(quarantine_id)
    with writing(store.engine) as connection:
        held = connection.scalar(
            select(func.max(corrections.c.id)).where(
                corrections.c.table == table,
                corrections.c.row == row,
                corrections.c.retired_at.is_(None),
            )
        )
        if (held or 0) != seen:
            return False
        for field, (original, corrected) in changes.items():
            _put(connection, table, row, (field, original, corrected), by, reason, now)
    return True


def versions(held: Sequence[Correction]) -> dict[str, int]:
    """Row to its version: the id of its newest correction; a row that has none is at 0."""
    return {c.row: c.id for c in sorted(held, key=lambda c: c.id)}


def put(
    connection: "Connection",
    table: str,
    cells: Iterable[tuple[str, str, str | None, str | None]],
    *,
    by: str,
    reason: str,
    now: datetime,
) -> None:
    """Write corrections (address, field, delivered, corrected) in the caller's transaction."""
    for row, field, original, corrected in cells:
        _put(connection, table, row, (field, original, corrected), by, reason, now)


def _put(
    connection: "Connection",
    table: str,
    row: str,
    change: tuple[str, str | None, str | None],
    by: str,
    reason: str,
    now: datetime,
) -> int:
    """Write one cell's correction, and retire the one that it replaces; its id."""
    field, original, corrected = change
    connection.execute(
        update(corrections)
        .where(
            corrections.c.table == table,
            corrections.c.row == row,
            corrections.c.field == field,
            corrections.c.retired_at.is_(None),
        )
        .values(retired_at=now.isoformat(), retired_because="replaced by a later correction")
    )
    values = {
        "table": table,
        "row": row,
        "field": field,
        "original": original,
        "corrected": corrected,
        "by": by,
        "reason": reason,
        "at": now.isoformat(),
    }
    key = connection.execute(insert(corrections).values(**values)).inserted_primary_key
    return int(key[0]) if key else 0


def active(store: "Store", table: str) -> list[Correction]:
    """The table's corrections that hold, oldest first."""
    return _select(store, table, only_active=True)


def history(store: "Store", table: str) -> list[Correction]:
    """All corrections of the table, retired ones too, oldest first."""
    return _select(store, table, only_active=False)


def retire(store: "Store", ids: Sequence[int], *, because: str, now: datetime) -> None:
    """Let corrections hold no longer."""
    if ids:
        with writing(store.engine) as connection:
            connection.execute(
                update(corrections)
                .where(corrections.c.id.in_(list(ids)), corrections.c.retired_at.is_(None))
                .values(retired_at=now.isoformat(), retired_because=because)
            )


def register(connection: "duckdb.DuckDBPyConnection", held: Sequence[Correction]) -> None:
    """Put corrections where a plan finds them: the table ``corrections_now``."""
    connection.execute(
        "CREATE OR REPLACE TABLE corrections_now "
        "(row VARCHAR, field VARCHAR, original VARCHAR, corrected VARCHAR)"
    )
    rows = [[c.row, c.field, c.original, c.corrected] for c in held]
    if rows:
        connection.executemany("INSERT INTO corrections_now VALUES (?, ?, ?, ?)", rows)


def _select(store: "Store", table: str, *, only_active: bool) -> list[Correction]:
    statement = select(corrections).where(corrections.c.table == table).order_by(corrections.c.id)
    if only_active:
        statement = statement.where(corrections.c.retired_at.is_(None))
    with reading(store.engine) as connection:
        rows = connection.execute(statement).all()
    return [
        Correction(
            id=row.id,
            table=row.table,
            row=row.row,
            field=row.field,
            original=row.original,
            corrected=row.corrected,
            by=row.by,
            reason=row.reason,
            at=datetime.fromisoformat(row.at),
            retired_at=datetime.fromisoformat(row.retired_at) if row.retired_at else None,
            retired_because=row.retired_because or "",
        )
        for row in rows
    ]
