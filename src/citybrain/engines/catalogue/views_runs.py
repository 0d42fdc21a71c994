"""What the run page is drawn from; see ``views`` for the house style."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.base.wording import Text
from citybrain.engines.catalogue.views import RunRow


@dataclass(frozen=True, kw_only=True)
class RunTable:
    """One table within a run. ``phase`` is waiting, reading, writing, done or failed.

    ``expected`` is 0 when unknown; ``share`` is 0 to 1; ``removed`` are rows that the source no
    longer has.
    """

    table: str
    title: Text
    system_title: Text
    phase: str
    read: int
    expected: int
    share: float
    accepted: int
    inserted: int
    updated: int
    removed: int
    unchanged: int
    quarantined: int
    seconds: float


@dataclass(frozen=True, kw_only=True)
class RunFailure:
    """A table that did not come in: what happened, what still stands, whom to ask."""

    table: str
    title: Text
    system_title: Text
    sentence: Text
    stands: Text
    contact: Text


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line of the run's log; ``level`` is info, warn or bad."""

    at: datetime
    level: str
    table: str
    text: Text


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run while it moves and afterwards. ``read`` = ``accepted`` + ``quarantined`` at the end.

    ``remaining`` is an estimate in seconds, None when it cannot be said.
    """

    row: RunRow
    title: Text
    sentence: Text
    moving: bool
    share: float
    elapsed: float
    remaining: float | None
    failures: tuple[RunFailure, ...]
    running: tuple[RunTable, ...]
    waiting: tuple[RunTable, ...]
    done: tuple[RunTable, ...]
    done_rows: int
    done_quarantined: int
    log: tuple[LogLine, ...]
    stop_asked: bool
    may_stop: bool
