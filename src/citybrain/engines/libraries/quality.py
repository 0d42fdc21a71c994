"""Quality as people may see it: counts and scores, never a row."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from citybrain.base.wording import both
from citybrain.city import City
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import quality_words as words
from citybrain.engines.libraries.columntitles import title_of_field
from citybrain.engines.libraries.dependents import dependents
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.objections import objections, open_by_department
from citybrain.engines.libraries.quality_scoring import Looks, formula_view, score_view
from citybrain.engines.libraries.quality_views import (
    ColumnQuality,
    DepartmentQuality,
    MendRow,
    OddRow,
    QualityRow,
    QualityView,
    RuleRow,
    TableQualityView,
)
from citybrain.engines.libraries.standing import Owners
from citybrain.engines.libraries.wiring import Text, clock, may, require, store
from citybrain.engines.libraries.wiring import city as applied
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.quality.anomalies import row_jumps
from citybrain.lake.quality.formula import Formula, formula
from citybrain.lake.quality.mending import Problem, findings, mend_first
from citybrain.lake.quality.promises import expected, part_of
from citybrain.lake.quality.reading import (
    Book,
    RuleMeasure,
    TableQuality,
    column_measures,
    drifts,
    rule_measures,
)
from citybrain.lake.quality.score import together

SHOWN_RULES = 15


class _Scene:
    """Everything that the pages of quality are made from, read once."""

    def __init__(self, actor: Actor) -> None:
        self.actor, self.now = actor, clock().now()
        self.city: City = applied()
        self.formula: Formula = formula(self.city)
        self.store = store()
        self.book = Book(self.store, self.city, self.formula)
        self.looks = Looks(self.book, self.city, self.formula, self.now)
        self.rules = rule_measures(self.store)
        self.waiting = open_by_department()
        self.owners = Owners(self.city, self.now.date())

    def row(self, name: str, title: Text, tables: Sequence[TableQuality], owner: str) -> QualityRow:
        """One line: a table, a department or the city."""
        trend = self.looks.trend(one.table for one in tables)
        values = tuple(point.value for point in trend)
        measures = [one.measure for one in tables if one.measure]
        return QualityRow(
            name=name,
            title=title,
            score=score_view(together(one.parts for one in tables), self.formula),
            tables=len(tables),
            rows=sum(measure.rows for measure in measures),
            quarantined=sum(measure.quarantined for measure in measures),
            trend=values,
            change=round(values[-1] - values[0], 1) if len(values) > 1 else None,
            objections=self.waiting.get(owner, 0),
            may_object=may(self.actor, "quality.object", f"department:{owner}"),
        )

    @cached_property
    def impossible(self) -> Mapping[str, Text]:
        """What the libraries say cannot be, by its name."""
        found = [one for held in libraries(self.city).values() for one in held.impossible]
        return {one.name: both(one.title, one.title_en) for one in found}

    def departments(self) -> Mapping[str, list[TableQuality]]:
        """Each department's tables."""
        found: dict[str, list[TableQuality]] = {}
        for one in self.looks.now:
            found.setdefault(self.owners.of(one.table), []).append(one)
        return found

    def mend(self) -> tuple[MendRow, ...]:
        """What to mend, in its order."""
        problems = mend_first(
            self.rules,
            self.looks.now,
            findings(self.store, self.city),
            ask=dependents(),
            formula=self.formula,
        )
        most = max((problem.impact for problem in problems), default=0)
        return tuple(self._mend(i, one, most) for i, one in enumerate(problems, 1))

    def _mend(self, rank: int, problem: Problem, most: int) -> MendRow:
        contract = self.city.contracts.get(problem.table)
        if problem.kind == "finding":
            # The column of the same name may be another thing: a company has a name of its own.
            own = contract if problem.columns == (problem.field,) else None
            called = title_of_field(problem.field, library=problem.library)
            title = words.found_apart(own, problem.field, problem.rule, self.impossible, called)
        else:
            title = words.broken(contract, problem.field, problem.rule or "late")
        owner = self.owners.of(problem.table)
        return MendRow(
            rank=rank,
            kind=problem.kind,
            title=title,
            table=problem.table,
            table_title=self.owners.table(problem.table),
            department=owner,
            department_title=self.owners.department(owner),
            field=problem.field,
            rule=problem.rule,
            part_title=words.PARTS[problem.part],
            rows=problem.rows,
            models=problem.dependents.models,
            indicators=problem.dependents.indicators,
            impact=problem.impact,
            share=problem.impact / most if most else 0.0,
            urgency=problem.urgency,
            due_at=problem.due_at,
        )

    def rule_rows(self, rules: Iterable[RuleMeasure]) -> tuple[RuleRow, ...]:
        """Promises as rows."""
        return tuple(self._rule(one) for one in rules)

    def _rule(self, one: RuleMeasure) -> RuleRow:
        return RuleRow(
            table=one.table,
            table_title=self.owners.table(one.table),
            department=self.owners.of(one.table),
            field=one.field,
            rule=one.rule,
            title=words.promised(self.city.contracts.get(one.table), one.field, one.rule),
            part_title=words.PARTS[part_of(one.rule)],
            checked=one.checked,
            failed=one.failed,
            rate=1 - one.failed / one.checked if one.checked else 1.0,
        )

    def odd(self) -> tuple[OddRow, ...]:
        """What is unusual: jumps of counts first, then distributions that moved."""
        rows = [
            OddRow(
                kind="rows",
                table=jump.table,
                table_title=self.owners.table(jump.table),
                field="",
                sentence=words.jumped(jump),
                alarm=True,
            )
            for jump in row_jumps(self.store, self.formula)
            if jump.table in self.city.contracts
        ]
        for table, column in drifts(self.store, self.formula.notice):
            contract = self.city.contracts.get(table)
            rows.append(
                OddRow(
                    kind="drift",
                    table=table,
                    table_title=self.owners.table(table),
                    field=column.field,
                    sentence=words.drifted(contract, column.field, column.psi or 0.0),
                    alarm=(column.psi or 0.0) >= self.formula.alarm,
                )
            )
        return tuple(rows)


