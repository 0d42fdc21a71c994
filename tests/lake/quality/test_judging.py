"""Scores, punctuality, jumps and what to mend first: from figures to a judgement."""

from datetime import datetime, time, timedelta

import pytest

from citybrain import city as folder
from citybrain.base.clock import CITY_ZONE
from citybrain.city.model import City
from citybrain.city.systems import Fetch, Schedule, System
from citybrain.lake.libraries.saying import columns_saying
from citybrain.lake.quality.anomalies import row_jump
from citybrain.lake.quality.arrivals import punctual
from citybrain.lake.quality.formula import Formula
from citybrain.lake.quality.mending import Dependents, FoundApart, mend_first, nobody
from citybrain.lake.quality.reading import RuleMeasure, TableQuality
from citybrain.lake.quality.score import Part, Parts, score, together
from tests.lake.collecting import contract, text
from tests.lake.libraries.building import shipped

NOON = datetime(2021, 6, 11, 12, 0, tzinfo=CITY_ZONE)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def _city(tmp_path: object, **schedule: object) -> City:
    plan = Schedule(**{"cycle": "daily", "by": time(12, 0), **schedule})  # type: ignore[arg-type]
    made = contract(text("a"))
    system = System(name="s", title="s", schedule=plan, tables={"t": Fetch(source="t")})
    return City(
        name="c", title="c", root=tmp_path, fingerprint="",  # type: ignore[arg-type]
        systems={"s": system}, contracts={made.id: made},
    )  # fmt: skip


def test_the_score_is_what_its_own_terms_add_up_to() -> None:
    parts = Parts(
        completeness=Part(passed=98, checked=100),
        validity=Part(passed=95, checked=100),
        uniqueness=Part(passed=99, checked=100),
        timeliness=Part(passed=97, checked=100),
    )
    found = score(parts, Formula())
    assert found.value == 97.1
    assert [(t.weight, t.value) for t in found.terms] == [
        (0.3, 98), (0.3, 95), (0.2, 99), (0.2, 97),
    ]  # fmt: skip
    assert found.weight == pytest.approx(1)


def test_a_part_without_anything_to_check_is_left_out_and_nothing_is_no_score() -> None:
    found = score(Parts(validity=Part(passed=1, checked=2)), Formula())
    assert (found.value, found.weight) == (50.0, 0.3)
    assert score(Parts(), Formula()).value is None


def test_one_wrong_row_of_a_million_is_not_a_hundred() -> None:
    one = Part(passed=999_999, checked=1_000_000)
    found = score(Parts(completeness=one, validity=one), Formula())
    assert found.value == 99.9


def test_departments_are_their_tables_counted_together() -> None:
    small = Parts(validity=Part(passed=0, checked=10))
    great = Parts(validity=Part(passed=990, checked=990))
    assert together([small, great]).validity == Part(passed=990, checked=1000)


def test_each_due_moment_is_kept_or_missed(tmp_path: object) -> None:
    city = _city(tmp_path)
    came = [NOON - 3 * DAY - HOUR, NOON - 2 * DAY - HOUR, NOON - HOUR]  # none on the day before
    found = punctual(city, "s.t", came, at=NOON + HOUR, days=30)
    assert (found.due, found.in_time) == (4, 3)
    assert found.missed_at == NOON - DAY
    assert punctual(city, "s.t", came, at=NOON + HOUR, days=1).due == 1


def test_grace_is_given_and_a_moment_still_within_it_is_not_judged(tmp_path: object) -> None:
    city = _city(tmp_path, grace_minutes=60)
    came = [NOON - DAY - HOUR, NOON + HOUR / 2]
    assert punctual(city, "s.t", came, at=NOON + 2 * HOUR, days=30).in_time == 2
    waiting = punctual(city, "s.t", came[:1], at=NOON + HOUR / 2, days=30)
    assert (waiting.due, waiting.in_time) == (1, 1)


