"""A change of one table: the files it adds, what it replaces, and its one commit."""

import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.lake import sqltext
from citybrain.lake.ground import Ground
from citybrain.lake.lease import Lease
from citybrain.lake.locations import folder, make_directory
from citybrain.lake.types import parse
from citybrain.lake.views import Column, FileRef, SnapshotInfo, TableView

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

RESERVE_BYTES = 256 * 1024 * 1024
ROW_GROUP = 122_880
# Where single rows are looked up: one row costs a reader the whole row group.
LOOKUP_ROW_GROUP = 8_192
# Of one column in a row group; where more would be needed, listing its values gains nothing
# (a tenth of the time of writing, and the files are no larger).
DICTIONARY_BYTES = 65_536
_NONE: Mapping[str, str] = {}


def _once(text: str) -> str:
    literal = sqltext.text(text)
    return f"CAST({literal} AS ENUM({literal}))"


def in_parts(columns: Iterable[str]) -> str:
    """What rows are ordered by to be found quickly by columns whose order nobody may see.

    Whoever reads masks sees rows as they lie. In the order of ID numbers they would tell the
    birth dates that the masks hide: so only parts of 8,192 rows follow each other, each in none.
    """
    place = f"row_number() OVER (ORDER BY {sqltext.names(columns)})"
    return f"({place} - 1) // {LOOKUP_ROW_GROUP}, random()"


@dataclass(frozen=True, kw_only=True)
class NewFile:
    """A Parquet file to be written at ``path`` (absolute) with the table's field ids.

    ``lookup`` names columns by which single rows are looked up: the file lies in their order, in
    small row groups, so that a reader passes by nearly all of it. ``scattered``: they are masked,
    so the rows lie in no order within their part of the file (:func:`in_parts`).
    """

    path: Path
    role: str
    sequence: int
    columns: tuple[Column, ...]
    lookup: tuple[str, ...] = ()
    scattered: bool = False

    @property
    def field_ids_sql(self) -> str:
        """``{"a": 1, "b": 2}``, for COPY's FIELD_IDS."""
        pairs = ", ".join(f"{sqltext.name(c.name)}: {c.id}" for c in self.columns)
        return f"{{{pairs}}}"

    @property
    def copy_options(self) -> str:
        """What stands in the parentheses of COPY … TO."""
        return (
            "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 2, "
            f"ROW_GROUP_SIZE {LOOKUP_ROW_GROUP if self.lookup else ROW_GROUP}, "
            f"STRING_DICTIONARY_PAGE_SIZE_LIMIT {DICTIONARY_BYTES}, "
            f"FIELD_IDS {self.field_ids_sql}"
        )

    def copy_sql(self, select: str, *, constant: Mapping[str, str] = _NONE) -> str:
        """COPY of a SELECT into this file; columns are taken by name and cast to their types.

        ``constant``: columns of one text in every row, which the SELECT need not have. Written
        by way of an enumeration they cost a tenth of other texts, and read the same.
        """
        casts = ", ".join(
            f"{_once(constant[c.name])} AS {sqltext.name(c.name)}"
            if c.name in constant
            else f"CAST({sqltext.name(c.name)} AS {parse(c.type).duckdb}) AS {sqltext.name(c.name)}"
            for c in self.columns
        )
        by = in_parts(self.lookup) if self.scattered else sqltext.names(self.lookup)
        order = f" ORDER BY {by}" if self.lookup else ""
        return (
            f"COPY (SELECT {casts} FROM ({select}){order}) TO {sqltext.text(self.path)} "
            f"({self.copy_options})"
        )


@dataclass(kw_only=True)
class Change:
    """One change under a lease. Nothing is visible before ``commit``, everything after.

    ``already`` is the snapshot of an earlier commit of the same batch: then there is nothing
    to do, and ``commit`` returns it. ``base`` is the table as the change found it.
    """

    ground: Ground
    lake_table: str
    batch_id: str
    lease: Lease
    summary: Mapping[str, str]
    base: TableView
    already: SnapshotInfo | None
    files: list[NewFile] = field(default_factory=list)
    committed: SnapshotInfo | None = None
    alongside: "Callable[[Connection], None] | None" = None  # written in the swap's transaction
    doubtful: bool = False  # the swap may have happened: the files must stay
    _removed: frozenset[str] | None = frozenset()

    def new_file(self, role: str = "base") -> NewFile:
        """A file to write: ``base`` holds rows, a ``delta`` replaces rows of the same key."""
        if role not in ("base", "delta"):
            raise ValueError(role)
        if role == "delta" and not self.base.key:
            raise CityError(
                f"{self.lake_table} cannot take a delta",
                why="it was made without a key",
                do="Name the key columns in Store.ensure",
                where=self.lake_table,
            )
        check_room(self.ground)
        data = self.ground.warehouse.root / folder(self.lake_table) / "data"
        make_directory(data)
        sequence = self.base.next_sequence
        made = NewFile(
            path=data / f"{role}-{sequence:08d}-{uuid.uuid4().hex}.parquet",
            role=role,
            sequence=sequence,
            columns=self.base.columns,
        )
        self.files.append(made)
        return made

    def replace_all(self) -> None:
        """Let the commit drop every file the table has then, in the same one snapshot."""
        self._removed = None

    def replace(self, files: tuple[FileRef, ...]) -> None:
        """Let the commit drop these files in the same one snapshot."""
        self._removed = frozenset(f.path for f in files)

    def is_removed(self, path: str) -> bool:
        """Whether the commit drops the file at ``path`` (relative to the warehouse)."""
        return self._removed is None or path in self._removed

    @property
    def removes(self) -> bool:
        """Whether the commit drops any file at all."""
        return self._removed is None or bool(self._removed)

    def commit(self) -> SnapshotInfo:
        """Commit once and durably; the same batch again returns the first commit's snapshot.

        Raises ``LeaseLost`` when another writer took over, ``CityError`` when a file is not
        what the table takes, when the disk is full, or when the outcome cannot be known (then
        delivering the same batch again is safe).
        """
        from citybrain.lake.commit import commit

        self.committed = self.already or commit(self)
        self.ground.phase("acknowledged")
        return self.committed

    def abandon(self) -> None:
        """Remove the files that were written; nothing points at them."""
        for made in self.files:
            made.path.unlink(missing_ok=True)


def check_room(ground: Ground) -> None:
    """Refuse to begin when the disk is nearly full: the database itself needs room to say so."""
    reserve = int(os.environ.get("CITYBRAIN_RESERVE_BYTES", RESERVE_BYTES))
    system = os.statvfs(ground.warehouse.root)
    free = system.f_bavail * system.f_frsize
    if free < reserve:
        raise disk_full(ground, f"{free >> 20} MiB are free and {reserve >> 20} MiB are kept back")


def disk_full(ground: Ground, why: str) -> CityError:
    """The sentence for a full disk."""
    return CityError(
        "The disk of the lake is full; nothing was changed",
        why=why,
        do="Free some room (citybrain sweep removes what is no longer needed), then run again",
        where=str(ground.warehouse.root),
    )
