"""What the city believed on a given day, and what changed its mind since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.city import City
from citybrain.lake.duck import shared
from citybrain.lake.integrity import refuse_damaged
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.names import ROW
from citybrain.lake.libraries.record import (
    Record,
    declared,
    golden,
    key_sql,
    plain,
)
from citybrain.lake.mask import mask_value
from citybrain.lake.scan import added, scan
from citybrain.lake.store import Store
from citybrain.lake.views import SnapshotInfo, TableView

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LAST = 20


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A field that a build gave another value; ``table`` is where the new one came from."""

    at: datetime
    snapshot_id: int
    field: LibraryField
    before: str | None
    after: str | None
    table: str


def believed(
    store: Store,
    city: City,
    library: str,
    entity_id: str,
    as_of: datetime,
    *,
    reveal: bool = False,
) -> Record | None:
    """The record as it stood at that moment; None when the entity was not known then."""
    return golden(store, city, library, entity_id, reveal=reveal, as_of=as_of)


def changes(
    store: Store,
    city: City,
    library: str,
    entity_id: str,
    *,
    reveal: bool = False,
    last: int = LAST,
) -> list[Changed]:
    """What changed in the last snapshots of the library, the newest first."""
    found = declared(city, library)
    if not store.exists(found.table):
        return []
    snapshots = store.snapshots(found.table)[-last - 1 :]
    if len(snapshots) < 2:
        return []  # nothing to compare
    changed: list[Changed] = []
    before: Mapping[str, Any] | None = None
    for snapshot, after in _rows(store, found, entity_id, snapshots):
        if before is not None:
            changed += [
                _changed(snapshot, one, before, after, reveal=reveal)
                for one in found.fields
                if before.get(one.name) != after.get(one.name)
            ]
        before = after
    return changed[::-1]


def _rows(
    store: Store, library: Library, entity_id: str, snapshots: Sequence[SnapshotInfo]
) -> Iterator[tuple[SnapshotInfo, Mapping[str, Any]]]:
    """The entity's row in each of the last snapshots, the oldest first; empty where it has none.

    A snapshot that only added files to the one before is asked by those: nearly all are a few
    rows beside the same large file.
    """
    before: TableView | None = None
    row: Mapping[str, Any] = {}
    with shared(store.home) as duck:
        for snapshot in snapshots:
            view = store.view(library.table, snapshot_id=snapshot.snapshot_id)
            refuse_damaged(store.ground, view)
            fresh = added(view, before) if before and before.columns == view.columns else None
            if fresh is None:
                row = _row(duck, store, library, view, entity_id)
            elif fresh.files:
                row = _row(duck, store, library, fresh, entity_id) or row
            before = view
            yield snapshot, row


def _row(
    duck: "DuckDBPyConnection", store: Store, library: Library, view: TableView, entity_id: str
) -> Mapping[str, Any]:
    select = scan(view, store.ground.warehouse)
    answer = duck.execute(f"SELECT * FROM ({select}) WHERE {key_sql(library)} = ?", [entity_id])
    names = [column[0] for column in answer.description or ()]
    row = answer.fetchone()
    return dict(zip(names, row, strict=True)) if row else {}


def _changed(
    snapshot: SnapshotInfo,
    one: LibraryField,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    reveal: bool,
) -> Changed:
    said = [plain(row.get(one.name)) for row in (before, after)]
    shown = said if reveal else [mask_value(v, one.masking, one.level) for v in said]
    row = after.get(one.name + ROW) or after.get("_row") or ""
    return Changed(
        at=snapshot.committed_at,
        snapshot_id=snapshot.snapshot_id,
        field=one,
        before=shown[0],
        after=shown[1],
        table=row.split("/", 1)[0],
    )
