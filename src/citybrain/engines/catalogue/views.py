"""What a page about systems, tables and runs is drawn from: plain frozen values, no queries.

A page, its ``.csv`` and its ``.json`` twin render the same object. Sentences for people are
:class:`Text`, Chinese with English beside it. States of tables and systems are one of
``STATES``, ordered from what needs hands first.
"""

from dataclasses import dataclass
from datetime import datetime

from citybrain.base.wording import Text

STATES = ("damaged", "failed", "late", "arrived", "waiting")
RUN_STATES = ("waiting", "running", "done", "failed", "stopped")
READINGS = ("masked", "revealed", "none")  # what a reader saw: values masked, as held, no payload


EMPTY = Text(zh="")


@dataclass(frozen=True, kw_only=True)
class StateCounts:
    """How many tables are in each state."""

    damaged: int = 0
    failed: int = 0
    late: int = 0
    arrived: int = 0
    waiting: int = 0


@dataclass(frozen=True, kw_only=True)
class TableDot:
    """One table of a system as a mark."""

    table: str
    title: Text
    state: str


@dataclass(frozen=True, kw_only=True)
class SystemRow:
    """One system in a list; ``sentence`` says why it needs hands and is empty otherwise.

    ``run`` is the run to open for the reason (empty when there is none).
    """

    name: str
    title: Text
    department: str
    department_title: Text
    kind: str
    kind_title: Text
    state: str
    sentence: Text
    tables: tuple[TableDot, ...]
    new_today: int
    changed_today: int
    rows: int
    quarantined: int
    last_run: datetime | None
    due_at: datetime | None
    run: str

    @property
    def arrived_today(self) -> int:
        """Rows new or changed today."""
        return self.new_today + self.changed_today


@dataclass(frozen=True, kw_only=True)
class SeenRow:
    """One entry of the record: who did what to which thing, when and why.

    ``number`` leads to the proof (0 while the entry waits for its place in the tree).
    ``who`` is masked unless it is the reader; ``reading`` is one of ``READINGS``.
    """

    entry: str
    number: int
    at: datetime
    who: str
    is_me: bool
    department_title: Text
    action: str
    action_title: Text
    thing: str
    thing_title: Text
    purpose: str
    count: int | None
    refused: bool
    reading: str
    why: Text = EMPTY  # why it was refused


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """One run in a list. ``result`` is the short word of its chip, e.g. 完成, 1 张失败."""

    run: str
    title: Text
    summary: Text
    result: Text
    state: str
    started_at: datetime
    finished_at: datetime | None
    by: str
    by_me: bool
    tables: int
    failed: int
    read: int
    accepted: int
    quarantined: int


@dataclass(frozen=True, kw_only=True)
class IntegrityCard:
    """The small card: ``state`` is whole, damaged or unknown (never verified).

    ``entries`` are those that the last verification covered, ``later`` those written since.
    """

    state: str
    files: int
    entries: int
    later: int
    checkpoint: int
    checkpoint_at: datetime | None
    verified_at: datetime | None
    files_at: datetime | None
    record_at: datetime | None
    seconds: float
    problems: int
    may_verify: bool
    may_cheat: bool


@dataclass(frozen=True, kw_only=True)
class Badges:
    """Numbers beside the navigation."""

    quarantined: int
    problems: int


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What stands round every page; empty values where no city is applied or nobody signed in."""

    now: datetime
    city_title: Text
    department_title: Text
    badges: Badges
    rehearsal: bool


@dataclass(frozen=True, kw_only=True)
class OverviewView:
    """The first page. ``needs`` come first, ``arrived`` follow; counts are of today."""

    now: datetime
    city_title: Text
    sentence: Text
    tables: int
    due_today: int
    counts: StateCounts
    new_today: int
    changed_today: int
    quarantined: int
    quarantined_systems: int
    departments: int
    departments_connected: int
    needs: tuple[SystemRow, ...]
    arrived: tuple[SystemRow, ...]
    integrity: IntegrityCard
    seen: tuple[SeenRow, ...]
    runs: tuple[RunRow, ...]
    may_collect: bool
    may_upload: bool

    @property
    def arrived_today(self) -> int:
        """Rows new or changed today."""
        return self.new_today + self.changed_today


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One table in a list. ``level`` is the highest level of its fields, 1 to 4."""

    table: str
    title: Text
    system: str
    system_title: Text
    department_title: Text
    lake_table: str
    rows: int
    quarantined: int
    state: str
    sentence: Text
    last_run: datetime | None
    due_at: datetime | None
    level: int
    sharing: str
    sharing_title: Text
    version: str
    fields: int


@dataclass(frozen=True, kw_only=True)
class SystemView:
    """One system with its tables and runs."""

    row: SystemRow
    description: Text
    connection: str
    schedule: Text
    drift: Text
    owners: tuple[Text, ...]
    tables: tuple[TableRow, ...]
    runs: tuple[RunRow, ...]
    may_collect: bool
    may_upload: bool


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many rows are set aside for one kind of reason, with fields it concerns."""

    rule: str
    title: Text
    detail: Text
    rows: int


@dataclass(frozen=True, kw_only=True)
class SeenPage:
    """A page of the record; ``total`` counts what the reader may see of it.

    ``own`` says that others' looks are not hers to see, so that nothing found is not nobody.
    """

    rows: tuple[SeenRow, ...]
    total: int
    offset: int
    limit: int
    own: bool = False


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file to hand out; its record is already durable when this object exists."""

    file_name: str
    media_type: str
    content: bytes
    entry: str


@dataclass(frozen=True, kw_only=True)
class BrokenFact:
    """What the tour changed in the department's own file (rehearsal only)."""

    table: str
    file: str
    row: int
    label: str
    field: str
    field_title: Text
    before: str
    after: str
    sentence: Text


@dataclass(frozen=True, kw_only=True)
class SearchHit:
    """One thing found: ``kind`` is table, field, department or system; ``key`` opens it."""

    kind: str
    key: str
    table: str
    title: Text
    detail: Text


@dataclass(frozen=True, kw_only=True)
class ConnectionPlanRow:
    """One department and what of it is connected; ``systems`` empty when nothing is."""

    department: str
    title: Text
    level: str
    systems: tuple[Text, ...]
    tables: int
    connected: bool
