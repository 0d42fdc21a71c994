"""The loop of a worker process: chores, periodic jobs, and the queue."""

import logging
import os
import secrets
import socket
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection
from django_tasks.base import Task

from citybrain.base.clock import Clock, Stopwatch
from citybrain.engines.work import leasing, running
from citybrain.engines.work.backend import PUT, put

LEASE = timedelta(seconds=30)
IDLE_SECONDS = 0.3
KEEP_DONE = timedelta(days=7)
logger = logging.getLogger(__name__)


@dataclass
class Chore:
    """Light upkeep that any worker does every few seconds and that leaves no job behind."""

    name: str
    do: Callable[[Clock], object]
    seconds: float
    after_jobs: bool = False
    since: Stopwatch | None = None


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """A job that is made once in every slot of this many seconds, whoever makes it."""

    name: str
    task: Task[Any, Any]
    seconds: int
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    def slot(self, now: datetime) -> str:
        """The name of the slot that contains this moment."""
        return f"{self.name}@{int(now.timestamp()) // self.seconds * self.seconds}"


_chores: dict[str, Chore] = {}
_made: dict[str, str] = {}  # periodic job → the slot that this process saw made
_periodic: dict[str, Periodic] = {}


def chore(
    name: str, do: Callable[[Clock], object], *, seconds: float, after_jobs: bool = False
) -> None:
    """Have every worker do this every ``seconds``; it must be quick and idempotent.

    With ``after_jobs`` a worker that has done a job does it at once: it looks at what jobs bring.
    """
    _chores[name] = Chore(name, do, seconds, after_jobs)


def periodic(
    name: str, task: Task[Any, Any], *, seconds: int, kwargs: Mapping[str, Any] | None = None
) -> None:
    """Have this task enqueued once in every slot of ``seconds``; missed slots are not made up."""
    _periodic[name] = Periodic(name=name, task=task, seconds=seconds, kwargs=kwargs or {})


def run_worker(
    stop: threading.Event, *, clock: Clock, queues: Collection[str] = (), lease: timedelta = LEASE,
    until_empty: bool = False, upkeep: bool = True,
) -> int:  # fmt: skip
    """Work until ``stop`` is set, or until nothing is due with ``until_empty``; jobs run.

    Jobs of ``queues``, or of all. One thread of a process does the ``upkeep``.
    """
    owner = f"{socket.gethostname()[:60]}-{os.getpid()}-{secrets.token_hex(3)}"
    chores = [replace(one) for one in _chores.values()]
    chores += [
        Chore("reap", lambda clock: leasing.reap(now=clock.now()), lease.total_seconds() / 3),
        Chore("purge", lambda clock: leasing.purge(before=clock.now() - KEEP_DONE), 3600),
    ]
    done = 0
    while not stop.is_set():
        try:
            if upkeep:
                _upkeep(chores, clock)
            job = leasing.claim(owner, now=clock.now(), lease=lease, queues=queues)
            if job is not None:
                running.run(job, clock=clock, stop=stop, lease=lease)
                done += 1
                for one in chores:
                    one.since = None if one.after_jobs else one.since
        except DatabaseError:
            logger.exception("The worker lost its database and tries again")
            connection.close()
            job = None
        if job is None and until_empty:
            break
        if job is None and PUT.wait(IDLE_SECONDS):
            PUT.clear()
    connection.close()
    return done


def _upkeep(chores: list[Chore], clock: Clock) -> None:
    for one in chores:
        if one.since is None or one.since.seconds() >= one.seconds:
            one.since = Stopwatch()
            _do(one, clock)
    for rhythm in _periodic.values():
        slot = rhythm.slot(clock.now())
        if _made.get(rhythm.name) != slot:
            put(rhythm.task, (), rhythm.kwargs, slot=slot)
            _made[rhythm.name] = slot


def _do(one: Chore, clock: Clock) -> None:
    try:
        one.do(clock)
    except DatabaseError:
        raise
    except Exception:  # one bad chore must not end the worker
        logger.exception("The chore %s failed", one.name)
