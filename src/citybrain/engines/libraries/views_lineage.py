"""What the page of lineage is drawn from: tables with columns, steps between, and the lists."""

from dataclasses import dataclass

from citybrain.engines.catalogue.service import Text

SIDES = ("me", "up", "down")


@dataclass(frozen=True, kw_only=True)
class LineageColumn:
    """A column that takes part; ``side`` is me, up (comes before) or down (comes after)."""

    name: str
    title: Text
    side: str


@dataclass(frozen=True, kw_only=True)
class LineageTable:
    """A table that takes part. ``rank`` is its place from the source on, from 0."""

    table: str
    layer: str
    title: Text
    rank: int
    side: str
    columns: tuple[LineageColumn, ...]


@dataclass(frozen=True, kw_only=True)
class LineageStep:
    """A column goes into another; columns are empty between whole tables."""

    source: str
    source_column: str
    target: str
    target_column: str
    kind: str
    kind_title: Text
    how: str
    side: str


@dataclass(frozen=True, kw_only=True)
class LineageLine:
    """A line of the indented list: ``depth`` from 1."""

    depth: int
    table: str
    column: str
    title: Text
    kind: str
    kind_title: Text


@dataclass(frozen=True, kw_only=True)
class DecidingSource:
    """One place a library's field is taken from, ``rank`` from 1, the first the one preferred.

    ``value`` is SQL over a row of ``table``; ``column`` names it where it is a column of the
    standardised table and nothing more. ``records`` is how many records at present have the
    value from that table, and ``share`` their share from 0 to 1; None where it cannot be
    counted, and where an earlier source of the same table counts them: ``counted_with``, 0
    where none does. ``counts_too`` are the ranks of those whose records this one counts.
    """

    rank: int
    choice: Text
    department: str
    department_title: Text
    table: str
    table_title: Text
    role: Text
    value: str
    column: str
    where: str
    how: tuple[Text, ...]
    records: int | None
    share: float | None
    counted_with: int
    counts_too: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class DecidingRule:
    """Points of a score, given where ``when`` holds."""

    title: Text
    points: int
    when: str


@dataclass(frozen=True, kw_only=True)
class Deciding:
    """How a library's field comes about; ``kind`` is sources, rows, select or score.

    ``records`` are all of the library's and ``empty`` those that hold no value, None where
    ``uncounted`` says why they cannot be counted. ``valid`` is the field's own rule, ``values``
    what the library's ``select`` gives out under the field's name.
    """

    kind: str
    library: str
    file: str
    valid: str
    sources: tuple[DecidingSource, ...]
    values: tuple[str, ...]
    select: str
    rules: tuple[DecidingRule, ...]
    bounds: tuple[int, int, int]
    records: int | None
    empty: int | None
    empty_share: float | None
    uncounted: Text


@dataclass(frozen=True, kw_only=True)
class LineageView:
    """The lineage of a column, or of a whole table when ``column`` is empty.

    ``deciding`` is there for a field of a library.
    """

    table: str
    column: str
    title: Text
    level: int
    columns: tuple[LineageColumn, ...]
    tables: tuple[LineageTable, ...]
    steps: tuple[LineageStep, ...]
    upstream: tuple[LineageLine, ...]
    downstream: tuple[LineageLine, ...]
    deciding: Deciding | None


@dataclass(frozen=True, kw_only=True)
class LineageStart:
    """A table whose lineage may be opened, with how many it reads and feeds."""

    table: str
    layer: str
    title: Text
    inputs: int
    outputs: int
