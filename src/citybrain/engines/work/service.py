"""The door to background work: enqueue, look, run.

Tasks are functions decorated with ``django_tasks.task``; what they are given must be JSON.
At least once is what any queue can promise; exactly-once effects are written inside
``current().effect()``, or made idempotent by ``current().key``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django_tasks.base import Task

from citybrain.engines.work.backend import put
from citybrain.engines.work.leasing import LeaseLostError, stuck
from citybrain.engines.work.models import Job
from citybrain.engines.work.running import GiveBackError, Running, current
from citybrain.engines.work.worker import chore, periodic, run_worker


@dataclass(frozen=True, kw_only=True)
class JobView:
    """One job as a page shows it; ``state`` is ready, running, done or failed."""

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


def jobs(*, limit: int = 50, offset: int = 0) -> list[JobView]:
    """Jobs, newest first."""
    return [_view(one) for one in Job.objects.order_by("-id")[offset : offset + limit]]


def _view(one: Job) -> JobView:
    return JobView(
        id=one.pk, task=one.task, state=one.state, attempt=one.attempt, progress=one.progress,
        result=one.result, error=one.errors[-1]["text"] if one.errors else "",
        enqueued_at=one.enqueued_at, started_at=one.started_at, finished_at=one.finished_at,
    )  # fmt: skip


__all__ = [
    "GiveBackError",
    "JobView",
    "LeaseLostError",
    "Running",
    "chore",
    "current",
    "enqueue",
    "job",
    "jobs",
    "periodic",
    "run_worker",
    "stuck",
]
