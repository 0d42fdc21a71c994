"""Whom the last build of a library changed: entities whose values are not what they were."""

from collections.abc import Collection

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.duck import shared
from citybrain.lake.libraries.names import LINKS
from citybrain.lake.libraries.record import declared, key_sql
from citybrain.lake.store import Store


def moved(
    store: Store, city: City, library: str, *, fields: Collection[str] = (), limit: int = 20
) -> list[tuple[str, str]]:
    """Pairs of entity and field that the newest snapshot changed, of these fields or of any.

    Entities that are new come with the first field that has a value. Empty before the second
    snapshot. ``CityError`` for a library that is not declared.
    """
    found = declared(city, library)
    if not store.exists(found.table):
        return []
    snapshots = store.snapshots(found.table)[-2:]
    if len(snapshots) < 2:
        return []
    names = [f.name for f in found.fields if not fields or f.name in fields]
    before, after = (
        f"SELECT {key_sql(found)} AS id, * FROM "
        f"({store.scan_sql(found.table, snapshot_id=s.snapshot_id)})"
        for s in snapshots
    )
    parts = [
        f"SELECT a.id, {sqltext.text(n)} AS field FROM after AS a LEFT JOIN before AS b USING (id) "
        f"WHERE a.{sqltext.name(n)} IS DISTINCT FROM b.{sqltext.name(n)}"
        for n in names
    ]
    if not parts:
        return []
    sql = (
        f"WITH before AS ({before}), after AS ({after}) "
        f"SELECT id, min(field) FROM ({' UNION ALL '.join(parts)}) GROUP BY id ORDER BY id "
        f"LIMIT {limit:d}"
    )
    with shared(store.home) as duck:
        return [(str(entity), str(field)) for entity, field in duck.execute(sql).fetchall()]


def some(store: Store, city: City, library: str, *, limit: int = 5) -> list[str]:
    """A few entities of a library, for who wants to look at one; empty before a build."""
    found = declared(city, library)
    if not store.exists(found.table):
        return []
    scan = store.scan_sql(found.table)
    with shared(store.home) as duck:
        rows = duck.execute(
            f"SELECT {key_sql(found)} AS id FROM ({scan}) ORDER BY id LIMIT {limit:d}"
        ).fetchall()
    return [str(row[0]) for row in rows]


def counted_in(store: Store, table: str, column: str, *, limit: int = 12) -> list[str]:
    """Entities that a model's table counts: those whose row the newest snapshot changed.

    A few of it where no row changed or there is only one snapshot; none without that column.
    """
    if not store.exists(table) or column not in {c.name for c in store.columns(table)}:
        return []
    name = sqltext.name(column)
    now = store.scan_sql(table)
    snapshots = store.snapshots(table)[-2:]
    with shared(store.home) as duck:
        if len(snapshots) == 2:
            before = store.scan_sql(table, snapshot_id=snapshots[0].snapshot_id)
            changed = duck.execute(
                f"SELECT DISTINCT {name} FROM "
                f"(SELECT * FROM ({now}) EXCEPT SELECT * FROM ({before})) "
                f"ORDER BY 1 LIMIT {limit:d}"
            ).fetchall()
            if changed:
                return [str(row[0]) for row in changed]
        some_ = duck.execute(
            f"SELECT DISTINCT {name} FROM ({now}) ORDER BY 1 LIMIT {min(limit, 5):d}"
        ).fetchall()
    return [str(row[0]) for row in some_]


def entity_of_row(store: Store, entity: str, row: str, role: str) -> str:
    """Whom a delivered row mentions in a role; empty for nobody."""
    if not store.exists(LINKS[entity]):
        return ""
    scan = store.scan_sql(LINKS[entity])
    with shared(store.home) as duck:
        found = duck.execute(
            f'SELECT entity_id FROM ({scan}) WHERE "_row" = ? AND role = ?', [row, role]
        ).fetchone()
    return str(found[0]) if found else ""
