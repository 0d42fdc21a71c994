"""Taking a whole table out of the lake: nobody reads it again, and its files await the sweep."""

from sqlalchemy import delete, update

from citybrain.lake.database import (
    CATALOG,
    commits,
    damage,
    heads,
    histories,
    iceberg_tables,
    manifest,
    writing,
)
from citybrain.lake.ground import Ground
from citybrain.lake.lease import Lease, fence
from citybrain.lake.locations import split

RETIRED = "retired:"  # before the name that a taken-out table has in the manifest


def retire(ground: Ground, lease: Lease) -> None:
    """Forget the leased table, all in one transaction; its files stay until a sweep.

    A table of the same name may be made again at any time and begins with clean books: so
    the old files keep their hashes under another name, and no batch counts as delivered.
    ``LeaseLost`` when another writer took the table over.
    """
    table = lease.lake_table
    namespace, name = split(table)
    catalog = iceberg_tables.c
    of_table = manifest.c.lake_table == table
    with writing(ground.engine) as connection:
        fence(connection, lease)
        connection.execute(
            delete(iceberg_tables).where(
                catalog.catalog_name == CATALOG,
                catalog.table_namespace == namespace,
                catalog.table_name == name,
            )
        )
        for book in (heads, histories, commits, damage):
            connection.execute(delete(book).where(book.c.lake_table == table))
        # Since when nobody finds them: who reads just now may finish before the sweep.
        connection.execute(
            update(manifest)
            .where(of_table, manifest.c.removed_at.is_(None))
            .values(removed_at=ground.clock.now().isoformat())
        )
        connection.execute(update(manifest).where(of_table).values(lake_table=RETIRED + table))
