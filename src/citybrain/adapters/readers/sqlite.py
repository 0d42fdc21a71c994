"""SQLite: every cell with its storage class, because a column there may hold anything.

connectorx streams the rows; each column is selected as one text that begins with a letter for
the storage class and holds text and bytes in hexadecimal, which no driver can misread.
Floating numbers come beside it as they are: SQLite's own printf changes the last digit of one
in five of the very large and very small.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc

from citybrain.adapters.readers.common import (
    SAMPLE_ROWS,
    bracket,
    guarded,
    no_table,
    texts,
    unreachable,
    view,
)
from citybrain.base.errors import CityError
from citybrain.city.systems import Fetch
from citybrain.lake.connections import path_of
from citybrain.lake.sources import (
    Batches,
    Connection,
    DescribedColumn,
    ReadRequest,
    SourceColumn,
    SourceTable,
)

_REAL = "\x1freal"  # what the name of the column beside a cell ends in


class SqliteReader:
    """Reads tables and views of a SQLite database, which is opened read-only."""

    def read(self, connection: Connection, request: ReadRequest) -> Batches:
        """One table, as ``cell`` columns."""
        path = _existing(connection)
        table = request.fetch.source
        with closing(_open(path)) as database:
            names = _tables(database)
            if table not in names:
                raise no_table(connection, request, names)
            columns = tuple(row[1] for row in database.execute(f"PRAGMA table_xinfo({_q(table)})"))
        where = _where(request)

        def count() -> int:
            with closing(_open(path)) as database:
                return int(
                    database.execute(f"SELECT count(*) FROM {_q(table)}{where}").fetchone()[0]  # noqa: S608 - every name in it is quoted or our own
                )

        before = count()
        real = _real_columns(path, table, columns)
        return Batches(
            columns=tuple(SourceColumn(name=c, encoding="cell") for c in columns),
            rows=lambda wanted: guarded(request, _stream(path, table, where, wanted, real)),
            count=lambda: bracket(before, count),
            expected=before,
        )

    def describe(self, connection: Connection) -> Iterator[SourceTable]:
        """Every table with its keys, by SQLite's own catalogue; and the names of views."""
        with closing(_open(_existing(connection))) as database:
            tables = _tables(database, views=False)
            yield from (_describe(database, table) for table in tables)
            yield from (view(name) for name in _tables(database) if name not in tables)


def _existing(connection: Connection) -> Path:
    path = path_of(connection)
    if not path.is_file():
        raise unreachable(connection, FileNotFoundError(f"there is no file {path}"))
    return path


def _open(path: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=30)
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise CityError(
            f"The database {path.name} cannot be opened",
            why=str(error),
            do="Ask the department for a whole copy of it",
            where=str(path),
        ) from error
    return database


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tables(database: sqlite3.Connection, *, views: bool = True) -> list[str]:
    kinds = ("table", "view") if views else ("table",)
    rows = database.execute("SELECT name, type FROM sqlite_master ORDER BY name")
    return [n for n, kind in rows if kind in kinds and not n.startswith("sqlite_")]


def _where(request: ReadRequest) -> str:
    if request.cursor is None:
        return ""
    column, after = _q(request.cursor.column), request.cursor.after.replace("'", "''")
    value = after if re.fullmatch(r"-?\d+", after) else f"'{after}'"
    return f" WHERE {column} >= {value} OR {column} IS NULL"


def _cell(name: str, *, real: bool) -> str:
    x = _q(name)
    number = "'r'" if real else f"'r' || printf('%!.17g', {x})"
    return (
        f"CASE typeof({x}) WHEN 'null' THEN NULL WHEN 'integer' THEN 'i' || CAST({x} AS TEXT) "
        f"WHEN 'real' THEN {number} WHEN 'text' THEN 't' || hex({x}) "
        f"ELSE 'b' || hex({x}) END AS {x}"
    )


def _real_columns(path: Path, table: str, columns: Sequence[str]) -> frozenset[str]:
    """Columns that hold a floating number anywhere."""
    tests = ", ".join(f"max(typeof({_q(c)}) = 'real')" for c in columns)
    with closing(_open(path)) as database:
        found = database.execute(f"SELECT {tests or 1} FROM {_q(table)}").fetchone()  # noqa: S608 - every name in it is quoted or our own
    return frozenset(c for c, held in zip(columns, found, strict=False) if held)


