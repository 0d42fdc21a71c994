"""Types of columns that a file holds only as text: the narrowest that keeps every value.

A type is taken only when casting the text and writing it out again gives the same text, so
that nothing is lost by it; a code with a leading zero stays text.
"""

import duckdb

from citybrain.lake.files import Relation
from citybrain.lake.sqltext import name

_LONGEST_SCALE = 6


def infer(
    engine: duckdb.DuckDBPyConnection, relation: Relation, columns: list[str]
) -> dict[str, str]:
    """Column → type in the contract's grammar, over all rows of the relation."""
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE texts AS SELECT "
        f"{', '.join(name(c) for c in columns)} FROM {relation.sql}"
    )
    return {c: _of(engine, c, relation.given[c].duckdb_type) for c in columns}


def _of(engine: duckdb.DuckDBPyConnection, column: str, given: str) -> str:
    native = {
        "BOOLEAN": "boolean",
        "TINYINT": "int",
        "SMALLINT": "int",
        "INTEGER": "int",
        "UTINYINT": "int",
        "USMALLINT": "int",
        "UINTEGER": "long",
        "BIGINT": "long",
        "UBIGINT": "ulong",
        "FLOAT": "float",
        "DOUBLE": "double",
        "DATE": "date",
        "TIMESTAMP": "timestamp",
        "TIMESTAMP_S": "timestamp",
        "TIMESTAMP_MS": "timestamp",
        "TIMESTAMP WITH TIME ZONE": "timestamptz",
        "BLOB": "binary",
    }
    if given in native:
        return native[given]
    if given.startswith("DECIMAL"):
        return given.lower().replace(" ", "")
    return _of_text(engine, name(column)) if given == "VARCHAR" else "string"


def _of_text(engine: duckdb.DuckDBPyConnection, x: str) -> str:
    row = engine.execute(
        f"""
        SELECT count({x}),
               count(*) FILTER (CAST(try_cast({x} AS BIGINT) AS VARCHAR) = {x}),
               count(*) FILTER (regexp_full_match({x}, '-?(0|[1-9]\\d{{0,14}})(\\.\\d{{1,6}})?')),
               count(*) FILTER (CAST(try_cast({x} AS DATE) AS VARCHAR) = {x}),
               count(*) FILTER (length({x}) = 19 AND try_cast({x} AS TIMESTAMP) IS NOT NULL),
               count(*) FILTER ({x} IN ('true', 'false')),
               max(length(split_part({x}, '.', 2)))
        FROM texts
        """
    ).fetchone()
    values, whole, decimal, day, moment, truth, scale = row or (0,) * 7
    if not values:
        return "string"
    found = ((whole, "long"), (day, "date"), (moment, "timestamp"), (truth, "boolean"))
    for count, kind in found:
        if count == values:
            return kind
    if day + moment == values:  # a workbook's moment at midnight reads as its day alone
        return "timestamp"
    if decimal == values and scale and scale <= _LONGEST_SCALE:
        return f"decimal(18,{scale})"
    return "string"
