"""MySQL and MariaDB through connectorx, in a child process whose end is checked.

connectorx is the fastest reader with flat memory, but it panics on some values; in a process
of its own a panic is an exit status. What it cannot carry exactly is cast to text, or to
hexadecimal, by the server.
"""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa

from citybrain.adapters.readers.common import (
    SAMPLE_ROWS,
    bracket,
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
    ReadRequest,
    SourceColumn,
    SourceTable,
)

if TYPE_CHECKING:
    import pymysql

_TEXT = frozenset(
    [
        "decimal",
        "date",
        "datetime",
        "timestamp",
        "time",
        "double",
        "year",
        "char",
        "varchar",
        "tinytext",
        "text",
        "mediumtext",
        "longtext",
        "enum",
        "set",
        "json",
        "uuid",
        "inet4",
        "inet6",
    ]
)
_HEX = frozenset(
    [
        "binary",
        "varbinary",
        "tinyblob",
        "blob",
        "mediumblob",
        "longblob",
        "geometry",
        "point",
        "linestring",
        "polygon",
        "multipoint",
        "multilinestring",
        "multipolygon",
        "geometrycollection",
    ]
)
_COLUMNS = (
    "SELECT column_name, data_type, column_type, is_nullable, column_key, column_comment "
    "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = %s "
    "ORDER BY ordinal_position"
)
_TABLES = (
    "SELECT table_name, table_comment, table_type FROM information_schema.tables "
    "WHERE table_schema = DATABASE() ORDER BY table_name"
)
_KEYS = (
    "SELECT index_name, column_name, seq_in_index, non_unique FROM information_schema.statistics "
    "WHERE table_schema = DATABASE() AND table_name = %s ORDER BY index_name, seq_in_index"
)
_REFERENCES = (
    "SELECT column_name, referenced_table_name, referenced_column_name "
    "FROM information_schema.key_column_usage WHERE table_schema = DATABASE() "
    "AND table_name = %s AND referenced_table_name IS NOT NULL"
)


class MysqlReader:
    """Reads tables and views of the database that the URL names."""

    def read(self, connection: Connection, request: ReadRequest) -> Batches:
        """One table; texts for what the driver would change."""
        table = request.fetch.source
        with closing(_open(connection)) as database:
            described = _rows(database, _COLUMNS, (table,))
            if not described:
                raise no_table(connection, request, [r[0] for r in _rows(database, _TABLES)])
        kinds = {str(name): (str(kind), str(full)) for name, kind, full, *_rest in described}
        where = _where(request)

        def count() -> int:
            with closing(_open(connection)) as database:
                return int(_rows(database, f"SELECT count(*) FROM {_q(table)}{where}")[0][0])  # noqa: S608 - every name in it is quoted or our own

        before = count()
        return Batches(
            columns=tuple(
                SourceColumn(name=name, encoding=_encoding(*kind)) for name, kind in kinds.items()
            ),
            rows=lambda wanted: guarded(
                request, _stream(connection, _select(table, kinds, where, wanted))
            ),
            count=lambda: bracket(before, count),
            expected=before,
        )

    def describe(self, connection: Connection) -> Iterator[SourceTable]:
        """Every table of the database, and the names of views."""
        with closing(_open(connection)) as database:
            for table, comment, kind in _rows(database, _TABLES):
                plain = kind == "BASE TABLE"
                yield _describe(database, str(table), str(comment)) if plain else view(str(table))


def _open(connection: Connection) -> "pymysql.Connection[Any]":
    import pymysql

    url = urlsplit(connection.url)
    try:
        return pymysql.connect(
            host=url.hostname or "127.0.0.1",
            port=url.port or 3306,
            user=unquote(url.username or ""),
            password=unquote(url.password or ""),
            database=url.path.lstrip("/"),
            charset="utf8mb4",
            init_command="SET time_zone = '+00:00'",
            connect_timeout=20,
        )
    except pymysql.Error as error:
        raise unreachable(connection, error) from error


