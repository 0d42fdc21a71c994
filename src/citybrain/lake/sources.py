"""What a source is to the lake: the protocols that readers fulfil, and what they deliver.

A reader lives among the adapters and knows one kind of source. It never decides what a value
means: it hands over cells in a stated encoding together with a count of the rows that was
taken by another way than reading them, and the lake casts, checks and counts.

Encodings of a delivered column:

========  ==================================================================================
native    an Arrow type that carries the value exactly (integers, floats, booleans, bytes)
text      the value's exact text; null is null, the empty string is the empty string
hex       bytes as hexadecimal text
cell      SQLite's own: a letter for the storage class (i r t b) and the value, t and b in hex
sheet     a spreadsheet's cell as text; numbers that it cannot keep whole as ``longnumbers`` writes
========  ==================================================================================
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from citybrain.city.systems import Fetch

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER = "_number"  # optional int64 column of a delivery: the row's own number at the source


@dataclass(frozen=True, kw_only=True)
class Connection:
    """Where a system's data are: its name in the city, and a URL that may hold a secret."""

    name: str
    url: str
    scheme: str


@dataclass(frozen=True, kw_only=True)
class Cursor:
    """Read only rows whose ``column`` (source's name) is at or after ``after``, or is null."""

    column: str
    after: str


@dataclass(frozen=True, kw_only=True)
class ReadRequest:
    """What to read: the table as the system's file tells it, and where scratch files may go."""

    table: str
    fetch: Fetch
    staging: Path
    cursor: Cursor | None = None


@dataclass(frozen=True, kw_only=True)
class SourceColumn:
    """A column as the source holds it now.

    ``stated`` is its type in the contract's grammar where the source says it and its texts
    would not: a column for long numbers may hold short ones today.
    """

    name: str
    encoding: str = "text"
    stated: str = ""


@dataclass(frozen=True, kw_only=True)
class Reject:
    """A record that could not be read at all: where it lies and what is wrong with it."""

    first_byte: int
    last_byte: int  # exclusive
    text: str
    rule: str
    sentence: str
    sentence_en: str
    number: int = 0


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something the reader wants said in the run's log (level info or warn)."""

    sentence: str
    sentence_en: str
    level: str = "info"


class Doubtful(Exception):  # noqa: N818 - not an error: it asks for the careful way
    """The quick way of reading cannot vouch for what it reads."""


@dataclass(kw_only=True)
class Batches:
    """Rows as Arrow record batches, read once.

    ``rows`` is given the names of the columns that are wanted and yields batches with those
    columns (and ``_number`` where rows have one). ``count`` tells, after reading, the least
    and the most rows the source held while it was read; both are equal where the source
    stands still. ``close`` lets go of the source. ``open_ended`` says that a column nobody
    filled is not there at all (JSON), so that its absence is an empty value and no drift.
    ``careful`` reads it all again another way after ``rows`` raised ``Doubtful``.
    """

    columns: tuple[SourceColumn, ...]
    rows: Callable[[Sequence[str]], "Iterable[pa.RecordBatch]"]
    count: Callable[[], tuple[int, int]]
    close: Callable[[], None] = lambda: None
    rejects: tuple[Reject, ...] = ()
    notes: tuple[Note, ...] = ()
    expected: int | None = None
    open_ended: bool = False
    careful: "Callable[[], Batches] | None" = None


@dataclass(frozen=True, kw_only=True)
class Files:
    """Files of one format that the lake reads by itself: csv, tsv, jsonl or parquet."""

    format: str
    paths: tuple[Path, ...]
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1


Delivery = Batches | Files


@dataclass(frozen=True, kw_only=True)
class DescribedColumn:
    """A column for ``discover``: name, type in the contract's grammar, and its constraints."""

    name: str
    type: str
    physical_type: str = ""
    nullable: bool = True
    key: int = 0
    unique: bool = False
    comment: str = ""
    references: str = ""


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A table for ``discover``; ``sample`` holds up to some hundred rows as texts.

    Of a view only the name is told. ``damaged`` counts records that cannot be read.
    """

    name: str
    columns: tuple[DescribedColumn, ...]
    rows: int
    fetch: Fetch
    comment: str = ""
    view: bool = False
    damaged: int = 0
    sample: tuple[Mapping[str, str | None], ...] = field(default=(), repr=False)


class Reader(Protocol):
    """Reads one kind of source."""

    def read(self, connection: Connection, request: ReadRequest) -> Delivery:
        """Open one table for reading; ``CityError`` when it is not there or not readable."""
        ...

    def describe(self, connection: Connection) -> Iterator[SourceTable]:
        """Every table and view of the source, for ``discover``; the columns of tables only."""
        ...


Readers = Mapping[str, Reader]
