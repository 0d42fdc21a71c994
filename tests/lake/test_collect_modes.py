"""Full, append and upsert: what a second delivery changes, and that the accounts balance."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.city.contracts import Rule
from citybrain.city.systems import Fetch
from citybrain.lake import corrections, integrity
from tests.lake.collecting import Town, contract, text, typed


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    return Town(tmp_path, clock)


def _sql(town: Town, *statements: str) -> None:
    with closing(sqlite3.connect(town.root / "s.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def _people(town: Town, mode: str, *, cursor: str = "", key: int = 1) -> None:
    _sql(
        town,
        "CREATE TABLE T (id INTEGER, name TEXT, born TEXT, at TEXT)",
        "INSERT INTO T VALUES (1, '王一', '1987-03-12', '2021-01-01 00:00:00'),"
        "(2, '李二', '1990-01-01', '2021-01-02 00:00:00')",
    )
    made = contract(
        typed("id", "long", key=key),
        text("name", required=True),
        typed("born", "date"),
        typed("at", "timestamp"),
    )
    town.add(made, f"sqlite://{town.root}/s.db", Fetch(source="T", mode=mode, cursor=cursor))


def test_full_inserts_then_changes_nothing_then_updates_and_removes(town: Town) -> None:
    _people(town, "full")
    first = town.one()
    assert (first.read, first.inserted, first.rows_after) == (2, 2, 2)
    again = town.one()
    assert (again.unchanged, again.snapshot) == (2, first.snapshot)
    _sql(town, "UPDATE T SET name = '王壹' WHERE id = 1", "DELETE FROM T WHERE id = 2")
    third = town.one()
    assert (third.updated, third.removed, third.rows_after) == (1, 1, 1)
    assert [row[1] for row in town.rows()] == ["王壹"]


def test_rows_carry_their_address_batch_and_contract(town: Town) -> None:
    _people(town, "full")
    result = town.one(run_id="R1")
    assert result.batch_id == "R1/s.t"
    assert town.rows(columns=["_row", "_batch", "_contract"]) == [
        ("s.t/1", "R1/s.t", "1.0.0"),
        ("s.t/2", "R1/s.t", "1.0.0"),
    ]


def test_the_same_run_twice_counts_once(town: Town) -> None:
    _people(town, "full")
    first = town.one(run_id="R1")
    _sql(town, "INSERT INTO T VALUES (3, '张三', NULL, NULL)")
    again = town.one(run_id="R1")
    assert (again.read, again.inserted, again.snapshot) == (2, 2, first.snapshot)
    assert len(town.rows()) == 2


def test_upsert_reads_from_the_cursor_and_keeps_what_is_not_delivered(town: Town) -> None:
    _people(town, "upsert", cursor="at")
    town.one()
    _sql(
        town,
        "UPDATE T SET name = '李贰', at = '2021-02-01 00:00:00' WHERE id = 2",
        "INSERT INTO T VALUES (3, '张三', '2001-01-01', '2021-02-02 00:00:00')",
        "DELETE FROM T WHERE id = 1",
    )
    second = town.one()
    assert (second.read, second.inserted, second.updated) == (2, 1, 1)
    assert [row[1] for row in town.rows()] == ["王一", "李贰", "张三"]
    third = town.one()
    assert (third.read, third.unchanged, third.snapshot) == (1, 1, second.snapshot)


def test_append_resumes_without_losing_rows_of_the_same_moment(town: Town) -> None:
    _people(town, "append", cursor="at", key=0)
    town.one()
    _sql(town, "INSERT INTO T VALUES (9, '同时', '1990-01-01', '2021-01-02 00:00:00')")
    second = town.one()
    assert (second.read, second.inserted, second.unchanged) == (2, 1, 1)
    assert len(town.rows()) == 3


def test_upsert_of_a_large_table_appends_deltas_and_then_compacts(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("citybrain.lake.modes.SMALL_ROWS", 0)
    _people(town, "upsert", cursor="at")
    _sql(
        town,
        "INSERT INTO T SELECT value, 'n', NULL, '2021-01-02 00:00:00' "
        "FROM (WITH RECURSIVE c(value) AS (SELECT 10 UNION ALL SELECT value + 1 FROM c "
        "WHERE value < 60) SELECT value FROM c)",
    )
    town.one()
    roles = []
    for day in range(1, 7):
        _sql(
            town,
            f"UPDATE T SET name = 'x{day}', at = '2021-03-0{day} 00:00:00' WHERE id = {day + 9}",  # noqa: S608 - every name in it is quoted or our own
        )
        assert town.one().updated == 1
        roles.append(sorted({f.role for f in town.store.view("ods.s.t").files}))
    assert ["base", "delta"] in roles
    assert ["base"] in roles
    names = {row[0]: row[1] for row in town.rows()}
    assert [names[day + 9] for day in range(1, 7)] == [f"x{day}" for day in range(1, 7)]
    assert len(names) == 53


def test_equal_duplicates_count_once_and_conflicts_name_both_values(town: Town) -> None:
    _people(town, "full")
    _sql(
        town,
        "INSERT INTO T SELECT * FROM T WHERE id = 1",
        "INSERT INTO T VALUES (2, '李三', '1990-01-01', '2021-01-02 00:00:00')",
    )
    result = town.one()
    assert (result.read, result.inserted, result.superseded, result.quarantined) == (4, 1, 1, 2)
    sentences = {row.problems[0].sentence for row in town.aside()}
    assert len(sentences) == 1
    (sentence,) = sentences
    assert "李二" in sentence
    assert "李三" in sentence
    assert "请核对其一" in sentence


def test_of_one_key_the_latest_by_cursor_stands(town: Town) -> None:
    _people(town, "upsert", cursor="at")
    _sql(town, "INSERT INTO T VALUES (1, '王新', '1987-03-12', '2021-05-01 00:00:00')")
    result = town.one()
    assert (result.superseded, result.inserted, result.quarantined) == (1, 2, 0)
    assert town.rows()[0][1] == "王新"


def test_a_table_without_key_keeps_equal_rows(town: Town) -> None:
    _people(town, "full", key=0)
    _sql(town, "INSERT INTO T SELECT * FROM T")
    assert town.one().inserted == 4
    assert len({row[0] for row in town.rows(columns=["_row"])}) == 4
    assert town.one().unchanged == 4


def test_a_field_that_must_be_unique(town: Town) -> None:
    _people(town, "full")
    _sql(town, "INSERT INTO T VALUES (3, '王一', NULL, NULL)")
    made = town.contracts["s.t"]
    fields = (made.fields[0], text("name", unique=True), *made.fields[2:])
    town.contracts["s.t"] = contract(*fields)
    result = town.one()
    assert (result.inserted, result.quarantined) == (1, 2)
    assert {p.rule for row in town.aside() for p in row.problems} == {"unique"}


def test_a_wrong_row_is_set_aside_corrected_and_comes_in(town: Town) -> None:
    _people(town, "full")
    _sql(town, "UPDATE T SET born = '1987-02-30' WHERE id = 1")
    assert town.one().quarantined == 1
    (row,) = town.aside()
    assert row.values == {
        "id": "1",
        "name": "王一",
        "born": "1987-02-30",
        "at": "2021-01-01 00:00:00",
    }
    assert (row.problems[0].field, row.problems[0].rule) == ("born", "type")
    corrections.record(
        town.store,
        table="s.t",
        quarantine_id=row.id,
        field="born",
        original="1987-02-30",
        corrected="1987-03-02",
        by="officer",
        reason="已对照证件原件",
        now=town.clock.now(),
    )
    assert town.one().quarantined == 0
    assert [str(r[2]) for r in town.rows()] == ["1987-03-02", "1990-01-01"]
    # The correction holds only while the source delivers the same wrong value.
    _sql(town, "UPDATE T SET born = '1987-02-31' WHERE id = 1")
    assert town.one().quarantined == 1


def test_a_correction_reaches_a_row_that_the_cursor_has_passed(town: Town) -> None:
    _people(town, "upsert", cursor="at")
    _sql(town, "UPDATE T SET born = 'x' WHERE id = 1")
    assert town.one().quarantined == 1
    (row,) = town.aside()
    corrections.record(
        town.store,
        table="s.t",
        quarantine_id=row.id,
        field="born",
        original="x",
        corrected="1987-03-12",
        by="officer",
        reason="r",
        now=town.clock.now(),
    )
    result = town.one()
    assert (result.inserted, result.quarantined, result.quarantined_after) == (1, 0, 0)
    assert len(town.rows()) == 2
    assert town.aside() == []


def _correct_the_name(town: Town) -> None:
    """A correction that makes one of two wrong cells of the row that is set aside right."""
    (row,) = town.aside()
    corrections.record(
        town.store,
        table="s.t",
        quarantine_id=row.id,
        field="name",
        original=None,
        corrected="王一",
        by="officer",
        reason="r",
        now=town.clock.now(),
    )


@pytest.mark.parametrize("cursor", ["", "at"])
def test_a_row_that_comes_again_still_wrong_is_set_aside_once(town: Town, cursor: str) -> None:
    _people(town, "upsert", cursor=cursor)
    _sql(town, "UPDATE T SET name = NULL, born = 'x', at = '2021-01-03' WHERE id = 1")
    assert town.one().quarantined == 1
    _correct_the_name(town)
    _sql(town, "UPDATE T SET at = '2021-01-04 00:00:00' WHERE id = 1")
    result = town.one()
    assert (result.quarantined, result.quarantined_after) == (1, 1)
    (row,) = town.aside()
    assert "#" not in row.id
    assert row.values["at"] == "2021-01-04 00:00:00", "as it came last"


def test_a_row_checked_again_stays_where_it_stood(town: Town) -> None:
    _people(town, "upsert", cursor="at")
    _sql(town, "UPDATE T SET name = NULL, born = 'x', at = '2020-12-01 00:00:00' WHERE id = 2")
    assert town.one().quarantined == 1
    assert town.aside()[0].row_label == "第 2 行"
    _correct_the_name(town)
    assert town.one().quarantined_after == 1
    (row,) = town.aside()
    assert ([p.field for p in row.problems], row.row_label) == (["born"], "第 2 行")


def test_a_row_that_comes_right_is_not_held_against_its_correction(town: Town) -> None:
    _people(town, "upsert")
    _sql(town, "UPDATE T SET name = NULL WHERE id = 1")
    assert town.one().quarantined == 1
    _correct_the_name(town)
    _sql(town, "UPDATE T SET name = '王义' WHERE id = 1")
    result = town.one()
    assert (result.inserted, result.quarantined, result.quarantined_after) == (1, 0, 0)
    assert [r[1] for r in town.rows()] == ["王义", "李二"]


def test_one_table_failing_never_stops_the_others(town: Town) -> None:
    _people(town, "full")
    lost = contract(typed("id", "long", key=1), table="lost")
    town.add(lost, f"sqlite://{town.root}/s.db", Fetch(source="NOT_THERE"))
    failed, good = town.collect("s.lost", "s.t")
    assert failed.error is not None
    assert "NOT_THERE" in failed.error
    assert (good.error, good.inserted) == (None, 2)


@pytest.mark.parametrize(
    ("drift", "error"), [("refuse", True), ("ignore_new", False), ("accept_new", False)]
)
def test_new_columns_follow_the_drift_policy(town: Town, drift: str, error: bool) -> None:
    _people(town, "full")
    _sql(town, "ALTER TABLE T ADD COLUMN MEMO TEXT", "UPDATE T SET MEMO = '备注'")
    town.add(town.contracts["s.t"], f"sqlite://{town.root}/s.db", Fetch(source="T"), drift=drift)
    (result,) = town.collect("s.t")
    assert (result.error is not None) == error
    if error:
        assert "MEMO" in str(result.error)
    else:
        names = [c.name for c in town.store.columns("ods.s.t")]
        assert ("new_memo" in names) == (drift == "accept_new")


def test_a_missing_column_is_an_error_that_names_it(town: Town) -> None:
    _people(town, "full")
    town.one()
    _sql(town, "ALTER TABLE T DROP COLUMN name")
    (result,) = town.collect("s.t")
    assert result.error is not None
    assert "name" in result.error
    assert "born" in result.error
    assert len(town.rows()) == 2


def test_a_stop_changes_nothing(town: Town) -> None:
    from citybrain.lake.runs import create, request_stop, run

    _people(town, "full")
    create(town.store, run_id="R9", tables=["s.t"], by="me")
    request_stop(town.store, "R9")
    (result,) = town.collect("s.t", run_id="R9")
    assert result.error is not None
    found = run(town.store, "R9")
    assert found is not None
    assert found.state == "stopped"
    assert town.rows() == []


def test_runs_history_and_status_tell_the_same(town: Town, clock: FixedClock) -> None:
    from citybrain.lake.home import Home
    from citybrain.lake.runs import log, run, runs, table_history
    from citybrain.lake.status import status

    _people(town, "full")
    _sql(town, "UPDATE T SET born = 'x' WHERE id = 1")
    town.one(run_id="R1")
    clock.advance(timedelta(days=3))
    found = run(town.store, "R1")
    assert found is not None
    assert [t.phase for t in found.tables] == ["done"]
    assert [r.run_id for r in runs(town.store)] == ["R1"]
    assert log(town.store, "R1")[-1].level == "warn"
    (batch,) = table_history(town.store, "s.t")
    assert batch.problems == {"born:type": 1}
    (row,) = status(Home(town.root / "home"), town.city, now=clock.now())
    assert (row.rows, row.quarantined, row.state) == (1, 1, "late")
    assert row.as_dict()["lake_table"] == "ods.s.t"
    integrity.remember(town.store.ground, "x.parquet", "ods.s.t", "the file is missing")
    (row,) = status(town.store, town.city, now=clock.now())
    assert (row.state, row.damage) == ("damaged", "x.parquet: the file is missing.")


def test_rules_find_what_standards_find(town: Town) -> None:
    _sql(
        town,
        "CREATE TABLE T (id INTEGER, no TEXT, born TEXT)",
        "INSERT INTO T VALUES (1, '11010519491231002X', '1949-12-31'),"
        "(2, '11010519491231002X', '1949-12-13'), (3, '110105194912310021', '1949-12-31')",
    )
    made = contract(
        typed("id", "long", key=1),
        text("no", rules=(Rule(name="id_number"),)),
        typed("born", "date", rules=(Rule(name="birth_of", arguments={"id": "no"}),)),
    )
    town.add(made, f"sqlite://{town.root}/s.db", Fetch(source="T"))
    assert town.one().quarantined == 2
    second, third = town.aside()
    assert second.problems[0].sentence == "身份证号显示 1949-12-31，登记为 1949-12-13，请核对其一。"
    assert second.problems[0].suggestion == "1949-12-31"
    assert [p.rule for p in third.problems] == ["id_number"]


def test_a_large_file_tells_how_far_it_is_and_stops_when_asked(
    tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from citybrain.lake import journal, staging
    from citybrain.lake.collect import collect
    from citybrain.lake.journal import Progress
    from citybrain.lake.runs import request_stop

    monkeypatch.setattr(staging, "_LOOK_SECONDS", 0.01)
    monkeypatch.setattr(journal, "EVERY_SECONDS", 0.0)
    rows = 900_000
    with (tmp_path / "t.csv").open("w") as file:
        file.write("id,name,day\n")
        file.writelines(f"{i},{'宣城' * 10},1987-03-12\n" for i in range(rows))
    town = Town(tmp_path, clock)
    made = contract(typed("id", "long", key=1), text("name"), typed("day", "date"))
    town.add(made, f"files://{tmp_path}", Fetch(source="t.csv"))
    told: list[Progress] = []

    def watch(progress: Progress) -> None:
        told.append(progress)
        if progress.phase == "reading" and 0 < progress.rows_read < rows:
            request_stop(town.store, "R1")

    (result,) = collect(
        town.store, town.city, ["s.t"], readers=READERS, connections=town.where,
        clock=clock, progress=watch, run_id="R1", workers=2,
    ).results  # fmt: skip
    assert "asked the run to stop" in (result.error or "")
    assert town.rows() == []
    on_its_way = [p for p in told if 0 < p.rows_read < rows]
    assert {p.expected for p in on_its_way} == {rows}
    assert town.one().inserted == rows