def quality(actor: Actor) -> QualityView:
    """The city's quality: what to mend first, by department, by rule, and the formula."""
    require(actor, "work.read", "lake:")
    scene = _Scene(actor)
    departments = _departments(scene)
    told = objections(actor)
    whole = scene.row("city", Text(zh="全市", en="City"), scene.looks.now, "")
    return QualityView(
        now=scene.now,
        score=whole.score,
        formula=formula_view(scene.formula),
        example=departments[0] if departments else None,
        departments=departments,
        mend=scene.mend(),
        rules_total=len(scene.rules),
        rules=scene.rule_rows(scene.rules[:SHOWN_RULES]),
        odd=scene.odd(),
        trend=scene.looks.trend(scene.city.contracts),
        objections=told,
        open_objections=sum(one.state == "open" for one in told),
        measured_at=_last(scene.looks.now),
        unmeasured=_unmeasured(scene),
    )


def _departments(scene: _Scene) -> tuple[QualityRow, ...]:
    rows = [
        scene.row(name, scene.owners.department(name), tables, name)
        for name, tables in scene.departments().items()
    ]
    return tuple(sorted(rows, key=lambda r: (r.score.value is None, r.score.value or 0, r.name)))


def _last(tables: Iterable[TableQuality]) -> datetime | None:
    return max((one.measure.measured_at for one in tables if one.measure), default=None)


def _unmeasured(scene: _Scene) -> int:
    from citybrain.lake.quality.measuring import waiting

    return len(waiting(scene.store, scene.city))


def quality_rules(actor: Actor) -> tuple[RuleRow, ...]:
    """Every promise of every table, most broken first."""
    require(actor, "work.read", "lake:")
    scene = _Scene(actor)
    return scene.rule_rows(scene.rules)


def quality_department(actor: Actor, name: str) -> DepartmentQuality:
    """One department's quality; refuses a department that delivers nothing."""
    require(actor, "work.read", f"department:{name}")
    scene = _Scene(actor)
    tables = scene.departments().get(name)
    if not tables:
        raise Unknown(
            both(
                f"没有单位 {name} 的质量记录", f"The quality of the department {name} is not known"
            ),
            do=both("请在“质量”页面中选择单位", "Choose a department on the page “Quality”"),
            where=name,
        )
    return DepartmentQuality(
        now=scene.now,
        row=scene.row(name, scene.owners.department(name), tables, name),
        formula=formula_view(scene.formula),
        tables=tuple(
            scene.row(one.table, scene.owners.table(one.table), [one], name)
            for one in sorted(tables, key=lambda t: t.table)
        ),
        mend=tuple(row for row in scene.mend() if row.department == name),
        trend=scene.looks.trend(one.table for one in tables),
        objections=tuple(one for one in objections(actor) if one.department == name),
    )


def quality_table(actor: Actor, table: str) -> TableQualityView:
    """One table's quality, column by column; refuses a table without any measure."""
    require(actor, "work.read", f"table:{table}")
    scene = _Scene(actor)
    found = next((one for one in scene.looks.now if one.table == table), None)
    if found is None or found.measure is None:
        raise Unknown(
            both(
                f"表 {table} 还没有质量记录", f"The quality of the table {table} is not known yet"
            ),
            do=both(
                "先汇聚这张表；汇聚后会自动测量", "Collect it first; it is measured right after"
            ),
            where=table,
        )
    owner = scene.owners.of(table)
    return TableQualityView(
        now=scene.now,
        row=scene.row(table, scene.owners.table(table), [found], owner),
        department=owner,
        department_title=scene.owners.department(owner),
        formula=formula_view(scene.formula),
        measured_at=found.measure.measured_at,
        sample=found.measure.looked_at < found.measure.rows,
        columns=_columns(scene, found),
        rules=scene.rule_rows(one for one in scene.rules if one.table == table),
        odd=tuple(row for row in scene.odd() if row.table == table),
        trend=scene.looks.trend([table]),
        objections=tuple(one for one in objections(actor) if one.table == table),
    )


def _columns(scene: _Scene, found: TableQuality) -> tuple[ColumnQuality, ...]:
    contract = scene.city.contracts[found.table]
    if found.measure is None:
        return ()
    delivered = found.measure.delivered
    known = {one.field: one for one in column_measures(scene.store, found.measure.id)}
    return tuple(
        ColumnQuality(
            field=field.name,
            title=words.field_title(contract, field.name),
            required=expected(field),
            filled=known[field.name].filled / delivered if delivered else 1.0,
            wrong=known[field.name].wrong,
            psi=known[field.name].psi,
            drift=_drift(known[field.name].psi, scene.formula),
            element=field.element,
        )
        for field in contract.fields
        if field.name in known
    )


def _drift(psi: float | None, formula: Formula) -> str:
    """The grade of a drift, in the words of grades."""
    if psi is None:
        return "none"
    if psi >= formula.alarm:
        return "poor"
    return "fair" if psi >= formula.notice else "good"
