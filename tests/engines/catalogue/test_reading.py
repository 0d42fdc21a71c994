"""Reading payload: who may, what is masked, and that every reading leaves its entry first."""

import csv
import io
import json
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard.service import Refused
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger
from tests.engines.catalogue import world

TABLE = "civil.marriages"
SQL = "SELECT man_name, man_id_number, man_birth_date, office FROM civil.marriages"
Reading = Callable[[Actor], Any]
# every function that hands out payload of the table, and whether it reveals
READINGS: dict[str, tuple[Reading, bool]] = {
    "sample": (lambda who: catalogue.sample(who, TABLE), False),
    "sample revealed": (
        lambda who: catalogue.sample(who, TABLE, reveal=True, purpose="核对数据质量"), True,
    ),
    "query": (lambda who: catalogue.query(who, SQL), False),
    "query revealed": (
        lambda who: catalogue.query(who, SQL, reveal=True, purpose="核对数据质量"), True,
    ),
    "csv": (lambda who: catalogue.table_download(who, TABLE, format="csv"), False),
    "json": (lambda who: catalogue.table_download(who, TABLE, format="json"), False),
    "quarantine": (lambda who: catalogue.quarantine(who, TABLE), False),
    "quarantine revealed": (
        lambda who: catalogue.quarantine(who, TABLE, reveal=True, purpose="核对数据质量"), True,
    ),
    "excel": (lambda who: catalogue.quarantine_excel(who, TABLE, purpose="核对数据质量"), True),
}  # fmt: skip
# who may: steward of the city, officer of the owning department; auditors see masks only and
# take nothing away; officers of others and contractors see no payload at all
MAY = {
    "engineer": set(READINGS),
    "civil": set(READINGS),
    "auditor": {"sample", "query", "quarantine"},
    "police": set(),
    "operator": set(),
}


@pytest.mark.parametrize("account", MAY)
def test_the_matrix_of_duties_and_readings(
    collected: Actor, who: Callable[[str], Actor], account: str
) -> None:
    reader = who(account)
    for name, (read, reveals) in READINGS.items():
        before = ledger.count()
        if name in MAY[account]:
            read(reader)
            assert ledger.count() == before + 1, name
            entry = ledger.entries(limit=1)[0]
            assert (entry.actor, entry.thing) == (reader.id, f"table:{TABLE}"), name
            assert (entry.masked, entry.outcome) == (not reveals, "done"), name
        else:
            with pytest.raises(Refused):
                read(reader)
            entry = ledger.entries(limit=1)[0]
            assert (entry.actor, entry.outcome) == (reader.id, "refused"), name


def test_masks_follow_the_classes_and_a_reveal_shows_all(collected: Actor) -> None:
    row = world.marriage(1)
    masked = dict(
        zip(world.HEADS, catalogue.sample(collected, TABLE, limit=1).rows[0], strict=True)
    )
    assert masked["男方姓名"] == "王**"
    assert masked["男方证件号"] == row[4][:6] + "********" + row[4][-4:]
    assert masked["男方出生日期"] == "1987-**-**"
    assert masked["登记机关"] == "宣州区"
    view = catalogue.sample(collected, TABLE, limit=1, reveal=True, purpose="核对数据质量")
    assert list(view.rows[0]) == row
    assert (view.total, view.revealed, view.may_reveal) == (world.ROWS, True, True)


def test_what_is_masked_is_said_of_each_column(collected: Actor) -> None:
    heads = {c.name: c.masked for c in catalogue.sample(collected, TABLE).columns}
    assert heads["man_id_number"]
    assert not heads["office"]
    shown = catalogue.sample(collected, TABLE, reveal=True, purpose="核对数据质量")
    assert not any(column.masked for column in shown.columns)


@pytest.mark.parametrize("purpose", ["", "  ", "看看"])
def test_a_reveal_needs_a_purpose(collected: Actor, purpose: str) -> None:
    for read in (
        lambda: catalogue.sample(collected, TABLE, reveal=True, purpose=purpose),
        lambda: catalogue.query(collected, SQL, reveal=True, purpose=purpose),
        lambda: catalogue.quarantine(collected, TABLE, reveal=True, purpose=purpose),
        lambda: catalogue.quarantine_excel(collected, TABLE, purpose=purpose),
    ):
        with pytest.raises(Refused):
            read()
    assert ledger.count(action="lake.reveal") == 4  # each refusal is recorded
    assert {e.outcome for e in ledger.entries(action="lake.reveal")} == {"refused"}


