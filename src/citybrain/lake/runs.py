"""Runs and batches as the lake's database tells them; cheap, and without pyiceberg."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from citybrain.lake.database import reading, writing
from citybrain.lake.tables import batches, run_log, run_tables
from citybrain.lake.tables import runs as runs_table

if TYPE_CHECKING:
    from citybrain.lake.store import Store

PHASES = ("waiting", "reading", "writing", "done", "failed", "stopped")


@dataclass(frozen=True, kw_only=True)
class RunTable:
    """One table of a run; ``phase`` is one of ``PHASES``."""

    table: str
    phase: str
    rows_read: int
    rows_expected: int | None
    accepted: int
    inserted: int
    updated: int
    unchanged: int
    superseded: int
    quarantined: int
    seconds: float
    error: str | None


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One run; ``state`` is waiting, running, done, failed or stopped.

    ``kind`` is collect or upload; ``scope`` is kind, colon, table names.
    """

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    state: str
    by: str
    kind: str
    scope: str
    stop_requested: bool
    tables: tuple[RunTable, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of a run's log; level is info, warn or bad."""

    at: datetime
    level: str
    table: str
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, kw_only=True)
class BatchRow:
    """One delivery of one table; ``problems`` counts rows set aside by ``field:rule``."""

    batch_id: str
    table: str
    run_id: str
    mode: str
    contract: str
    read: int
    accepted: int
    inserted: int
    updated: int
    unchanged: int
    superseded: int
    removed: int
    quarantined: int
    rows_after: int
    quarantined_after: int
    snapshot_id: int | None
    started_at: datetime
    finished_at: datetime
    seconds: float
    error: str | None
    problems: Mapping[str, int]


def create(
    store: "Store",
    *,
    run_id: str,
    tables: Sequence[str],
    by: str = "",
    kind: str = "collect",
    now: datetime | None = None,
) -> None:
    """Write a run that waits for a worker; collecting with its id takes it over."""
    at = (now or store.clock.now()).isoformat()
    with writing(store.engine) as connection:
        connection.execute(
            insert(runs_table).values(
                run_id=run_id,
                started_at=at,
                state="waiting",
                by=by,
                scope=f"{kind}:{' '.join(tables)}",
            )
        )
        for position, table in enumerate(tables):
            connection.execute(
                insert(run_tables).values(
                    run_id=run_id, table=table, position=position, phase="waiting"
                )
            )


def request_stop(store: "Store", run_id: str) -> None:
    """Ask a run to stop; tables that are done stay, the others change nothing."""
    with writing(store.engine) as connection:
        connection.execute(
            update(runs_table).where(runs_table.c.run_id == run_id).values(stop_requested=True)
        )


def runs(store: "Store", limit: int = 50) -> list[RunView]:
    """The newest runs, newest first, without their tables."""
    statement = select(runs_table).order_by(runs_table.c.started_at.desc()).limit(limit)
    with reading(store.engine) as connection:
        return [_run(row, ()) for row in connection.execute(statement)]


def run(store: "Store", run_id: str) -> RunView | None:
    """One run with its tables in order; None when there is none."""
    with reading(store.engine) as connection:
        found = connection.execute(
            select(runs_table).where(runs_table.c.run_id == run_id)
        ).one_or_none()
        rows = connection.execute(
            select(run_tables).where(run_tables.c.run_id == run_id).order_by(run_tables.c.position)
        ).all()
    return _run(found, tuple(_table(row) for row in rows)) if found else None


def removed(store: "Store", one: RunView) -> dict[str, int]:
    """Rows that a run took out, by table; only tables of which any went.

    The run's own tables do not hold it (they are older than the question), the batches do. They
    are looked up by their table and time, for which there is an index.
    """
    mine = (
        select(batches.c.table, func.sum(batches.c.removed))
        .join(run_tables, run_tables.c.table == batches.c.table)
        .where(
            run_tables.c.run_id == one.run_id,
            batches.c.run_id == one.run_id,
            batches.c.removed > 0,
            batches.c.started_at >= one.started_at.isoformat(),
        )
        .group_by(batches.c.table)
    )
    if one.finished_at:
        mine = mine.where(batches.c.started_at <= one.finished_at.isoformat())
    with reading(store.engine) as connection:
        return {str(row[0]): int(row[1]) for row in connection.execute(mine)}


