"""What to mend first: how many rows are wrong, times how much stands on them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from citybrain.city import City
from citybrain.lake.duck import connection as duckdb_connection
from citybrain.lake.libraries.saying import columns_saying
from citybrain.lake.quality.formula import Formula
from citybrain.lake.quality.promises import part_of
from citybrain.lake.quality.reading import RuleMeasure, TableQuality

if TYPE_CHECKING:
    from citybrain.lake.store import Store

FINDINGS = "lib.findings"


@dataclass(frozen=True, kw_only=True)
class Dependents:
    """What is made from a column, or from a table: names of models and of indicators."""

    models: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many."""
        return len(self.models) + len(self.indicators)


Ask = Callable[[str, str], Dependents]
"""(``system.table``, field or empty for the whole table) → what is made from it."""


def nobody(_table: str, _field: str) -> Dependents:
    """The answer while no models are known."""
    return Dependents()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing to mend. ``kind`` is rule, finding or late.

    ``rule`` is the contract's rule, the kind of finding, or empty. ``rows`` are wrong rows,
    for ``late`` missed deliveries. ``field`` is of ``library`` for a finding, and said by
    ``columns`` of the table; elsewhere it is the column. ``impact`` is rows × (1 + dependents),
    0 for ``late``, which is listed apart. ``urgency`` is first or next.
    """

    kind: str
    table: str
    field: str
    rule: str
    part: str
    rows: int
    dependents: Dependents = Dependents()
    impact: int = 0
    urgency: str = "next"
    due_at: datetime | None = None
    library: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FoundApart:
    """Disagreements between departments about one field of a library, counted.

    ``columns`` are those of the table that say the field; none where the row as a whole is
    what cannot be.
    """

    kind: str
    table: str
    field: str
    rows: int
    library: str = ""
    columns: tuple[str, ...] = ()


def mend_first(
    broken: Iterable[RuleMeasure],
    tables: Iterable[TableQuality],
    found: Iterable[FoundApart],
    *,
    ask: Ask,
    formula: Formula,
) -> tuple[Problem, ...]:
    """Everything to mend, by impact; late tables after it."""
    listed = [_rule(one, ask) for one in broken if one.failed]
    listed += [_finding(one, ask) for one in found if one.rows]
    listed.sort(key=lambda p: (-p.impact, -p.rows, p.table, p.field, p.rule))
    most = listed[0].impact if listed else 0
    graded = [_graded(problem, most * formula.first) for problem in listed]
    return (*graded, *_late(tables, ask))


def _impact(rows: int, dependents: Dependents) -> int:
    return rows * (1 + dependents.count)


def _rule(one: RuleMeasure, ask: Ask) -> Problem:
    dependents = ask(one.table, one.field)
    return Problem(
        kind="rule",
        table=one.table,
        field=one.field,
        rule=one.rule,
        part=part_of(one.rule),
        rows=one.failed,
        dependents=dependents,
        impact=_impact(one.failed, dependents),
    )


def _finding(one: FoundApart, ask: Ask) -> Problem:
    dependents = _together(ask(one.table, column) for column in one.columns or ("",))
    return Problem(
        kind="finding",
        table=one.table,
        field=one.field,
        rule=one.kind,
        part="consistency",
        rows=one.rows,
        dependents=dependents,
        impact=_impact(one.rows, dependents),
        library=one.library,
        columns=one.columns,
    )


def _together(found: Iterable[Dependents]) -> Dependents:
    """What is made from any of several columns, each counted once."""
    told = list(found)
    return Dependents(
        models=tuple(sorted({name for one in told for name in one.models})),
        indicators=tuple(sorted({name for one in told for name in one.indicators})),
    )


def _graded(problem: Problem, least: float) -> Problem:
    return replace(problem, urgency="first") if problem.impact >= least else problem


def _late(tables: Iterable[TableQuality], ask: Ask) -> Sequence[Problem]:
    return [
        Problem(
            kind="late",
            table=one.table,
            field="",
            rule="",
            part="timeliness",
            rows=one.punctual.due - one.punctual.in_time,
            dependents=ask(one.table, ""),
            due_at=one.punctual.missed_at,
        )
        for one in tables
        if one.punctual.missed_at is not None
    ]


def findings(store: "Store", city: City) -> tuple[FoundApart, ...]:
    """Disagreements that the libraries found, counted by what to correct; none without them."""
    if not store.exists(FINDINGS) or store.snapshot(FINDINGS) is None:
        return ()
    wanted = ["kind", "library", "table_name", "field"]
    sql = store.scan_sql(FINDINGS, columns=wanted)
    with duckdb_connection(store.home) as engine:
        rows = engine.execute(
            "SELECT kind, library, table_name, field, count(*) "
            f"FROM ({sql}) GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    return tuple(
        _found(city, str(k), str(lib or ""), _plain(str(t or "")), str(f or ""), int(n))
        for k, lib, t, f, n in rows
    )


def _found(city: City, kind: str, library: str, table: str, field: str, rows: int) -> FoundApart:
    return FoundApart(
        kind=kind,
        table=table,
        field=field,
        rows=rows,
        library=library,
        columns=columns_saying(city, library, table, field),
    )


def _plain(table: str) -> str:
    """``system.table``, whether or not its layer stands before it."""
    return table.split(".", 1)[1] if table.count(".") == 2 else table
