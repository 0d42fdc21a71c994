"""A home that was made for a rehearsal stays one, and no other becomes one by the way."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.city.tiny import FILES


@pytest.fixture
def city(tmp_path: Path) -> Path:
    for file, content in FILES.items():
        (tmp_path / "city" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "city" / file).write_text(content, encoding="utf-8")
    return tmp_path / "city"


def _run(home: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
    return subprocess.run(
        [sys.executable, "-m", "citybrain.config.main", *words],
        env=mine | {"CITYBRAIN_HOME": str(home)} | environment,
        text=True, capture_output=True, check=False,
    )  # fmt: skip


def test_a_home_made_for_a_rehearsal_is_one_in_every_terminal(tmp_path: Path, city: Path) -> None:
    home = tmp_path / "home"
    assert _run(home, "apply", str(city), CITYBRAIN_REHEARSAL="1").returncode == 0
    assert (home / "REHEARSAL").exists()
    known = _run(home, "account", "list", CITYBRAIN_ACTOR="engineer")
    assert "This was not allowed, because none of your duties allows" in known.stderr


def test_a_rehearsal_that_begins_with_the_server_has_its_accounts(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
    words = [sys.executable, "-m", "citybrain.config.main", "up", "--rehearsal", "--port", "0"]
    with subprocess.Popen(
        words, env=mine | {"CITYBRAIN_HOME": str(home)}, text=True, stdout=subprocess.PIPE
    ) as server:
        try:
            assert server.stdout
            assert "citybrain is at" in server.stdout.readline()
        finally:
            server.terminate()
    assert (home / "REHEARSAL").exists()
    known = _run(home, "account", "list", CITYBRAIN_ACTOR="engineer")
    assert "auditor" in known.stdout


def test_a_home_of_a_real_city_does_not_become_a_rehearsal(tmp_path: Path, city: Path) -> None:
    home = tmp_path / "home"
    assert _run(home, "apply", str(city)).returncode == 0
    once = _run(home, "apply", str(city), CITYBRAIN_REHEARSAL="1")
    assert "no account 'engineer'" in once.stderr
    assert not (home / "REHEARSAL").exists()


def test_a_real_home_that_was_restored_does_not_become_a_rehearsal(
    tmp_path: Path, city: Path
) -> None:
    home, restored, kept = tmp_path / "home", tmp_path / "restored", tmp_path / "backup"
    assert _run(home, "apply", str(city)).returncode == 0
    _run(home, "collect", "--all")  # makes the lake; its source is not there
    assert _run(home, "backup", str(kept)).returncode == 0
    assert _run(restored, "restore", str(kept)).returncode == 0
    assert (restored / "lake").exists()
    _run(restored, "status", CITYBRAIN_REHEARSAL="1")
    _run(restored, "apply", str(city), CITYBRAIN_REHEARSAL="1")
    assert not (restored / "REHEARSAL").exists()