def test_a_query_is_recorded_for_each_table_it_reads(collected: Actor) -> None:
    catalogue.collect(collected, ["tax.registrations"])
    sql = "SELECT count(*) AS n FROM civil.marriages m LEFT JOIN tax.registrations t ON false"
    before = ledger.count()
    answer = catalogue.query(collected, sql)
    assert answer.to_pylist() == [{"n": world.ROWS}]
    things = {entry.thing for entry in ledger.entries(limit=2)}
    assert things == {"table:civil.marriages", "table:tax.registrations"}
    assert ledger.count() == before + 2


def test_a_query_over_one_forbidden_table_is_refused_whole(
    collected: Actor, who: Callable[[str], Actor]
) -> None:
    catalogue.collect(collected, ["tax.registrations"])
    sql = "SELECT 1 FROM civil.marriages, tax.registrations"
    with pytest.raises(Refused):
        catalogue.query(who("civil"), sql)


@pytest.mark.parametrize(
    "sql",
    ["SELECT * FROM read_csv('/etc/passwd')", "DROP TABLE civil.marriages", "SELECT 1; SELECT 2"],
)
def test_only_one_select_over_the_lake(collected: Actor, sql: str) -> None:
    with pytest.raises(CityError):
        catalogue.query(collected, sql)
    with pytest.raises(CityError):
        catalogue.query(collected, "SELECT * FROM civil.nothing")


def test_nothing_is_handed_out_when_the_record_cannot_be_written(collected: Actor) -> None:
    """The ledger's disk is full: the act fails, whatever was read already."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON ledger_entry "
            "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        )
    try:
        for name, (read, _reveals) in READINGS.items():
            with pytest.raises(CityError, match="留痕"):
                read(collected)
            assert name
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER full_disk")
    assert catalogue.sample(collected, TABLE).rows


def test_downloads_are_masked_and_safe_to_open(collected: Actor) -> None:
    file = catalogue.table_download(collected, TABLE, format="csv")
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == world.ROWS
    assert rows[0]["man_name"] == "王**"
    assert "演练" in file.file_name
    answer = json.loads(catalogue.table_download(collected, TABLE, format="json").content)
    assert answer["rehearsal"] is True
    assert answer["rows"][0]["man_name"] == "王**"
    with pytest.raises(CityError):
        catalogue.table_download(collected, TABLE, format="exe")


def test_an_earlier_snapshot_is_shown_as_it_was(collected: Actor, city_clock: FixedClock) -> None:
    first = catalogue.snapshots(collected, TABLE)[0].snapshot
    city_clock.advance(timedelta(days=1))
    path = Path(os.environ["CITYBRAIN_SYSTEMS"]) / "civil" / "婚姻登记累计表.xlsx"
    world.write_marriages(path, rows=world.ROWS + 2)
    catalogue.collect(collected, [TABLE])
    assert catalogue.sample(collected, TABLE).total == world.ROWS + 2
    before = catalogue.sample(collected, TABLE, snapshot=first, limit=200)
    assert (before.total, len(before.rows), before.snapshot) == (world.ROWS, world.ROWS, first)
    assert [row.current for row in catalogue.snapshots(collected, TABLE)] == [True, False]
    then = catalogue.table_download(collected, TABLE, format="json", snapshot=first)
    assert len(json.loads(then.content)["rows"]) == world.ROWS
    with pytest.raises(catalogue.Unknown):
        catalogue.sample(collected, TABLE, snapshot=1)


def test_rows_that_left_the_table_are_said(collected: Actor) -> None:
    """Two rows fewer are two taken out: in the snapshots, the table's summary and the run."""
    path = Path(os.environ["CITYBRAIN_SYSTEMS"]) / "civil" / "婚姻登记累计表.xlsx"
    world.write_marriages(path, rows=world.ROWS - 2)
    run = catalogue.collect(collected, [TABLE])
    assert [row.removed for row in catalogue.snapshots(collected, TABLE)] == [2, 0]
    assert "移走 2" in catalogue.table(collected, TABLE).today.zh
    view = catalogue.run(collected, run.run_id)
    assert "移走 2 行" in " ".join(line.text.zh for line in view.log)
    assert [(row.inserted, row.updated, row.removed) for row in view.done] == [(0, 0, 2)]
    again = catalogue.collect(collected, [TABLE])
    assert [row.removed for row in catalogue.run(collected, again.run_id).done] == [0]


def test_an_unknown_table_is_unknown(engineer: Actor) -> None:
    for call in (catalogue.table, catalogue.sample, catalogue.quarantine):
        with pytest.raises(catalogue.Unknown):
            call(engineer, "civil.nothing")
    with pytest.raises(catalogue.Unknown):
        catalogue.system(engineer, "nothing")
