"""What the pages of quality show: plain values, the same for a page and its twins."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.engines.libraries.wiring import Text


@dataclass(frozen=True, kw_only=True)
class PartView:
    """One part of a score; ``value`` from 0 to 100, None where nothing was to be checked.

    ``grade`` is good, fair, poor or none.
    """

    part: str
    title: Text
    value: float | None
    passed: int
    checked: int
    grade: str


@dataclass(frozen=True, kw_only=True)
class TermView:
    """One term of the formula, filled in."""

    title: Text
    weight: float
    value: float


@dataclass(frozen=True, kw_only=True)
class ScoreView:
    """A score and how it came about; ``weight`` is what the terms' weights sum to."""

    value: float | None
    grade: str
    weight: float
    parts: tuple[PartView, ...]
    terms: tuple[TermView, ...]


@dataclass(frozen=True, kw_only=True)
class TrendPoint:
    """The score at a moment."""

    at: datetime
    value: float


@dataclass(frozen=True, kw_only=True)
class QualityRow:
    """The score of a department or a table, as one line of a list.

    ``name`` is the department or ``system.table``. ``change`` is against the first point of
    the trend. ``objections`` are those that wait for an answer.
    """

    name: str
    title: Text
    score: ScoreView
    tables: int
    rows: int
    quarantined: int
    trend: tuple[float, ...]
    change: float | None
    objections: int
    may_object: bool


@dataclass(frozen=True, kw_only=True)
class MendRow:
    """One thing to mend. ``share`` is its impact beside the greatest, from 0 to 1.

    ``kind`` is rule, finding or late, ``rule`` which rule or which kind of finding; ``urgency``
    first or next.
    """

    rank: int
    kind: str
    title: Text
    table: str
    table_title: Text
    department: str
    department_title: Text
    field: str
    rule: str
    part_title: Text
    rows: int
    models: tuple[str, ...]
    indicators: tuple[str, ...]
    impact: int
    share: float
    urgency: str
    due_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class RuleRow:
    """One promise of one table; ``rate`` is the share that kept it, from 0 to 1."""

    table: str
    table_title: Text
    department: str
    field: str
    rule: str
    title: Text
    part_title: Text
    checked: int
    failed: int
    rate: float


@dataclass(frozen=True, kw_only=True)
class OddRow:
    """Something unusual: a jump in the count of rows, or a distribution that moved."""

    kind: str
    table: str
    table_title: Text
    field: str
    sentence: Text
    alarm: bool


@dataclass(frozen=True, kw_only=True)
class ObjectionRow:
    """An objection; ``state`` is open, upheld or rejected."""

    objection: str
    at: datetime
    department: str
    department_title: Text
    table: str
    table_title: Text
    part: str
    part_title: Text
    score: float | None
    reason: str
    who: str
    state: str
    due_at: datetime
    overdue: bool
    answer: str
    answered_at: datetime | None
    may_answer: bool


@dataclass(frozen=True, kw_only=True)
class FormulaView:
    """Where the formula stands, and what it says besides the weights."""

    title: Text
    file: str
    every_field: bool
    days: int
    good: float
    poor: float
    first: float
    workdays: int
    law: str


@dataclass(frozen=True, kw_only=True)
class QualityView:
    """The page of quality. ``unmeasured`` are tables whose newest state waits to be measured."""

    now: datetime
    score: ScoreView
    formula: FormulaView
    example: QualityRow | None
    departments: tuple[QualityRow, ...]
    mend: tuple[MendRow, ...]
    rules_total: int
    rules: tuple[RuleRow, ...]
    odd: tuple[OddRow, ...]
    trend: tuple[TrendPoint, ...]
    objections: tuple[ObjectionRow, ...]
    open_objections: int
    measured_at: datetime | None
    unmeasured: int


@dataclass(frozen=True, kw_only=True)
class DepartmentQuality:
    """One department's page: its score, its tables, what to mend, its objections."""

    now: datetime
    row: QualityRow
    formula: FormulaView
    tables: tuple[QualityRow, ...]
    mend: tuple[MendRow, ...]
    trend: tuple[TrendPoint, ...]
    objections: tuple[ObjectionRow, ...]


@dataclass(frozen=True, kw_only=True)
class ColumnQuality:
    """One column of a table. ``filled`` is a share from 0 to 1; ``psi`` None: not judged."""

    field: str
    title: Text
    required: bool
    filled: float
    wrong: int
    psi: float | None
    drift: str
    element: str


@dataclass(frozen=True, kw_only=True)
class TableQualityView:
    """One table's page."""

    now: datetime
    row: QualityRow
    department: str
    department_title: Text
    formula: FormulaView
    measured_at: datetime | None
    sample: bool
    columns: tuple[ColumnQuality, ...]
    rules: tuple[RuleRow, ...]
    odd: tuple[OddRow, ...]
    trend: tuple[TrendPoint, ...]
    objections: tuple[ObjectionRow, ...]
