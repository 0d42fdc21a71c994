"""Databases that do not answer, and disks that are full: a sentence, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from citybrain.interfaces.cli.refusals import refusal
from tests.city.tiny import write_city

NOBODY = "postgresql://nobody@127.0.0.1:1/nothing"  # nothing listens there


def _run(home: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "citybrain.config.main", *words, "--home", str(home)],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )


def _applied(root: Path) -> Path:
    """A home that a small city was applied to, with a lake."""
    home = root / "home"
    made = _run(home, "apply", str(write_city(root / "city")))
    assert made.returncode == 0, made.stderr
    (home / "lake").mkdir(exist_ok=True)
    return home


@pytest.mark.parametrize(
    ("words", "setting"),
    [
        (["status"], "CITYBRAIN_LAKE_URL"),
        (["query", "SELECT 1 AS one FROM ods.shop.goods"], "CITYBRAIN_DATABASE_URL"),
        (["ledger", "verify"], "CITYBRAIN_DATABASE_URL"),
    ],
)
def test_a_server_that_does_not_answer_is_said(
    tmp_path: Path, words: list[str], setting: str
) -> None:
    """The sentence names the setting whose server it is; nothing else is printed."""
    home = _applied(tmp_path)
    answer = _run(home, *words, **{setting: NOBODY})
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    (line,) = answer.stderr.splitlines()
    assert "cannot be used" in line
    assert line.endswith(f"({setting})")


def test_all_and_names_exclude_each_other(tmp_path: Path) -> None:
    answer = _run(_applied(tmp_path), "collect", "shop.goods", "--all")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "--all takes every table, and beside it stands shop.goods" in answer.stderr
    assert "Name the tables, or give --all alone" in answer.stderr


def test_the_doctor_names_what_does_not_answer_and_goes_on(tmp_path: Path) -> None:
    """Each check that was kept from looking is an ailment; the others are made."""
    answer = _run(_applied(tmp_path), "doctor", "--format", "json", CITYBRAIN_DATABASE_URL=NOBODY)
    assert answer.returncode == 1
    assert answer.stderr == ""
    parts = {ailment["part"]: ailment["what"] for ailment in json.loads(answer.stdout)}
    assert "cannot be used" in parts["control"]
    assert "connection people" in parts


def test_a_database_in_the_home_that_is_none_is_said(tmp_path: Path) -> None:
    """A control database that is not one is named as the home's."""
    (tmp_path / "control.sqlite3").write_bytes(b"this is no database at all" * 100)
    answer = _run(tmp_path, "ledger", "verify")
    assert answer.returncode == 1
    assert "Traceback" not in answer.stderr
    assert "cannot be used" in answer.stderr
    assert str(tmp_path) in answer.stderr


def test_a_mistake_of_ours_stays_one(tmp_path: Path) -> None:
    """What the machine did not refuse keeps its traceback."""
    assert refusal(ValueError("ours"), tmp_path) is None
