"""Which delivered rows changed last, in which cell, and whom they tell about."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from citybrain.lake import corrections, sqltext
from citybrain.lake.duck import shared
from citybrain.lake.libraries.names import LINKS
from citybrain.lake.store import Store
from citybrain.lake.views import SnapshotInfo

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COMPARED = 500_000  # rows of a table that a page may compare with what they were
BACK = 5  # snapshots in which it is looked for what was wrong with a row
_OWN = ("_batch", "_contract")


@dataclass(frozen=True, kw_only=True)
class Touch:
    """A row of ``system.table`` that mentions an entity in a role.

    ``field`` is the cell that changed last; empty where none is known to have changed.
    """

    entity: str
    entity_id: str
    role: str
    table: str
    row: str
    field: str = ""


def touched(store: Store, tables: Collection[str], *, limit: int = 12) -> list[Touch]:
    """Whom the newest delivery of each of these ``ods`` tables told something new about.

    Nothing of a first delivery, which is about everybody.
    """
    news: dict[str, list[str]] = {}
    fields: dict[str, str] = {}
    with shared(store.home) as duck:
        for table in tables:
            snapshots = store.snapshots(table) if store.exists(table) else []
            if len(snapshots) < 2:
                continue
            rows = duck.execute(_news(store, table, snapshots, limit)).fetchall()
            news[table] = [str(row[0]) for row in rows]
            if news[table]:
                fields |= _changed(duck, store, table, news[table], snapshots[-2])
        return _mentioned(duck, store, news, fields, limit)[:limit]


def mentioned(store: Store, tables: Collection[str], *, limit: int = 5) -> list[Touch]:
    """Some entities that each of these ``ods`` tables mentions, changed or not.

    Links lie in the order of their entities, so that the first are found without reading all.
    """
    found: list[Touch] = []
    for kind, links in LINKS.items():
        if not store.exists(links):
            continue
        for table in tables:
            with shared(store.home) as duck:
                some = duck.execute(
                    f'SELECT entity_id, role, table_name, "_row" FROM ({store.scan_sql(links)}) '
                    f"WHERE table_name = ? ORDER BY entity_id, role LIMIT {limit:d}",
                    [table.partition(".")[2]],
                ).fetchall()
            found += [Touch(entity=kind, entity_id=str(entity_id), role=str(role),
                            table=str(name), row=str(row))
                      for entity_id, role, name, row in some]  # fmt: skip
    return found


def _mentioned(
    duck: "DuckDBPyConnection",
    store: Store,
    news: Mapping[str, Sequence[str]],
    fields: Mapping[str, str],
    limit: int,
) -> list[Touch]:
    """Whom these rows mention: table by table as told, at most so many of each.

    Links do not lie in the order of their rows, so they are read once for all tables.
    """
    rows = [row for told in news.values() for row in told]
    found: dict[str, list[Touch]] = {table: [] for table in news}
    for kind, links in LINKS.items():
        if not rows or not store.exists(links):
            continue
        named = duck.execute(
            f'SELECT entity_id, role, "_row", table_name FROM ({store.scan_sql(links)}) '
            f'WHERE "_row" IN ({", ".join("?" for _ in rows)}) ORDER BY "_row", role',
            rows,
        ).fetchall()
        for entity_id, role, row, name in named:
            touches = found.get(f"ods.{name}", [])
            if len(touches) < limit:
                touches.append(
                    Touch(
                        entity=kind, entity_id=str(entity_id), role=str(role), table=str(name),
                        row=str(row), field=fields.get(str(row), ""),
                    )
                )  # fmt: skip
    return [touch for touches in found.values() for touch in touches]


def _news(store: Store, table: str, snapshots: Sequence[SnapshotInfo], limit: int) -> str:
    """Rows of the newest snapshot that say something else than those before it.

    Of a large table those that its last batch delivered, changed or not: to compare all would
    keep a page waiting.
    """
    now = store.scan_sql(table)
    if snapshots[-1].rows > COMPARED:
        batch = sqltext.text(snapshots[-1].batch_id)
        return f'SELECT "_row" FROM ({now}) WHERE "_batch" = {batch} ORDER BY 1 LIMIT {limit:d}'
    said = sqltext.names(c.name for c in store.columns(table) if c.name not in _OWN)
    before = store.scan_sql(table, snapshot_id=snapshots[-2].snapshot_id)
    return (
        f'SELECT "_row" FROM (SELECT {said} FROM ({now}) EXCEPT SELECT {said} FROM ({before})) '
        f"ORDER BY 1 LIMIT {limit:d}"
    )


def _changed(
    duck: "DuckDBPyConnection",
    store: Store,
    table: str,
    rows: Sequence[str],
    before: SnapshotInfo,
) -> dict[str, str]:
    """The field that changed last of each row, for those of which it is known.

    A row that came back says what it said before it was set aside: what was wrong with it
    then, or was corrected, is the cell that changed.
    """
    own = [f.name for f in store.columns(table) if not f.name.startswith("_")]
    differs = ", ".join(
        f"CASE WHEN a.{sqltext.name(n)} IS DISTINCT FROM b.{sqltext.name(n)} "
        f"THEN {sqltext.text(n)} END"
        for n in own
    )
    then = store.scan_sql(table, snapshot_id=before.snapshot_id)
    answer = duck.execute(
        f'SELECT a."_row", coalesce({differs}) FROM ({store.scan_sql(table)}) a '
        f'JOIN ({then}) b USING ("_row") WHERE a."_row" IN (SELECT unnest(?))',
        [list(rows)],
    ).fetchall()
    found = {str(row): str(field) for row, field in answer if field}
    return found | _set_right(duck, store, table, set(rows) - {str(row) for row, _f in answer})


def _set_right(
    duck: "DuckDBPyConnection", store: Store, table: str, rows: Collection[str]
) -> dict[str, str]:
    """The fields that were wrong with these rows when they were set aside last, or corrected."""
    bare = table.partition(".")[2]
    held = corrections.history(store, bare) if rows else []
    found = {one.row: one.field for one in held if one.row in rows}
    aside = f"quarantine.{bare}"
    for snapshot in reversed(store.snapshots(aside)[-BACK:] if store.exists(aside) else []):
        missing = sorted(set(rows) - found.keys())
        if not missing:
            break
        then = store.scan_sql(aside, snapshot_id=snapshot.snapshot_id)
        for row, problems in duck.execute(
            "SELECT split_part(\"_row\", '#', 1), _problems FROM "
            f"({then}) WHERE split_part(\"_row\", '#', 1) IN (SELECT unnest(?))",
            [missing],
        ).fetchall():
            told = json.loads(problems or "[]")
            found |= {str(row): str(told[0]["field"])} if told else {}
    return found
