"""When a table's data are due, by its schedule, in city time."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from citybrain.base.clock import CITY_ZONE
from citybrain.base.workdays import Calendar
from citybrain.city.model import City
from citybrain.city.systems import Schedule
from citybrain.lake.database import reading
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from citybrain.lake.store import Store

_LOOK_BACK = 40  # days; the longest cycle is a month


def schedule_of(city: City, table: str) -> Schedule:
    """The table's own schedule, or its system's."""
    system = city.systems[table.partition(".")[0]]
    fetch = system.tables.get(table.partition(".")[2])
    return (fetch.schedule if fetch else None) or system.schedule


def last_due(schedule: Schedule, *, now: datetime, calendar: Calendar) -> datetime | None:
    """The latest moment at or before ``now`` when data were due; None for manual."""
    local = now.astimezone(CITY_ZONE)
    if schedule.cycle == "manual":
        return None
    if schedule.cycle == "hourly":
        return local.replace(minute=0, second=0, microsecond=0)
    for back in range(_LOOK_BACK):
        day = local.date() - timedelta(days=back)
        at = datetime.combine(day, schedule.by, CITY_ZONE)
        if at <= local and _is_day(schedule, day, calendar):
            return at
    return None


def next_due(schedule: Schedule, *, now: datetime, calendar: Calendar) -> datetime | None:
    """The next moment after ``now`` when data are due; None for manual."""
    local = now.astimezone(CITY_ZONE)
    if schedule.cycle == "manual":
        return None
    if schedule.cycle == "hourly":
        return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    for ahead in range(_LOOK_BACK):
        day = local.date() + timedelta(days=ahead)
        at = datetime.combine(day, schedule.by, CITY_ZONE)
        if at > local and _is_day(schedule, day, calendar):
            return at
    return None


def _is_day(schedule: Schedule, day: date, calendar: Calendar) -> bool:
    if schedule.cycle == "workdays":
        return day.year not in calendar.years or calendar.is_workday(day)
    if schedule.cycle == "weekly":
        return day.isoweekday() == schedule.weekday
    return schedule.cycle != "monthly" or day.day == schedule.day


def last_arrivals(store: "Store") -> dict[str, datetime]:
    """When each table was last collected without an error."""
    statement = (
        select(batches.c.table, func.max(batches.c.finished_at))
        .where(batches.c.error.is_(None))
        .group_by(batches.c.table)
    )
    with reading(store.engine) as connection:
        return {t: datetime.fromisoformat(at) for t, at in connection.execute(statement)}


def due(store: "Store", city: City, *, now: datetime) -> list[str]:
    """Tables whose data were due and have not arrived since, or never did; sorted."""
    arrived = last_arrivals(store)
    found = []
    for table in sorted(city.contracts):
        if table.partition(".")[0] not in city.systems:
            continue
        at = last_due(schedule_of(city, table), now=now, calendar=city.calendar)
        have = arrived.get(table)
        if at is not None and (have is None or have < at):
            found.append(table)
    return found
