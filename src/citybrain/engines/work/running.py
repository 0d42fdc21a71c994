"""One job's run: its context, its heartbeat, and what becomes of it."""

import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.module_loading import import_string
from django_tasks.base import Task, TaskContext

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.engines.work import leasing
from citybrain.engines.work.backend import as_result
from citybrain.engines.work.models import Job


class GiveBackError(Exception):
    """Raised by a task that stops because its worker does; the job runs again elsewhere."""


@dataclass
class Running:
    """What a task may ask about, and say, while it runs."""

    job: Job
    clock: Clock
    stop: threading.Event
    lost: threading.Event = field(default_factory=threading.Event)

    @property
    def key(self) -> str:
        """The same for every attempt: the idempotency key of calls to others."""
        return f"job-{self.job.pk}"

    @property
    def progress(self) -> dict[str, Any]:
        """What the job noted last, perhaps in an earlier attempt."""
        return dict(self.job.progress)

    def note(self, **values: Any) -> None:
        """Add to the progress and keep it; raises ``LeaseLostError`` when others have the job."""
        leasing.note_progress(self.job, {**self.job.progress, **values})

    def stopping(self) -> bool:
        """Whether the task should stop soon, raising :class:`GiveBackError`."""
        return self.stop.is_set() or self.lost.is_set()

    @contextmanager
    def effect(self, *, result: Any = None) -> Iterator[None]:
        """Write the job's effect and its *done* in one transaction: once, whatever dies."""
        with transaction.atomic():
            yield
            leasing.finish(self.job, result=result, now=self.clock.now())


_current: ContextVar[Running | None] = ContextVar("running_job", default=None)


def current() -> Running:
    """The run that this task is in; raises :class:`CityError` outside a worker."""
    running = _current.get()
    if running is None:
        raise CityError("No job is running here", do="Enqueue the task instead of calling it")
    return running


def run(job: Job, *, clock: Clock, stop: threading.Event, lease: timedelta) -> None:
    """Run a claimed job to its end: done, given back, or failed."""
    running = Running(job=job, clock=clock, stop=stop)
    token = _current.set(running)
    try:
        with _heartbeat(running, lease):
            result = _call(job)
        if job.state != "done":
            leasing.finish(job, result=result, now=clock.now())
    except GiveBackError:
        _unless_lost(lambda: leasing.give_back(job, now=clock.now()))
    except leasing.LeaseLostError:
        return
    except Exception as error:  # a task may raise anything, and the worker lives on
        said = {"class": _path(error), "text": "".join(traceback.format_exception(error))[-8000:]}
        _unless_lost(lambda: leasing.fail(job, error=said, now=clock.now()))
    finally:
        _current.reset(token)


def _call(job: Job) -> Any:
    task = import_string(job.task)
    if not isinstance(task, Task):
        raise CityError(f"{job.task} is not a task", do="Decorate it with django_tasks.task")
    if task.takes_context:
        context = TaskContext(task_result=as_result(job, alias=task.backend))
        return task.call(context, *job.args, **job.kwargs)
    return task.call(*job.args, **job.kwargs)


def _unless_lost(change: Callable[[], None]) -> None:
    try:
        change()
    except leasing.LeaseLostError:
        return


def _path(error: Exception) -> str:
    return f"{type(error).__module__}.{type(error).__qualname__}"


@contextmanager
def _heartbeat(running: Running, lease: timedelta) -> Iterator[None]:
    """Move the lease's end every third of its length, from a thread of its own."""
    over = threading.Event()
    job_id, fence = running.job.pk, running.job.fence

    def beat() -> None:
        while not over.wait(lease.total_seconds() / 3):
            try:
                held = leasing.keep(job_id, fence, until=running.clock.now() + lease)
            except Exception:  # noqa: S112  # the database may be back for the next beat
                continue
            if not held:
                running.lost.set()
                break
        connection.close()

    thread = threading.Thread(target=beat, name=f"heartbeat of job {job_id}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=30)
