"""Whom the last build of a library changed: entities whose values are not what they were."""

from collections.abc import Collection

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.duck import connection
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
    with connection(store.home) as duck:
        return [(str(entity), str(field)) for entity, field in duck.execute(sql).fetchall()]


def some(store: Store, city: City, library: str, *, limit: int = 5) -> list[str]:
    """A few entities of a library, for who wants to look at one; empty before a build."""
    found = declared(city, library)
    if not store.exists(found.table):
        return []
    scan = store.scan_sql(found.table)
    with connection(store.home) as duck:
        rows = duck.execute(
            f"SELECT {key_sql(found)} AS id FROM ({scan}) ORDER BY id LIMIT {limit:d}"
        ).fetchall()
    return [str(row[0]) for row in rows]
