"""Operations: what ran, runs, waits and failed on the queue, for who keeps it going."""

from datetime import datetime
from typing import Any

from citybrain.base.wording import counted
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import knowledge, wiring
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.modelling import schedule_of
from citybrain.engines.libraries.views_models import OperationRow, OperationsView, ScheduleRow
from citybrain.engines.libraries.wiring import Text, both
from citybrain.engines.work import service as work
from citybrain.lake.models.books import read_states
from citybrain.lake.models.model import ON_CHANGE

STATES = ("running", "ready", "failed", "done")
SHOWN = 100
LINES = 40
TITLES = {
    "collect_tables": both("汇聚（人工）", "Collect, ordered"),
    "collect_due": both("到期汇聚", "Collect what is due"),
    "care": both("夜间维护", "Nightly care"),
    "build_models": both("构建模型", "Build models"),
    "build_due": both("查看到期模型", "Look for models that are due"),
}


def operations(actor: Actor, *, state: str = "") -> OperationsView:
    """Jobs, newest first, of every state or of one; what the clock will do. No payload."""
    wiring.require(actor, "work.read", "lake:")
    may_retry = wiring.may(actor, "model.build", "lake:")
    found = work.jobs(limit=SHOWN, state=state if state in STATES else "")
    counted = work.counts()
    return OperationsView(
        rows=tuple(_row(one, may_retry=may_retry) for one in found),
        counts=tuple((name, counted[name]) for name in STATES if counted.get(name)),
        schedules=tuple(_schedules()),
        may_retry=may_retry,
    )


def operation(actor: Actor, job: int) -> OperationRow:
    """One job with its log."""
    wiring.require(actor, "work.read", "lake:")
    found = work.job(job)
    if found is None:
        raise Unknown(
            both(f"没有任务 {job}", f"There is no job {job}"),
            why=both("完成的任务保留七天", "finished jobs are kept for seven days"),
            where=str(job),
        )
    return _row(found, may_retry=wiring.may(actor, "model.build", "lake:"))


def retry_operation(actor: Actor, job: int) -> bool:
    """Run a failed or waiting job at once; False when it is neither, or another does its work."""
    found = work.job(job)
    if found is None:
        raise Unknown(both(f"没有任务 {job}", f"There is no job {job}"), where=str(job))
    action = "lake.collect" if "collect" in found.task else "model.build"
    with guard.act(actor, action, "lake:", clock=wiring.clock()):
        return work.retry(job, now=wiring.clock().now())


def _row(one: work.JobView, *, may_retry: bool) -> OperationRow:
    name = one.task.rpartition(".")[2]
    started, ended = one.started_at, one.finished_at
    seconds = (ended - started).total_seconds() if started and ended else None
    waits = one.state == "ready" and one.attempt > 0
    run = str(one.kwargs.get("run_id", ""))
    return OperationRow(
        job=one.id,
        title=TITLES.get(name, both(name)),
        detail=_detail(one),
        state="partly" if one.state == "done" and _unmade(one) else one.state,
        attempt=one.attempt,
        at=wiring.local(one.enqueued_at),
        started_at=wiring.local(started) if started else None,
        finished_at=wiring.local(ended) if ended else None,
        seconds=seconds,
        again=wiring.local(one.run_after) if waits and one.run_after else None,
        error=_last_line(one.error),
        log=tuple(_log(one)),
        run=run if run.startswith("R-") else "",
        may_retry=may_retry and (one.state == "failed" or waits),
    )


def _detail(one: work.JobView) -> Text:
    names = one.kwargs.get("names") or one.kwargs.get("tables") or ()
    result = one.result if isinstance(one.result, dict) else {}
    unmade = _unmade(one)
    zh, en = (f"，未成 {unmade}", f", {unmade} not made") if unmade else ("", "")
    if names:
        more = f" +{len(names) - 3}" if len(names) > 3 else ""
        return both(f"{'、'.join(names[:3])}{more}{zh}", f"{', '.join(names[:3])}{more}{en}")
    if "built" in result:
        return both(f"构建 {result['built']}{zh}", f"{result['built']} built{en}")
    if "tables" in result:
        return both(f"{result['tables']} 张表{zh}", f"{counted(result['tables'], 'table')}{en}")
    return both("")


def _unmade(one: work.JobView) -> int:
    """How many models or tables a job that ended did not make."""
    result = one.result if isinstance(one.result, dict) else {}
    return len(result.get("bad", ())) + int(result.get("failed", 0))


def _log(one: work.JobView) -> list[str]:
    """Attempts that failed, each with the end of what it said; then what it made, one by one.

    Paths of this machine are left out.
    """
    said = []
    for n, error in enumerate(one.errors, start=1):
        lines = [line for line in error.splitlines() if not line.strip().startswith("File ")]
        said += [f"# {n}", *lines[-LINES:]]
    told = one.progress
    said += [
        f"{model}  {phase}  {counted(rows, 'row')}  {seconds:.1f} s"
        for model, phase, rows, seconds in told.get("ended", ())
    ]
    result = one.result if isinstance(one.result, dict) else {}
    said += [f"{key}: {_value(value)}" for key, value in result.items()]
    if told.get("total"):
        said.append(f"{told.get('done', 0)} / {told['total']}")
    return said


def _value(value: Any) -> str:
    return ", ".join(map(str, value)) or "—" if isinstance(value, list) else str(value)


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1][:300] if lines else ""


def _schedules() -> list[ScheduleRow]:
    """What the clock does: collecting by contract, care at night, models with a time of day."""
    last = {name: _last(name) for name in ("collect_due", "care", "build_due")}
    rows = [
        ScheduleRow(
            name="collect_due", title=TITLES["collect_due"], last=last["collect_due"],
            cycle=both("每 15 分钟", "every 15 minutes"),
        ),
        ScheduleRow(
            name="care", title=TITLES["care"], last=last["care"],
            cycle=both("每天夜里", "every night"),
        ),
    ]  # fmt: skip
    states = read_states(wiring.store())
    for one in knowledge.models().values():
        if one.schedule != ON_CHANGE:
            state = states.get(one.name)
            rows.append(
                ScheduleRow(
                    name=one.name,
                    title=both(one.title or one.name, one.title_en),
                    cycle=schedule_of(one),
                    last=state.tried_at if state else None,
                )
            )
    return rows


def _last(name: str) -> datetime | None:
    found = next((t for t in _TASKS if t.endswith(f".{name}")), "")
    jobs = work.jobs(limit=1, task=found) if found else []
    ended = jobs[0].finished_at if jobs else None
    return wiring.local(ended) if ended else None


_TASKS = (
    "citybrain.engines.catalogue.tasks.collect_due",
    "citybrain.engines.catalogue.tasks.care",
    "citybrain.engines.libraries.tasks.build_due",
)
