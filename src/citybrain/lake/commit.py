"""The commit protocol: durable files, then one swap that carries everything.

1. every data file is checked against the table, hashed, fsynced, and so is its directory;
2. Iceberg's manifests and metadata are written and fsynced (``fileio``);
3. one database transaction checks the lease's fence, records the batch, the manifest of
   hashes and the table's new view, and moves the pointer;
4. on a lost race we read the table again and look for our own batch before trying again. The
   library's retry does not look, and duplicated 4 of 25 batches in a measurement.
"""

import errno
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from citybrain.base.errors import CityError
from citybrain.base.files import fsync_directory, fsync_file
from citybrain.base.hashing import canonical_json, sha256_bytes, sha256_file
from citybrain.lake.change import Change, disk_full
from citybrain.lake.manifest import ManifestRow, committed, of_commit, record_swap
from citybrain.lake.views import SnapshotInfo, TableView

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyiceberg.table import StagedTable, Table
    from sqlalchemy import Connection

ATTEMPTS = 6
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    """A data file that is durable, with its hash."""

    row: ManifestRow
    path: Path


def commit(change: Change) -> SnapshotInfo:
    """Commit the change's files; see ``Change.commit`` for what it raises."""
    ground = change.ground
    ground.phase("data-written")
    try:
        sealed = _seal(change)
        ground.phase("data-durable")
        return _attempts(change, sealed)
    except OSError as error:
        if error.errno in _FULL:
            raise disk_full(ground, "the disk had no room for a file of the lake") from error
        raise CityError(
            f"{change.lake_table} was not changed",
            why=f"a file could not be written ({error})",
            do="Look at the disk, then run again; nothing of this run was kept",
            where=change.lake_table,
        ) from error


def digest(rows: list[ManifestRow]) -> str:
    """The manifest's digest as the snapshot's summary holds it: over path, hash, size, rows."""
    listed = sorted([r.file_path, r.sha256, r.bytes, r.rows] for r in rows)
    return sha256_bytes(canonical_json(listed))


def _seal(change: Change) -> list[_Sealed]:
    from pyarrow import parquet

    sealed = []
    for made in change.files:
        fsync_file(made.path)
        row = ManifestRow(
            file_path=str(made.path.relative_to(change.ground.warehouse.root)),
            sha256=sha256_file(made.path),
            bytes=made.path.stat().st_size,
            rows=parquet.read_metadata(made.path).num_rows,
            role=made.role,
            sequence=made.sequence,
        )
        sealed.append(_Sealed(row=row, path=made.path))
    for folder in {s.path.parent for s in sealed}:
        fsync_directory(folder)
    return sealed


def _attempts(change: Change, sealed: list[_Sealed]) -> SnapshotInfo:
    from pyiceberg.exceptions import CommitFailedException

    for attempt in range(ATTEMPTS):
        try:
            done = committed(change.ground, change.lake_table, change.batch_id)
            return done or _once(change, sealed)
        except (CommitFailedException, DBAPIError, OSError) as error:
            # Lost race, the same batch by another process, busy database, lost connection, a
            # fault after the swap: all are told apart by looking again for our batch.
            if isinstance(error, OSError) and not change.doubtful:
                raise
            last: Exception = error
            time.sleep(0.05 * 2**attempt)
    raise _given_up(change, last) from last


def _given_up(change: Change, last: Exception) -> CityError:
    said = last.orig if isinstance(last, DBAPIError) else last
    if change.doubtful:
        return CityError(
            f"It is not known whether {change.lake_table} was changed",
            why=f"the lake's database did not answer ({said})",
            do="Deliver the same batch again: it counts once, whatever happened now",
            where=change.lake_table,
        )
    return CityError(
        f"{change.lake_table} was not changed",
        why=f"the lake's database did not take the change ({said})",
        do="Run again; nothing of this run was kept",
        where=change.lake_table,
    )


def _once(change: Change, sealed: list[_Sealed]) -> SnapshotInfo:
    from citybrain.lake.views import view_of

    ground = change.ground
    rows = [s.row for s in sealed]
    views: list[TableView] = []

    def with_swap(staged: "StagedTable") -> "Callable[[Connection], None]":
        view = view_of(change.lake_table, staged, ground.warehouse, staged.current_snapshot())
        views.append(view)
        return lambda connection: record_swap(connection, change, view, rows, staged)

    catalog = ground.catalog(with_swap=with_swap)
    table = catalog.load_table(change.lake_table)
    try:
        _stage(change, sealed, table)
    except BaseException:
        if catalog.may_be_visible:
            change.doubtful = True
        else:
            catalog.files.tidy()
        raise
    return of_commit(views[-1])


def _stage(change: Change, sealed: list[_Sealed], table: "Table") -> None:
    """One snapshot that drops and adds (lake recipe R2), committed at the block's end."""
    from citybrain.lake.datafile import describe
    from citybrain.lake.producer import OneSnapshot

    warehouse = change.ground.warehouse
    properties = {
        **change.summary,
        "batch_id": change.batch_id,
        "manifest": digest([s.row for s in sealed]),
    }
    with table.transaction() as transaction:
        producer = OneSnapshot(
            transaction, table.io, properties=properties, now=change.ground.clock.now()
        )
        with producer as snapshot:
            if change.removes:
                for data in producer.current_files():
                    if change.is_removed(warehouse.relative(data.file_path)):
                        snapshot.delete_data_file(data)
            for file in sealed:
                location = warehouse.location(file.row.file_path)
                snapshot.append_data_file(
                    describe(file.path, location, table.schema(), dict(table.properties))
                )
