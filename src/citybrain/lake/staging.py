"""Rows on their way in: streamed through the plan, the good into Parquet, the bad set aside.

One pass over the source, whatever it is, and memory that does not grow with the table: Arrow
batches leave DuckDB typed and checked, the good part of each goes straight on into the file of
the lake, the bad part into a small file beside it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citybrain.lake.plan import Plan
from citybrain.lake.sqltext import name

_INNER = ("_ok", "_why", "_raw")
_BATCH_ROWS = 65_536


@dataclass
class Bad:
    """Where bad rows are kept until their reasons are written; nothing while there are none."""

    path: Path
    rows: int = 0
    _writer: pq.ParquetWriter | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep a batch with the columns ``_row _why _raw _number``."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self.path, batch.schema, compression="lz4")
        self._writer.write_batch(batch)
        self.rows += batch.num_rows

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()

    def batches(self) -> Iterator[pa.RecordBatch]:
        """What was kept, in order."""
        if self.rows:
            with pq.ParquetFile(self.path) as file:
                yield from file.iter_batches(batch_size=2_000)


@dataclass
class Tally:
    """How far the stream is; ``seen`` is called with the rows read so far and may raise."""

    seen: Callable[[int], None]
    read: int = 0
    good: int = 0
    failure: Exception | None = None  # what ``seen`` raised

    def see(self, rows: int) -> None:
        """Count rows read, and let whoever watches stop the stream."""
        self.read += rows
        try:
            self.seen(self.read)
        except Exception as error:
            self.failure = error
            raise


@dataclass
class Tap:
    """An Arrow stream that remembers why it broke, for DuckDB would only say that it did."""

    source: Iterator[pa.RecordBatch]
    failure: BaseException | None = None
    schema: pa.Schema = field(init=False)

    def __post_init__(self) -> None:
        self._first = next(self.source)
        self.schema = self._first.schema

    def reader(self) -> pa.RecordBatchReader:
        """The whole stream, once."""
        return pa.RecordBatchReader.from_batches(self.schema, self._batches())

    def _batches(self) -> Iterator[pa.RecordBatch]:
        try:
            yield self._first
            yield from self.source
        except BaseException as error:  # connectorx panics are not Exceptions
            self.failure = error
            raise RuntimeError("the source broke off") from error


def stream(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    *,
    bad: Bad,
    tally: Tally,
    copy_sql: Callable[[str], str],
    tap: Tap | None = None,
    counted: int | None = None,
) -> int:
    """Run the plan; good rows go where ``copy_sql(select)`` copies them. Returns good rows.

    ``tap`` is the stream that the plan knows as ``delivered``, when it reads from one;
    ``counted`` the rows that somebody else counted in the source, when that is known exactly.
    """
    if tap is None:
        return _copy_twice(
            connection, plan, bad=bad, tally=tally, copy_sql=copy_sql, counted=counted
        )
    reading = connection.cursor()
    writing = connection.cursor()
    reading.register("delivered", tap.reader())
    typed = reading.sql(plan.sql).to_arrow_reader(_BATCH_ROWS)
    names = _outputs(typed.schema.names)
    schema = pa.schema([typed.schema.field(n) for n in names])
    good = pa.RecordBatchReader.from_batches(schema, _split(typed, names, bad, tally))
    writing.register("good_rows", good)
    try:
        writing.execute(copy_sql("SELECT * FROM good_rows"))
    finally:
        writing.unregister("good_rows")
        bad.close()
    return tally.good


def _outputs(names: list[str]) -> list[str]:
    return [n for n in names if n not in _INNER and n != "_number"]


def _copy_twice(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    *,
    bad: Bad,
    tally: Tally,
    copy_sql: Callable[[str], str],
    counted: int | None,
) -> int:
    """What can be read again is: good rows on all cores first, then the bad if there are any.

    When as many rows are good as were ``counted``, none is bad, and no second reading is needed.
    """
    shown = ", ".join(name(f.name) for f in plan.fields)
    # Pushed down, the filter would be computed twice: once to choose rows, once to address them.
    connection.execute("SET disabled_optimizers = 'filter_pushdown'")
    copied = connection.execute(copy_sql(f"SELECT {shown}, _row FROM ({plan.sql}) WHERE _ok"))
    tally.good = int(copied.fetchall()[0][0])
    tally.see(tally.good)
    if tally.good != counted and tally.good != _count(connection, plan):
        number = "_number" if plan.numbered else "row_number() OVER () AS _number"
        wrong = f"SELECT * FROM (SELECT _row, _why, _raw, _ok, {number} FROM ({plan.sql}))"
        for batch in connection.sql(f"{wrong} WHERE NOT _ok").to_arrow_reader(_BATCH_ROWS):
            bad.add(batch.select(["_row", "_why", "_raw", "_number"]))
            tally.see(batch.num_rows)
    connection.execute("RESET disabled_optimizers")
    bad.close()
    return tally.good


def _count(connection: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {plan.relation}").fetchall()[0][0])


def _split(
    typed: pa.RecordBatchReader, names: list[str], bad: Bad, tally: Tally
) -> Iterator[pa.RecordBatch]:
    for batch in typed:
        ok = batch.column("_ok")
        begin = tally.read
        tally.see(batch.num_rows)
        if not pc.all(ok, min_count=0).as_py():
            bad.add(_wrong(batch, ok, begin))
            batch = batch.filter(ok)
        tally.good += batch.num_rows
        yield batch.select(names)


def _wrong(batch: pa.RecordBatch, ok: Any, begin: int) -> pa.RecordBatch:
    numbers = (
        batch.column("_number")
        if "_number" in batch.schema.names
        else pa.array(range(begin + 1, begin + batch.num_rows + 1), pa.int64())
    )
    kept = pa.RecordBatch.from_arrays(
        [batch.column("_row"), batch.column("_why"), batch.column("_raw"), numbers],
        names=["_row", "_why", "_raw", "_number"],
    )
    return kept.filter(pc.invert(ok))
