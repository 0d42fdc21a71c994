"""Deliveries as relations that DuckDB can read: files by its own readers, batches as streams."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from citybrain.base.errors import CityError
from citybrain.lake import csvlines, csvtext, widedecimals
from citybrain.lake.csvlines import Jumps
from citybrain.lake.csvrepair import careful as careful_csv
from citybrain.lake.csvtext import CsvShape, Readable
from citybrain.lake.jsonlines import open_jsonl
from citybrain.lake.plan import Given
from citybrain.lake.sources import (
    Batches,
    Delivery,
    Doubtful,
    Files,
    Note,
    Reject,
    SourceColumn,
)
from citybrain.lake.sqltext import text
from citybrain.lake.staging import Tap

_LARGE = 8 << 20  # bytes; below it a thread costs more than it gains


@dataclass(frozen=True, kw_only=True)
class Relation:
    """What a plan reads from: SQL after FROM, its columns, and the stream behind it if any."""

    sql: str
    given: dict[str, Given]
    numbered: bool = False
    tap: Tap | None = None


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A delivery, ready to be read once.

    ``relation`` is given the wanted columns. ``expected`` says how many rows there are as soon as
    somebody knows, without waiting; ``count`` waits until that is sure. ``repaired`` opens it
    again the careful way, after the quick way failed or was in doubt; None when there is none.
    ``jumps`` tells the lines of records (see ``csvlines``) where they have no numbers of their own.
    """

    columns: tuple[SourceColumn, ...]
    relation: Callable[[Sequence[str]], Relation]
    count: Callable[[], tuple[int, int]]
    close: Callable[[], None] = lambda: None
    rejects: tuple[Reject, ...] = ()
    notes: tuple[Note, ...] = ()
    expected: Callable[[], int | None] = lambda: None
    open_ended: bool = False
    jumps: Callable[[], Jumps] | None = None
    repaired: "Callable[[], Opened] | None" = None


def open_delivery(
    delivery: Delivery,
    connection: duckdb.DuckDBPyConnection,
    staging: Path,
    *,
    beside: bool = False,
) -> Opened:
    """Any delivery as something a plan can read.

    With ``beside`` a large file is vouched for while it is read: its ``count`` waits for that,
    and may raise ``Doubtful`` after everything was read.
    """
    if isinstance(delivery, Batches):
        return _batches(delivery, connection)
    if delivery.format == "parquet":
        return _parquet(delivery, connection)
    if delivery.format == "jsonl":
        return _batches(open_jsonl(delivery.paths), connection)
    return _csv(delivery, staging, beside)


def _batches(delivery: Batches, connection: duckdb.DuckDBPyConnection) -> Opened:
    encodings = {c.name: c.encoding for c in delivery.columns}

    def relation(wanted: Sequence[str]) -> Relation:
        tap = Tap(iter(delivery.rows(wanted)))
        described = connection.from_arrow(tap.schema.empty_table())
        types = dict(zip(described.columns, map(str, described.types), strict=True))
        return Relation(
            sql="delivered",
            given={n: Given(name=n, encoding=encodings[n], duckdb_type=types[n]) for n in wanted},
            numbered=True,
            tap=tap,
        )

    return Opened(
        columns=delivery.columns,
        relation=relation,
        count=delivery.count,
        close=delivery.close,
        rejects=delivery.rejects,
        notes=delivery.notes,
        expected=lambda: delivery.expected,
        open_ended=delivery.open_ended,
        repaired=_carefully(delivery, connection),
    )


def _carefully(
    delivery: Batches, connection: duckdb.DuckDBPyConnection
) -> "Callable[[], Opened] | None":
    again = delivery.careful
    return None if again is None else lambda: _batches(again(), connection)


