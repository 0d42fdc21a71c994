"""PostgreSQL through ADBC, in one read-only transaction that sees one moment.

Integers, floats, booleans, texts and bytes come as they are, and so do dates and timestamps
(a third of a read cheaper than as texts) until one is infinite or outside the years 1 to 9999:
then all is read again with texts. What the driver makes of infinity lies outside these years,
so no such value passes for another. Every other type comes as the text the server writes
(``::text``), because no driver carried all of them without a change. Two of them the server
writes otherwise as text than it shows them: an ``inet`` of one host has no mask here, as
shown; a ``char(n)`` has no padding here, which is no part of its value to the server either.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from citybrain.adapters.readers.common import (
    SAMPLE_ROWS,
    guarded,
    no_table,
    texts,
    unreachable,
    view,
)
from citybrain.city.systems import Fetch
from citybrain.lake.sources import (
    Batches,
    Connection,
    DescribedColumn,
    Doubtful,
    ReadRequest,
    SourceColumn,
    SourceTable,
)

_NATIVE = frozenset(
    ("int2", "int4", "int8", "float4", "float8", "bool", "text", "varchar", "bytea")
)
_DATED = frozenset(("date", "timestamp", "timestamptz"))
_DAY_MICROSECONDS = 86_400_000_000
_YEARS = {  # of a date in days, of a timestamp in microseconds: its first and last
    32: (-719_162, 2_932_896),
    64: (-719_162 * _DAY_MICROSECONDS, 2_932_897 * _DAY_MICROSECONDS - 1),
}
_BATCH_BYTES = (
    1 << 20
)  # of what the driver hands over at once: 16 MB, its default, leaves the cache
CONNECT_SECONDS = 20
_COLUMNS = """
    SELECT a.attname::text, t.typname::text, a.attnotnull,
           format_type(a.atttypid, a.atttypmod)::text,
           coalesce(col_description(a.attrelid, a.attnum), '')::text
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum
"""
_TABLES = """
    SELECT n.nspname::text, c.relname::text, coalesce(obj_description(c.oid), '')::text,
           pg_table_is_visible(c.oid), c.relkind NOT IN ('r', 'p')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
      AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_%'
    ORDER BY 1, 2
"""
_KEYS = """
    SELECT i.indisprimary, array_length(i.indkey::int2[], 1)::int4, a.attname::text,
           array_position(i.indkey::int2[], a.attnum)::int4
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
    WHERE i.indrelid = $1::text::regclass AND i.indisunique AND i.indpred IS NULL
"""
_REFERENCES = """
    SELECT a.attname::text, c.confrelid::regclass::text
    FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.conrelid = $1::text::regclass AND c.contype = 'f'
"""


class PostgresqlReader:
    """Reads tables and views; ``source`` is ``table`` or ``schema.table``."""

    def read(self, connection: Connection, request: ReadRequest) -> Batches:
        """One table at one moment, with its count of that moment."""
        return self._read(connection, request, _NATIVE | _DATED)

    def _read(
        self, connection: Connection, request: ReadRequest, carried: frozenset[str]
    ) -> Batches:
        database = _open(connection)
        try:
            table = _regclass(database, request.fetch.source)
            if table is None:
                raise no_table(connection, request, _names(database))
            described = _rows(database, _COLUMNS, (table,))
            where = _where(request, {name: full for name, _t, _n, full, _c in described})
            types = {name: kind for name, kind, *_rest in described}
            rows = int(_rows(database, f"SELECT count(*)::int8 FROM {table}{where}")[0][0])  # noqa: S608 - every name in it is quoted or our own
        except BaseException:
            database.close()
            raise
        native = frozenset(n for n, kind in types.items() if kind in carried)
        return Batches(
            columns=tuple(
                SourceColumn(name=n, encoding="native" if n in native else "text") for n in types
            ),
            rows=lambda wanted: guarded(
                request,
                _stream(database, table, [_cell(c, types[c], native) for c in wanted], where),
            ),
            count=lambda: (rows, rows),
            close=database.close,
            expected=rows,
            careful=lambda: self._read(connection, request, _NATIVE),
        )

    def describe(self, connection: Connection) -> Iterator[SourceTable]:
        """Every table outside the server's own schemas, and the names of views there."""
        with closing(_open(connection)) as database:
            for schema, table, comment, visible, is_view in _rows(database, _TABLES):
                source = table if visible else f"{schema}.{table}"
                if is_view:
                    yield view(source)
                else:
                    yield _describe(database, schema, table, comment, source)


def _open(connection: Connection) -> Any:
    import adbc_driver_postgresql.dbapi as adbc

    try:
        database = adbc.connect(_impatient(connection.url))
        with closing(database.cursor()) as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO, YMD'", "extra_float_digits = 3"):
                cursor.execute(f"SET LOCAL {setting}")
    except Exception as error:
        raise unreachable(connection, error) from error
    return database


