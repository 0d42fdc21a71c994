"""Whether deliveries came when they were due, by the cycle that the system declares."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from citybrain.base.workdays import Calendar
from citybrain.city.model import City
from citybrain.city.systems import Schedule
from citybrain.lake.database import reading
from citybrain.lake.due import last_due, schedule_of
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from citybrain.lake.store import Store

_BEFORE = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True)
class Punctual:
    """How many deliveries were due and could be judged, and how many came in time.

    ``missed_at`` is the latest moment when one was due and had not come.
    """

    due: int
    in_time: int
    missed_at: datetime | None = None


def arrivals(store: "Store") -> Mapping[str, Sequence[datetime]]:
    """When each table was collected without an error, oldest first."""
    statement = select(batches.c.table, batches.c.finished_at).where(batches.c.error.is_(None))
    found: dict[str, list[datetime]] = defaultdict(list)
    with reading(store.engine) as connection:
        for table, at in connection.execute(statement):
            found[table].append(datetime.fromisoformat(at))
    return {table: sorted(times) for table, times in found.items()}


def punctual(
    city: City, table: str, came: Sequence[datetime], *, at: datetime, days: int
) -> Punctual:
    """How the table kept its cycle in the ``days`` before ``at``.

    Only moments after its first arrival count: before, nobody had promised anything. Where
    none has passed yet, the present state is the one thing to judge: here, or not here.
    """
    known = [moment for moment in came if moment <= at]
    if not known:
        return Punctual(due=0, in_time=0)
    schedule = schedule_of(city, table)
    since = max(at - timedelta(days=days), known[0])
    due = in_time = 0
    missed: datetime | None = None
    for before, moment in _moments(schedule, at=at, since=since, calendar=city.calendar):
        limit = moment + timedelta(minutes=schedule.grace_minutes)
        come = bisect_right(known, limit) > bisect_right(known, before)
        if not come and limit > at:
            continue  # still within its grace
        due, in_time = due + 1, in_time + come
        missed = missed if come or missed else moment
    if not due:
        return Punctual(due=1, in_time=1)
    return Punctual(due=due, in_time=in_time, missed_at=missed)


def _moments(
    schedule: Schedule, *, at: datetime, since: datetime, calendar: Calendar
) -> Iterator[tuple[datetime, datetime]]:
    """Moments when data were due, newest first, each with the one before it."""
    moment = last_due(schedule, now=at, calendar=calendar)
    while moment is not None and moment > since:
        before = last_due(schedule, now=moment - _BEFORE, calendar=calendar)
        yield (before or moment - timedelta(days=40)), moment
        moment = before
