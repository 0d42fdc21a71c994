"""What a trace is drawn from: steps from the wall's number down to a cell, and back up."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.engines.catalogue.service import EMPTY, Text

TRACE_KINDS = ("number", "indicator", "model", "field", "row", "cell")


@dataclass(frozen=True, kw_only=True)
class TraceFact:
    """A line of a step's facts; ``code`` ones are names of the machine."""

    title: Text
    value: Text
    code: bool = False


@dataclass(frozen=True, kw_only=True)
class TraceGrid:
    """Some cells of a table; ``at`` is the row and column that are meant, both from 0."""

    heads: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    at: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class TraceStep:
    """One step: what it is, its value, when it was made, and the hash it is known by.

    ``verdict`` is match, differs or unchecked (too large to hash at once), empty where there
    is nothing to hold it against. ``thing`` opens the trace from here; ``missing`` says what is
    not shown and why.
    """

    number: int
    kind: str
    kind_title: Text
    title: Text
    value: str | None
    detail: Text
    at: datetime | None
    hash: str
    hash_title: Text
    verdict: str
    facts: tuple[TraceFact, ...] = ()
    sql: str = ""
    mark: str = ""
    grid: TraceGrid | None = None
    thing: str = ""
    masked: bool = False
    missing: Text = EMPTY


@dataclass(frozen=True, kw_only=True)
class TraceChoice:
    """A record or a cell to go on with; ``moved`` when it is what changed last.

    ``via`` is the indicator that the trace came from.
    """

    thing: str
    via: str
    heading: str
    field_title: Text
    moved: bool


@dataclass(frozen=True, kw_only=True)
class TraceAside:
    """Delivered rows of ``system.table`` that do not count until they are put right."""

    table: str
    title: Text
    rows: int


@dataclass(frozen=True, kw_only=True)
class TraceAffected:
    """What also stands on the same value."""

    thing: str
    title: Text
    kind: str
    kind_title: Text


@dataclass(frozen=True, kw_only=True)
class TraceLeg:
    """A stage of the way from the cell up to the wall: when it was made, and how long after.

    ``start`` and ``share`` are hundredths of the whole way; ``table`` is empty for the wall.
    """

    title: Text
    table: str
    at: datetime
    seconds: float
    start: float
    share: float


@dataclass(frozen=True, kw_only=True)
class TraceView:
    """A trace: ``steps`` down from the number, ``choices`` where one must be chosen.

    ``cells`` are the other cells of the row that the trace ends at; ``legs`` the way back up,
    which ``took`` so many seconds.
    """

    thing: str
    heading: Text
    steps: tuple[TraceStep, ...]
    choices: tuple[TraceChoice, ...]
    affected: tuple[TraceAffected, ...]
    cells: tuple[TraceChoice, ...] = ()
    aside: tuple[TraceAside, ...] = ()
    refused: Text = EMPTY
    entry: str = ""
    legs: tuple[TraceLeg, ...] = ()
    took: float = 0.0
    seconds: float = 0.0
    matches: int = 0
    differs: int = 0


@dataclass(frozen=True, kw_only=True)
class TraceStarts:
    """Where a trace may begin: numbers and libraries."""

    numbers: tuple[TraceAffected, ...]
    tables: tuple[TraceAffected, ...]
