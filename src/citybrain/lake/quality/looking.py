"""One look at a table: everything that quality counts, by one SELECT per lake table.

Distributions are kept as counts per bucket, and buckets never repeat a person's value: codes
of a codelist, years of dates, magnitudes of numbers, lengths of texts.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from citybrain.city.contracts import Contract, Field
from citybrain.lake.quality.promises import REPEATED, REQUIRED
from citybrain.lake.sqltext import name, names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from citybrain.lake.store import Store

SAMPLE_ABOVE = 5_000_000  # rows; of a greater table every n-th chunk is looked at
EMPTY = "∅"
_LONGEST = 40  # characters; longer texts share a bucket
_NUMBERS = ("int", "long", "ulong", "float", "double", "decimal")
_DAYS = ("date", "timestamp", "timestamptz")


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was counted in the accepted rows.

    ``rows`` were looked at, ``repeated`` of them share their key with another (None for a
    table without a key).
    """

    rows: int
    repeated: int | None
    filled: Mapping[str, int]
    buckets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class Aside:
    """What was counted in the rows set aside. ``reasons`` are rows by (field, rule)."""

    rows: int
    invalid: int
    repeated: int
    filled: Mapping[str, int]
    reasons: Mapping[tuple[str, str], int]


NOTHING = Aside(rows=0, invalid=0, repeated=0, filled={}, reasons={})


def look(store: "Store", contract: Contract, engine: "DuckDBPyConnection") -> Look:
    """Count the accepted rows of the table's current snapshot."""
    view = store.view(contract.lake_table)
    have = {column.name for column in view.columns}
    fields = [field for field in contract.fields if field.name in have]
    key = [part for part in contract.key if part in have]
    source = f"({store.scan_sql(contract.lake_table)})"
    rows = view.snapshot.rows if view.snapshot else 0
    if rows > SAMPLE_ABOVE:
        share = 100 * SAMPLE_ABOVE / rows
        source += f" USING SAMPLE {share:.4f} PERCENT (system, 1)"
        key = []  # a sample cannot tell that a key stands once
    counted = [
        "count(*)",
        f"count(DISTINCT hash({names(key)}))" if key else "NULL",
        *(f"count({name(field.name)})" for field in fields),
        *(f"histogram({bucket(field)})" for field in fields),
    ]
    found = engine.execute(f"SELECT {', '.join(counted)} FROM {source}").fetchone()
    return _look(found or (), fields)


def _look(found: Sequence[Any], fields: Sequence[Field]) -> Look:
    rows, distinct = int(found[0]), found[1]
    middle = 2 + len(fields)
    return Look(
        rows=rows,
        repeated=None if distinct is None else rows - int(distinct),
        filled={f.name: int(n) for f, n in zip(fields, found[2:middle], strict=True)},
        buckets={
            f.name: {str(k): int(v) for k, v in (shape or {}).items()}
            for f, shape in zip(fields, found[middle:], strict=True)
        },
    )


def bucket(field: Field) -> str:
    """SQL text that puts a value of the field into its bucket."""
    value, base = name(field.name), field.type.split("(")[0]
    if field.codelist or base == "boolean":
        shape = f"CAST({value} AS VARCHAR)"
    elif base in _NUMBERS:
        size = f"CAST(floor(2 * log10(abs({value}::DOUBLE))) AS INTEGER)"
        shape = f"CASE WHEN {value} = 0 THEN '0' ELSE if({value} < 0, '-', '+') || {size} END"
    elif base in _DAYS:
        shape = f"CAST(year({value}) AS VARCHAR)"
    elif base == "string":
        shape = f"CAST(least(length({value}), {_LONGEST}) AS VARCHAR)"
    else:
        shape = f"CASE WHEN {value} IS NOT NULL THEN '·' END"
    return f"coalesce({shape}, '{EMPTY}')"


def aside(store: "Store", contract: Contract, engine: "DuckDBPyConnection") -> Aside:
    """Count the rows set aside now."""
    if not store.exists(contract.quarantine_table):
        return NOTHING
    have = {column.name for column in store.columns(contract.quarantine_table)}
    fields = [field.name for field in contract.fields if field.name in have]
    source = f"({store.scan_sql(contract.quarantine_table)})"
    counts = ", ".join(["count(*)", *(f"count({name(field)})" for field in fields)])
    found = engine.execute(f"SELECT {counts} FROM {source}").fetchone() or (0,)
    listed = engine.execute(f"SELECT _reasons, count(*) FROM {source} GROUP BY 1").fetchall()
    return _aside(int(found[0]), dict(zip(fields, found[1:], strict=True)), listed)


def _aside(rows: int, filled: Mapping[str, int], listed: Sequence[tuple[Any, int]]) -> Aside:
    reasons: Counter[tuple[str, str]] = Counter()
    invalid = repeated = 0
    for text, times in listed:
        broken = [tuple(one.split(":", 1)) for one in str(text or "").split()]
        rules = {rule for _field, rule in broken}
        for field, rule in broken:
            reasons[(field, rule)] += int(times)
        invalid += int(times) if rules - {REQUIRED, *REPEATED} else 0
        repeated += int(times) if rules & set(REPEATED) else 0
    return Aside(rows=rows, invalid=invalid, repeated=repeated, filled=filled, reasons=reasons)
