"""Working days and legal limits, from the calendar a city keeps in its folder.

>>> from datetime import date, datetime
>>> from citybrain.base.clock import CITY_ZONE
>>> calendar = Calendar.from_mapping(
...     {"year": 2021, "holidays": ["2021-06-14"], "makeup": [], "provisional": False})
>>> calendar.is_workday(date(2021, 6, 14)), calendar.is_workday(date(2021, 6, 15))
(False, True)
>>> friday = datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE)
>>> due(friday, Limit.parse("3d"), calendar=calendar).isoformat()
'2021-06-17T23:59:59+08:00'
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from citybrain.base.clock import CITY_ZONE
from citybrain.base.errors import CityError

Pause = tuple[datetime, datetime | None]
"""The clock stops from the first moment to the second; ``None``: it still stands."""

NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=CITY_ZONE)
"""What is due while the clock stands with nobody having set it going again."""

_DAY = timedelta(days=1)
_SATURDAY = 5
_LIMIT = re.compile(r"([1-9][0-9]{0,3})([dhD])")


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Public holidays and the weekend days worked in exchange.

    ``years`` are those the folder has a file for. Outside them, and in the
    ``provisional_years`` for which the State Council has not yet published its notice,
    the answer rests on the weekly rhythm and may change: see :meth:`is_provisional`.
    """

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    provisional_years: frozenset[int] = frozenset()
    years: range = range(0)

    @classmethod
    def from_mapping(cls, content: Mapping[str, object]) -> "Calendar":
        """One year's calendar, from ``calendar/<year>.yml`` as loaded; see :meth:`from_years`."""
        return cls.from_years([content])

    @classmethod
    def from_years(cls, contents: Iterable[Mapping[str, object]]) -> "Calendar":
        """The calendar of several years, from the content of their files.

        Each has ``year``, ``holidays`` and ``makeup`` (dates, or text ``YYYY-MM-DD``) and
        ``provisional``. ``CityError`` when a date lies in another year or is listed as both,
        when a year comes twice, or when the years leave a gap.
        """
        years = sorted((_Year.read(content) for content in contents), key=lambda y: y.year)
        numbers = [y.year for y in years]
        span = range(numbers[0], numbers[-1] + 1) if numbers else range(0)
        if numbers != list(span):
            raise CityError(
                "The calendar's years do not follow each other",
                why=f"they are {', '.join(map(str, numbers))}",
                do="Write one file calendar/<year>.yml for each year, without a gap",
            )
        return cls(
            holidays=frozenset().union(*(y.holidays for y in years)),
            makeup=frozenset().union(*(y.makeup for y in years)),
            provisional_years=frozenset(y.year for y in years if y.provisional),
            years=span,
        )

    def is_workday(self, day: date) -> bool:
        """Whether offices work on that day."""
        if day in self.makeup:
            return True
        return day.weekday() < _SATURDAY and day not in self.holidays

    def is_provisional(self, day: date) -> bool:
        """Whether the answer for that day may still change by a notice not yet published."""
        return day.year not in self.years or day.year in self.provisional_years

    def workdays(self, first: date, last: date) -> int:
        """How many working days lie from ``first`` to ``last``, both included."""
        days = range((last - first).days + 1)
        return sum(self.is_workday(first + timedelta(days=n)) for n in days)


@dataclass(frozen=True, kw_only=True)
class _Year:
    year: int
    holidays: frozenset[date]
    makeup: frozenset[date]
    provisional: bool

    @classmethod
    def read(cls, content: Mapping[str, object]) -> "_Year":
        year = content.get("year")
        where = f"calendar/{year}.yml"
        if not isinstance(year, int):
            raise CityError("A calendar file has no year", do="Write year: 2021", where=where)
        holidays, makeup = _dates(content, "holidays", where), _dates(content, "makeup", where)
        wrong = sorted(d for d in holidays | makeup if d.year != year) or sorted(holidays & makeup)
        if wrong:
            raise CityError(
                f"{wrong[0]} cannot stand there",
                why=f"it is not in {year}, or is listed both as a holiday and as worked",
                do="Correct the date by the State Council's notice",
                where=where,
            )
        provisional = bool(content.get("provisional", False))
        return cls(year=year, holidays=holidays, makeup=makeup, provisional=provisional)


