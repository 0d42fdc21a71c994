"""Runs as pages show them: moving or over. The lake's database tells; nothing is kept here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from citybrain.base.wording import Text, both, counted
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.failures import said
from citybrain.engines.catalogue.history import history_of
from citybrain.engines.catalogue.reading import may, require, things_of
from citybrain.engines.catalogue.seen import person
from citybrain.engines.catalogue.views import EMPTY, RunRow
from citybrain.engines.catalogue.views_runs import LogLine, RunFailure, RunTable, RunView
from citybrain.engines.identity.service import Actor

if TYPE_CHECKING:
    from citybrain.lake.runs import Came

MOVING = ("waiting", "running")
LINES = 200  # of the log, newest first


def runs(actor: Actor, *, limit: int = 50) -> tuple[RunRow, ...]:
    """The newest runs, newest first."""
    require(actor, "work.read", "lake:")
    return recent(actor, limit=limit)


def recent(actor: Actor, *, limit: int, system: str = "") -> tuple[RunRow, ...]:
    """The newest runs that touched ``system`` (any when empty)."""
    from citybrain.lake.runs import runs as listed

    rows = []
    for record in listed(wiring.store(), limit=200 if system else limit):
        tables = _tables(record.run_id)
        if system and not any(t.table.split(".")[0] == system for t in tables):
            continue
        rows.append(_row(record, tables, actor))
        if len(rows) == limit:
            break
    return tuple(rows)


@dataclass(frozen=True, kw_only=True)
class Today:
    """What came of some tables today: rows new and changed, whether anything came, the last run.

    A row that was read again and was the same is not counted.
    """

    new: int = 0
    changed: int = 0
    came: bool = False
    run: str = ""


@dataclass(frozen=True, kw_only=True)
class News:
    """What came of each table today, and its newest run, of any day."""

    came: Mapping[str, "Came"]
    newest: Mapping[str, tuple[datetime, str]]


def news(now: datetime) -> News:
    """Read once for all tables: asking table by table takes a city of many tables a second."""
    from citybrain.lake.runs import came_on, newest_runs

    store = wiring.store()
    return News(came=came_on(store, now.date()), newest=newest_runs(store))


def today(tables: Sequence[str], now: datetime, told: News) -> Today:
    """What came today of these tables, and the newest run that touched them, of any day."""
    came = [told.came[name] for name in tables if name in told.came]
    newest = max((told.newest[name] for name in tables if name in told.newest), default=(now, ""))
    return Today(
        new=sum(one.inserted for one in came),
        changed=sum(one.updated for one in came),
        came=any(one.accepted for one in came),
        run=newest[1],
    )


def _tables(run_id: str) -> list[Any]:
    from citybrain.lake.runs import run

    found = run(wiring.store(), run_id)
    return list(found.tables) if found else []


def _row(record: Any, tables: Sequence[Any], reader: Actor) -> RunRow:
    failed = sum(table.phase == "failed" for table in tables)
    accepted = sum(table.accepted for table in tables)
    quarantined = sum(table.quarantined for table in tables)
    # Of tables that are through: read = accepted + set aside holds at every moment.
    read = sum(table.rows_read for table in tables if table.phase == "done")
    return RunRow(
        run=record.run_id,
        title=_title(record, tables, reader),
        summary=_summary(accepted, quarantined),
        result=_result(record.state, failed),
        state=record.state,
        started_at=record.started_at,
        finished_at=record.finished_at,
        by=person(record.by, reader) if record.by else "",
        by_me=record.by == reader.id,
        tables=len(tables),
        failed=failed,
        read=read,
        accepted=accepted,
        quarantined=quarantined,
    )


def _title(record: Any, tables: Sequence[Any], reader: Actor) -> Text:
    kind = record.scope.partition(":")[0]
    verb = {
        "upload": ("上传", "Upload"),
        "due": ("到期汇聚", "Collect what is due"),
    }.get(kind, ("汇聚", "Collect"))
    systems = dict.fromkeys(table.table.split(".")[0] for table in tables)
    if len(tables) == 1:
        name = table_title(tables[0].table)
        return Text(zh=f"{verb[0]} · {name.zh}", en=f"{verb[1]}: {name.en}")
    if len(systems) == 1:
        name = system_title(next(iter(systems)))
        return Text(zh=f"{verb[0]} · {name.zh}", en=f"{verb[1]}: {name.en}")
    return Text(
        zh=f"{verb[0]} · {len(systems)} 个系统", en=f"{verb[1]}: {counted(len(systems), 'system')}"
    )


def _summary(accepted: int, quarantined: int) -> Text:
    if not quarantined:
        return Text(zh=f"{accepted:,} 行入库", en=f"{counted(accepted, 'row')} in")
    return Text(
        zh=f"{accepted:,} 行入库，{quarantined:,} 行待修正",
        en=f"{counted(accepted, 'row')} in, {quarantined:,} set aside",
    )


def _result(state: str, failed: int) -> Text:
    if failed:
        return Text(zh=f"{failed} 张失败", en=f"{failed} failed")
    return {
        "waiting": Text(zh="等待", en="Waiting"),
        "running": Text(zh="进行中", en="Running"),
        "stopped": Text(zh="已停止", en="Stopped"),
        "failed": Text(zh="失败", en="Failed"),
    }.get(state, Text(zh="完成", en="Done"))


def table_title(table_id: str) -> Text:
    """The table's title; its id when the city no longer has it."""
    contract = wiring.city().contracts.get(table_id)
    return words.title(contract) if contract else Text(zh=table_id, en=table_id)


def system_title(name: str) -> Text:
    """The system's title; its name when the city no longer has it."""
    system = wiring.city().systems.get(name)
    return words.title(system) if system else Text(zh=name, en=name)


