"""The door to background work: enqueue, look, run.

Tasks are functions decorated with ``django_tasks.task``; what they are given must be JSON.
At least once is what any queue can promise; exactly-once effects are written inside
``current().effect()``, or made idempotent by ``current().key``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count
from django_tasks.base import Task

from citybrain.engines.work.backend import put
from citybrain.engines.work.leasing import LeaseLostError, again, stuck
from citybrain.engines.work.models import Job
from citybrain.engines.work.running import GiveBackError, Running, current
from citybrain.engines.work.worker import chore, periodic, run_worker


@dataclass(frozen=True, kw_only=True)
class JobView:
    """One job as a page shows it; ``state`` is ready, running, done or failed.

    ``run_after`` is when a ready one is tried; ``errors`` are the reasons of attempts that
    failed, the newest last.
    """

    id: int
    task: str
    state: str
    attempt: int
    progress: dict[str, Any]
    result: Any
    error: str
    enqueued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    run_after: datetime | None = None
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def enqueue(task: Task[Any, Any], *args: Any, unique_key: str = "", **kwargs: Any) -> int:
    """Queue a task in the caller's transaction; the job's id.

    With ``unique_key`` the open job of that key is returned, if there is one.
    """
    task.get_backend().validate_task(task)
    return put(task, args, kwargs, unique_key=unique_key).pk


def job(job_id: int) -> JobView | None:
    """One job; None when it is unknown or forgotten."""
    found = Job.objects.filter(pk=job_id).first()
    return _view(found) if found else None


def jobs(
    *, limit: int = 50, offset: int = 0, state: str = "", task: str = "", open_only: bool = False
) -> list[JobView]:
    """Jobs, newest first: all, or those of a state, of a task's path, or not ended yet."""
    found = Job.objects.order_by("-id")
    if state:
        found = found.filter(state=state)
    if task:
        found = found.filter(task=task)
    if open_only:
        found = found.filter(state__in=("ready", "running"))
    return [_view(one) for one in found[offset : offset + limit]]


def counts() -> dict[str, int]:
    """How many jobs are in each state."""
    rows = Job.objects.values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in rows}


def retry(job_id: int, *, now: datetime) -> bool:
    """Let a job that failed for good, or waits for its next attempt, run at once.

    False when it is neither. Its unique key must be free: another open job of it does its work.
    """
    return again(job_id, now=now)


def _view(one: Job) -> JobView:
    return JobView(
        id=one.pk, task=one.task, state=one.state, attempt=one.attempt, progress=one.progress,
        result=one.result, error=one.errors[-1]["text"] if one.errors else "",
        enqueued_at=one.enqueued_at, started_at=one.started_at, finished_at=one.finished_at,
        run_after=one.run_after, kwargs=one.kwargs,
        errors=tuple(str(error.get("text", "")) for error in one.errors),
    )  # fmt: skip


__all__ = [
    "GiveBackError",
    "JobView",
    "LeaseLostError",
    "Running",
    "chore",
    "counts",
    "current",
    "enqueue",
    "job",
    "jobs",
    "periodic",
    "retry",
    "run_worker",
    "stuck",
]
