"""Which content every table of the lake has now, asked by one statement."""

from collections.abc import Iterable

from sqlalchemy import select

from citybrain.lake.database import heads, reading
from citybrain.lake.store import Store
from citybrain.lake.views import SnapshotInfo, TableView, view_from_json

CONTENT = "content"  # in a summary: the snapshot whose rows these are, in other files
DIGEST = "rows_digest"  # in a summary: tells the rows, in whatever order
FINGERPRINT = "model"  # in a summary: what the rows were made from


def content_of(snapshot: SnapshotInfo | None) -> int:
    """The snapshot that last changed the rows; merging files changes none. 0 for no rows."""
    if snapshot is None:
        return 0
    return int(snapshot.summary.get(CONTENT) or snapshot.snapshot_id)


def contents(store: Store, tables: Iterable[str]) -> dict[str, int]:
    """The content of each table; 0 for one that the lake does not have."""
    wanted = set(tables)
    with reading(store.engine) as connection:
        rows = connection.execute(select(heads.c.lake_table, heads.c.view)).all()
    found = {r.lake_table: view_from_json(r.view) for r in rows if r.lake_table in wanted}
    return {t: _content(store, t, found.get(t)) for t in wanted}


def _content(store: Store, table: str, view: TableView | None) -> int:
    if view is None:  # not there, or changed by a stranger: the slow way tells
        return content_of(store.snapshot(table)) if store.exists(table) else 0
    return content_of(view.snapshot)
