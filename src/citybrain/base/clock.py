"""The one clock. Everything else is handed the time, so that any day can be replayed.

A lint in the repository refuses reading time anywhere else.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")


class Clock(Protocol):
    """Tells the time; injectable, so that tests and rehearsals own it."""

    def now(self) -> datetime:
        """The present moment, aware, in the city's zone."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in the city's zone."""
        return datetime.now(CITY_ZONE)


@dataclass
class FixedClock:
    """A clock that stands still until told to move, for tests and replays."""

    at: datetime

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Move the clock; ``by`` may be negative, for a clock that was set back."""
        self.at += by


@dataclass
class Stopwatch:
    """Measures elapsed seconds; unaffected by changes of the wall clock."""

    started: float = field(default_factory=time.monotonic)

    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self.started