def _stream(
    path: Path, table: str, where: str, wanted: Sequence[str], real: frozenset[str]
) -> Iterator[pa.RecordBatch]:
    import connectorx

    beside = [c for c in wanted if c in real]
    cells = ", ".join(
        [
            *(_cell(c, real=c in real) for c in wanted),
            *(f"CASE typeof({_q(c)}) WHEN 'real' THEN {_q(c)} ELSE 0.0 END" for c in beside),
        ]
    )
    # A first row of texts, dropped again: connectorx takes the types from the first row.
    hint = ", ".join(
        [*(f"'t' AS {_q(c)}" for c in wanted), *(f"0.5 AS {_q(c + _REAL)}" for c in beside)]
    )
    cells, hint = cells or "1 AS nothing", hint or "1 AS nothing"
    query = f"SELECT {hint} UNION ALL SELECT {cells} FROM {_q(table)}{where}"  # noqa: S608 - every name in it is quoted or our own
    reader = connectorx.read_sql(f"sqlite://{quote(str(path))}", query, return_type="arrow_stream")
    first = True
    for batch in reader:
        rows = batch.slice(1) if first and batch.num_rows else batch
        yield _with_reals(rows, wanted, beside) if beside else rows
        first = first and not batch.num_rows


def _with_reals(
    batch: pa.RecordBatch, wanted: Sequence[str], beside: Sequence[str]
) -> pa.RecordBatch:
    """Put each floating number, in the shortest text that is exactly it, into its cell."""
    columns = {name: batch.column(name) for name in wanted}
    for name in beside:
        shortest = pc.cast(batch.column(name + _REAL), pa.string())
        texts = pc.binary_join_element_wise("r", shortest, "")
        cell = pc.cast(columns[name], pa.string())
        columns[name] = pc.if_else(pc.equal(cell, "r"), texts, cell)
    return pa.RecordBatch.from_pydict(columns)


def _describe(database: sqlite3.Connection, table: str) -> SourceTable:
    info = database.execute(f"PRAGMA table_xinfo({_q(table)})").fetchall()
    references = {
        row[3]: f"{row[2]}.{row[4] or ''}".rstrip(".")
        for row in database.execute(f"PRAGMA foreign_key_list({_q(table)})")
    }
    unique = _unique(database, table)
    columns = tuple(
        DescribedColumn(
            name=name,
            type=_type(database, table, name, declared),
            physical_type=declared,
            nullable=not (notnull or key),
            key=key,
            unique=name in unique and not key,
            references=references.get(name, ""),
        )
        for _cid, name, declared, notnull, _default, key, _hidden in info
    )
    rows = int(database.execute(f"SELECT count(*) FROM {_q(table)}").fetchone()[0])  # noqa: S608 - every name in it is quoted or our own
    sampled = database.execute(f"SELECT * FROM {_q(table)} LIMIT {SAMPLE_ROWS}").fetchall()  # noqa: S608 - every name in it is quoted or our own
    names = [c.name for c in columns]
    sample = tuple(texts(list(zip(names, row, strict=False))) for row in sampled)
    return SourceTable(
        name=table, columns=columns, rows=rows, fetch=Fetch(source=table), sample=sample
    )


def _unique(database: sqlite3.Connection, table: str) -> set[str]:
    found = set()
    for _seq, index, is_unique, *_rest in database.execute(f"PRAGMA index_list({_q(table)})"):
        columns = [row[2] for row in database.execute(f"PRAGMA index_info({_q(index)})")]
        if is_unique and len(columns) == 1:
            found.add(columns[0])
    return found


def _type(database: sqlite3.Connection, table: str, column: str, declared: str) -> str:
    """What the declaration says, unless the values say otherwise; then text."""
    said = _declared(declared.lower())
    allowed = {
        "long": ("integer",),
        "boolean": ("integer",),
        "double": ("integer", "real"),
        "binary": ("blob", "text"),
    }.get(said.split("(")[0], ("text",) if said == "string" else ("integer", "real", "text"))
    held = {
        row[0]
        for row in database.execute(f"SELECT DISTINCT typeof({_q(column)}) FROM {_q(table)}")  # noqa: S608 - every name in it is quoted or our own
    } - {"null"}
    if held <= set(allowed):
        return said if said != "string" or held <= {"text"} else "string"
    return {frozenset({"integer"}): "long", frozenset({"real"}): "double"}.get(
        frozenset(held), "string"
    )


def _declared(declared: str) -> str:
    decimal = re.fullmatch(r"(?:numeric|decimal)\s*\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)", declared)
    if decimal:
        return f"decimal({decimal[1]},{decimal[2] or 0})"
    kinds = (
        ("bool", "boolean"),
        ("int", "long"),
        ("timestamp", "timestamp"),
        ("datetime", "timestamp"),
        ("date", "date"),
        ("char", "string"),
        ("text", "string"),
        ("clob", "string"),
        ("blob", "binary"),
        ("real", "double"),
        ("floa", "double"),
        ("doub", "double"),
    )
    return next((kind for word, kind in kinds if word in declared), "string")
