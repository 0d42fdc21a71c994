"""The calendar: years without a gap, days in their year and not both free and worked."""

import itertools
from collections.abc import Iterator
from datetime import date

from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.city.shape import as_day, integer, items

_SATURDAY = 5


def calendar(view: View) -> Iterator[Finding]:
    """Every year's file, and the row of years."""
    yield from _gaps(view)
    for document, content in view.contents("calendar"):
        year = integer(content, "year")
        if year and str(year) != document.stem:
            yield document.finding(
                ("year",),
                "name-differs",
                f"The file is named {document.stem}, and its year is {year}.",
                "Correct one of the two.",
            )
        free = [as_day(value) for value in items(content.get("holidays"))]
        worked = [as_day(value) for value in items(content.get("makeup"))]
        yield from _days(document, "holidays", free, year)
        yield from _days(document, "makeup", worked, year)
        yield from _worked(document, worked, free)


def _gaps(view: View) -> Iterator[Finding]:
    years = sorted(view.city.years)
    for before, after in itertools.pairwise(years):
        if after != before + 1:
            yield Finding(
                file=view.city.years[after].file,
                line=1,
                key="year",
                rule="calendar-gap",
                message=f"The calendar has {before} and {after}, but not {before + 1}.",
                remedy=f"Write calendar/{before + 1}.yml.",
            )


def _days(document: Document, key: str, days: list[date | None], year: int) -> Iterator[Finding]:
    for index, day in enumerate(days):
        if day and year and day.year != year:
            yield document.finding(
                (key, index),
                "calendar-year",
                f"{day} does not lie in {year}.",
                f"Move it to calendar/{day.year}.yml, or correct it.",
            )


def _worked(
    document: Document, worked: list[date | None], free: list[date | None]
) -> Iterator[Finding]:
    for index, day in enumerate(worked):
        if day and day in free:
            yield document.finding(
                ("makeup", index),
                "calendar-both",
                f"{day} is a holiday and a workday.",
                "Delete it from one of the lists.",
            )
        elif day and day.weekday() < _SATURDAY:
            yield document.finding(
                ("makeup", index),
                "calendar-weekday",
                f"{day} is no Saturday or Sunday, so it is worked anyway.",
                "Correct the day by the notice.",
            )
