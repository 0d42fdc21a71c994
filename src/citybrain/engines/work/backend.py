"""Django's Tasks API on the leased queue (ADR-0003)."""

import json
import threading
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from citybrain.base.clock import Clock, SystemClock
from citybrain.engines.work.models import Job

CLOCK: Clock = SystemClock()
# This process put a job: its own threads that wait for one need not wait till they look again.
PUT = threading.Event()
_STATUS = {
    "ready": TaskResultStatus.READY,
    "running": TaskResultStatus.RUNNING,
    "done": TaskResultStatus.SUCCESSFUL,
    "failed": TaskResultStatus.FAILED,
}


class Backend(BaseTaskBackend):
    """Keeps jobs in the control database: an enqueue belongs to the caller's transaction."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Queue a task; it runs when the caller's transaction has committed."""
        self.validate_task(task)
        return as_result(put(task, args, kwargs), alias=self.alias)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """The job as it is now; ``TaskResultDoesNotExist`` for an unknown id."""
        job = Job.objects.filter(pk=int(result_id)).first() if result_id.isdecimal() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        return as_result(job, alias=self.alias)


def put(
    task: Task[Any, Any], args: Any, kwargs: Any, *, unique_key: str = "", slot: str | None = None
) -> Job:
    """A new job; or the open one of that ``unique_key``, or the one of that ``slot``."""
    now = CLOCK.now()
    job = Job(
        task=task.module_path, queue=task.queue_name, priority=task.priority,
        # Through JSON at once, so that a wrong argument fails its caller and not a worker.
        args=json.loads(json.dumps(list(args))), kwargs=json.loads(json.dumps(dict(kwargs))),
        run_after=task.run_after or now, enqueued_at=now, unique_key=unique_key, slot=slot,
    )  # fmt: skip
    if not unique_key and slot is None:
        job.save(force_insert=True)
        transaction.on_commit(PUT.set)
        return job
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        same = Job.objects.filter(slot=slot) if slot else Job.objects.filter(unique_key=unique_key)
        found = same.order_by("-id").first()
        if found is None:
            raise
        return found
    transaction.on_commit(PUT.set)
    return job


def as_result(job: Job, *, alias: str) -> TaskResult[Any]:
    """A job as the Tasks API shows it."""
    result: TaskResult[Any] = TaskResult(
        task=import_string(job.task), id=str(job.pk), status=_STATUS[job.state],
        enqueued_at=job.enqueued_at, started_at=job.started_at, finished_at=job.finished_at,
        last_attempted_at=job.last_attempted_at, args=job.args, kwargs=job.kwargs, backend=alias,
        errors=[
            TaskError(exception_class_path=one["class"], traceback=one["text"])
            for one in job.errors
        ],
        worker_ids=list(job.workers),
    )  # fmt: skip
    object.__setattr__(result, "_return_value", job.result)
    return result
