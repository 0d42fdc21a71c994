"""A department's system: how its tables are fetched. Read from ``systems/<system>.yml``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

KINDS = ("pull", "front_end", "upload", "return_flow")
MODES = ("full", "append", "upsert")
DRIFTS = ("refuse", "ignore_new", "accept_new")
CYCLES = ("hourly", "daily", "workdays", "weekly", "monthly", "manual")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The department that owns the system from a day on; departments merge."""

    department: str
    since: date


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """When data are due: each cycle by ``by`` o'clock, city time.

    ``weekday`` (1 Monday … 7) is for weekly, ``day`` (1-28) for monthly.
    ``grace_minutes`` pass before a table counts as late.
    """

    cycle: str = "daily"
    by: time = time(12, 0)
    weekday: int = 1
    day: int = 1
    grace_minutes: int = 0


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """How one table is read.

    ``source`` is the physical table, or a file pattern relative to the connection's
    folder; ``sheet`` the worksheet of an Excel file (first when empty); ``encoding``
    and ``delimiter`` are for text files; ``cursor`` the field that grows (append) or
    changes (upsert).
    """

    source: str
    mode: str = "full"
    cursor: str = ""
    format: str = ""  # empty for databases; csv, tsv, excel, jsonl, parquet for files
    sheet: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1
    schedule: Schedule | None = None  # the system's own when None


@dataclass(frozen=True, kw_only=True)
class System:
    """One system of a department, with the fetch of each of its tables."""

    name: str
    title: str
    title_en: str = ""
    kind: str = "pull"
    connection: str = ""
    owners: tuple[Owner, ...] = ()
    drift: str = "refuse"
    schedule: Schedule = field(default_factory=Schedule)
    tables: Mapping[str, Fetch] = field(default_factory=dict)
    description: str = ""
    description_en: str = ""
    file: str = ""

    def department(self, on: date) -> str:
        """The department that owns the system on that day (the first owner before any)."""
        current = [o for o in sorted(self.owners, key=lambda o: o.since) if o.since <= on]
        return (current[-1] if current else self.owners[0]).department if self.owners else ""
