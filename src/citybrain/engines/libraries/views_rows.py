"""What the pages of libraries without an entity are drawn from: rows, scores, series."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.engines.catalogue.service import Text
from citybrain.engines.libraries.views_library import RecordView


@dataclass(frozen=True, kw_only=True)
class RowColumn:
    """A column of the list; ``open`` ones are not masked: sorted, counted and chosen by."""

    name: str
    title: Text
    level: int
    number: bool
    open: bool


@dataclass(frozen=True, kw_only=True)
class RowCell:
    """A value as it may be shown; ``meaning`` is what its code means."""

    name: str
    value: str | None
    meaning: Text
    masked: bool


@dataclass(frozen=True, kw_only=True)
class LibraryLine:
    """One row in the list: what it is headed by, its cells, its score if the library has one."""

    id: str
    heading: Text
    cells: tuple[RowCell, ...]
    score: int | None


@dataclass(frozen=True, kw_only=True)
class Facet:
    """A field with few values: each with what it means and how many rows have it."""

    name: str
    title: Text
    chosen: str
    values: tuple[tuple[str, Text, int], ...]


@dataclass(frozen=True, kw_only=True)
class ScoreLine:
    """One rule of a score; ``given`` are the points of this row, None where none is meant."""

    name: str
    title: Text
    points: int
    when: str
    given: int | None = None


@dataclass(frozen=True, kw_only=True)
class ScoreView:
    """A score's whole rule; ``total`` is one row's, None for the library.

    ``spread`` counts the library's rows by score, in steps of ten: lower bound and rows.
    """

    base: int
    lowest: int
    highest: int
    rules: tuple[ScoreLine, ...]
    total: int | None = None
    spread: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, kw_only=True)
class SeriesPoint:
    """One figure: ``value`` to draw, ``shown`` to read, and the ``id`` of its row."""

    period: str
    value: float
    shown: str
    growth: str
    id: str


@dataclass(frozen=True, kw_only=True)
class SeriesView:
    """Figures over time, the oldest first, with unit, caliber and source of the newest."""

    title: Text
    of: tuple[tuple[Text, Text], ...]
    unit: str
    caliber: str
    source: str
    points: tuple[SeriesPoint, ...]


@dataclass(frozen=True, kw_only=True)
class SourceTable:
    """A delivered table that the library is made of."""

    table: str
    title: Text
    department_title: Text


@dataclass(frozen=True, kw_only=True)
class RowsView:
    """The list of a library's rows as it was asked for; ``whole`` counts all of the library."""

    library: str
    library_title: Text
    description: Text
    table: str
    owner_title: Text
    file: str
    built_at: datetime | None
    whole: int
    query: str
    where: tuple[tuple[str, Text, str, Text], ...]
    order: str
    descending: bool
    offset: int
    limit: int
    total: int
    columns: tuple[RowColumn, ...]
    rows: tuple[LibraryLine, ...]
    facets: tuple[Facet, ...]
    score: ScoreView | None
    series: tuple[SeriesView, ...]
    sources: tuple[SourceTable, ...]
    entry: str


@dataclass(frozen=True, kw_only=True)
class Related:
    """Where a row leads: to the row ``id`` of another library, or to its ``rows`` of ``where``."""

    library: str
    library_title: Text
    id: str
    where: tuple[tuple[str, str], ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class RowView:
    """One row: its record, how its score came about, its figures over time, where it leads."""

    record: RecordView
    heading: Text
    score: ScoreView | None
    series: SeriesView | None
    related: tuple[Related, ...]
