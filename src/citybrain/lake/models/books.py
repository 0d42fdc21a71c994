"""The books of building: the state of each model's table, and every run.

A projection for pages and for the next build; the truth stands in the snapshots' summaries.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from citybrain.lake.database import reading, writing
from citybrain.lake.models.results import BuildResult
from citybrain.lake.models.tables import history as runs_table
from citybrain.lake.models.tables import states as states_table
from citybrain.lake.store import Store

KEPT_RUNS = 200


@dataclass(frozen=True, kw_only=True)
class State:
    """A model as it was published last, and how its last attempt ended.

    ``inputs`` are the contents it was made from, ``fingerprint`` and ``sql`` how; ``tried`` is
    the fingerprint of the last attempt; ``sample`` are rows that break expectations, unmasked.
    """

    model: str
    status: str
    fingerprint: str = ""
    made_by: str = ""
    inputs: Mapping[str, int] = field(default_factory=dict)
    snapshot: int | None = None
    rows: int = 0
    seconds: float = 0.0
    published_at: datetime | None = None
    tried_at: datetime | None = None
    tried: str = ""
    sql: str = ""
    error: str = ""
    expectations: Mapping[str, int] = field(default_factory=dict)
    sample: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Run:
    """One attempt to build a model; an attempt with nothing to do is none."""

    run_id: str
    model: str
    status: str
    how: str
    started_at: datetime
    finished_at: datetime
    seconds: float
    rows: int
    snapshot: int | None
    error: str
    expectations: Mapping[str, int]


def read_states(store: Store) -> dict[str, State]:
    """The state of every model that was ever tried, by name; one statement."""
    with reading(store.engine) as connection:
        return {
            row.model: _state(row)
            for row in connection.execute(select(states_table).order_by(states_table.c.model))
        }


def read_history(store: Store, name: str, *, limit: int = KEPT_RUNS) -> list[Run]:
    """The attempts to build a model, the latest first."""
    query = (
        select(runs_table)
        .where(runs_table.c.model == name)
        .order_by(runs_table.c.id.desc())
        .limit(limit)
    )
    with reading(store.engine) as connection:
        return [_run(row) for row in connection.execute(query)]


def write_state(store: Store, state: State) -> None:
    """Put the state in place of the former one."""
    with writing(store.engine) as connection:
        connection.execute(delete(states_table).where(states_table.c.model == state.model))
        connection.execute(
            insert(states_table).values(
                model=state.model,
                status=state.status,
                fingerprint=state.fingerprint,
                made_by=state.made_by,
                inputs=json.dumps(dict(state.inputs)),
                snapshot_id=state.snapshot,
                rows=state.rows,
                seconds=state.seconds,
                published_at=state.published_at.isoformat() if state.published_at else None,
                tried_at=state.tried_at.isoformat() if state.tried_at else "",
                tried=state.tried,
                sql=state.sql,
                error=state.error,
                expectations=json.dumps(dict(state.expectations)),
                sample=json.dumps(dict(state.sample), ensure_ascii=False, default=str),
            )
        )


def write_run(
    store: Store, result: BuildResult, *, run_id: str, started: datetime, finished: datetime
) -> None:
    """Write an attempt down, and forget the oldest beyond what is kept."""
    columns = runs_table.c
    with writing(store.engine) as connection:
        connection.execute(
            insert(runs_table).values(
                run_id=run_id,
                model=result.model,
                status=result.status,
                how=result.how,
                started_at=started.isoformat(),
                finished_at=finished.isoformat(),
                seconds=result.seconds,
                rows=result.rows,
                snapshot_id=result.snapshot,
                error=result.error,
                expectations=json.dumps(dict(result.expectations)),
            )
        )
        old = (
            select(columns.id)
            .where(columns.model == result.model)
            .order_by(columns.id.desc())
            .offset(KEPT_RUNS)
        )
        connection.execute(delete(runs_table).where(columns.id.in_(list(connection.scalars(old)))))


def _state(row: Any) -> State:
    return State(
        model=row.model,
        status=row.status,
        fingerprint=row.fingerprint,
        made_by=row.made_by,
        inputs=json.loads(row.inputs),
        snapshot=row.snapshot_id,
        rows=row.rows,
        seconds=row.seconds,
        published_at=datetime.fromisoformat(row.published_at) if row.published_at else None,
        tried_at=datetime.fromisoformat(row.tried_at) if row.tried_at else None,
        tried=row.tried,
        sql=row.sql,
        error=row.error or "",
        expectations=json.loads(row.expectations),
        sample=json.loads(row.sample),
    )


def _run(row: Any) -> Run:
    return Run(
        run_id=row.run_id,
        model=row.model,
        status=row.status,
        how=row.how,
        started_at=datetime.fromisoformat(row.started_at),
        finished_at=datetime.fromisoformat(row.finished_at),
        seconds=row.seconds,
        rows=row.rows,
        snapshot=row.snapshot_id,
        error=row.error or "",
        expectations=json.loads(row.expectations),
    )
