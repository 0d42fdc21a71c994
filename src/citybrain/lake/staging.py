"""Rows on their way in: through the plan, the good into Parquet, the bad set aside.

One pass over the source, whatever it is, on all cores, and memory that does not grow with the
table: DuckDB types and checks each batch and writes the good rows into the file of the lake;
what is wrong is handed out by a function that is called for wrong rows only.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy
import pyarrow as pa
import pyarrow.parquet as pq
from duckdb.func import FunctionNullHandling, PythonUDFType

from citybrain.lake.ahead import ahead
from citybrain.lake.places import Span, follow
from citybrain.lake.plan import Plan
from citybrain.lake.sources import NUMBER
from citybrain.lake.sqltext import name, text

Seen = Callable[[int, int | None], None]  # rows read, of how many
_WRONG = ("_away", "_why", "_raw", "_number")
_BATCH_ROWS = 65_536
_LOOK_SECONDS = 0.3


@dataclass
class Bad:
    """Where bad rows are kept until their reasons are written; nothing while there are none.

    Threads that read side by side add to it in any order; it gives them back by number.
    """

    path: Path
    rows: int = 0
    _writer: pq.ParquetWriter | None = None
    _one: threading.Lock = field(default_factory=threading.Lock)

    def add(self, batch: pa.RecordBatch) -> None:
        """Keep a batch with the columns ``_away _why _raw _number``."""
        with self._one:
            if self._writer is None:
                self._writer = pq.ParquetWriter(self.path, batch.schema, compression="lz4")
            self._writer.write_batch(batch)
            self.rows += batch.num_rows

    def close(self) -> None:
        """Finish the file."""
        if self._writer is not None:
            self._writer.close()

    def batches(self, connection: duckdb.DuckDBPyConnection) -> Iterator[pa.RecordBatch]:
        """What was kept, in the order of the source."""
        if self.rows:
            kept = f"SELECT * FROM read_parquet({text(self.path)}) ORDER BY _number"
            yield from connection.cursor().sql(kept).to_arrow_reader(2_000)

    def numbers(self, connection: duckdb.DuckDBPyConnection) -> list[int]:
        """The numbers of what was kept, ascending."""
        if not self.rows:
            return []
        kept = f"SELECT _number FROM read_parquet({text(self.path)}) ORDER BY 1"
        return [int(row[0]) for row in connection.cursor().execute(kept).fetchall()]


@dataclass
class Tally:
    """How far the stream is; ``seen`` is told the rows read so far and may raise.

    ``expected`` says of how many, as soon as somebody knows.
    """

    seen: Seen
    expected: Callable[[], int | None] = lambda: None
    read: int = 0
    good: int = 0
    failure: Exception | None = None  # what ``seen`` raised

    def see(self, rows: int) -> None:
        """Count rows read, and let whoever watches stop the stream."""
        self.read += rows
        self.tell(self.read)

    def tell(self, rows: int) -> None:
        """Say how many rows have been read, without counting them."""
        try:
            self.seen(rows, self.expected())
        except Exception as error:
            self.failure = error
            raise


@dataclass
class Tap:
    """An Arrow stream that numbers its rows, and remembers why it broke: DuckDB only says that.

    A source that numbers its rows itself keeps its own numbers.
    """

    source: Iterator[pa.RecordBatch]
    failure: BaseException | None = None
    read: int = 0
    schema: pa.Schema = field(init=False)

    def __post_init__(self) -> None:
        self._first = next(self.source)
        self._own = NUMBER in self._first.schema.names
        self._spans: list[Span] = []
        self.schema = self._numbered(self._first).schema

    def reader(
        self,
        seen: Callable[[int], None] = lambda _rows: None,
        source: Iterator[pa.RecordBatch] | None = None,
    ) -> pa.RecordBatchReader:
        """The whole stream, once; ``seen`` is told how many rows each batch has, and may raise.

        ``source`` gives what is left of the stream by another way than asking for it.
        """
        rest = self.source if source is None else source
        return pa.RecordBatchReader.from_batches(self.schema, self._batches(rest, seen))

    def spans(self) -> list[Span]:
        """The numbers of the rows that have been read."""
        return self._spans if self._own else [(1, self.read)]

    def _batches(
        self, rest: Iterator[pa.RecordBatch], seen: Callable[[int], None]
    ) -> Iterator[pa.RecordBatch]:
        try:
            yield from self._passed(self._first, seen)
            for batch in rest:
                yield from self._passed(batch, seen)
        except BaseException as error:  # connectorx panics are not Exceptions
            self.failure = error
            raise RuntimeError("the source broke off") from error

    def _passed(
        self, batch: pa.RecordBatch, seen: Callable[[int], None]
    ) -> Iterator[pa.RecordBatch]:
        numbered = self._numbered(batch)
        if self._own:
            follow(self._spans, batch.column(NUMBER).to_numpy())
        self.read += batch.num_rows
        seen(batch.num_rows)
        yield numbered

    def _numbered(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        if self._own:
            return batch
        numbers = numpy.arange(self.read + 1, self.read + 1 + batch.num_rows, dtype=numpy.int64)
        return batch.append_column(NUMBER, pa.array(numbers))


def stream(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    *,
    bad: Bad,
    tally: Tally,
    copy_sql: Callable[[str], str],
    tap: Tap | None = None,
    counted: Callable[[], int | None] = lambda: None,
) -> int:
    """Run the plan; good rows go where ``copy_sql(select)`` copies them. Returns good rows.

    ``tap`` is the stream that the plan knows as ``delivered``, when it reads from one;
    ``counted`` says the rows that somebody else counted in a source that can be read again,
    when that is known exactly; it is asked after the good rows were copied.
    """
    # Pushed down, the filter would be computed twice: once to choose rows, once to address them.
    connection.execute("SET disabled_optimizers = 'filter_pushdown'")
    try:
        if tap is None:
            _copy_file(connection, plan, bad=bad, tally=tally, copy_sql=copy_sql, counted=counted)
        else:
            _copy_stream(connection, plan, tap, bad=bad, tally=tally, copy_sql=copy_sql)
    finally:
        connection.execute("RESET disabled_optimizers")
        bad.close()
    return tally.good


def _shown(plan: Plan) -> str:
    return ", ".join([*(name(f.name) for f in plan.fields), "_row"])


def _copy_stream(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    tap: Tap,
    *,
    bad: Bad,
    tally: Tally,
    copy_sql: Callable[[str], str],
) -> None:
    """What comes once: one COPY of the good rows, which hands every wrong row out on its way."""

    def keep(row: pa.Array, why: pa.Array, raw: pa.Array, number: pa.Array) -> pa.Array:
        arrays = [_array(column) for column in (row, why, raw, number)]
        bad.add(pa.RecordBatch.from_arrays(arrays, names=list(_WRONG)))
        return pa.repeat(pa.scalar(False), len(row))

    texts = {f.name: duckdb.sqltype("VARCHAR") for f in plan.fields}
    kinds: list[Any] = ["VARCHAR", "INTEGER[]", duckdb.struct_type(texts), "BIGINT"]
    function = f"keep_aside_{bad.path.stem.replace('-', '_')}"
    connection.create_function(
        function,
        keep,
        kinds,
        "BOOLEAN",
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
        side_effects=True,
    )
    right = f"CASE WHEN _ok THEN true ELSE {function}({', '.join(_WRONG)}) END"
    select = f"SELECT {_shown(plan)} FROM ({plan.sql}) WHERE {right}"
    try:
        with ahead(tap.source) as source:
            connection.register("delivered", tap.reader(tally.see, source))
            tally.good = int(connection.execute(copy_sql(select)).fetchall()[0][0])
    finally:
        connection.unregister("delivered")
        connection.remove_function(function)
    if tally.good + bad.rows != tally.read:
        raise AssertionError(
            f"rows of {plan.relation}: {tally.read} read, {tally.good} good, {bad.rows} bad"
        )


def _array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _copy_file(
    connection: duckdb.DuckDBPyConnection,
    plan: Plan,
    *,
    bad: Bad,
    tally: Tally,
    copy_sql: Callable[[str], str],
    counted: Callable[[], int | None],
) -> None:
    """What can be read again is: good rows first, then the bad if there are any.

    When as many rows are good as ``counted`` says, none is bad, and no second reading is needed.
    """
    with _watched(connection, tally):
        copied = connection.execute(copy_sql(f"SELECT {_shown(plan)} FROM ({plan.sql}) WHERE _ok"))
        tally.good = int(copied.fetchall()[0][0])
    tally.see(tally.good)
    if tally.good == counted() or tally.good == _count(connection, plan):
        return
    number = NUMBER if plan.numbered else f"row_number() OVER () AS {NUMBER}"
    wrong = f"SELECT * FROM (SELECT _away, _why, _raw, _ok, {number} FROM ({plan.sql}))"
    for batch in connection.sql(f"{wrong} WHERE NOT _ok").to_arrow_reader(_BATCH_ROWS):
        bad.add(batch.select(list(_WRONG)))
        tally.see(batch.num_rows)


@contextmanager
def _watched(connection: duckdb.DuckDBPyConnection, tally: Tally) -> Iterator[None]:
    """Tell from time to time how far DuckDB is, and interrupt it when whoever is told raises."""
    connection.execute("SET enable_progress_bar = true; SET enable_progress_bar_print = false")
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_LOOK_SECONDS):
            part, rows = connection.query_progress(), tally.expected()
            try:
                tally.tell(int((rows or 0) * max(part, 0.0) / 100))
            except Exception:  # kept in the tally, and raised where the copying is
                connection.interrupt()
                return

    thread = threading.Thread(target=watch, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    if tally.failure:  # it came too late to interrupt anything
        raise tally.failure


def _count(connection: duckdb.DuckDBPyConnection, plan: Plan) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {plan.relation}").fetchall()[0][0])