def log(store: "Store", run_id: str) -> list[LogLine]:
    """The run's log, oldest first."""
    statement = select(run_log).where(run_log.c.run_id == run_id).order_by(run_log.c.id)
    with reading(store.engine) as connection:
        return [
            LogLine(
                at=datetime.fromisoformat(row.at),
                level=row.level,
                table=row.table,
                sentence_zh=row.sentence_zh,
                sentence_en=row.sentence_en,
            )
            for row in connection.execute(statement)
        ]


def table_history(store: "Store", table: str) -> list[BatchRow]:
    """Every delivery of the table, oldest first."""
    statement = select(batches).where(batches.c.table == table).order_by(batches.c.started_at)
    with reading(store.engine) as connection:
        return [batch_row(row) for row in connection.execute(statement)]


@dataclass(frozen=True, kw_only=True)
class Came:
    """What all deliveries of a table brought on a day: rows new, changed, and accepted at all."""

    inserted: int
    updated: int
    accepted: int


def came_on(store: "Store", day: date) -> dict[str, Came]:
    """What came of each ``system.table`` on that day, deliveries that failed left out.

    A day is that of the zone in which the collector writes.
    """
    of = batches.c
    accepted = of.inserted + of.updated + of.unchanged + of.superseded
    sums = [func.sum(one) for one in (of.inserted, of.updated, accepted)]
    statement = (
        select(of.table, *sums)
        .where(of.error.is_(None), of.finished_at >= day.isoformat())
        .where(of.finished_at < (day + timedelta(days=1)).isoformat())
        .group_by(of.table)
    )
    with reading(store.engine) as connection:
        return {
            table: Came(inserted=int(new), updated=int(changed), accepted=int(all_))
            for table, new, changed, all_ in connection.execute(statement)
        }


def newest_runs(store: "Store") -> dict[str, tuple[datetime, str]]:
    """When the newest delivery of each ``system.table`` ended, and its run."""
    latest = (
        select(batches.c.table, func.max(batches.c.finished_at).label("at"))
        .group_by(batches.c.table)
        .subquery()
    )
    statement = select(batches.c.table, batches.c.finished_at, batches.c.run_id).join(
        latest, (batches.c.table == latest.c.table) & (batches.c.finished_at == latest.c.at)
    )
    with reading(store.engine) as connection:
        rows = connection.execute(statement).all()
    return {row.table: (datetime.fromisoformat(row.finished_at), row.run_id or "") for row in rows}


def _run(row: Any, tables: tuple[RunTable, ...]) -> RunView:
    return RunView(
        run_id=row.run_id,
        started_at=datetime.fromisoformat(row.started_at),
        finished_at=datetime.fromisoformat(row.finished_at) if row.finished_at else None,
        state=row.state,
        by=row.by,
        kind=row.scope.partition(":")[0] or "collect",
        scope=row.scope,
        stop_requested=bool(row.stop_requested),
        tables=tables,
    )


def _table(row: Any) -> RunTable:
    names = RunTable.__dataclass_fields__
    return RunTable(**{name: getattr(row, name) for name in names})


def batch_row(row: Any) -> BatchRow:
    """A row of ``batches`` as what it says."""
    values = {name: getattr(row, name) for name in BatchRow.__dataclass_fields__}
    values["started_at"] = datetime.fromisoformat(row.started_at)
    values["finished_at"] = datetime.fromisoformat(row.finished_at)
    values["problems"] = json.loads(row.problems or "{}")
    return BatchRow(**values)