def test_who_never_came_has_nothing_to_judge_and_who_came_by_hand_is_here(
    tmp_path: object,
) -> None:
    assert punctual(_city(tmp_path), "s.t", [], at=NOON, days=30).due == 0
    manual = punctual(_city(tmp_path, cycle="manual"), "s.t", [NOON - DAY], at=NOON, days=30)
    assert (manual.due, manual.in_time) == (1, 1)


def test_a_jump_is_judged_by_ratio_first_and_by_history_later() -> None:
    rules = Formula()
    assert row_jump("t", [1000, 1010], rules) is None
    short = row_jump("t", [1000, 500], rules)
    assert short is not None
    assert (short.z, round(short.ratio, 2)) == (None, -0.5)
    steady = [1000 + 10 * i for i in range(12)]
    assert row_jump("t", [*steady, 1121], rules) is None
    long = row_jump("t", [*steady, 1400], rules)
    assert long is not None
    assert long.z is not None
    assert long.z > rules.z
    assert row_jump("t", [5], rules) is None


def _broken(table: str, field: str, failed: int) -> RuleMeasure:
    return RuleMeasure(table=table, field=field, rule="codelist", checked=1000, failed=failed)


def test_few_wrong_rows_on_which_much_stands_come_before_many_on_which_nothing_does() -> None:
    def ask(table: str, _field: str) -> Dependents:
        return (
            Dependents(models=("lib.a", "ads.b"), indicators=("x",))
            if table == "s.a"
            else (Dependents())
        )

    late = TableQuality(
        table="s.c",
        measure=None,
        parts=Parts(),
        punctual=punctual(_city("."), "s.t", [NOON - 3 * DAY], at=NOON + HOUR, days=30),
    )
    found = mend_first(
        [_broken("s.b", "f", 30), _broken("s.a", "f", 10), _broken("s.a", "g", 0)],
        [late],
        [FoundApart(kind="differs", table="s.b", field="h", rows=5)],
        ask=ask,
        formula=Formula(),
    )
    assert [(p.kind, p.table, p.impact, p.urgency) for p in found] == [
        ("rule", "s.a", 40, "first"),
        ("rule", "s.b", 30, "first"),
        ("finding", "s.b", 5, "next"),
        ("late", "s.c", 0, "next"),
    ]
    assert found[-1].rows == 3
    assert mend_first([], [], [], ask=nobody, formula=Formula()) == ()


@pytest.mark.parametrize(
    ("library", "table", "field", "columns"),
    [
        ("population", "vehicles.vehicles", "name", ("owner_name",)),
        ("population", "companies.companies", "name", ("legal_person_name",)),
        ("legal_person", "companies.companies", "name", ("name",)),
        ("population", "civil.marriages", "name", ("man_name", "woman_name")),
        ("population", "household.persons", "registered", ("cancelled",)),
        ("population", "household.persons", "division", ("address__division",)),
        ("population", "social_insurance.benefits", "died_on", ()),
    ],
)
def test_a_library_tells_by_which_columns_a_table_says_its_field(
    library: str, table: str, field: str, columns: tuple[str, ...]
) -> None:
    assert columns_saying(folder.load(shipped()).city, library, table, field) == columns


def test_what_stands_on_a_disagreement_stands_on_the_columns_that_say_the_field() -> None:
    def ask(_table: str, column: str) -> Dependents:
        made = {"man_name": ("lib.a", "lib.b"), "woman_name": ("lib.b",), "": ("lib.c",)}
        return Dependents(models=made.get(column, ()))

    said = FoundApart(
        kind="disagreement", table="s.t", field="name", rows=2, columns=("man_name", "woman_name")
    )
    whole = FoundApart(kind="too_late", table="s.t", field="died_on", rows=1)
    both_roles, row = mend_first([], [], [said, whole], ask=ask, formula=Formula())
    assert (both_roles.dependents.models, both_roles.impact) == (("lib.a", "lib.b"), 6)
    assert (row.dependents.models, row.impact) == (("lib.c",), 2)
