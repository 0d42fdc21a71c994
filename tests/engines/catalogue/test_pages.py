"""What the pages are drawn from: the lake's own figures, and no payload without a record."""

import os
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock, SystemClock
from citybrain.base.errors import CityError
from citybrain.base.wording import Text
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue import tasks
from citybrain.engines.catalogue.failures import said
from citybrain.engines.catalogue.runs import share_of
from citybrain.engines.catalogue.service import BrokenFact
from citybrain.engines.catalogue.views_runs import RunTable
from citybrain.engines.guard.service import Refused
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger
from citybrain.engines.work import service as work
from citybrain.lake.statement import tables_of
from tests.engines.catalogue import world

TABLE = "civil.marriages"
ACCOUNTS = ("engineer", "civil", "police", "operator", "auditor")


def test_the_overview_counts_what_the_lake_holds(collected: Actor) -> None:
    view = catalogue.overview(collected)
    assert (view.tables, view.new_today, view.changed_today) == (2, 40, 0)
    assert view.departments_connected == 2
    states = {row.name: row.state for row in (*view.needs, *view.arrived)}
    assert states["civil"] == "arrived"
    assert sum(asdict(view.counts).values()) == 2
    assert view.runs[0].accepted == 40
    assert view.seen[0].is_me


def test_what_is_read_again_and_is_the_same_did_not_arrive(
    collected: Actor, city_clock: FixedClock
) -> None:
    city_clock.advance(timedelta(minutes=5))
    (again,) = catalogue.collect(collected, [TABLE]).results
    assert (again.read, again.unchanged) == (40, 40)
    view = catalogue.overview(collected)
    assert (view.new_today, view.changed_today, view.arrived_today) == (40, 0, 40)


def test_what_failed_and_what_is_late_come_first(collected: Actor, city_clock: FixedClock) -> None:
    (Path(os.environ["CITYBRAIN_SYSTEMS"]) / "tax" / "税务登记信息.csv").unlink()
    catalogue.collect(collected, ["tax.registrations"])
    view = catalogue.overview(collected)
    assert [row.name for row in view.needs] == ["tax"]
    assert view.needs[0].state == "failed"
    assert "没有文件" in view.needs[0].sentence.zh
    assert view.needs[0].run
    city_clock.advance(timedelta(days=1, hours=1))
    late = {row.table: row for row in catalogue.tables(collected)}[TABLE]
    assert late.state == "late"
    assert "已迟" in late.sentence.zh


def test_the_tables_page_tells_everything_but_rows(collected: Actor) -> None:
    before = ledger.count()
    view = catalogue.table(collected, TABLE)
    assert ledger.count() == before
    assert view.row.rows == 40
    assert [field.name for field in view.fields][:2] == ["registration_number", "kind"]
    born = next(field for field in view.fields if field.name == "man_birth_date")
    assert born.rate == 100.0
    assert "第 7–14 位一致" in born.rules[0].zh
    assert (born.level, born.masking) == (3, "birth_date")
    assert view.history[-1].rows == 40
    assert view.snapshots[0].current
    assert view.lineage[1].current
    assert world.marriage(1)[3] not in repr(view)


def test_a_fields_share_of_valid_rows_follows_the_deliveries(
    collected: Actor, broken: BrokenFact
) -> None:
    view = catalogue.table(collected, TABLE)
    born = next(field for field in view.fields if field.name == "man_birth_date")
    assert born.trend == (100.0, 97.5)
    assert [(reason.rule, reason.rows) for reason in view.reasons] == [("birth_of", 1)]
    (listed,) = catalogue.quarantine_list(collected)
    assert (listed.table, listed.quarantined) == (TABLE, 1)
    assert catalogue.badges(collected).quarantined == 1


def test_pages_without_payload_are_open_to_every_duty_and_record_nothing(
    collected: Actor, who: Callable[[str], Actor]
) -> None:
    run_id = catalogue.runs(collected)[0].run
    for name in ACCOUNTS:
        reader = who(name)
        before = ledger.count()
        for page in (
            catalogue.overview, catalogue.systems, catalogue.tables, catalogue.runs,
            catalogue.quarantine_list, catalogue.integrity, catalogue.connection_plan,
            lambda r: catalogue.system(r, "civil"), lambda r: catalogue.table(r, TABLE),
            lambda r: catalogue.history(r, TABLE), lambda r: catalogue.snapshots(r, TABLE),
            lambda r: catalogue.run(r, run_id), catalogue.badges, catalogue.frame,
            lambda r: catalogue.template_excel(r, TABLE),
        ):  # fmt: skip
            found = page(reader)
            assert world.marriage(1)[3] not in repr(found)
        assert ledger.count() == before
    assert catalogue.frame(None).rehearsal


def test_the_record_is_shown_to_who_may_read_it(
    collected: Actor, who: Callable[[str], Actor]
) -> None:
    catalogue.sample(collected, TABLE)
    catalogue.sample(who("civil"), TABLE)
    thing = f"table:{TABLE}"
    everything = catalogue.seen_by(collected, thing)
    assert everything.total >= 3
    officer = catalogue.seen_by(who("civil"), thing)
    assert officer.total == everything.total  # her own department's table
    names = {row.who for row in officer.rows if not row.is_me}
    assert all("*" in name for name in names)
    nobody = catalogue.seen_by(who("police"), thing)
    assert (nobody.total, nobody.rows) == (0, ())
    assert catalogue.seen_by(who("operator")).total == 0
    own = catalogue.seen_by(who("police"))
    assert all(row.is_me for row in own.rows)


