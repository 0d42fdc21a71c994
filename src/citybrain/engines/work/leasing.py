"""Claim, keep, finish, give back: every state of a job changes here, under its fence.

The fence grows with each claim. Whoever lost the lease, by dying or by sleeping too long,
holds an old fence and can change nothing any more.
"""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.engines.work.models import Job

MAX_ATTEMPTS = 5
LONGEST_PAUSE = 300.0  # seconds
_random = secrets.SystemRandom()


class LeaseLostError(CityError):
    """Another worker has the job by now; what was being written is rolled back."""


def claim(
    owner: str, *, now: datetime, lease: timedelta, queues: Collection[str] = ()
) -> Job | None:
    """Take the next job that is due; None when there is none."""
    due = Job.objects.filter(state="ready", run_after__lte=now)
    if queues:
        due = due.filter(queue__in=queues)
    due = due.order_by("-priority", "run_after", "id")
    if not due.exists():
        return None  # asking costs no write lock
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        job = due.first()
        if job is None:
            return None
        job.state, job.lease_owner, job.lease_until = "running", owner, now + lease
        job.attempt += 1
        job.fence += 1
        job.workers = [*job.workers, owner]
        job.last_attempted_at = now
        job.started_at = job.started_at or now
        job.save()
    return job


def again(job_id: int, *, now: datetime) -> bool:
    """Make a failed or waiting job due now, with all its attempts before it; False for others.

    An open job of the same unique key stays the only one.
    """
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id, state__in=("failed", "ready")).first()
        if job is None:
            return False
        open_one = Job.objects.filter(unique_key=job.unique_key, state__in=("ready", "running"))
        if job.state == "failed" and job.unique_key and open_one.exists():
            return False
        changed = Job.objects.filter(pk=job_id, state=job.state, fence=job.fence).update(
            state="ready", run_after=now, attempt=0, finished_at=None
        )
    return bool(changed)


def keep(job_id: int, fence: int, *, until: datetime) -> bool:
    """Move the lease's end; False when it is lost."""
    return bool(_held(job_id, fence).update(lease_until=until))


def note_progress(job: Job, values: dict[str, Any]) -> None:
    """Replace the job's progress; raises :class:`LeaseLostError`."""
    _change(job, progress=values)


def finish(job: Job, *, result: Any, now: datetime) -> None:
    """Mark the job done; raises :class:`LeaseLostError`, so that its effect rolls back too."""
    _change(job, state="done", result=result, finished_at=now, lease_until=None)


def give_back(job: Job, *, now: datetime) -> None:
    """Return an unfinished job to the queue, as if this attempt had not been."""
    _change(job, state="ready", run_after=now, lease_until=None, attempt=job.attempt - 1)


def fail(job: Job, *, error: dict[str, str], now: datetime, attempts: int = MAX_ATTEMPTS) -> None:
    """Record a failed attempt: try again after a growing pause, or give up."""
    changes: dict[str, Any] = {"errors": [*job.errors, error], "lease_until": None}
    if job.attempt >= attempts:
        _change(job, state="failed", finished_at=now, **changes)
    else:
        _change(job, state="ready", run_after=now + pause(job.attempt), **changes)


def pause(attempt: int) -> timedelta:
    """How long to wait after a failed attempt: doubling, with jitter, at most five minutes."""
    return timedelta(seconds=min(LONGEST_PAUSE, 2.0**attempt) * _random.uniform(0.5, 1.5))


def reap(*, now: datetime) -> int:
    """Take back the jobs of workers that went silent; how many."""
    silent = Job.objects.filter(state="running", lease_until__lt=now)
    reaped = 0
    for job in silent:
        said = f"The worker {job.lease_owner} went silent, because it was killed or hangs"
        error = {"class": "builtins.TimeoutError", "text": said}
        try:
            fail(job, error=error, now=now)
        except LeaseLostError:
            continue  # its worker woke up, or another one reaped it
        reaped += 1
    return reaped


def purge(*, before: datetime) -> int:
    """Forget jobs that were done before a moment; failed ones stay to be looked at."""
    return Job.objects.filter(state="done", finished_at__lt=before).delete()[0]


def stuck(*, now: datetime) -> list[str]:
    """A sentence for each job that should have run long ago, or that failed for good."""
    late = Q(state="ready", run_after__lt=now - timedelta(minutes=5))
    silent = Q(state="running", lease_until__lt=now - timedelta(minutes=1))
    found = []
    for job in Job.objects.filter(late | silent | Q(state="failed")).order_by("id")[:100]:
        said = {
            "ready": f"has waited since {job.run_after:%Y-%m-%d %H:%M}",
            "running": f"is held by {job.lease_owner}, which went silent",
            "failed": f"failed {counted(job.attempt, 'time')}",
        }[job.state]
        found.append(f"Job {job.pk} ({job.task}) {said}.")
    return found


def _held(job_id: int, fence: int) -> "Any":
    return Job.objects.filter(pk=job_id, fence=fence, state="running")


def _change(job: Job, **changes: Any) -> None:
    if not _held(job.pk, job.fence).update(**changes):
        raise LeaseLostError(
            f"Job {job.pk} is no longer held here",
            why="its lease ended and another worker may have it",
            do="Nothing: the other worker finishes it",
        )
    for name, value in changes.items():
        setattr(job, name, value)