def _impatient(url: str) -> str:
    """The address, saying how long to wait for a server: else a host that is silent holds us."""
    _server, _, asked = url.rpartition("@")[2].partition("?")
    if "connect_timeout=" in asked:
        return url
    return f"{url}{'&' if asked else '?'}connect_timeout={CONNECT_SECONDS}"


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _rows(database: Any, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
    with closing(database.cursor()) as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def _regclass(database: Any, source: str) -> str | None:
    """The table's quoted name: as it is written, or as ``schema.table``."""
    schema, _, table = source.rpartition(".")
    for name in (_q(source), f"{_q(schema)}.{_q(table)}" if schema else ""):
        if name and _rows(database, "SELECT to_regclass($1::text)::text", (name,))[0][0]:
            return name
    return None


def _names(database: Any) -> list[str]:
    return [t if near else f"{s}.{t}" for s, t, _comment, near, _view in _rows(database, _TABLES)]


def _where(request: ReadRequest, types: dict[str, str]) -> str:
    if request.cursor is None:
        return ""
    column, kind = _q(request.cursor.column), types[request.cursor.column]
    after = request.cursor.after.replace("'", "''")
    return f" WHERE {column} >= '{after}'::{kind} OR {column} IS NULL"


def _cell(column: str, kind: str, native: frozenset[str]) -> str:
    return _q(column) if column in native else f"{_text(column, kind)} AS {_q(column)}"


def _text(column: str, kind: str) -> str:
    x = _q(column)
    # As text the server adds /32 or /128 to a host, which it does not show otherwise.
    return (
        f"CASE WHEN {x} IS NOT NULL THEN format('%s', {x}) END" if kind == "inet" else f"{x}::text"
    )


def _stream(
    database: Any, table: str, cells: Sequence[str], where: str
) -> Iterator[pa.RecordBatch]:
    cursor = database.cursor()
    try:
        cursor.adbc_statement.set_options(
            **{"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
        )
        cursor.execute(f"SELECT {', '.join(cells)} FROM {table}{where}")  # noqa: S608 - every name in it is quoted or our own
        reader = cursor.fetch_record_batch()
        yield pa.RecordBatch.from_pylist([], schema=reader.schema)
        dated = [i for i, f in enumerate(reader.schema) if pa.types.is_temporal(f.type)]
        for batch in reader:
            if not all(_plain(batch.column(i)) for i in dated):
                raise Doubtful
            yield batch
    finally:
        cursor.close()


def _plain(dates: pa.Array) -> bool:
    """Whether all are within the years 1 to 9999."""
    bounds = pc.min_max(dates)
    first, last = _YEARS[dates.type.bit_width]
    kind = pa.int64() if dates.type.bit_width == 64 else pa.int32()
    least, most = (bounds[side].cast(kind).as_py() for side in ("min", "max"))
    return least is None or (first <= least and most <= last)


def _describe(database: Any, schema: str, table: str, comment: str, source: str) -> SourceTable:
    quoted = f"{_q(schema)}.{_q(table)}"
    keys, unique = _key_columns(_rows(database, _KEYS, (quoted,)))
    references = dict(_rows(database, _REFERENCES, (quoted,)))
    described = _rows(database, _COLUMNS, (quoted,))
    columns = tuple(
        DescribedColumn(
            name=name,
            type=_type(kind, full),
            physical_type=full,
            nullable=not required,
            key=keys.get(name, 0),
            unique=name in unique,
            comment=text,
            references=references.get(name, ""),
        )
        for name, kind, required, full, text in described
    )
    rows = int(_rows(database, f"SELECT count(*)::int8 FROM {quoted}")[0][0])  # noqa: S608 - every name in it is quoted or our own
    shown = ", ".join(_text(name, kind) for name, kind, *_rest in described)
    sample = _rows(database, f"SELECT {shown} FROM {quoted} LIMIT {SAMPLE_ROWS}") if columns else []  # noqa: S608 - every name in it is quoted or our own
    names = [c.name for c in columns]
    return SourceTable(
        name=table,
        columns=columns,
        rows=rows,
        fetch=Fetch(source=source),
        comment=comment,
        sample=tuple(texts(list(zip(names, row, strict=True))) for row in sample),
    )


def _key_columns(rows: list[tuple[Any, ...]]) -> tuple[dict[str, int], set[str]]:
    # int2vector counts from 0, so the position in it is one less than we write
    low = min((r[3] for r in rows), default=1)
    keys = {name: place - low + 1 for primary, _n, name, place in rows if primary}
    unique = {name for primary, size, name, _place in rows if not primary and size == 1}
    return keys, unique - set(keys)


def _type(kind: str, full: str) -> str:
    if kind == "numeric" and "(" in full:
        precision, scale = full.rpartition("(")[2].rstrip(")").split(",")
        fits = int(precision) <= 38 and 0 <= int(scale) <= int(precision)
        return f"decimal({precision},{scale})" if fits else "string"
    return {
        "int2": "int",
        "int4": "int",
        "int8": "long",
        "oid": "long",
        "float4": "float",
        "float8": "double",
        "bool": "boolean",
        "date": "date",
        "timestamp": "timestamp",
        "timestamptz": "timestamptz",
        "time": "time",
        "timetz": "time",
        "bytea": "binary",
        "json": "json",
        "jsonb": "json",
    }.get(kind, "string")
