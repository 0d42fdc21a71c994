"""Tasks that the tests of the queue enqueue."""

import os
import time
from pathlib import Path

from django_tasks import task

from citybrain.engines.work import service as work

CALLS: list[object] = []


@task()
def remember(value: object) -> object:
    CALLS.append(value)
    return value


@task()
def fail_until(attempt: int) -> str:
    work.current().note(seen=[*work.current().progress.get("seen", []), "again"])
    if len(work.current().progress["seen"]) < attempt:
        raise ValueError("not yet")
    return "at last"


@task()
def give_back() -> None:
    raise work.GiveBackError


@task()
def mark(number: int, folder: str) -> None:
    """20 ms of work, then an effect in the same transaction as *done*."""
    from citybrain.engines.work.models import Job

    with (Path(folder) / f"bodies.{os.getpid()}").open("a") as bodies:
        bodies.write(f"{number}\n")
    time.sleep(0.02)
    with work.current().effect():
        Job.objects.create(
            task="effect", queue="effects", priority=0, args=[number], kwargs={}, state="done",
            run_after=work.current().clock.now(), enqueued_at=work.current().clock.now(),
        )  # fmt: skip
