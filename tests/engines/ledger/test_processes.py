"""Several processes write and sequence at once, and some are killed: nothing told is lost."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.engines import installation

WRITER = """
import os, sys
from citybrain.base.clock import SystemClock
from citybrain.engines.ledger import service
clock = SystemClock()
told = open(sys.argv[1], "w") if len(sys.argv) > 1 else sys.stdout
n = 0
while n < {acts}:
    n += 1
    draft = service.append(
        actor="u1", action="lake.read", thing="table:a.b", purpose="并发与断电", clock=clock)
    told.write(draft.uid + chr(10))
    told.flush()
    if n % 3 == 0:
        service.sequence(clock=clock)
    if n % 7 == 0:
        service.checkpoint(clock=clock)
    if n % 10 == 0:  # while the others go on
        found = service.verify(clock=clock)
        assert not found.problems, found.render()
"""
VERIFY = """
import json
from citybrain.engines.ledger import service
from citybrain.engines.ledger.models import Entry
found = service.verify()
uids = list(Entry.objects.values_list("uid", flat=True))
print(json.dumps([[one.sentence_en for one in found.problems], found.entries, uids]))
"""


def start(env: dict[str, str], told: Path, acts: int) -> subprocess.Popen[bytes]:
    command = [*installation.script(WRITER.format(acts=acts)), str(told)]
    return subprocess.Popen(command, env=env, start_new_session=True)


def wait_for(told: Path) -> None:
    """Until that writer has been told of its first entries: a kill before proves nothing."""
    for _ in range(600):
        if told.exists() and told.stat().st_size > 3 * 33:
            return
        time.sleep(0.1)
    pytest.fail("the writer never began")


def hammer(home: Path, *, url: str, writers: int, kills: int, acts: int) -> None:
    env = installation.environment(home, url)
    installation.migrate(env)
    dice = random.Random(3)
    told = [home / f"told.{n}" for n in range(writers + kills)]
    family = [start(env, told[n], acts) for n in range(writers)]
    for n in range(kills):
        wait_for(told[n])
        time.sleep(dice.random() / 2)
        victim = family.pop(0)
        os.killpg(victim.pid, signal.SIGKILL)
        victim.wait()
        family.append(start(env, told[writers + n], acts))
    assert [process.wait(timeout=120) for process in family] == [0] * writers
    problems, entries, uids = json.loads(installation.run(VERIFY, env))
    assert problems == []
    assert entries == len(uids)
    acknowledged = {line for path in told for line in path.read_text().split() if len(line) == 32}
    assert acknowledged <= set(uids)
    assert len(acknowledged) >= writers * acts


def test_three_writers_and_a_kill(tmp_path: Path) -> None:
    hammer(tmp_path, url="", writers=3, kills=1, acts=40)


@pytest.mark.long
def test_many_kills(tmp_path: Path) -> None:
    hammer(tmp_path, url="", writers=3, kills=20, acts=400)


@pytest.mark.postgresql
def test_three_writers_and_kills_on_postgresql(tmp_path: Path) -> None:
    with installation.postgresql() as url:
        hammer(tmp_path, url=url, writers=3, kills=2, acts=60)
