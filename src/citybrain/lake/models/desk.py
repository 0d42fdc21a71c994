"""A database of empty tables: what DuckDB says of a SELECT that is bound but not run."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.lake import sqltext
from citybrain.lake.statement import LAYERS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Desk:
    """A database of empty tables on which SELECTs are bound; opened when the first one is."""

    def __init__(self, columns: Mapping[str, Mapping[str, str]]) -> None:
        self._columns = columns
        self._made: set[str] = set()
        self._connection: DuckDBPyConnection | None = None

    def __enter__(self) -> "Desk":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._connection:
            self._connection.close()

    def described(self, sql: str, tables: Iterable[str]) -> dict[str, str]:
        """Columns and types of a SELECT over these tables."""
        connection = self._open()
        for table in tables:
            if table in self._columns and table not in self._made:
                _make_table(connection, table, self._columns[table])
                self._made.add(table)
        return _described(connection, sql)

    def _open(self) -> "DuckDBPyConnection":
        import duckdb

        if self._connection is None:
            self._connection = duckdb.connect(":memory:", config={"threads": 1})
            for layer in LAYERS:
                self._connection.execute(f"ATTACH ':memory:' AS {sqltext.name(layer)}")
            self._connection.execute("USE ods")
            self._connection.execute("SET TimeZone = 'Asia/Shanghai'")
        return self._connection


def _described(connection: "DuckDBPyConnection", sql: str) -> dict[str, str]:
    """Columns of a SELECT with DuckDB's types.

    ``CityError`` when it does not bind: ``why`` is the reason, ``where`` the line in the text.
    """
    import duckdb

    try:
        rows = connection.execute(f"DESCRIBE {sql}").fetchall()
    except duckdb.Error as error:
        line = re.search(r"^LINE (\d+):", str(error), re.MULTILINE)
        raise CityError(
            "The query does not hold",
            why=_first(error),
            do="Correct it",
            where=line[1] if line else "",
        ) from error
    return {str(row[0]): str(row[1]) for row in rows}


def _make_table(connection: "DuckDBPyConnection", name: str, columns: Mapping[str, str]) -> None:
    """An empty table of that name and these columns of DuckDB's types."""
    layer, *system, table = name.split(".")
    schema = ".".join(sqltext.name(p) for p in (layer, *(system or ["main"])))
    shown = ", ".join(f"{sqltext.name(c)} {kind}" for c, kind in columns.items())
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    connection.execute(f"CREATE OR REPLACE TABLE {schema}.{sqltext.name(table)} ({shown})")


def _first(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    found = lines[:1] + [line for line in lines[1:] if line.startswith("Candidate")]
    return "; ".join(found).rstrip(".")
