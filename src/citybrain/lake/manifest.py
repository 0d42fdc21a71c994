"""The manifest: every data file's SHA-256, recorded in the transaction that makes it visible."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select, update

from citybrain.lake.database import commits, heads, histories, manifest, reading
from citybrain.lake.ground import Ground
from citybrain.lake.lease import fence
from citybrain.lake.views import (
    SnapshotInfo,
    TableView,
    infos_of,
    infos_to_json,
    view_from_json,
)

if TYPE_CHECKING:
    from pyiceberg.table import Table

    from citybrain.lake.change import Change


@dataclass(frozen=True, kw_only=True)
class ManifestRow:
    """One data file: path below the warehouse, SHA-256 in hex, size in bytes, rows, role."""

    file_path: str
    sha256: str
    bytes: int
    rows: int
    role: str
    sequence: int


def committed(ground: Ground, lake_table: str, batch_id: str) -> SnapshotInfo | None:
    """The snapshot a batch was committed in, however long ago; None when it never was."""
    statement = select(commits.c.info).where(
        commits.c.lake_table == lake_table, commits.c.batch_id == batch_id
    )
    with reading(ground.engine) as connection:
        text = connection.scalar(statement)
    return view_from_json(text).snapshot if text else None


def of_commit(view: TableView) -> SnapshotInfo:
    """The snapshot of a view that a commit has just made."""
    if view.snapshot is None:
        raise ValueError(f"{view.lake_table} has no snapshot after its commit")
    return view.snapshot


def record_swap(
    connection: Connection,
    change: "Change",
    view: TableView,
    rows: list[ManifestRow],
    table: "Table",
) -> None:
    """Write all that must be true exactly when the pointer moves.

    Raises ``LeaseLost``, or ``IntegrityError`` when the batch is in already, to stop it.
    """
    fence(connection, change.lease)
    snapshot = of_commit(view)
    at = snapshot.committed_at.isoformat()
    connection.execute(
        insert(commits).values(
            lake_table=view.lake_table,
            batch_id=change.batch_id,
            snapshot_id=snapshot.snapshot_id,
            committed_at=at,
            digest=snapshot.summary["manifest"],
            info=_without_files(view).to_json(),
        )
    )
    _mark_removed(connection, view, at)
    if rows:
        stamp = {
            "lake_table": view.lake_table,
            "snapshot_id": snapshot.snapshot_id,
            "batch_id": change.batch_id,
            "added_at": at,
        }
        connection.execute(insert(manifest), [{**asdict(r), **stamp} for r in rows])
    write_head(connection, view, table)
    if change.alongside:
        change.alongside(connection)


def write_head(connection: Connection, view: TableView, table: "Table") -> None:
    """Keep the current view and the history beside the pointer they belong to."""
    row = {"lake_table": view.lake_table, "metadata_location": table.metadata_location}
    kept = infos_to_json(infos_of(table))
    connection.execute(delete(heads).where(heads.c.lake_table == view.lake_table))
    connection.execute(insert(heads).values(**row, view=view.to_json()))
    connection.execute(delete(histories).where(histories.c.lake_table == view.lake_table))
    connection.execute(insert(histories).values(**row, snapshots=kept))


def _mark_removed(connection: Connection, view: TableView, at: str) -> None:
    kept = {f.path for f in view.files}
    live = connection.scalars(
        select(manifest.c.file_path).where(
            manifest.c.lake_table == view.lake_table,
            manifest.c.removed_at.is_(None),
            manifest.c.role != "metadata",
        )
    )
    for path in [p for p in live if p not in kept]:
        connection.execute(
            update(manifest).where(manifest.c.file_path == path).values(removed_at=at)
        )


def _without_files(view: TableView) -> TableView:
    return TableView(
        lake_table=view.lake_table, columns=(), key=(), files=(), snapshot=view.snapshot
    )
