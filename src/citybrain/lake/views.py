"""What a snapshot of a table is: its columns, key, files and summary, as plain values.

Built from Iceberg's metadata (the truth), and kept as JSON beside the catalog pointer, so
that reading a table needs one SQL statement and no pyiceberg.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from citybrain.base.clock import CITY_ZONE
from citybrain.lake.types import of_iceberg

if TYPE_CHECKING:
    from pyiceberg.table import Table
    from pyiceberg.table.snapshots import Snapshot

    from citybrain.lake.locations import Warehouse

KEY_PROPERTY = "citybrain.key"
_NAME = re.compile(r"(base|delta)-(\d+)-[0-9a-f]+\.parquet$")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a lake table: name, type in the contract's grammar, meaning.

    ``id`` is the Iceberg field id; 0 in what a caller hands to ``ensure``. ``renamed_from``
    is the column's former name, when it has one.
    """

    name: str
    type: str
    doc: str = ""
    renamed_from: str = ""
    id: int = 0


@dataclass(frozen=True, kw_only=True)
class FileRef:
    """A data file of a snapshot. ``path`` is relative to the warehouse.

    Role and sequence stand in the file's name, so that Iceberg's metadata alone tell which
    rows win: ``base`` holds rows as they are, a ``delta`` replaces those of lower sequence.
    """

    path: str
    rows: int
    bytes: int
    role: str
    sequence: int


@dataclass(frozen=True, kw_only=True)
class SnapshotInfo:
    """One committed change.

    ``rows`` counts what a reader sees, when the writer said so (``rows_after`` in the
    summary), else the rows of all files; ``files`` counts data files.
    """

    snapshot_id: int
    sequence: int
    committed_at: datetime
    batch_id: str
    rows: int
    files: int
    summary: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TableView:
    """A table at one snapshot; ``snapshot`` is None while nothing was committed."""

    lake_table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    files: tuple[FileRef, ...]
    snapshot: SnapshotInfo | None

    @property
    def next_sequence(self) -> int:
        """The sequence of the next change's files."""
        return (self.snapshot.sequence if self.snapshot else 0) + 1

    def to_json(self) -> str:
        """Text from which ``view_from_json`` builds an equal view."""
        document = asdict(self)
        if self.snapshot:
            document["snapshot"]["committed_at"] = self.snapshot.committed_at.isoformat()
        return json.dumps(document, ensure_ascii=False)


def infos_to_json(infos: Sequence[SnapshotInfo]) -> str:
    """Text from which ``infos_from_json`` builds equal snapshots."""
    documents = [{**asdict(i), "committed_at": i.committed_at.isoformat()} for i in infos]
    return json.dumps(documents, ensure_ascii=False)


def infos_from_json(text: str) -> list[SnapshotInfo]:
    """The snapshots that ``infos_to_json`` wrote."""
    return [
        SnapshotInfo(**{**d, "committed_at": datetime.fromisoformat(d["committed_at"])})
        for d in json.loads(text)
    ]


def infos_of(table: "Table") -> list[SnapshotInfo]:
    """The readable snapshots of an Iceberg table, oldest first."""
    return sorted((info(s) for s in table.metadata.snapshots), key=lambda s: s.sequence)


def view_from_json(text: str) -> TableView:
    """The view that ``TableView.to_json`` wrote."""
    document = json.loads(text)
    snapshot = document["snapshot"]
    if snapshot:
        snapshot["committed_at"] = datetime.fromisoformat(snapshot["committed_at"])
    return TableView(
        lake_table=document["lake_table"],
        columns=tuple(Column(**c) for c in document["columns"]),
        key=tuple(document["key"]),
        files=tuple(FileRef(**f) for f in document["files"]),
        snapshot=SnapshotInfo(**snapshot) if snapshot else None,
    )


def info(snapshot: "Snapshot") -> SnapshotInfo:
    """An Iceberg snapshot as plain values."""
    summary = dict(snapshot.summary.additional_properties) if snapshot.summary else {}
    rows = summary.get("rows_after") or summary.get("total-records") or "0"
    return SnapshotInfo(
        snapshot_id=snapshot.snapshot_id,
        sequence=snapshot.sequence_number or 0,
        committed_at=datetime.fromtimestamp(snapshot.timestamp_ms / 1000, CITY_ZONE),
        batch_id=summary.get("batch_id", ""),
        rows=int(rows),
        files=int(summary.get("total-data-files") or 0),
        summary=summary,
    )


def view_of(
    lake_table: str, table: "Table", warehouse: "Warehouse", snapshot: "Snapshot | None"
) -> TableView:
    """Read a snapshot's view from Iceberg's own files; the schema is the snapshot's."""
    schema = table.schema()
    if snapshot and snapshot.schema_id is not None and snapshot != table.current_snapshot():
        schema = table.schemas()[snapshot.schema_id]
    return TableView(
        lake_table=lake_table,
        columns=tuple(
            Column(name=f.name, type=str(of_iceberg(f.field_type)), doc=f.doc or "", id=f.field_id)
            for f in schema.fields
        ),
        key=tuple(json.loads(table.properties.get(KEY_PROPERTY, "[]"))),
        files=_files(table, warehouse, snapshot) if snapshot else (),
        snapshot=info(snapshot) if snapshot else None,
    )


def _files(table: "Table", warehouse: "Warehouse", snapshot: "Snapshot") -> tuple[FileRef, ...]:
    found = []
    for listed in snapshot.manifests(table.io):
        for entry in listed.fetch_manifest_entry(table.io, discard_deleted=True):
            data = entry.data_file
            role, sequence = role_and_sequence(data.file_path)
            found.append(
                FileRef(
                    path=warehouse.relative(data.file_path),
                    rows=data.record_count,
                    bytes=data.file_size_in_bytes,
                    role=role,
                    sequence=sequence,
                )
            )
    return tuple(sorted(found, key=lambda f: (f.sequence, f.path)))


def role_and_sequence(path: str) -> tuple[str, int]:
    """Role and sequence from a data file's name; a stranger's file is base of sequence 0."""
    match = _NAME.search(path)
    return (match[1], int(match[2])) if match else ("base", 0)
