"""How many records of a library hold a field's value, by the table whose row said it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from citybrain.lake import sqltext
from citybrain.lake.duck import shared
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import ROW
from citybrain.lake.store import Store

_TABLE = "table_name"  # where a library without an entity says which table a row is of


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """Records of one snapshot: with a value by its table, without one, and all of them.

    ``rows`` is ``empty`` and all of ``tables`` together. A library that does not say which table
    its rows are of has them under the empty name.
    """

    tables: Mapping[str, int]
    empty: int
    rows: int


def adopted(store: Store, library: Library, column: str) -> Adopted | None:
    """What the newest snapshot holds in a column; None while it holds no such column.

    One pass over one column of the table, or over two where the library has no entity.
    """
    held = {one.name for one in store.columns(library.table)} if store.exists(library.table) else ()
    if column not in held:
        return None
    read, told = _telling(library, column, tables=_TABLE in held)
    scan = store.scan_sql(library.table, columns=read)
    with shared(store.home) as duck:
        found = duck.execute(f"SELECT {told}, count(*) FROM ({scan}) GROUP BY 1").fetchall()
    return Adopted(
        tables={str(table): int(n) for table, n in found if table is not None},
        empty=sum(int(n) for table, n in found if table is None),
        rows=sum(int(n) for _table, n in found),
    )


def _telling(library: Library, column: str, *, tables: bool) -> tuple[Sequence[str], str]:
    """Columns to read, and SQL over them of the table that said the value, NULL without one."""
    value = sqltext.name(column)
    if library.entity_id:  # the row of a value is named ``system.table/key``
        row = column + ROW
        return (row,), f"split_part({sqltext.name(row)}, '/', 1)"
    if tables:
        return (column, _TABLE), f"CASE WHEN {value} IS NOT NULL THEN {_TABLE} END"
    return (column,), f"CASE WHEN {value} IS NOT NULL THEN '' END"
