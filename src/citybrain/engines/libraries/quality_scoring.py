"""Scores as views: of tables, departments and the city, now and over time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from citybrain.city import City
from citybrain.engines.libraries.quality_views import (
    FormulaView,
    PartView,
    ScoreView,
    TermView,
    TrendPoint,
)
from citybrain.engines.libraries.quality_words import PARTS
from citybrain.engines.libraries.wiring import Text
from citybrain.lake.quality.formula import PARTS as NAMES
from citybrain.lake.quality.formula import Formula
from citybrain.lake.quality.reading import Book, TableQuality
from citybrain.lake.quality.score import Parts, score, together

POINTS = 12
_SHORT = timedelta(days=2)  # below, every measure is a point; above, days or weeks are
_WEEKS = timedelta(days=POINTS)


def score_view(parts: Parts, formula: Formula) -> ScoreView:
    """A score with its parts and the terms that make it up."""
    found = score(parts, formula)
    return ScoreView(
        value=found.value,
        grade=formula.grade(found.value),
        weight=round(found.weight, 4),
        parts=tuple(_part(name, parts, formula) for name in NAMES),
        terms=tuple(
            TermView(title=PARTS[term.part], weight=term.weight, value=term.value)
            for term in found.terms
        ),
    )


def _part(name: str, parts: Parts, formula: Formula) -> PartView:
    part = parts.part(name)
    return PartView(
        part=name,
        title=PARTS[name],
        value=part.value,
        passed=part.passed,
        checked=part.checked,
        grade=formula.grade(part.value),
    )


def formula_view(formula: Formula) -> FormulaView:
    """The formula besides its weights."""
    return FormulaView(
        title=Text(zh=formula.title, en=formula.title_en or formula.title),
        file=formula.file,
        every_field=formula.every_field,
        days=formula.days,
        good=formula.good,
        poor=formula.poor,
        first=formula.first,
        workdays=formula.workdays,
        law=formula.law,
    )


def moments(book: Book, now: datetime) -> Sequence[datetime]:
    """When to look back: each measure of two days, else days, else weeks; oldest first."""
    first = book.first
    if first is None:
        return ()
    age = now - first
    if age < _SHORT:
        return (*book.times[-POINTS:],)
    step = timedelta(days=1) if age <= _WEEKS else timedelta(weeks=1)
    back = [now - step * i for i in range(POINTS)]
    return tuple(moment for moment in reversed(back) if moment >= first)


class Looks:
    """The city at several moments: tables at each, so that any group's trend is a sum."""

    def __init__(self, book: Book, city: City, formula: Formula, now: datetime) -> None:
        self._formula = formula
        self.now = book.at(now)
        self.past = [(moment, _by_table(book.at(moment))) for moment in moments(book, now)]
        self.city = city

    def trend(self, tables: Iterable[str]) -> tuple[TrendPoint, ...]:
        """The score of these tables at each moment at which one of them was there."""
        wanted = set(tables)
        found = []
        for moment, listed in self.past:
            parts = [listed[table].parts for table in wanted if table in listed]
            value = score(together(parts), self._formula).value if parts else None
            if value is not None:
                found.append(TrendPoint(at=moment, value=value))
        return tuple(found)


def _by_table(listed: Iterable[TableQuality]) -> Mapping[str, TableQuality]:
    return {one.table: one for one in listed}
