"""The store: tables, snapshots, changes and scans of one lake, without Django.

A ``Store`` is cheap to keep and safe to share between threads: it holds a database engine and
a cache of views keyed by the catalog's pointer, nothing else.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.lake import history, integrity, lease, schema
from citybrain.lake.change import Change, check_room
from citybrain.lake.ground import Ground, open_ground
from citybrain.lake.home import Home
from citybrain.lake.lease import Lease
from citybrain.lake.manifest import committed
from citybrain.lake.phases import Phase, quiet
from citybrain.lake.scan import scan
from citybrain.lake.views import Column, SnapshotInfo, TableView

if TYPE_CHECKING:
    from citybrain.lake.progress import Progress
    from citybrain.lake.scrub import Scrubbed
    from citybrain.lake.sweep import Swept


class Store:
    """One lake. Table names are ``layer.system.table``, or ``layer.name`` of a model.

    All arguments are keyword-only.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.engine = ground.engine
        self.home = ground.home
        self.clock = ground.clock
        self._history = history.History(ground)

    def tables(self) -> list[str]:
        """Names of all tables, sorted; one SQL statement."""
        return sorted(history.pointers(self.ground))

    def exists(self, lake_table: str) -> bool:
        """Whether the table is there."""
        return history.pointer(self.ground, lake_table) is not None

    def ensure(
        self, lake_table: str, columns: Sequence[Column], *, key: Sequence[str] = ()
    ) -> tuple[Column, ...]:
        """Create the table or bring its columns to these; the columns with their field ids.

        ``key`` names the columns by which a delta's row replaces a base row. A missing column
        is dropped, a new one added, ``renamed_from`` renames, a type may widen; other changes
        raise ``CityError``.
        """
        if not self.exists(lake_table):
            check_room(self.ground)
            schema.create(self.ground, lake_table, columns, key)
        schema.evolve(self.ground, self.view(lake_table), columns, key)
        return self.columns(lake_table)

    def view(
        self,
        lake_table: str,
        *,
        as_of: datetime | None = None,
        snapshot_id: int | None = None,
    ) -> TableView:
        """The table at a snapshot (the current one when neither is given).

        ``as_of`` is the latest snapshot committed at or before that time; a time before the
        first gives a view without files. ``CityError`` when there is no such table or snapshot.
        """
        return self._history.view(lake_table, as_of=as_of, snapshot_id=snapshot_id)

    def columns(self, lake_table: str) -> tuple[Column, ...]:
        """The table's columns now, with field ids."""
        return self.view(lake_table).columns

    def snapshot(
        self,
        lake_table: str,
        *,
        as_of: datetime | None = None,
        snapshot_id: int | None = None,
    ) -> SnapshotInfo | None:
        """The snapshot a read would see; None while nothing was committed (by then)."""
        return self.view(lake_table, as_of=as_of, snapshot_id=snapshot_id).snapshot

    def snapshots(self, lake_table: str) -> list[SnapshotInfo]:
        """The snapshots that can still be read, oldest first."""
        return self._history.snapshots(lake_table)

    def scan_sql(
        self,
        lake_table: str,
        *,
        as_of: datetime | None = None,
        snapshot_id: int | None = None,
        columns: Sequence[str] | None = None,
        verified: bool = False,
    ) -> str:
        """One SELECT over the snapshot's files for any DuckDB connection.

        Raises ``DamagedFile`` when a file is known to be damaged; ``verified=True`` hashes
        every file first (1 GB/s), which finds damage that nobody has found yet.
        """
        view = self.view(lake_table, as_of=as_of, snapshot_id=snapshot_id)
        if verified:
            integrity.verify(self.ground, view)
        integrity.refuse_damaged(self.ground, view)
        return scan(view, self.ground.warehouse, columns)

    def lease(
        self, lake_table: str, *, owner: str, seconds: int = 60
    ) -> AbstractContextManager[Lease]:
        """The right to change the table while the block runs; raises ``LeaseHeld``."""
        return lease.hold(self.engine, lake_table, owner=owner, clock=self.clock, seconds=seconds)

    @contextmanager
    def change(
        self,
        lake_table: str,
        *,
        batch_id: str,
        lease: Lease,
        summary: Mapping[str, str] | None = None,
    ) -> Iterator[Change]:
        """A change of the table; visible only by its ``commit``, removed without it."""
        if lease.lake_table != lake_table:
            raise CityError(
                f"{lake_table} is not changed",
                why=f"the lease is for {lease.lake_table}",
                do="Take the lease of the table that is changed",
            )
        change = Change(
            ground=self.ground,
            lake_table=lake_table,
            batch_id=batch_id,
            lease=lease,
            summary=dict(summary or {}),
            base=self.view(lake_table),
            already=committed(self.ground, lake_table, batch_id),
        )
        self.ground.phase("opened")
        try:
            yield change
        finally:
            if change.committed is None and not change.doubtful:
                change.abandon()

    def damaged(self) -> list[integrity.Damage]:
        """Files known damaged; reads of their tables are refused."""
        return integrity.damaged(self.ground)

    def manifest_totals(self) -> tuple[int, int]:
        """How many data files the manifest holds, and their bytes; one SQL statement."""
        return integrity.totals(self.ground)

    def scrub(self, *, progress: "Progress | None" = None) -> "Scrubbed":
        """Hash every file again; iterating over the answer gives the problems."""
        from citybrain.lake.scrub import scrub

        return scrub(self, progress=progress)

    def sweep(self, *, dry_run: bool = False) -> "Swept":
        """Remove orphaned files and old snapshots, or say what would be removed."""
        from citybrain.lake.sweep import sweep

        return sweep(self, dry_run=dry_run)

    def compact(self, lake_table: str) -> SnapshotInfo:
        """Merge the table's files into one, as one snapshot; readers see the same rows."""
        from citybrain.lake.compact import compact_table

        return compact_table(self, lake_table)


def open_store(home: Home, *, clock: Clock, phase: Phase = quiet) -> Store:
    """Open the lake of a home, creating what is missing."""
    return Store(open_ground(home, clock=clock, phase=phase))