def run(actor: Actor, run_id: str) -> RunView:
    """One run as it is now; refuses an unknown id."""
    from citybrain.lake.runs import log, removed
    from citybrain.lake.runs import run as found_run

    require(actor, "work.read", "lake:")
    record = found_run(wiring.store(), run_id)
    if record is None:
        raise Unknown(
            both(f"没有汇聚任务 {run_id}", f"There is no collecting run {run_id}"),
            do=both("请在“汇聚任务”页面中查找", "Look for it on the page “Runs”"),
            where=run_id,
        )
    row = _row(record, record.tables, actor)
    gone = removed(wiring.store(), record)
    tables = [_table(table, gone.get(table.table, 0)) for table in record.tables]
    now = wiring.clock().now()
    moving = record.state in MOVING
    elapsed = ((record.finished_at or now) - record.started_at).total_seconds()
    share = share_of(tables, moving=moving)
    done = tuple(table for table in tables if table.phase == "done")
    return RunView(
        row=row,
        title=Text(zh="正在汇聚", en="Collecting") if moving else row.title,
        sentence=_sentence(row, elapsed),
        moving=moving,
        share=share,
        elapsed=elapsed,
        remaining=_remaining(elapsed, share) if moving else None,
        failures=tuple(_failure(t) for t in record.tables if t.phase == "failed"),
        running=tuple(t for t in tables if t.phase in ("reading", "writing")),
        waiting=tuple(t for t in tables if t.phase == "waiting"),
        done=done,
        done_rows=sum(table.accepted for table in done),
        done_quarantined=sum(table.quarantined for table in done),
        log=tuple(_line(line) for line in reversed(list(log(wiring.store(), run_id))[-LINES:])),
        stop_asked=record.stop_requested,
        may_stop=moving and may(actor, "lake.collect", things_of([t.table for t in tables])),
    )


def _table(table: Any, removed: int) -> RunTable:
    expected = table.rows_expected or 0
    over = table.phase in ("done", "failed", "stopped")
    share = 1.0 if over else min(table.rows_read / expected, 1.0) if expected else 0.0
    return RunTable(
        table=table.table,
        title=table_title(table.table),
        system_title=system_title(table.table.split(".")[0]),
        phase=table.phase,
        read=table.rows_read,
        expected=expected,
        share=share,
        accepted=table.accepted,
        inserted=table.inserted,
        updated=table.updated,
        removed=removed,
        unchanged=table.unchanged,
        quarantined=table.quarantined,
        seconds=table.seconds,
    )


def _failure(table: Any) -> RunFailure:
    contract = wiring.city().contracts.get(table.table)
    good = [p for p in history_of(table.table) if not p.failed]
    stands = (
        Text(
            zh=f"湖中仍是 {good[-1].at:%m-%d %H:%M} 的快照，{good[-1].rows:,} 行，可照常使用。",
            en=f"The lake still has {counted(good[-1].rows, 'row')} of {good[-1].at:%m-%d %H:%M}.",
        )
        if good
        else Text(zh="湖中还没有这张表。", en="The lake does not have this table yet.")
    )
    contact = both(contract.contact, contract.contact_en) if contract else EMPTY
    return RunFailure(
        table=table.table,
        title=table_title(table.table),
        system_title=system_title(table.table.split(".")[0]),
        sentence=said(table.error or ""),
        stands=stands,
        contact=Text(zh=f"联系：{contact.zh}", en=f"Contact: {contact.en}")
        if contact.zh
        else EMPTY,
    )


def _line(line: Any) -> LogLine:
    return LogLine(
        at=line.at,
        level=line.level,
        table=line.table,
        text=_of_table(line.table, _said(line)),
    )


def _said(line: Any) -> Text:
    """What a line says; of a failure what the table's own page says of it."""
    known = said(line.sentence_en) if line.level == "bad" else None
    if known is None or known.zh == line.sentence_en:
        return Text(zh=line.sentence_zh, en=line.sentence_en)
    return known


def _of_table(table: str, said: Text) -> Text:
    """The sentence after the name of its table, for a log of many tables."""
    if not table:
        return said
    title = table_title(table)
    return Text(zh=f"{title.zh}：{said.zh}", en=f"{title.en or title.zh}: {said.en}")


def share_of(tables: Sequence[RunTable], *, moving: bool) -> float:
    """How much of a run is done, 0 to 1; a guess until every table was counted."""
    if not moving:
        return 1.0
    # A table that waits has not been counted yet: it weighs as much as the others on average.
    known = [max(t.expected, t.read) for t in tables if t.phase != "waiting"]
    usual = max(sum(known) / len(known), 1) if known else 1
    weights = [usual if t.phase == "waiting" else max(t.expected, t.read, 1) for t in tables]
    total = sum(weights)
    return sum(w * t.share for w, t in zip(weights, tables, strict=True)) / total if total else 0.0


def _remaining(elapsed: float, share: float) -> float | None:
    return elapsed * (1 - share) / share if share > 0.05 else None


def _sentence(row: RunRow, elapsed: float) -> Text:
    by = "" if row.by == "system" else row.by
    who = "您" if row.by_me else by or "定时任务"
    who_en = "you" if row.by_me else by or "the schedule"
    zh = f"由{who}于 {row.started_at:%H:%M:%S} 发起，{row.tables} 张表，用时 {elapsed:.0f} 秒"
    tables = counted(row.tables, "table")
    en = f"Started by {who_en} at {row.started_at:%H:%M:%S}, {tables}, {elapsed:.0f} s"
    return Text(zh=zh + "。", en=en + ".")
