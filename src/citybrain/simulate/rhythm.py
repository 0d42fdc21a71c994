"""When people do things: working days, festivals, lucky days, hours of the day."""

from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random

from citybrain.base.clock import CITY_ZONE
from citybrain.base.workdays import Calendar

# Days couples wish for besides the round ones; the seventh of the seventh lunar month
# falls on another day each year.
_QIXI = {2016: (8, 9), 2017: (8, 28), 2018: (8, 17), 2019: (8, 7), 2020: (8, 25), 2021: (8, 14)}
_LUCKY = {(5, 20): 7.0, (2, 14): 3.0, (5, 21): 2.0, (10, 10): 2.5, (12, 12): 2.0, (9, 9): 2.5}
_SHUNNED = {(4, 4), (4, 5)}
_MORNING, _NOON, _AFTERNOON, _EVENING = 8 * 60, 12 * 60, 14 * 60 + 30, 17 * 60 + 30
# Calls to the hotline by hour of the day.
_CALL_HOURS = (1, 1, 1, 1, 1, 1, 3, 7, 16, 22, 20, 15, 9, 9, 15, 18, 16, 12, 9, 9, 8, 6, 4, 2)


def is_open(calendar: Calendar, day: date) -> bool:
    """Whether counters are open; before the calendar's years, weekends only are closed."""
    if calendar.years and day.year in calendar.years:
        return calendar.is_workday(day)
    return day.weekday() < 5


def weddings(calendar: Calendar, day: date) -> float:
    """How many times an ordinary day's couples register on that day; zero when closed."""
    if not is_open(calendar, day) or (day.month, day.day) in _SHUNNED:
        return 0.0
    if _QIXI.get(day.year) == (day.month, day.day):
        return 3.5
    factor = _LUCKY.get((day.month, day.day), 1.0)
    if day.day in (6, 8, 9, 16, 18, 19, 26, 28, 29):
        factor *= 1.4
    if day.weekday() == 4:
        factor *= 1.25
    if day.month in (1, 5, 10, 11, 12):
        factor *= 1.2
    return factor


def calls(calendar: Calendar, day: date) -> float:
    """How many times an ordinary day's people call the hotline on that day."""
    factor = 1.0 if is_open(calendar, day) else 0.45
    return factor * (1.3 if day.weekday() == 0 else 1.0) * (1.2 if day.month in (6, 7, 8) else 1.0)


def next_open(calendar: Calendar, day: date) -> date:
    """That day, or the next on which counters are open."""
    while not is_open(calendar, day):
        day += timedelta(days=1)
    return day


def office_time(rng: Random, day: date) -> datetime:
    """A moment of that day's office hours, city time."""
    minutes = int(rng.random() * (_NOON - _MORNING + _EVENING - _AFTERNOON))
    at = _MORNING + minutes
    if at >= _NOON:
        at += _AFTERNOON - _NOON
    return _moment(day, at // 60, at % 60, int(rng.random() * 60))


def morning(day: date) -> datetime:
    """Half past eight of that day: when the night's batch work is in."""
    return _moment(day, 8, 30, 0)


def evening(day: date) -> datetime:
    """Six o'clock of that day: when the day's payments are booked."""
    return _moment(day, 18, 0, 0)


def any_time(rng: Random, day: date) -> datetime:
    """Any moment of that day, city time."""
    second = int(rng.random() * 86400)
    return _moment(day, second // 3600, second // 60 % 60, second % 60)


def call_time(rng: Random, day: date) -> datetime:
    """A moment of that day at which people call."""
    hour = rng.choices(range(24), weights=_CALL_HOURS)[0]
    return _moment(day, hour, int(rng.random() * 60), int(rng.random() * 60))


def years_before(day: date, years: float) -> date:
    """The day so many years earlier (a year of 365.2425 days)."""
    return day - timedelta(days=round(years * 365.2425))


def anniversary(day: date, years: int) -> date:
    """The same day so many years later; the 28th where there is no 29th of February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def between(rng: Random, first: date, last: date) -> date:
    """A day from first to last, both possible."""
    span = max(0, (last - first).days)
    return first + timedelta(days=int(rng.random() * (span + 1)))


@cache
def _wedding_days(calendar: Calendar, year: int) -> tuple[list[date], list[float]]:
    first = date(year, 1, 1)
    days = [first + timedelta(days=i) for i in range(365)]
    return days, [weddings(calendar, d) for d in days]


def wedding_day(rng: Random, calendar: Calendar, year: int) -> date:
    """A day of that year on which a couple registers, lucky days more often."""
    days, weights = _wedding_days(calendar, year)
    return rng.choices(days, weights=weights)[0]


def _moment(day: date, hour: int, minute: int, second: int) -> datetime:
    return datetime.combine(day, time(hour, minute, second), tzinfo=CITY_ZONE)
