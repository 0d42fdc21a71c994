"""The engines' own tests once more, on PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engines import installation

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("ledger/test_ledger_service.py", "guard/test_acts.py", "identity", "work/test_queue.py")


@pytest.mark.long
@pytest.mark.postgresql
def test_the_engines_hold_on_postgresql(tmp_path: Path) -> None:
    with installation.postgresql() as url:
        env = os.environ | {"CITYBRAIN_DATABASE_URL": url, "CITYBRAIN_HOME": str(tmp_path)}
        rooms = [str(ROOT / "tests" / "engines" / room) for room in ROOMS]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *rooms]
        done = subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=280
        )
    assert done.returncode == 0, done.stdout[-6000:]
