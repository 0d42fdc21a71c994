"""The books of collecting: how far a table was read, and what each batch did.

A projection for pages and for the next run; the truth stands in the snapshots' summaries.
"""

import json
from datetime import datetime

from sqlalchemy import delete, insert, select

from citybrain.city.contracts import Contract
from citybrain.lake.database import reading, writing
from citybrain.lake.results import TableResult
from citybrain.lake.store import Store
from citybrain.lake.tables import batches, cursors
from citybrain.lake.views import SnapshotInfo

COUNTS = (
    "read",
    "accepted",
    "inserted",
    "updated",
    "unchanged",
    "superseded",
    "removed",
    "quarantined",
    "rows_after",
    "quarantined_after",
)


def last_cursor(store: Store, contract: Contract) -> str:
    """How far the table was read: from the newest snapshot that says so, or the books."""
    if not store.exists(contract.lake_table):
        return ""
    snapshot = store.snapshot(contract.lake_table)
    if snapshot is None:
        return ""
    with reading(store.engine) as connection:
        kept = connection.scalar(select(cursors.c.value).where(cursors.c.table == contract.id))
    return str(kept or snapshot.summary.get("cursor", ""))


def keep_cursor(store: Store, table: str, value: str, batch_id: str) -> None:
    """Remember how far the table was read."""
    with writing(store.engine) as connection:
        connection.execute(delete(cursors).where(cursors.c.table == table))
        connection.execute(
            insert(cursors).values(
                table=table, value=value, batch_id=batch_id, at=store.clock.now().isoformat()
            )
        )


def from_summary(table: str, done: SnapshotInfo) -> TableResult:
    """The figures of a batch that was committed before, from its snapshot."""
    result = TableResult(table=table, batch_id=done.batch_id, snapshot=done.snapshot_id)
    for count in COUNTS:
        setattr(result, count, int(done.summary.get(count, 0)))
    return result


def book(
    store: Store,
    result: TableResult,
    *,
    mode: str,
    contract: str,
    run_id: str,
    started: datetime,
) -> None:
    """Write the batch down for pages; the truth stays in the snapshot's summary."""
    values = {n: getattr(result, n) for n in COUNTS}
    with writing(store.engine) as connection:
        connection.execute(
            delete(batches).where(
                batches.c.batch_id == result.batch_id, batches.c.table == result.table
            )
        )
        connection.execute(
            insert(batches).values(
                batch_id=result.batch_id,
                table=result.table,
                run_id=run_id,
                mode=mode,
                contract=contract,
                snapshot_id=result.snapshot,
                started_at=started.isoformat(),
                finished_at=store.clock.now().isoformat(),
                seconds=result.seconds,
                error=result.error,
                problems=json.dumps(result.problems, ensure_ascii=False),
                **values,
            )
        )