def _parquet(delivery: Files, connection: duckdb.DuckDBPyConnection) -> Opened:
    import pyarrow.parquet as pq

    try:
        rows = sum(pq.read_metadata(path).num_rows for path in delivery.paths)
        if wide := widedecimals.names(delivery.paths):
            return _batches(widedecimals.delivered(delivery.paths, wide, rows), connection)
        listed = ", ".join(text(path) for path in delivery.paths)
        sql = f"read_parquet([{listed}])"
        described = connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()
    except Exception as error:
        raise CityError(
            f"The file {delivery.paths[0].name} cannot be read",
            why=f"it is no whole Parquet file ({str(error).splitlines()[0]})",
            do="Ask the department to deliver the whole file",
            where=delivery.paths[0].name,
        ) from error
    given = {
        str(row[0]): Given(name=str(row[0]), encoding="native", duckdb_type=str(row[1]))
        for row in described
    }
    return Opened(
        columns=tuple(SourceColumn(name=n, encoding="native") for n in given),
        relation=lambda wanted: Relation(sql=sql, given={n: given[n] for n in wanted}),
        count=lambda: (rows, rows),
        expected=lambda: rows,
    )


def _csv(delivery: Files, staging: Path, beside: bool) -> Opened:
    shape = CsvShape(
        encoding=delivery.encoding,
        delimiter=delivery.delimiter,
        header_row=delivery.header_row,
    )
    names = csvtext.header(delivery.paths[0], shape)
    for path in delivery.paths[1:]:
        _same_header(path, csvtext.header(path, shape), names)

    def careful() -> Opened:
        return _vouched(
            names, shape, [careful_csv(p, shape, len(names), staging) for p in delivery.paths]
        )

    if beside and shape.is_utf8 and sum(p.stat().st_size for p in delivery.paths) > _LARGE:
        looking = csvtext.Beside(delivery.paths, shape)
        opened = _csv_opened(names, shape, delivery.paths, shape.header_row, looking.records)
        return replace(
            opened, close=looking.close, repaired=careful, expected=looking.records_if_known
        )
    try:
        files = [csvtext.quick(path, shape, staging) for path in delivery.paths]
    except Doubtful:
        return careful()
    return replace(_vouched(names, shape, files), repaired=careful)


def _same_header(path: Path, found: list[str], wanted: list[str]) -> None:
    if found != wanted:
        raise CityError(
            f"The file {path.name} has another header than the files beside it",
            why=f"it has {', '.join(found)} and they have {', '.join(wanted)}",
            do="Deliver files of one form under one name",
            where=path.name,
        )


def _vouched(names: list[str], shape: CsvShape, files: list[Readable]) -> Opened:
    rows = sum(file.records for file in files)
    opened = _csv_opened(names, shape, [f.path for f in files], files[0].skip, lambda: rows)
    rejects = tuple(r for file in files for r in file.rejects)
    known = files[0].jumps if len(files) == 1 else None
    told = opened.jumps if known is None else lambda: known
    return replace(opened, rejects=rejects, expected=lambda: rows, jumps=told)


def _csv_opened(
    names: list[str],
    shape: CsvShape,
    paths: Sequence[Path],
    skip: int,
    records: Callable[[], int],
) -> Opened:
    listed = ", ".join(text(path) for path in paths)
    columns = ", ".join(f"{text(n or f'column {i}')}: 'VARCHAR'" for i, n in enumerate(names))
    # Nothing is detected: detection takes an open quotation mark for a text.
    sql = (
        f"read_csv([{listed}], auto_detect=false, header=false, skip={skip}, "
        f"delim={text(shape.delimiter)}, quote='\"', escape='\"', nullstr='', "
        f"allow_quoted_nulls=false, strict_mode=true, columns={{{columns}}})"
    )
    given = {n: Given(name=n, encoding="text", duckdb_type="VARCHAR") for n in names if n}
    return Opened(
        columns=tuple(SourceColumn(name=n) for n in given),
        relation=lambda wanted: Relation(sql=sql, given={n: given[n] for n in wanted}),
        count=lambda: (records(), records()),
        jumps=lambda: (
            csvlines.jumps(
                paths[0], header_row=shape.header_row, records=records(), single=len(names) == 1
            )
            if len(paths) == 1  # of several files a line would not say which
            else []
        ),
    )
