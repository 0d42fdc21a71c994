"""Parquet with decimals of more than 38 digits: as texts, because DuckDB makes doubles of them."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from citybrain.lake.sources import Batches, SourceColumn

_BATCH_ROWS = 20_000


def names(paths: Sequence[Path]) -> frozenset[str]:
    """The columns that are such decimals in any of the files."""
    return frozenset(
        column.name
        for path in paths
        for column in pq.read_schema(path)
        if pa.types.is_decimal256(column.type)
    )


def delivered(paths: Sequence[Path], wide: frozenset[str], rows: int) -> Batches:
    """The files' rows with the ``wide`` columns as plain digits; the others as they are."""
    return Batches(
        columns=tuple(
            SourceColumn(name=n, encoding="text", stated="string")
            if n in wide
            else SourceColumn(name=n, encoding="native")
            for n in pq.read_schema(paths[0]).names
        ),
        rows=lambda wanted: _rows(paths, wide, wanted),
        count=lambda: (rows, rows),
        expected=rows,
    )


def _rows(
    paths: Sequence[Path], wide: frozenset[str], wanted: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    for path in paths:
        with pq.ParquetFile(path) as file:
            schema = file.schema_arrow
            kinds = [pa.string() if n in wide else schema.field(n).type for n in wanted]
            yield pa.RecordBatch.from_pylist([], schema=pa.schema(zip(wanted, kinds, strict=True)))
            for batch in file.iter_batches(batch_size=_BATCH_ROWS, columns=list(wanted)):
                cells = [_plain(batch[n]) if n in wide else batch[n] for n in wanted]
                yield pa.RecordBatch.from_arrays(cells, names=list(wanted))


def _plain(cells: pa.Array) -> pa.Array:
    """Digits without an exponent, as a database writes them."""
    written = cells.cast(pa.string())
    if not pc.any(pc.match_substring(written, "E")).as_py():
        return written
    return pa.array([t and format(Decimal(t), "f") for t in written.to_pylist()], pa.string())
