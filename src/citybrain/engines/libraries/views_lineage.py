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
class LineageView:
    """The lineage of a column, or of a whole table when ``column`` is empty."""

    table: str
    column: str
    title: Text
    level: int
    columns: tuple[LineageColumn, ...]
    tables: tuple[LineageTable, ...]
    steps: tuple[LineageStep, ...]
    upstream: tuple[LineageLine, ...]
    downstream: tuple[LineageLine, ...]


@dataclass(frozen=True, kw_only=True)
class LineageStart:
    """A table whose lineage may be opened, with how many it reads and feeds."""

    table: str
    layer: str
    title: Text
    inputs: int
    outputs: int
