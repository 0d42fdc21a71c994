"""One SELECT on the lake: read only, masked by class, bounded in memory and time.

Each query has a connection of its own that sees the tables it names and nothing else: their
files are the only ones DuckDB may open, and its configuration is locked before the text runs.
Masks are in the views, so that a predicate on a masked column sees masked values only.
"""

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.city.contracts import Contract
from citybrain.lake import sqltext
from citybrain.lake.integrity import refuse_damaged
from citybrain.lake.mask import HIDDEN, is_masked, mask_sql
from citybrain.lake.scan import scan
from citybrain.lake.statement import tables_of
from citybrain.lake.store import Store
from citybrain.lake.views import TableView

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from citybrain.city import City

__all__ = ["QueryResult", "query", "read", "tables_of"]

SECONDS = 60.0
MEMORY = "1GB"
# What the collector adds to every row and what says nothing about the person in it. ``_row``
# is not here: it carries the key, which may be a number of a person.
SHOWN_SYSTEM = frozenset({"_batch", "_contract"})
SHOWN_QUARANTINE = frozenset(
    {"_batch", "_contract", "id", "batch_id", "row_number", "at", "rules", "fields"}
)


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """An answer. ``tables`` are full names, ``snapshots`` the snapshot id read of each.

    ``masked_columns`` are the names of the tables' columns that were masked;
    ``complete`` is False when ``max_rows`` cut the answer off.
    """

    columns: list[str]
    tables: tuple[str, ...]
    snapshots: Mapping[str, int | None]
    masked_columns: tuple[str, ...]
    complete: bool
    _arrow: "pa.Table"

    def to_arrow(self) -> "pa.Table":
        """All rows as an Arrow table."""
        return self._arrow

    def to_pylist(self) -> list[dict[str, Any]]:
        """All rows as objects; values are Python's own, exact."""
        return list(self.rows())

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows one by one."""
        for batch in self._arrow.to_batches():
            yield from batch.to_pylist()


def query(
    store: Store,
    city: "City | None",
    sql: str,
    *,
    as_of: datetime | None = None,
    reveal: bool = False,
    max_rows: int | None = None,
    seconds: float = SECONDS,
) -> QueryResult:
    """Answer one SELECT, every table at the same moment ``as_of`` (now when None).

    Without ``reveal`` columns are masked by their contract's class and level; a column or a
    table that no contract describes is masked wholly. Raises ``CityError`` for anything but
    one SELECT, ``DamagedFile`` for a table known damaged, and when memory or time run out.
    """
    views = {name: _view(store, name, as_of=as_of, city=city) for name in tables_of(sql)}
    return _answer(store, city, sql, views=views, reveal=reveal, max_rows=max_rows, seconds=seconds)


def read(
    store: Store,
    city: "City | None",
    lake_table: str,
    *,
    columns: Sequence[str] | None = None,
    snapshot_id: int | None = None,
    as_of: datetime | None = None,
    reveal: bool = False,
    max_rows: int | None = None,
) -> QueryResult:
    """Rows of one table at a snapshot: all columns, or those named in that order.

    Masked, bounded and refused as by ``query``.
    """
    view = _view(store, lake_table, as_of=as_of, snapshot_id=snapshot_id, city=city)
    shown = "*" if columns is None else sqltext.names(columns)
    table = ".".join(sqltext.name(part) for part in lake_table.split("."))
    return _answer(
        store,
        city,
        f"SELECT {shown} FROM {table}",
        views={lake_table: view},
        reveal=reveal,
        max_rows=max_rows,
        seconds=SECONDS,
    )


def _answer(
    store: Store,
    city: "City | None",
    sql: str,
    *,
    views: Mapping[str, TableView],
    reveal: bool,
    max_rows: int | None,
    seconds: float,
) -> QueryResult:
    contracts = city.contracts if city else {}
    masked: set[str] = set()
    with _jail(store, views) as connection:
        for name, view in views.items():
            hidden = {} if reveal else masks(view, contracts.get(name.split(".", 1)[1]))
            masked.update(hidden)
            _register(connection, store, view, hidden)
        _lock(connection, store, views)
        table = _run(connection, sql, max_rows, seconds)
    complete = max_rows is None or table.num_rows <= max_rows
    return QueryResult(
        columns=list(table.column_names),
        tables=tuple(views),
        snapshots={n: v.snapshot.snapshot_id if v.snapshot else None for n, v in views.items()},
        masked_columns=tuple(sorted(masked)),
        complete=complete,
        _arrow=table if complete else table.slice(0, max_rows),
    )


def masks(view: TableView, contract: Contract | None) -> dict[str, str]:
    """The masking SQL of each column that is masked, by name; columns not in it are shown."""
    if view.lake_table.startswith("quarantine."):
        # Values stand there as delivered, in sentences too: all is hidden but where it is.
        return {c.name: _hide(c.name) for c in view.columns if c.name not in SHOWN_QUARANTINE}
    fields = {f.name: f for f in contract.fields} if contract else {}
    found = {}
    for column in view.columns:
        field = fields.get(column.name)
        if field is None and column.name not in SHOWN_SYSTEM:
            found[column.name] = _hide(column.name)
        elif field and is_masked(field.masking, field.level):
            name = sqltext.name(column.name)
            found[column.name] = mask_sql(name, field.masking, field.level)
    return found


def _hide(column: str) -> str:
    return f"CASE WHEN {sqltext.name(column)} IS NULL THEN NULL ELSE '{HIDDEN}' END"


def _view(
    store: Store,
    name: str,
    *,
    as_of: datetime | None,
    city: "City | None",
    snapshot_id: int | None = None,
) -> TableView:
    layer, _, table = name.partition(".")
    contract = city.contracts.get(table) if city and layer == "quarantine" else None
    if contract and not store.exists(name) and store.exists(contract.lake_table):
        return _nothing_set_aside(name, contract)
    view = store.view(name, as_of=as_of, snapshot_id=snapshot_id)
    refuse_damaged(store.ground, view)
    return view


def _nothing_set_aside(name: str, contract: Contract) -> TableView:
    """The quarantine of a table that was collected and never had a wrong row: no rows."""
    from citybrain.lake.setaside import columns

    return TableView(
        lake_table=name, columns=tuple(columns(contract)), key=(), files=(), snapshot=None
    )


@contextmanager
def _jail(store: Store, views: Mapping[str, TableView]) -> Iterator["duckdb.DuckDBPyConnection"]:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": os.environ.get("CITYBRAIN_QUERY_MEMORY", MEMORY),
        "temp_directory": str(store.home.scratch),
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
    }
    with duckdb.connect(":memory:", config=config) as connection:
        connection.execute("SET TimeZone = 'Asia/Shanghai'")
        for layer in sorted({"ods", *(name.split(".")[0] for name in views)}):
            connection.execute(f"ATTACH ':memory:' AS {sqltext.name(layer)}")
        connection.execute("USE ods")
        yield connection


def _register(
    connection: "duckdb.DuckDBPyConnection",
    store: Store,
    view: TableView,
    hidden: Mapping[str, str],
) -> None:
    layer, system, name = (sqltext.name(p) for p in view.lake_table.split("."))
    shown = ", ".join(
        f"{hidden.get(c.name, sqltext.name(c.name))} AS {sqltext.name(c.name)}"
        for c in view.columns
    )
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}.{system}")
    connection.execute(
        f"CREATE VIEW {layer}.{system}.{name} AS "
        f"SELECT {shown} FROM ({scan(view, store.ground.warehouse)})"
    )


def _lock(
    connection: "duckdb.DuckDBPyConnection", store: Store, views: Mapping[str, TableView]
) -> None:
    """From here on DuckDB opens these files and no others, and nobody can change that."""
    root = store.ground.warehouse.root
    paths = ", ".join(sqltext.text(root / f.path) for v in views.values() for f in v.files)
    connection.execute(f"SET allowed_paths = [{paths}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _run(
    connection: "duckdb.DuckDBPyConnection", sql: str, max_rows: int | None, seconds: float
) -> "pa.Table":
    import duckdb

    watchdog = threading.Timer(seconds, connection.interrupt)
    watchdog.start()
    try:
        _require_select(connection, sql)
        answer = connection.sql(sql)
        # One row more than asked tells whether the answer was cut.
        return (answer if max_rows is None else answer.limit(max_rows + 1)).to_arrow_table()
    except duckdb.InterruptException as error:
        raise CityError(
            "The query was stopped",
            why=f"it ran longer than {seconds:g} seconds",
            do="Ask for fewer rows or fewer tables",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise CityError(
            "The query was stopped",
            why="it needed more memory than a query may take",
            do="Ask for fewer rows, or group by fewer values",
        ) from error
    except duckdb.Error as error:
        raise CityError(
            "The query cannot be answered",
            why=_first_line(error),
            do="Correct the query",
        ) from error
    finally:
        watchdog.cancel()


def _require_select(connection: "duckdb.DuckDBPyConnection", sql: str) -> None:
    """The second wall: the files a query may open it could also write, were it a COPY."""
    import duckdb

    statements = connection.extract_statements(sql)
    if [s.type for s in statements] != [duckdb.StatementType.SELECT]:
        raise CityError("The query is refused", why="it is not one SELECT", do="Write one SELECT")


def _first_line(error: Exception) -> str:
    """DuckDB's sentence and the names it proposes, without hints that may name files."""
    lines = str(error).splitlines()
    return "; ".join(lines[:1] + [line for line in lines[1:] if line.startswith("Candidate")])
