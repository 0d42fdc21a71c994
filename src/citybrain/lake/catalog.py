"""Our Iceberg catalog: pyiceberg's SQL catalog with one transaction for all that must agree.

The swap of the metadata pointer, the fence of the writer's lease, the exactly-once record of
the batch and the manifest of hashes happen in one database transaction: a process killed
anywhere leaves all of them or none.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pyiceberg.catalog import MetastoreCatalog
from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.exceptions import CommitFailedException, NoSuchTableError, TableAlreadyExistsError
from pyiceberg.io import FileIO
from pyiceberg.schema import Schema
from pyiceberg.serializers import FromInputFile
from pyiceberg.table import CommitTableResponse, StagedTable, Table
from pyiceberg.table.metadata import new_table_metadata
from pyiceberg.table.update import TableRequirement, TableUpdate
from pyiceberg.typedef import EMPTY_DICT, Identifier, Properties
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from citybrain.base.clock import CITY_ZONE
from citybrain.base.hashing import sha256_file
from citybrain.lake.database import (
    CATALOG,
    iceberg_namespaces,
    iceberg_tables,
    manifest,
    reading,
    writing,
)
from citybrain.lake.fileio import DurableFileIO
from citybrain.lake.locations import Warehouse, folder, split
from citybrain.lake.phases import Phase, quiet

# Called with the new version before the swap; what it returns runs in the swap's transaction.
WithSwap = Callable[[StagedTable], Callable[[Connection], None]]


class LakeCatalog(SqlCatalog):
    """The catalog as one change sees it: its own file access, and what rides on its swap.

    What ``with_swap`` returns runs inside the transaction that moves the pointer and may raise
    to stop it; the slow part (reading files) comes before, for the transaction locks SQLite.
    """

    def __init__(
        self,
        engine: Engine,
        warehouse: Warehouse,
        *,
        with_swap: WithSwap | None = None,
        phase: Phase = quiet,
    ) -> None:
        MetastoreCatalog.__init__(self, CATALOG)
        self.engine = engine
        self.warehouse = warehouse
        self.files = DurableFileIO(warehouse)
        # Set before COMMIT is sent: from then on only the database knows, and no file written
        # through this catalog may be removed.
        self.may_be_visible = False
        self._with_swap = with_swap
        self._phase = phase

    def _load_file_io(
        self, properties: Properties = EMPTY_DICT, location: str | None = None
    ) -> FileIO:
        del properties, location
        return self.files

    def load_table(self, identifier: str | Identifier) -> Table:
        """The table as the pointer says now; ``NoSuchTableError`` when there is none."""
        lake_table = identifier if isinstance(identifier, str) else ".".join(identifier)
        namespace, name = split(lake_table)
        with reading(self.engine) as connection:
            location = connection.scalar(
                select(iceberg_tables.c.metadata_location).where(*_row(namespace, name))
            )
        if location is None:
            raise NoSuchTableError(f"Table does not exist: {lake_table}")
        return self.table_at(lake_table, location)

    def table_at(self, lake_table: str, location: str) -> Table:
        """The table whose metadata lie at ``location``."""
        return Table(
            identifier=tuple(lake_table.split(".")),
            metadata=FromInputFile.table_metadata(self.files.new_input(location)),
            metadata_location=location,
            io=self.files,
            catalog=self,
        )

    def create(self, lake_table: str, schema: Schema, properties: dict[str, str]) -> Table:
        """Create an unpartitioned table; ``TableAlreadyExistsError`` when another was first."""
        from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
        from pyiceberg.table.locations import load_location_provider
        from pyiceberg.table.sorting import UNSORTED_SORT_ORDER

        namespace, name = split(lake_table)
        place = self.warehouse.location(folder(lake_table))
        metadata = new_table_metadata(
            schema, UNPARTITIONED_PARTITION_SPEC, UNSORTED_SORT_ORDER, place, properties
        )
        location = load_location_provider(place, properties).new_table_metadata_file_location()
        self._write_metadata(metadata, self.files, location)
        written = self._written(lake_table, metadata.last_updated_ms)
        self._phase("metadata-durable")
        try:
            with writing(self.engine) as connection:
                _add_namespace(connection, namespace)
                connection.execute(insert(manifest), written)
                connection.execute(
                    insert(iceberg_tables).values(
                        catalog_name=CATALOG,
                        table_namespace=namespace,
                        table_name=name,
                        metadata_location=location,
                        iceberg_type="TABLE",
                    )
                )
        except IntegrityError as error:
            self.files.tidy()
            raise TableAlreadyExistsError(lake_table) from error
        return self.load_table(lake_table)

    def commit_table(
        self,
        table: Table,
        requirements: tuple[TableRequirement, ...],
        updates: tuple[TableUpdate, ...],
    ) -> CommitTableResponse:
        """Write the new metadata durably, then swap the pointer with all that rides on it.

        ``CommitFailedException`` when the pointer moved since the table was loaded.
        """
        current = self.load_table(table.name())
        staged = self._update_and_stage_table(current, table.name(), requirements, updates)
        if staged.metadata == current.metadata:
            return _response(current)
        self._write_metadata(staged.metadata, staged.io, staged.metadata_location)
        record = self._with_swap(staged) if self._with_swap else None
        written = self._written(".".join(table.name()), staged.metadata.last_updated_ms)
        self._phase("metadata-durable")
        with writing(self.engine) as connection:
            if record:
                record(connection)
            connection.execute(insert(manifest), written)
            _swap(connection, current, staged)
            self._phase("swapping")
            self.may_be_visible = True
        self._phase("swapped")
        return _response(staged)

    def _written(self, lake_table: str, at_ms: int) -> list[dict[str, object]]:
        """Iceberg's own files go into the manifest too: a flipped bit there must be found."""
        at = datetime.fromtimestamp(at_ms / 1000, CITY_ZONE).isoformat()
        return [
            {
                "file_path": str(path.relative_to(self.warehouse.root)),
                "lake_table": lake_table,
                "sha256": sha256_file(path),
                "bytes": path.stat().st_size,
                "rows": 0,
                "role": "metadata",
                "sequence": 0,
                "batch_id": "",
                "added_at": at,
            }
            for path in self.files.written
        ]


def _response(table: Table) -> CommitTableResponse:
    return CommitTableResponse.model_validate(
        {"metadata": table.metadata, "metadata-location": table.metadata_location}
    )


def _row(namespace: str, name: str) -> tuple[Any, ...]:
    columns = iceberg_tables.c
    return (
        columns.catalog_name == CATALOG,
        columns.table_namespace == namespace,
        columns.table_name == name,
    )


def _swap(connection: Connection, current: Table, staged: StagedTable) -> None:
    namespace, name = split(".".join(current.name()))
    moved = connection.execute(
        update(iceberg_tables)
        .where(
            *_row(namespace, name),
            iceberg_tables.c.metadata_location == current.metadata_location,
        )
        .values(
            metadata_location=staged.metadata_location,
            previous_metadata_location=current.metadata_location,
        )
    )
    if moved.rowcount != 1:
        raise CommitFailedException(f"{namespace}.{name} was changed by another process")


def _add_namespace(connection: Connection, namespace: str) -> None:
    """Once, whoever else adds it now: another table of the same system must not fail by it."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(iceberg_namespaces)
        .values(
            catalog_name=CATALOG, namespace=namespace, property_key="exists", property_value="true"
        )
        .on_conflict_do_nothing()
    )
