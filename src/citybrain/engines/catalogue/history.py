"""A table over time: its deliveries and its snapshots."""

from collections.abc import Mapping
from typing import Any

from citybrain.base.wording import Text
from citybrain.city.contracts import Contract
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.failures import said
from citybrain.engines.catalogue.reading import require, thing_of
from citybrain.engines.catalogue.views_tables import HistoryPoint, SnapshotRow
from citybrain.engines.identity.service import Actor


def history(actor: Actor, table_id: str) -> tuple[HistoryPoint, ...]:
    """Every delivery of the table, oldest first."""
    require(actor, "work.read", thing_of(wiring.contract(table_id).id))
    return history_of(table_id)


def snapshots(actor: Actor, table_id: str) -> tuple[SnapshotRow, ...]:
    """Every snapshot that is still kept, newest first."""
    require(actor, "work.read", thing_of(table_id))
    return snapshots_of(wiring.contract(table_id))


def history_of(table_id: str) -> tuple[HistoryPoint, ...]:
    """The lake's batches of the table as points, oldest first."""
    from citybrain.lake.runs import table_history

    found = sorted(table_history(wiring.store(), table_id), key=lambda batch: batch.started_at)
    return tuple(_point(batch) for batch in found)


def _point(batch: Any) -> HistoryPoint:
    failed = bool(batch.error)
    accepted = batch.inserted + batch.updated + batch.unchanged + batch.superseded
    result = said(str(batch.error)) if failed else Text(zh="完成", en="Done")
    return HistoryPoint(
        at=batch.finished_at or batch.started_at,
        run=batch.run_id or "",
        rows=batch.rows_after or 0,
        read=batch.read,
        accepted=accepted,
        inserted=batch.inserted,
        updated=batch.updated,
        removed=batch.removed,
        quarantined=batch.quarantined,
        snapshot=batch.snapshot_id,
        result=result,
        failed=failed,
    )


def snapshots_of(contract: Contract) -> tuple[SnapshotRow, ...]:
    """The lake's snapshots of the table, newest first, numbered from 1 by time."""
    store = wiring.store()
    if not store.exists(contract.lake_table):
        return ()
    found = sorted(store.snapshots(contract.lake_table), key=lambda shot: shot.committed_at)
    rows = [
        SnapshotRow(
            number=number,
            snapshot=shot.snapshot_id,
            at=shot.committed_at,
            rows=shot.rows,
            inserted=_count(shot.summary, "inserted"),
            updated=_count(shot.summary, "updated"),
            removed=_count(shot.summary, "removed"),
            files=shot.files,
            current=number == len(found),
        )
        for number, shot in enumerate(found, start=1)
    ]
    return tuple(reversed(rows))


def _count(summary: Mapping[str, str], name: str) -> int:
    return int(summary.get(name) or summary.get(f"citybrain.{name}") or 0)