def _dates(content: Mapping[str, object], key: str, where: str) -> frozenset[date]:
    listed = content.get(key) or []
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise CityError(f"{key} is not a list", do="Write one date per line", where=where)
    try:
        return frozenset(d if isinstance(d, date) else date.fromisoformat(str(d)) for d in listed)
    except ValueError as error:
        raise CityError(
            f"{key} holds what is not a date", why=str(error), do="Write '2021-10-01'", where=where
        ) from error


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A legal or promised limit: ``3d`` working days, ``24h`` clock hours, ``7D`` calendar days."""

    amount: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Read ``3d``, ``24h`` or ``7D`` (1 to 9999); ``CityError`` for anything else."""
        match = _LIMIT.fullmatch(text)
        if match is None:
            raise CityError(
                f"'{text}' is not a limit",
                why="a limit is a whole number from 1 to 9999 and a unit",
                do="Write 3d (working days), 24h (clock hours) or 7D (calendar days)",
            )
        return cls(amount=int(match[1]), unit=match[2])

    def __str__(self) -> str:
        return f"{self.amount}{self.unit}"


def due(
    start: datetime, limit: Limit, *, calendar: Calendar, pauses: Sequence[Pause] = ()
) -> datetime:
    """The last moment within ``limit`` of ``start``, both aware; the answer in city time.

    Days: the day of ``start`` is not counted (Civil Code, art. 201), and the last counted
    day ends at its last second (art. 203). A day counts when the clock runs at its end, so
    that a short pause within one day gains nothing, and a night's pause gains one day.
    Hours run around the clock, holidays included, and stand still during pauses.
    Pauses may overlap, lie outside or be open. ``NEVER`` when the clock still stands.
    """
    if start.tzinfo is None:
        raise ValueError(f"{start} has no time zone")
    stops = _merged(pauses)
    if limit.unit == "h":
        return _due_in_hours(start.astimezone(UTC), timedelta(hours=limit.amount), stops)
    return _due_in_days(start.astimezone(CITY_ZONE).date(), limit, calendar, stops)


def _merged(pauses: Sequence[Pause]) -> list[tuple[datetime, datetime]]:
    """Pauses in order, none empty, none touching another; an open one ends at ``NEVER``."""
    merged: list[tuple[datetime, datetime]] = []
    for begin, end in sorted((begin, end or NEVER) for begin, end in pauses):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif begin < end:
            merged.append((begin, end))
    return merged


def _due_in_hours(
    start: datetime, left: timedelta, stops: Sequence[tuple[datetime, datetime]]
) -> datetime:
    # Counted in UTC: city time itself jumped by an hour twice a year from 1986 to 1991.
    moment = start
    for begin, end in stops:
        if end <= moment:
            continue
        running = max(begin - moment, timedelta(0))
        if running >= left:
            break
        left -= running
        moment = end.astimezone(UTC)
    if moment >= NEVER:
        return NEVER
    return (moment + left).astimezone(CITY_ZONE)


def _due_in_days(
    day: date, limit: Limit, calendar: Calendar, stops: Sequence[tuple[datetime, datetime]]
) -> datetime:
    left = limit.amount
    while left:
        day += _DAY
        stop = next((end for begin, end in stops if begin <= _end(day) < end), None)
        if stop is not None:
            if stop >= NEVER:
                return NEVER
            # The day the clock runs again is the first that may count.
            day = max(day, stop.astimezone(CITY_ZONE).date() - _DAY)
        elif limit.unit == "D" or calendar.is_workday(day):
            left -= 1
    return _end(day)


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), tzinfo=CITY_ZONE)