def _q(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _rows(database: Any, sql: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def _where(request: ReadRequest) -> str:
    if request.cursor is None:
        return ""
    column = _q(request.cursor.column)
    # The server takes no zone in a literal; the session's is UTC, as the cursor's is.
    moment = re.sub(r"(\d{2}:\d{2}:\d{2}\S*)\+00(:00)?$", r"\1", request.cursor.after)
    after = moment.replace("\\", "\\\\").replace("'", "''")
    return f" WHERE {column} >= '{after}' OR {column} IS NULL"


def _encoding(kind: str, full: str) -> str:
    if kind in _HEX:
        return "hex"
    if kind in _TEXT or kind == "float" or "zerofill" in full or kind not in _KNOWN:
        return "text"
    return "native"


def _cell(name: str, kind: str, full: str) -> str:
    x = _q(name)
    if kind in _HEX:
        return f"hex({x})"
    if kind == "bit":
        return f"cast({x} + 0 AS unsigned)"
    if kind == "float":  # the plain text of a FLOAT loses digits
        return f"cast(cast({x} AS double) AS char)"
    if kind in ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"):
        return x
    if kind == "timestamp":  # the session's zone is UTC; said aloud, nobody can mistake it
        return f"concat(cast({x} AS char), '+00:00')"
    return x if _encoding(kind, full) == "native" else f"cast({x} AS char)"


def _select(
    table: str, kinds: dict[str, tuple[str, str]], where: str, wanted: Sequence[str]
) -> str:
    cells = ", ".join(f"{_cell(c, *kinds[c])} AS {_q(c)}" for c in wanted) or "1"
    return f"SELECT {cells} FROM {_q(table)}{where}"  # noqa: S608 - every name in it is quoted or our own


def _stream(connection: Connection, query: str) -> Iterator[pa.RecordBatch]:
    """Rows from the child; its exit status is checked before the end is believed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "citybrain.adapters.readers.connectorx_child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if not (child.stdin and child.stdout and child.stderr):
        raise RuntimeError("the reading process has no pipes")
    try:
        url = re.sub("^mariadb://", "mysql://", connection.url)
        child.stdin.write(f"{url}\n{query}".encode())
        child.stdin.close()
        try:
            with pa.ipc.open_stream(child.stdout) as reader:
                yield pa.RecordBatch.from_pylist([], schema=reader.schema)
                yield from reader
        except pa.ArrowInvalid as error:
            raise _fault(child) from error
        if child.wait() != 0:
            raise _fault(child)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
        child.stderr.close()


def _fault(child: "subprocess.Popen[bytes]") -> RuntimeError:
    said = child.stderr.read().decode(errors="replace").strip() if child.stderr else ""
    last = said.splitlines()[-1] if said else f"the reader stopped with status {child.wait()}"
    return RuntimeError(last)


def _describe(database: Any, table: str, comment: str) -> SourceTable:
    keys, unique = _key_columns(_rows(database, _KEYS, (table,)))
    references = {c: f"{t}.{r}" for c, t, r in _rows(database, _REFERENCES, (table,))}
    described = _rows(database, _COLUMNS, (table,))
    kinds = {str(name): (str(kind), str(full)) for name, kind, full, *_rest in described}
    columns = tuple(
        DescribedColumn(
            name=str(name),
            type=_type(str(kind), str(full)),
            physical_type=str(full),
            nullable=nullable == "YES",
            key=keys.get(str(name), 0),
            unique=str(name) in unique,
            comment=str(text),
            references=references.get(name, ""),
        )
        for name, kind, full, nullable, _key, text in described
    )
    rows = int(_rows(database, f"SELECT count(*) FROM {_q(table)}")[0][0])  # noqa: S608 - every name in it is quoted or our own
    select = _select(table, kinds, f" LIMIT {SAMPLE_ROWS}", list(kinds))
    sample = tuple(texts(list(zip(kinds, row, strict=True))) for row in _rows(database, select))
    return SourceTable(
        name=table,
        columns=columns,
        rows=rows,
        fetch=Fetch(source=table),
        comment=comment,
        sample=sample,
    )


def _key_columns(rows: list[tuple[Any, ...]]) -> tuple[dict[str, int], set[str]]:
    keys = {str(column): int(place) for index, column, place, _n in rows if index == "PRIMARY"}
    sizes: dict[str, list[str]] = {}
    for index, column, _place, non_unique in rows:
        if index != "PRIMARY" and not non_unique:
            sizes.setdefault(str(index), []).append(str(column))
    return keys, {c[0] for c in sizes.values() if len(c) == 1} - set(keys)


def _type(kind: str, full: str) -> str:
    if kind == "decimal":
        precision, scale = re.sub(r"[^\d,]", "", full).split(",")
        return f"decimal({precision},{scale})" if int(precision) <= 38 else "string"
    if kind == "bigint":
        return "ulong" if "unsigned" in full else "long"
    if kind == "int":
        return "long" if "unsigned" in full else "int"
    if "zerofill" in full:
        return "string"
    if kind in _HEX:
        return "binary"
    return _KNOWN.get(kind, "string")


_KNOWN = {
    "tinyint": "int",
    "smallint": "int",
    "mediumint": "int",
    "int": "int",
    "bigint": "long",
    "year": "int",
    "bit": "ulong",
    "float": "float",
    "double": "double",
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamptz",
    "time": "time",
    "json": "json",
}
