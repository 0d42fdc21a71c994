"""Workers die by kill -9 in the middle of everything; no job is lost and no effect doubled."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.engines import installation

WORKER = """
import threading
from datetime import timedelta
from citybrain.base.clock import SystemClock
from citybrain.engines.work import service
service.run_worker(threading.Event(), clock=SystemClock(), lease=timedelta(seconds=1))
"""
ENQUEUE = """
from django.db import transaction
from citybrain.engines.work import service
from tests.engines.work import tasks
with transaction.atomic():
    for n in range({jobs}):
        service.enqueue(tasks.mark, n, {folder!r})
"""
COUNT = """
import json
from citybrain.engines.work.models import Job
# Effects last: a job that ends between the statements has its effect when it is seen as done.
open_ = Job.objects.exclude(task="effect").exclude(state="done").count()
failed = Job.objects.filter(state="failed").count()
effects = [args[0] for args in Job.objects.filter(task="effect").values_list("args", flat=True)]
print(json.dumps([sorted(effects), open_, failed]))
"""


def start(env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        installation.script(WORKER), env=env, start_new_session=True, stderr=subprocess.DEVNULL
    )


def survive(home: Path, *, url: str, jobs: int, kills: int, workers: int) -> None:
    env = installation.environment(home, url)
    installation.migrate(env)
    installation.run(ENQUEUE.format(jobs=jobs, folder=str(home)), env)
    dice = random.Random(7)
    family = [start(env) for _ in range(workers)]
    try:
        for _ in range(kills):
            time.sleep(1.0 + dice.random())  # a worker needs about a second to begin
            victim = dice.randrange(workers)
            os.killpg(family[victim].pid, signal.SIGKILL)
            family[victim].wait()
            family[victim] = start(env)
        effects, unfinished, failed = wait_for_the_end(env)
    finally:
        for process in family:
            process.kill()
            process.wait()
    assert (unfinished, failed) == (0, 0)
    assert effects == list(range(jobs))


def wait_for_the_end(env: dict[str, str]) -> tuple[list[int], int, int]:
    for _ in range(60):
        effects, unfinished, failed = json.loads(installation.run(COUNT, env))
        if not unfinished or failed:
            break
        time.sleep(1)
    return effects, unfinished, failed


def test_nothing_is_lost_and_every_effect_is_there_once(tmp_path: Path) -> None:
    survive(tmp_path, url="", jobs=60, kills=2, workers=1)


@pytest.mark.long
def test_twenty_kills_among_two_workers(tmp_path: Path) -> None:
    survive(tmp_path, url="", jobs=1000, kills=20, workers=2)


@pytest.mark.postgresql
def test_the_same_on_postgresql(tmp_path: Path) -> None:
    with installation.postgresql() as url:
        survive(tmp_path, url=url, jobs=60, kills=2, workers=2)


@pytest.mark.long
@pytest.mark.postgresql
def test_twenty_kills_on_postgresql(tmp_path: Path) -> None:
    with installation.postgresql() as url:
        survive(tmp_path, url=url, jobs=1000, kills=20, workers=2)
