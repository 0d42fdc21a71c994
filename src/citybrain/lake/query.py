"""One SELECT on the lake: read only, masked by class, bounded in memory and time.

Each query has a process of its own (``lake.jail``) that sees the tables it names and nothing
else: their files are the only ones it may open, and it is killed when its time is up. Masks are
in the views, so that a predicate on a masked column sees masked values only.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.city.contracts import Contract
from citybrain.lake import sqltext
from citybrain.lake.asideform import PLACES
from citybrain.lake.integrity import refuse_damaged
from citybrain.lake.jail import keeper
from citybrain.lake.jail.job import Job, Statement, memory_bytes
from citybrain.lake.jail.registering import files_of, layers_of, masked_scan, view_of
from citybrain.lake.jail.workplace import workplace
from citybrain.lake.mask import HIDDEN, Class, is_masked, mask_sql
from citybrain.lake.models.classes import classes
from citybrain.lake.statement import tables_of
from citybrain.lake.store import Store
from citybrain.lake.views import TableView

if TYPE_CHECKING:
    import pyarrow as pa

    from citybrain.city import City
    from citybrain.lake.compared import Compared

__all__ = ["QueryResult", "query", "read", "tables_of"]

SECONDS = 60.0
MEMORY = "1GB"
# What the collector adds to every row and what says nothing about the person in it. ``_row``
# is not here: it carries the key, which may be a number of a person.
SHOWN_SYSTEM = frozenset({"_batch", "_contract"})
# Of a row set aside, where it stands and which field broke which rule; none of it is a value. Each
# begins with "_", as no field of a contract does: a field may be called anything else.
SHOWN_QUARANTINE = SHOWN_SYSTEM | {"_reasons", *PLACES}


@dataclass(frozen=True, kw_only=True)
class QueryResult:
    """An answer. ``tables`` are full names, ``snapshots`` the snapshot id read of each.

    ``masked_columns`` are the names of the tables' columns that were masked, ``compared`` those
    of them that the query filtered, joined, grouped, counted or computed by their masks;
    ``complete`` is False when ``max_rows`` cut the answer off.
    """

    columns: list[str]
    tables: tuple[str, ...]
    snapshots: Mapping[str, int | None]
    masked_columns: tuple[str, ...]
    complete: bool
    _arrow: "pa.Table"
    compared: "tuple[Compared, ...]" = ()

    def to_arrow(self) -> "pa.Table":
        """All rows as an Arrow table."""
        return self._arrow

    def to_pylist(self) -> list[dict[str, Any]]:
        """All rows as objects; values are Python's own, exact."""
        return list(self.rows())

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows one by one."""
        for batch in self._arrow.to_batches():
            try:
                yield from batch.to_pylist()
            except OverflowError:
                yield from _told_in_utc(batch).to_pylist()


def _told_in_utc(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Moments as texts in UTC, for a batch in which one has no value in Python.

    The last hours of the year 9999 are in the year 10000 by the city's clock.
    """
    import pyarrow as pa

    moments = {f.name for f in batch.schema if pa.types.is_timestamp(f.type) and f.type.tz}
    return pa.RecordBatch.from_arrays(
        [
            column.cast(pa.timestamp("us", "UTC")).cast(pa.string())
            if field.name in moments
            else column
            for field, column in zip(batch.schema, batch.columns, strict=True)
        ],
        names=batch.schema.names,
    )


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
    return _answer(
        store, city, sql, views=views, reveal=reveal, max_rows=max_rows, seconds=seconds, tell=True
    )


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
    tell: bool = False,
) -> QueryResult:
    keeper.warm()
    masked: dict[str, list[str]] = {}
    setup: list[Statement] = []
    for name, view in views.items():
        hidden = {} if reveal else masks(view, classes(store, city, name))
        masked[name] = list(hidden)
        setup += view_of(name, masked_scan(view, hidden, store.ground.warehouse))
    told = _compared(sql, views, masked) if tell else ()
    asked = Statement(kind="rows", sql=sql, max_rows=max_rows)
    try:
        table = _run(store, [*setup, asked], views, seconds)
    except CityError as error:
        from citybrain.lake.compared import explained

        raise explained(error, told) from error
    complete = max_rows is None or table.num_rows <= max_rows
    return QueryResult(
        columns=list(table.column_names),
        tables=tuple(views),
        snapshots={n: v.snapshot.snapshot_id if v.snapshot else None for n, v in views.items()},
        masked_columns=tuple(sorted({c for columns in masked.values() for c in columns})),
        complete=complete,
        _arrow=table if complete else table.slice(0, max_rows),
        compared=told,
    )


def _compared(
    sql: str, views: Mapping[str, TableView], masked: Mapping[str, Sequence[str]]
) -> "tuple[Compared, ...]":
    if not any(masked.values()):
        return ()
    from citybrain.lake.compared import compared

    return compared(sql, {n: [c.name for c in v.columns] for n, v in views.items()}, masked)


def masks(view: TableView, known: Mapping[str, Class]) -> dict[str, str]:
    """The masking SQL of each column that is masked, by name; columns not in it are shown."""
    if view.lake_table.startswith("quarantine."):
        # Values stand there as delivered, in sentences too: all is hidden but where it is.
        return {c.name: _hide(c.name) for c in view.columns if c.name not in SHOWN_QUARANTINE}
    found = {}
    for column in view.columns:
        field = known.get(column.name)
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
    from citybrain.lake.asideform import columns

    return TableView(
        lake_table=name, columns=tuple(columns(contract)), key=(), files=(), snapshot=None
    )


def _run(
    store: Store, statements: Sequence[Statement], views: Mapping[str, TableView], seconds: float
) -> "pa.Table":
    with workplace(store.home) as folder:
        job = Job(
            statements=tuple(statements),
            layers=layers_of(views),
            reads=files_of(views.values(), store.ground.warehouse),
            folder=str(folder),
            seconds=seconds,
            memory=memory_bytes(os.environ.get("CITYBRAIN_QUERY_MEMORY", MEMORY)),
        )
        (table,) = keeper.run(job).results
    if table is None or isinstance(table, int):
        raise TypeError("a SELECT answers rows")
    return table