def test_an_ordered_run_waits_moves_and_ends(engineer: Actor) -> None:
    run_id = catalogue.enqueue_collect(engineer, ["civil"])
    view = catalogue.run(engineer, run_id)
    assert (view.row.state, view.moving, view.may_stop) == ("waiting", True, True)
    assert [table.table for table in view.waiting] == [TABLE]
    assert view.row.by_me
    work.run_worker(threading.Event(), clock=SystemClock(), until_empty=True)
    done = catalogue.run(engineer, run_id)
    assert (done.row.state, done.moving, done.share) == ("done", False, 1.0)
    assert (done.row.read, done.row.accepted, done.row.quarantined) == (40, 40, 0)
    assert [table.table for table in done.done] == [TABLE]
    assert done.log


def test_a_run_that_is_stopped_before_it_begins_changes_nothing(engineer: Actor) -> None:
    run_id = catalogue.enqueue_collect(engineer, [TABLE])
    catalogue.stop_run(engineer, run_id)
    work.run_worker(threading.Event(), clock=SystemClock(), until_empty=True)
    view = catalogue.run(engineer, run_id)
    assert view.row.state == "stopped"
    assert catalogue.tables(engineer)[0].rows == 0


def test_one_failing_table_does_not_stop_the_others(engineer: Actor) -> None:
    (Path(os.environ["CITYBRAIN_SYSTEMS"]) / "tax" / "税务登记信息.csv").unlink()
    result = catalogue.collect(engineer, None, everything=True)
    assert {t.table: t.error is None for t in result.results} == {
        TABLE: True, "tax.registrations": False,
    }  # fmt: skip
    view = catalogue.run(engineer, result.run_id)
    assert [failure.table for failure in view.failures] == ["tax.registrations"]
    assert "没有文件" in view.failures[0].sentence.zh
    (bad,) = [line.text for line in view.log if line.level == "bad"]
    assert bad.zh == f"税务登记：{view.failures[0].sentence.zh}"
    assert "not at the source" in bad.en


@pytest.mark.parametrize("account", ["police", "auditor"])
def test_who_may_not_collect_is_refused(
    engineer: Actor, who: Callable[[str], Actor], account: str
) -> None:
    for call in (catalogue.collect, catalogue.enqueue_collect):
        with pytest.raises(Refused):
            call(who(account), [TABLE])
    with pytest.raises(catalogue.Unknown, match=r"最接近的是 civil\.marriages"):
        catalogue.collect(engineer, ["civil.marriagse"])


def test_the_schedule_collects_what_is_due_and_sees_no_payload(
    engineer: Actor, city_clock: FixedClock
) -> None:
    assert tasks.collect_due.call() == {"tables": 2}
    assert tasks.collect_due.call() == {"tables": 0}
    assert ledger.entries(limit=1)[0].actor == "system"
    for read in (catalogue.sample, catalogue.quarantine, catalogue.table_download):
        with pytest.raises(Refused):
            read(tasks.scheduler(), TABLE)


def test_the_night_verifies_and_keeps_a_copy(
    collected: Actor, city_clock: FixedClock, home: Path
) -> None:
    tasks.care.call()
    assert catalogue.integrity(collected).state == "unknown"  # it is afternoon
    city_clock.advance(timedelta(hours=12))
    tasks.care.call()
    view = catalogue.integrity(collected)
    assert view.state == "whole"
    assert view.backup_at is not None
    assert len(list((home / "backups").iterdir())) == 1


def test_known_failures_are_said_in_chinese_and_others_as_they_are() -> None:
    assert said("The file a.csv is not at the source, because x. Do.").zh == "来源处没有文件 a.csv"
    assert said("civil.m lacks the column A (甲), because x.").zh.startswith(
        "来源表少了必填列：A (甲)"
    )
    formula = "the formula in H2, A3 has no result: it was never calculated. Open it in Excel."
    assert (
        "H2, A3 中的公式没有算出结果"
        in said(f"The workbook a.xlsx cannot be read, because {formula}").zh
    )
    with pytest.raises(CityError) as caught:
        tables_of("DESCRIBE civil.marriages")
    assert "请查 SELECT * FROM civil.marriages LIMIT 1；" in said(str(caught.value)).zh
    assert said("Something else.").zh == "Something else."


def test_tables_that_wait_weigh_in_the_progress_of_a_first_run() -> None:
    def table(phase: str, read: int, expected: int, share: float) -> RunTable:
        return RunTable(
            table=TABLE, title=Text(zh=""), system_title=Text(zh=""), phase=phase, read=read,
            expected=expected, share=share, accepted=0, inserted=0, updated=0, removed=0,
            unchanged=0, quarantined=0, seconds=0.0,
        )  # fmt: skip

    through = [table("done", 1000, 1000, 1.0), table("reading", 500, 1000, 0.5)]
    waiting = [table("waiting", 0, 0, 0.0)] * 6
    assert share_of(through + waiting, moving=True) == pytest.approx(1.5 / 8)
    assert share_of(waiting, moving=True) == 0.0
    assert share_of(through, moving=False) == 1.0
