"""One SELECT on the lake: the right rows, masked by class, as of a moment."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.city.contracts import Field
from citybrain.lake.compact import compact
from citybrain.lake.integrity import DamagedFile
from citybrain.lake.query import query, read, tables_of
from citybrain.lake.scrub import scrub
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.lake.making import a_city, a_clock, a_contract, a_store, data_files, flip, put

TABLE = "ods.civil.marriages"
PEOPLE = (
    ("name", "string", "name", 3),
    ("id_number", "string", "id_number", 4),
    ("born", "date", "birth_date", 3),
    ("place", "string", "none", 2),
)
CITY = a_city(
    a_contract(
        *(Field(name=n, source=n, type=t, masking=m, level=level) for n, t, m, level in PEOPLE)
    )
)
ROWS = (
    "SELECT '王小明' AS name, '341891199302032317' AS id_number, DATE '1993-02-03' AS born, "
    "'宣州区' AS place, 'civil.marriages/341891199302032317' AS _row, 'b1' AS _batch "
    "UNION ALL SELECT '李丽', '341891198807061224', DATE '1988-07-06', NULL, 'x', 'b1'"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_store(tmp_path, made=False, clock=a_clock())
    columns = [Column(name=n, type=t) for n, t, _m, _l in PEOPLE]
    columns += [Column(name="_row", type="string"), Column(name="_batch", type="string")]
    made.ensure(TABLE, columns, key=("id_number",))
    put(made, "b1", ROWS)
    return made


def test_rows_are_masked_by_class_and_level(store: Store) -> None:
    answer = query(store, CITY, "SELECT * FROM ods.civil.marriages ORDER BY born")
    assert answer.to_pylist()[1] == {
        "name": "王**",
        "id_number": "341891********2317",
        "born": "1993-**-**",
        "place": "宣州区",
        "_row": "***",
        "_batch": "b1",
    }
    assert answer.masked_columns == ("_row", "born", "id_number", "name")
    assert answer.tables == (TABLE,)
    current = store.snapshot(TABLE)
    assert current is not None
    assert answer.snapshots == {TABLE: current.snapshot_id}


def test_revealed_rows_are_the_values_themselves(store: Store) -> None:
    answer = query(
        store, CITY, "SELECT name, born FROM civil.marriages WHERE name = '王小明'", reveal=True
    )
    found = answer.to_pylist()
    assert [(r["name"], str(r["born"])) for r in found] == [("王小明", "1993-02-03")]
    assert answer.masked_columns == ()


@pytest.mark.parametrize(
    "condition",
    [
        "id_number = '341891199302032317'",
        "id_number LIKE '34189119930203%'",
        "CAST(born AS VARCHAR) = '1993-02-03'",
        "name = '王小明'",
        "_row LIKE '%1993%'",
    ],
)
def test_a_predicate_sees_masked_values_only(store: Store, condition: str) -> None:
    sql = f"SELECT place FROM ods.civil.marriages WHERE {condition}"  # noqa: S608 - a test
    assert query(store, CITY, sql).to_pylist() == []
    assert query(store, CITY, sql, reveal=True).to_pylist() == [{"place": "宣州区"}]


def test_what_no_contract_describes_is_hidden(store: Store) -> None:
    found = query(store, None, "SELECT place, name FROM ods.civil.marriages").to_pylist()
    assert {tuple(r.values()) for r in found} == {("***", "***"), (None, "***")}


def test_quarantined_values_are_hidden_but_where_they_stand(store: Store) -> None:
    name = "quarantine.civil.marriages"
    store.ensure(
        name,
        [Column(name=n, type="string") for n in ("id", "at", "_reasons", "_problems", "_batch")]
        + [Column(name="_number", type="long")],
    )
    put(store, "q1", """SELECT '王' AS id, '王' AS at, 'id:required' AS _reasons,
        '王 is' AS _problems, 'b1' AS _batch, 7 AS _number""", table=name)  # fmt: skip
    sql = f"SELECT * FROM {name}"  # noqa: S608 - a test
    assert query(store, CITY, sql).to_pylist() == [
        {
            "id": "***",
            "at": "***",
            "_reasons": "id:required",
            "_problems": "***",
            "_batch": "b1",
            "_number": 7,
        }
    ]
    assert query(store, CITY, sql, reveal=True).to_pylist()[0]["_problems"] == "王 is"


def test_a_question_as_of_a_moment_sees_every_table_then(store: Store) -> None:
    clock = store.clock
    then = clock.now()
    clock.advance(timedelta(hours=1))  # type: ignore[attr-defined]  # the fixture's clock is fixed
    put(store, "b2", ROWS.replace("宣州区", "泾县"), replace=True)
    sql = "SELECT place FROM civil.marriages WHERE place IS NOT NULL"
    assert query(store, CITY, sql).to_pylist() == [{"place": "泾县"}]
    assert query(store, CITY, sql, as_of=then).to_pylist() == [{"place": "宣州区"}]


def test_one_table_is_read_by_snapshot_with_the_same_masks(store: Store) -> None:
    first = store.snapshot(TABLE)
    assert first is not None
    put(store, "b2", ROWS.replace("宣州区", "泾县"), replace=True)
    old = read(
        store, CITY, TABLE, columns=["place", "name"], snapshot_id=first.snapshot_id, max_rows=9
    )
    assert {"place": "宣州区", "name": "王**"} in old.to_pylist()
    new = read(store, CITY, TABLE, columns=["place", "name"], reveal=True)
    assert {"place": "泾县", "name": "王小明"} in new.to_pylist()
    with pytest.raises(CityError, match="nobody"):
        read(store, CITY, TABLE, columns=["nobody"])


def test_max_rows_cuts_and_says_so(store: Store) -> None:
    answer = query(store, CITY, "SELECT place FROM civil.marriages", max_rows=1)
    assert len(answer.to_pylist()) == 1
    assert not answer.complete
    assert query(store, CITY, "SELECT place FROM civil.marriages", max_rows=2).complete


@pytest.mark.parametrize(
    "sql",
    [
        "WITH m AS (FROM civil.marriages) SELECT count(*) FROM m JOIN m AS n USING (place)",
        "SELECT max(born), row_number() OVER (ORDER BY place) FROM civil.marriages GROUP BY place",
        "FROM civil.marriages SELECT place LIMIT 1;",
        "SELECT * FROM (VALUES (1), (2)) t(a), range(3), unnest([1, 2])",
        "SELECT * EXCLUDE (name) FROM civil.marriages UNION ALL BY NAME FROM civil.marriages",
        "SELECT list_transform([1], lambda x: x + 1), date_trunc('month', DATE '2020-02-03'), "
        "coalesce(NULL, 1), CASE WHEN 1 IN (1, 2) THEN 'a' END, 'a' || 'b', "
        "regexp_extract('a', 'a'), "
        "strftime(DATE '2020-01-01', '%Y'), extract(year FROM DATE '2020-01-01'), current_date, "
        "string_agg('a', ','), count(*) FILTER (1 = 1), quantile_cont(1, 0.5), round(1), ['a'][1]",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
        "SELECT place FROM civil.marriages WHERE EXISTS (SELECT 1 FROM civil.marriages) -- end",
        'SELECT "place" FROM "ODS"."Civil"."MARRIAGES"',
    ],
)
def test_ordinary_questions_are_answered(store: Store, sql: str) -> None:
    assert query(store, CITY, sql).to_pylist()


def test_the_tables_of_a_question_are_named_in_full() -> None:
    sql = "SELECT * FROM civil.marriages, quarantine.civil.b WHERE EXISTS (FROM ods.a.c)"
    assert tables_of(sql) == ("ods.a.c", "ods.civil.marriages", "quarantine.civil.b")


def test_a_mistake_is_answered_by_a_sentence(store: Store) -> None:
    with pytest.raises(CityError, match=r"no table ods\.civil\.births in the lake"):
        query(store, CITY, "SELECT 1 FROM civil.births")
    with pytest.raises(CityError, match=r'cannot be answered, because .*nme.*Candidate.*"name"'):
        query(store, CITY, "SELECT nme FROM civil.marriages")


def test_a_question_that_runs_too_long_is_stopped(store: Store) -> None:
    with pytest.raises(CityError, match=r"ran longer than 0\.3 s\b"):
        query(store, CITY, "SELECT sum(a.range * b.range) FROM range(1000000) a, range(1000000) b",
              seconds=0.3)  # fmt: skip


def test_a_question_that_takes_too_much_memory_is_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYBRAIN_QUERY_MEMORY", "20MB")
    with pytest.raises(CityError, match="more memory"):
        query(store, CITY, "SELECT list(range) FROM range(100000000)")


def test_a_damaged_table_is_refused_by_name_and_others_are_not(store: Store) -> None:
    store.ensure("ods.civil.other", [Column(name="a", type="int")])
    put(store, "o1", "SELECT 1 AS a", table="ods.civil.other")
    damaged = data_files(store)[0]
    flip(damaged)
    scrub(store)
    with pytest.raises(DamagedFile, match=rf"marriages is not shown.*{damaged.name}"):
        query(store, CITY, "SELECT place FROM civil.marriages")
    assert query(store, CITY, "SELECT count(*) AS n FROM civil.other").to_pylist() == [{"n": 1}]


def test_verified_reads_find_damage_that_nobody_saw_yet(store: Store) -> None:
    store.scan_sql(TABLE, verified=True)
    flip(data_files(store)[0])
    store.scan_sql(TABLE)
    with pytest.raises(DamagedFile, match="SHA-256 differs"):
        store.scan_sql(TABLE, verified=True)
    with pytest.raises(DamagedFile):
        store.scan_sql(TABLE)


def test_a_table_that_never_had_a_wrong_row_has_an_empty_quarantine(store: Store) -> None:
    answer = query(store, CITY, "SELECT name, _reasons FROM quarantine.civil.marriages")
    assert answer.to_pylist() == []
    assert answer.columns == ["name", "_reasons"]
    with pytest.raises(CityError, match="There is no table"):
        query(store, CITY, "SELECT * FROM quarantine.civil.divorces")


def test_a_moment_that_python_has_no_value_for_is_told_in_utc(store: Store) -> None:
    last = "TIMESTAMPTZ '9999-12-31 23:59:59.999999+00' AS at, 1 AS n"
    assert query(store, CITY, f"SELECT {last}").to_pylist() == [
        {"at": "9999-12-31 23:59:59.999999Z", "n": 1}
    ]


def test_the_order_of_merged_rows_does_not_tell_what_is_masked(store: Store) -> None:
    # In the order of ID numbers, those of one county lie by the birth dates that are masked.
    people = (
        "SELECT '王' || i AS name, '341891' || (19300101 + i * 9973 % 700) || '2317' AS id_number, "
        "NULL::DATE AS born, NULL AS place, 'x' AS _row, 'b2' AS _batch FROM range(700) r(i)"
    )
    put(store, "b2", people, role="delta")
    compact(store, tables=[TABLE])
    shown = query(store, CITY, "SELECT id_number FROM ods.civil.marriages", reveal=True)
    read = [row["id_number"] for row in shown.rows()]
    assert len(read) == 702
    assert sum(a < b for a, b in pairwise(read)) < 500
