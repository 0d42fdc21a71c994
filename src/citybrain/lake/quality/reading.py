"""What was measured, as of any moment: per table, column and rule, and over time."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from citybrain.city.model import City
from citybrain.lake.database import reading
from citybrain.lake.quality.arrivals import Punctual, arrivals, punctual
from citybrain.lake.quality.formula import Formula
from citybrain.lake.quality.score import Part, Parts
from citybrain.lake.quality.tables import columns, measures, rules

if TYPE_CHECKING:
    from citybrain.lake.store import Store


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One look at one table, as it was written down."""

    id: int
    table: str
    snapshot_id: int
    measured_at: datetime
    rows: int
    looked_at: int
    quarantined: int
    required_cells: int
    required_filled: int
    cells: int
    filled: int
    invalid_rows: int
    keyed_rows: int
    repeated_rows: int

    @property
    def delivered(self) -> int:
        """Rows accepted and rows set aside."""
        return self.rows + self.quarantined


@dataclass(frozen=True, kw_only=True)
class ColumnMeasure:
    """One column: rows that have a value, rows set aside for it, drift (None: not judged)."""

    field: str
    filled: int
    wrong: int
    psi: float | None


@dataclass(frozen=True, kw_only=True)
class RuleMeasure:
    """One promise of one table: values checked, and values that broke it."""

    table: str
    field: str
    rule: str
    checked: int
    failed: int


@dataclass(frozen=True, kw_only=True)
class TableQuality:
    """A table at a moment: its newest measure by then, its punctuality, its parts."""

    table: str
    measure: Measure | None
    punctual: Punctual
    parts: Parts


class Book:
    """All measures of a lake, read with two statements; asks for any moment are free."""

    def __init__(self, store: "Store", city: City, formula: Formula) -> None:
        self._city, self._formula = city, formula
        self._measures = _measures(store)
        self._came = arrivals(store)

    def at(self, moment: datetime) -> tuple[TableQuality, ...]:
        """Every table of the city that had come by then, in the folder's order."""
        measured = ((table, self._newest(table, moment)) for table in self._city.contracts)
        return tuple(self._table(table, found, moment) for table, found in measured if found)

    def table(self, table: str, moment: datetime) -> TableQuality:
        """One table at a moment."""
        return self._table(table, self._newest(table, moment), moment)

    def _newest(self, table: str, moment: datetime) -> Measure | None:
        listed = self._measures.get(table, ())
        place = bisect_right(listed, moment, key=lambda one: one.measured_at)
        return listed[place - 1] if place else None

    def _table(self, table: str, measure: Measure | None, moment: datetime) -> TableQuality:
        came = self._came.get(table, ())
        kept = punctual(self._city, table, came, at=moment, days=self._formula.days)
        return TableQuality(
            table=table,
            measure=measure,
            punctual=kept,
            parts=_parts(measure, kept, self._formula),
        )

    def history(self, table: str) -> Sequence[Measure]:
        """Every measure of a table, oldest first."""
        return self._measures.get(table, ())

    @property
    def times(self) -> list[datetime]:
        """When measures were taken, a moment per run, oldest first."""
        minutes: dict[datetime, datetime] = {}
        for listed in self._measures.values():
            for one in listed:
                minute = one.measured_at.replace(second=0, microsecond=0)
                minutes[minute] = max(one.measured_at, minutes.get(minute, one.measured_at))
        return sorted(minutes.values())

    @property
    def first(self) -> datetime | None:
        """When the first measure was taken."""
        times = [listed[0].measured_at for listed in self._measures.values()]
        return min(times, default=None)


def _parts(measure: Measure | None, kept: Punctual, formula: Formula) -> Parts:
    timeliness = Part(passed=kept.in_time, checked=kept.due)
    if measure is None:
        return Parts(timeliness=timeliness)
    filled = (measure.required_filled, measure.required_cells)
    if formula.every_field:
        filled = (measure.filled, measure.cells)
    return Parts(
        completeness=Part(passed=filled[0], checked=filled[1]),
        validity=Part(passed=measure.delivered - measure.invalid_rows, checked=measure.delivered),
        uniqueness=Part(
            passed=max(measure.keyed_rows - measure.repeated_rows, 0), checked=measure.keyed_rows
        ),
        timeliness=timeliness,
    )


def _measures(store: "Store") -> Mapping[str, Sequence[Measure]]:
    found: dict[str, list[Measure]] = defaultdict(list)
    with reading(store.engine) as connection:
        for row in connection.execute(select(measures).order_by(measures.c.id)):
            found[row.table].append(_measure(row))
    return found


def _measure(row: Any) -> Measure:
    values = {name: getattr(row, name) for name in Measure.__dataclass_fields__}
    values["measured_at"] = datetime.fromisoformat(row.measured_at)
    return Measure(**values)


def column_measures(store: "Store", measure: int) -> tuple[ColumnMeasure, ...]:
    """The columns of one measure, in the contract's order."""
    statement = select(columns).where(columns.c.measure == measure).order_by(columns.c.position)
    with reading(store.engine) as connection:
        return tuple(
            ColumnMeasure(field=row.field, filled=row.filled, wrong=row.wrong, psi=row.psi)
            for row in connection.execute(statement)
        )


def rule_measures(store: "Store") -> tuple[RuleMeasure, ...]:
    """Every promise of every table as last measured, most broken first."""
    last = select(func.max(measures.c.id)).group_by(measures.c.table)
    shown = (measures.c.table, *(rules.c[n] for n in ("field", "rule", "checked", "failed")))
    statement = (
        select(*shown).join(rules, rules.c.measure == measures.c.id).where(measures.c.id.in_(last))
    )
    with reading(store.engine) as connection:
        # A city has tens of thousands of promises: a row taken apart is read twice as quickly.
        found = [
            RuleMeasure(table=table, field=field, rule=rule, checked=checked, failed=failed)
            for table, field, rule, checked, failed in connection.execute(statement)
        ]
    return tuple(sorted(found, key=lambda r: (-r.failed, r.table, r.field, r.rule)))


def rules_of(store: "Store", measure: Measure) -> tuple[RuleMeasure, ...]:
    """Every promise as one measure found it, in the order of fields and rules."""
    statement = (
        select(rules).where(rules.c.measure == measure.id).order_by(rules.c.field, rules.c.rule)
    )
    with reading(store.engine) as connection:
        return tuple(
            RuleMeasure(
                table=measure.table,
                field=row.field,
                rule=row.rule,
                checked=row.checked,
                failed=row.failed,
            )
            for row in connection.execute(statement)
        )


def drifts(store: "Store", notice: float) -> tuple[tuple[str, ColumnMeasure], ...]:
    """(table, column) whose distribution moved at the last measure, most moved first."""
    last = select(func.max(measures.c.id)).group_by(measures.c.table)
    statement = (
        select(measures.c.table, columns)
        .join(columns, columns.c.measure == measures.c.id)
        .where(measures.c.id.in_(last), columns.c.psi >= notice)
        .order_by(columns.c.psi.desc())
    )
    with reading(store.engine) as connection:
        return tuple(
            (
                row.table,
                ColumnMeasure(field=row.field, filled=row.filled, wrong=row.wrong, psi=row.psi),
            )
            for row in connection.execute(statement)
        )
