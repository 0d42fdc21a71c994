"""What the pages of data development are drawn from: models, plan, builds. No queries."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.engines.catalogue.service import Text

# From what needs hands first: an expectation broken, an error, blocked by another, its text or
# its inputs changed, never built, being built, as it should be.
MODEL_STATES = (
    "refused", "failed", "blocked", "changed", "stale", "never", "running", "current",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ModelRow:
    """One model in a list; ``state`` is one of ``MODEL_STATES``."""

    name: str
    layer: str
    title: Text
    state: str
    at: datetime | None
    rows: int | None
    seconds: float
    passed: int
    broken: int
    generated: bool
    schedule: Text
    owner_title: Text
    file: str
    error: str


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """What a build will do: ``action`` is added, changed, stale, removed or follows.

    ``depth`` counts from the change that it follows; ``added`` and ``gone`` are lines of text.
    """

    model: str
    title: Text
    action: str
    depth: int
    rows: int | None
    seconds: float
    added: int = 0
    gone: int = 0


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """What is to do before every table is what its model says.

    ``untouched`` are up to date; ``unpublished`` were tried as they are now and not published.
    """

    steps: tuple[PlanStep, ...]
    untouched: int
    unpublished: int
    seconds: float
    numbers: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class BuildView:
    """A build on the queue: how far it is and what runs just now."""

    job: int
    state: str
    done: int
    total: int
    running: tuple[str, ...]
    at: datetime
    names: tuple[str, ...]
    error: str


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A model that was not published because an expectation was broken."""

    model: str
    title: Text
    expectation: Text
    rows: int
    stands_since: datetime | None


@dataclass(frozen=True, kw_only=True)
class ModelsView:
    """The first page of data development."""

    rows: tuple[ModelRow, ...]
    counts: tuple[tuple[str, int], ...]
    plan: PlanView
    builds: tuple[BuildView, ...]
    refused: tuple[Refused, ...]
    problems: tuple[Text, ...]
    may_build: bool


@dataclass(frozen=True, kw_only=True)
class ModelColumn:
    """A column of a model's table."""

    name: str
    title: Text
    type: str
    level: int


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Some rows that break an expectation; None for NULL. ``kept`` can be downloaded.

    ``masked``: some of its columns are, for a reader who did not reveal.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    kept: int
    masked: bool


@dataclass(frozen=True, kw_only=True)
class ExpectationRow:
    """A query that must return no rows; ``broken`` is None while it was never asked."""

    name: str
    title: Text
    sql: str
    broken: int | None
    sample: Sample | None


@dataclass(frozen=True, kw_only=True)
class TestRow:
    """A test of a model: what is given, what is expected, and how it ended.

    ``state`` is passed, failed, or never where nobody ran it over this text of the model; rows
    are written as ``column=value``, one to a line.
    """

    name: str
    title: Text
    given: str
    expected: str
    state: str
    said: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class BuildPoint:
    """One attempt to build a model."""

    run: str
    at: datetime
    seconds: float
    rows: int
    state: str
    how: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Neighbour:
    """A table that a model reads, or that reads it."""

    table: str
    title: Text
    kind: str


@dataclass(frozen=True, kw_only=True)
class ModelView:
    """The page of one model. ``published`` is its text as it was built last.

    ``revealed``: the rows that break an expectation are shown unmasked, for ``purpose``.
    """

    row: ModelRow
    description: Text
    sql: str
    published: str
    native: bool
    grain: tuple[str, ...]
    materialise: Text
    level: int
    columns: tuple[ModelColumn, ...]
    expectations: tuple[ExpectationRow, ...]
    tests: tuple[TestRow, ...]
    runs: tuple[BuildPoint, ...]
    inputs: tuple[Neighbour, ...]
    outputs: tuple[Neighbour, ...]
    plan: PlanView
    builds: tuple[BuildView, ...]
    problems: tuple[Text, ...]
    may_build: bool
    may_read: bool
    may_export: bool
    may_reveal: bool
    revealed: bool
    purpose: str
    entry: str


@dataclass(frozen=True, kw_only=True)
class OperationsView:
    """What ran, runs, waits and failed on the queue, with counts by state."""

    rows: tuple["OperationRow", ...]
    counts: tuple[tuple[str, int], ...]
    schedules: tuple["ScheduleRow", ...]
    may_retry: bool


@dataclass(frozen=True, kw_only=True)
class OperationRow:
    """One job. ``again`` is when it is tried next; ``run`` a run of collecting it belongs to.

    ``state`` is ready, running, failed, done, or partly: done, but for some that were not made.
    """

    job: int
    title: Text
    detail: Text
    state: str
    attempt: int
    at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    again: datetime | None
    error: str
    log: tuple[str, ...]
    run: str
    may_retry: bool


@dataclass(frozen=True, kw_only=True)
class ScheduleRow:
    """What is due by the clock: collecting, care, daily models."""

    name: str
    title: Text
    cycle: Text
    last: datetime | None
