"""What the page of one table, its samples and answers are drawn from; see ``views``."""

from dataclasses import dataclass, field
from datetime import datetime

from citybrain.base.wording import Text, both
from citybrain.engines.catalogue.views import ReasonCount, SeenRow, TableRow


@dataclass(frozen=True, kw_only=True)
class FieldRow:
    """One field. ``trend`` are its shares of valid rows (0 to 100), oldest first.

    ``rate`` is the last of them, None when the table was never collected.
    """

    name: str
    source: str
    title: Text
    meaning: Text
    type: str
    type_title: Text
    level: int
    level_title: Text
    masking: str
    required: bool
    key: bool
    unique: bool
    codelist: str
    rules: tuple[Text, ...]
    rate: float | None
    trend: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class HistoryPoint:
    """The table after one delivery that was committed or refused (rows over time)."""

    at: datetime
    run: str
    rows: int
    read: int
    accepted: int
    inserted: int
    updated: int
    removed: int
    quarantined: int
    snapshot: int | None
    result: Text
    failed: bool


@dataclass(frozen=True, kw_only=True)
class SnapshotRow:
    """One snapshot; ``number`` counts from 1 in order of time, ``snapshot`` is Iceberg's id."""

    number: int
    snapshot: int
    at: datetime
    rows: int
    inserted: int
    updated: int
    removed: int
    files: int
    current: bool


@dataclass(frozen=True, kw_only=True)
class ContractVersion:
    """One version of the contract that rows in the lake were checked by."""

    version: str
    status: Text
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """One step upstream or downstream; ``current`` marks the table itself."""

    title: Text
    detail: Text
    current: bool


@dataclass(frozen=True, kw_only=True)
class TableView:
    """The page of one table, without any payload (see ``sample``)."""

    row: TableRow
    description: Text
    contact: Text
    contract_file: str
    contract_status: str
    schedule: Text
    freshness: Text
    kind: str
    kind_title: Text
    sharing_law: str
    retention: Text
    retention_law: str
    today: Text
    sensitive_fields: Text
    fields: tuple[FieldRow, ...]
    history: tuple[HistoryPoint, ...]
    snapshots: tuple[SnapshotRow, ...]
    snapshots_total: int
    runs: tuple[HistoryPoint, ...]
    reasons: tuple[ReasonCount, ...]
    seen: tuple[SeenRow, ...]
    seen_total: int
    seen_own: bool
    contracts: tuple[ContractVersion, ...]
    lineage: tuple[Lineage, ...]
    refused: Text
    may_read: bool
    may_reveal: bool
    may_collect: bool
    may_upload: bool
    may_correct: bool


@dataclass(frozen=True, kw_only=True)
class Column:
    """The head of a column of a sample or an answer; ``masked`` as it is shown now."""

    name: str
    title: Text
    type: str
    level: int
    masked: bool


@dataclass(frozen=True, kw_only=True)
class SampleView:
    """Some rows of a table as text, None for NULL. ``entry`` is the record of this reading."""

    table: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | None, ...], ...]
    total: int
    snapshot: int | None
    as_of: datetime | None
    revealed: bool
    purpose: str
    entry: str
    may_reveal: bool

    @property
    def masked(self) -> bool:
        """Whether a column is shown masked, so that a purpose would show more."""
        return not self.revealed and any(column.masked for column in self.columns)


@dataclass(frozen=True, kw_only=True)
class AnswerView:
    """The rows of a query; values are plain Python values or masked text.

    ``types`` go with ``columns``; ``complete`` is False when rows were left out. ``warning``
    names the columns of which the query compared masks instead of values; empty for none.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, object], ...]
    tables: tuple[str, ...]
    masked_columns: tuple[str, ...]
    entry: str
    types: tuple[str, ...] = ()
    complete: bool = True
    seconds: float = 0.0
    warning: Text = field(default_factory=lambda: both(""))

    def to_pylist(self) -> list[dict[str, object]]:
        """The rows as a list."""
        return list(self.rows)
