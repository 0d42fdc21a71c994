"""What the SQL workbench is drawn from: plain frozen values, no queries."""

from dataclasses import dataclass, field
from datetime import datetime

from citybrain.base.wording import both
from citybrain.engines.catalogue.service import EMPTY, Text


@dataclass(frozen=True, kw_only=True)
class ColumnHint:
    """A column as the editor offers it; ``level`` 1 public to 4 sensitive."""

    name: str
    title: Text
    type: str
    level: int


@dataclass(frozen=True, kw_only=True)
class TableHint:
    """A table that may be queried, by the name it has in SQL."""

    table: str
    layer: str
    title: Text
    columns: tuple[ColumnHint, ...]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A place in the text of a query, counted from 1."""

    line: int
    column: int
    length: int


@dataclass(frozen=True, kw_only=True)
class QueryFault:
    """Why a query was not answered, and where in its text; ``spot`` where that is known."""

    what: Text
    why: Text
    do: Text
    spot: Spot | None = None


@dataclass(frozen=True, kw_only=True)
class ResultColumn:
    """The head of a column of an answer."""

    name: str
    type: str
    number: bool
    masked: bool


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer of one query, or its fault. Rows are text, None for NULL.

    ``seconds`` is what it took, ``entries`` the record of this reading; ``complete`` is False
    when the answer has more rows than are shown. ``warning`` says where masks were compared.
    """

    sql: str
    columns: tuple[ResultColumn, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    tables: tuple[str, ...] = ()
    masked: tuple[str, ...] = ()
    complete: bool = True
    seconds: float = 0.0
    entry: str = ""
    revealed: bool = False
    purpose: str = ""
    fault: QueryFault | None = None
    warning: Text = field(default_factory=lambda: both(""))


@dataclass(frozen=True, kw_only=True)
class PastRow:
    """A query that the reader ran. ``state`` is done or failed."""

    number: int
    at: datetime
    sql: str
    seconds: float
    rows: int | None
    revealed: bool
    state: str
    error: str


@dataclass(frozen=True, kw_only=True)
class SavedRow:
    """A query that the reader kept."""

    id: str
    title: str
    sql: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class WorkbenchView:
    """The workbench without an answer."""

    past: tuple[PastRow, ...]
    saved: tuple[SavedRow, ...]
    tables: tuple[TableHint, ...]
    may_read: bool
    may_reveal: bool
    may_export: bool
    most_shown: int
    most_exported: int
    note: Text = EMPTY
