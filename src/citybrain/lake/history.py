"""From the catalog's pointer to a view of a table, now or earlier, with as little as possible.

The current view is one SQL row. An earlier one is read from Iceberg's metadata and kept in
memory: a snapshot never changes.
"""

from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import and_, select
from sqlalchemy.exc import IntegrityError

from citybrain.base.errors import CityError
from citybrain.lake.database import CATALOG, heads, histories, iceberg_tables, reading, writing
from citybrain.lake.ground import Ground
from citybrain.lake.locations import split
from citybrain.lake.manifest import write_head
from citybrain.lake.views import (
    SnapshotInfo,
    TableView,
    infos_from_json,
    infos_of,
    view_from_json,
    view_of,
)

if TYPE_CHECKING:
    from pyiceberg.table import Table

_KEPT_TABLES = 64
_KEPT_VIEWS = 512


def pointers(ground: Ground) -> dict[str, str]:
    """Metadata location of every table by name."""
    columns = iceberg_tables.c
    statement = select(
        columns.table_namespace, columns.table_name, columns.metadata_location
    ).where(columns.catalog_name == CATALOG)
    with reading(ground.engine) as connection:
        return {f"{row[0]}.{row[1]}": row[2] for row in connection.execute(statement)}


def pointer(ground: Ground, lake_table: str) -> tuple[str, str | None] | None:
    """The table's metadata location, and its view as JSON when that is of the same pointer."""
    namespace, name = split(lake_table)
    columns = iceberg_tables.c
    statement = (
        select(columns.metadata_location, heads.c.view)
        .select_from(
            iceberg_tables.outerjoin(
                heads,
                and_(
                    heads.c.lake_table == lake_table,
                    heads.c.metadata_location == columns.metadata_location,
                ),
            )
        )
        .where(
            columns.catalog_name == CATALOG,
            columns.table_namespace == namespace,
            columns.table_name == name,
        )
    )
    with reading(ground.engine) as connection:
        row = connection.execute(statement).one_or_none()
    return (row[0], row[1]) if row else None


class History:
    """Views of the tables of one lake."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._table = lru_cache(_KEPT_TABLES)(self._load)
        self._past = lru_cache(_KEPT_VIEWS)(self._read_past)
        self._parsed = lru_cache(_KEPT_VIEWS)(view_from_json)

    def view(
        self, lake_table: str, *, as_of: datetime | None, snapshot_id: int | None
    ) -> TableView:
        """See ``Store.view``."""
        location, kept = self._pointer(lake_table)
        if as_of is None and snapshot_id is None:
            return self._parsed(kept) if kept else self._rebuild(lake_table, location)
        if as_of is not None and snapshot_id is None:
            past = [s for s in self.snapshots(lake_table) if s.committed_at <= as_of]
            snapshot_id = past[-1].snapshot_id if past else 0
        return self._past(lake_table, location, snapshot_id or 0)

    def snapshots(self, lake_table: str) -> list[SnapshotInfo]:
        """See ``Store.snapshots``."""
        location, kept = self._pointer(lake_table)
        if not kept:
            self._rebuild(lake_table, location)
        statement = select(histories.c.snapshots).where(
            histories.c.lake_table == lake_table, histories.c.metadata_location == location
        )
        with reading(self._ground.engine) as connection:
            text = connection.scalar(statement)
        # None when the pointer moved between the two statements: read Iceberg's own.
        return infos_from_json(text) if text else infos_of(self._table(lake_table, location))

    def table(self, lake_table: str) -> "Table":
        """The table as pyiceberg sees it; read only."""
        location, _kept = self._pointer(lake_table)
        return self._table(lake_table, location)

    def _pointer(self, lake_table: str) -> tuple[str, str | None]:
        found = pointer(self._ground, lake_table)
        if found is None:
            raise CityError(
                f"There is no table {lake_table} in the lake",
                why="nothing was collected into it yet, or the name is misspelt",
                do="Look at citybrain status for the names, or collect it first",
                where=lake_table,
            )
        return found

    def _load(self, lake_table: str, location: str) -> "Table":
        return self._ground.catalog().table_at(lake_table, location)

    def _rebuild(self, lake_table: str, location: str) -> TableView:
        """The current view from Iceberg's files, after a change that was not a commit of ours."""
        table = self._table(lake_table, location)
        view = view_of(lake_table, table, self._ground.warehouse, table.current_snapshot())
        with suppress(IntegrityError), writing(self._ground.engine) as connection:
            write_head(connection, view, table)  # unless another process just did
        return view

    def _read_past(self, lake_table: str, location: str, snapshot_id: int) -> TableView:
        table = self._table(lake_table, location)
        snapshot = table.snapshot_by_id(snapshot_id) if snapshot_id else None
        if snapshot_id and snapshot is None:
            raise CityError(
                f"{lake_table} has no snapshot {snapshot_id}",
                why="it was never made, or it was old and has been removed",
                do="Choose one of the snapshots on the table's page",
                where=lake_table,
            )
        return view_of(lake_table, table, self._ground.warehouse, snapshot)
