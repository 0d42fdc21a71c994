"""When the record cannot be written, the act fails, changes nothing and hands nothing out."""

import json
import shutil
from pathlib import Path

import pytest

from tests.engines import installation

PREPARE = """
from citybrain.engines.identity import service as identity
identity.ensure_rehearsal_accounts()
"""
# An act that renames an account; {before} makes the disk fail between asking and recording.
ACT = """
import json
import shutil
from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity import service as identity
from citybrain.engines.identity.models import User
from citybrain.engines.ledger import service as ledger
from django.db import connection
actor = identity.local_actor()
before = ledger.count()
handed, said = [], ""
{before}
try:
    with guard.act(actor, "identity.manage", "account:x", purpose="改名" * 90, hold={hold}):
        if {hold}:
            User.objects.filter(username="civil").update(name="改名")
    handed.append("the result")
except CityError as error:
    said = str(error)
{after}
changed = User.objects.filter(username="civil", name__startswith="改").exists()
print(json.dumps([handed, said, ledger.count() - before, changed]))
"""
FULL = """
with connection.cursor() as cursor:
    pages = cursor.execute("PRAGMA page_count").fetchone()[0]
    cursor.execute(f"PRAGMA max_page_count = {pages}")
    free = cursor.execute("PRAGMA freelist_count").fetchone()[0]
    assert free == 0
"""
FILL = """
from citybrain.engines.ledger.service import Draft, append_many
from citybrain.base.clock import SystemClock
while True:  # leave no room in the pages that are there
    try:
        draft = Draft(actor="u", action="work.read", thing="lake:", at=SystemClock().now(),
                      purpose="x" * 200)
        append_many([draft])
        before += 1
    except Exception:
        break
"""
UNFULL = """
with connection.cursor() as cursor:
    cursor.execute("PRAGMA max_page_count = 1073741823")
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template")
    installation.migrate(installation.environment(home))
    installation.run(PREPARE, installation.environment(home))
    return home


@pytest.fixture
def env(template: Path, tmp_path: Path) -> dict[str, str]:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return installation.environment(tmp_path)


def attempt(env: dict[str, str], *, before: str = "", after: str = "", hold: bool) -> list[object]:
    body = ACT.format(before=before, after=after, hold=hold)
    answer = json.loads(installation.run(body, env))
    assert isinstance(answer, list)
    return answer


@pytest.mark.parametrize("hold", [True, False])
def test_a_full_database_fails_the_act(env: dict[str, str], hold: bool) -> None:
    handed, said, recorded, changed = attempt(env, before=FULL + FILL, after=UNFULL, hold=hold)
    assert handed == []
    assert "full" in str(said)
    assert (recorded, changed) == (0, False)
    handed, said, recorded, changed = attempt(env, hold=hold)
    assert (handed, said, recorded, changed) == (["the result"], "", 1, hold)


# strace attaches to the running process, so that only this act meets the fault.
STRIKE = """
import os, subprocess, time
tracer = subprocess.Popen(
    ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace={call}", "-e",
     "inject={call}:error={fault}", "-p", str(os.getpid())])
while "TracerPid:\\t0" in open("/proc/self/status").read():
    time.sleep(0.02)
"""
UNSTRIKE = """
tracer.terminate()
tracer.wait()
connection.close()
"""


@pytest.mark.strace
@pytest.mark.parametrize("fault", ["ENOSPC", "EIO"])
@pytest.mark.parametrize("call", ["pwrite64", "fdatasync"])
def test_a_failing_disk_fails_the_act(env: dict[str, str], call: str, fault: str) -> None:
    strike = STRIKE.format(call=call, fault=fault)
    handed, said, recorded, changed = attempt(env, before=strike, after=UNSTRIKE, hold=True)
    assert handed == []
    assert said
    assert (recorded, changed) == (0, False)
