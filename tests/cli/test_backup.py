"""Backups of installations at work, through the command line, with real second processes."""

import os
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.walks.commanding import COMMAND, MARRIAGES, Installation

pytestmark = pytest.mark.long

NAMED = ("civil", "components", "permits")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory, shipped_home: Path) -> Installation:
    """A small installation with some systems collected; tests copy it or only read it."""
    root = tmp_path_factory.mktemp("installation")
    place = Installation(home=root / "home", systems=root / "systems")
    place.run("simulate", "--people", "150", "--days", "3", "--to", str(place.systems))
    shutil.copytree(shipped_home / "applied", place.home / "applied")
    place.collect(*NAMED)
    return place


@pytest.fixture(scope="module")
def copy(original: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the original; only read."""
    folder = tmp_path_factory.mktemp("backup") / "copy"
    original.run("backup", str(folder))
    return folder


@pytest.fixture
def place(original: Installation, tmp_path: Path) -> Installation:
    """An installation of the test's own, equal to the original."""
    shutil.copytree(original.home, tmp_path / "home")
    shutil.copytree(original.systems, tmp_path / "systems")
    return Installation(home=tmp_path / "home", systems=tmp_path / "systems")


def rows_of(place: Installation, table: str) -> list[dict[str, Any]]:
    question = f"SELECT * FROM {table} ORDER BY 1, _row"  # noqa: S608 - a table of the city
    rows: list[dict[str, Any]] = place.json("query", question)
    return rows


def counted(place: Installation, tables: list[str]) -> dict[str, int]:
    """How many rows each of the tables has, asked at once."""
    each = (f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in tables)  # noqa: S608 - a table of the city
    return {row["name"]: row["n"] for row in place.json("query", " UNION ALL ".join(each))}


def assert_sound(place: Installation) -> None:
    assert place.json("scrub") == []
    assert place.json("ledger", "verify")["problems"] == []


def sign_in(place: Installation) -> bool:
    """Whether a rehearsal account can sign in, as the page asks it."""
    said = place.python(
        "from django.contrib.auth import authenticate\n"
        "from citybrain.engines.identity import service as identity\n"
        "account = identity.rehearsal_accounts()[0]\n"
        "print(authenticate(None, username=account.username, password=account.password))"
    )
    return said.strip() not in {"", "None"}


def _change_the_source(systems: Path, number: int) -> None:
    """One more ledger line and one more delivery each time: the files are swapped whole."""
    path = next((systems / "permits").glob("permits.jsonl"))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    fresh = path.with_name(".fresh")
    fresh.write_text("".join(lines[number % 2 :]), encoding="utf-8")
    fresh.replace(path)


def test_a_backup_of_a_busy_installation_restores_to_an_equal_one(
    place: Installation, tmp_path: Path
) -> None:
    stop, rounds = threading.Event(), []

    def be_busy() -> None:
        while not stop.is_set():
            _change_the_source(place.systems, len(rounds))
            done = subprocess.run(
                [COMMAND, "collect", "permits", "civil"],
                env=place.environment, capture_output=True, check=False,
            )  # fmt: skip
            rounds.append(done.returncode)

    busy = threading.Thread(target=be_busy)
    busy.start()
    try:
        while not rounds:
            time.sleep(0.05)
        before = len(rounds)
        for number in range(2):
            place.run("backup", str(tmp_path / f"copy{number}"))
        while len(rounds) <= before:
            time.sleep(0.05)
    finally:
        stop.set()
        busy.join()
    assert set(rounds) == {0}, "collecting went on during the backup"
    for number in range(2):
        new = Installation(home=tmp_path / f"new{number}", systems=place.systems)
        new.run("restore", str(tmp_path / f"copy{number}"))
        held = {table: row["rows"] for table, row in new.status().items() if row["rows"]}
        assert counted(new, list(held)) == held
        assert_sound(new)
        assert sign_in(new)
        assert new.collect("permits")["permits.permits"]["error"] is None
    assert_sound(place)


def test_a_backup_at_rest_restores_to_the_same_rows(original: Installation, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    original.run("backup", str(copy))
    new = Installation(home=tmp_path / "new", systems=original.systems)
    new.run("restore", str(copy), "--home", str(new.home))
    assert new.status() == original.status()
    for table in (MARRIAGES, "components.components", "permits.permits"):
        assert rows_of(new, table) == rows_of(original, table)
    assert_sound(new)
    assert sign_in(new)
    assert (new.home / "keys").stat().st_mode & 0o077 == 0
    assert "in use" in new.run("restore", str(copy), code=1)
    assert "exists" in original.run("backup", str(copy), code=1)


@pytest.mark.parametrize("left", ["control.sqlite3", "keys/ledger.key", "lake/data/x.parquet"])
def test_a_home_in_use_is_not_restored_into(
    original: Installation, copy: Path, tmp_path: Path, left: str
) -> None:
    new = Installation(home=tmp_path / "new", systems=original.systems)
    (new.home / left).parent.mkdir(parents=True)
    (new.home / left).write_text("mine")
    assert "Nothing was restored" in new.run("restore", str(copy), code=1)
    assert (new.home / left).read_text() == "mine"
    assert [p for p in new.home.rglob("*") if p.is_file()] == [new.home / left]


def test_one_damaged_file_is_found_refused_and_put_back(
    place: Installation, copy: Path, tmp_path: Path
) -> None:
    rows = rows_of(place, MARRIAGES)
    (path,) = [p for p in place.parquet if "/ods/civil/marriages/" in str(p)]
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)
    (found,) = place.json("scrub", code=1)
    assert set(found) == {"file", "table", "problem"}
    assert found["table"] == f"ods.{MARRIAGES}"
    assert path.name in found["file"]
    refused = place.run("query", "SELECT * FROM civil.marriages", code=1)
    assert path.name in refused
    assert rows_of(place, "components.components"), "the others go on"
    assert found["file"] in place.run("doctor", code=1)
    assert "is refused" in place.run("backup", str(copy), code=1)
    assert path.name in place.run("backup", str(tmp_path / "second"), code=1)
    assert not (tmp_path / "second").exists()
    place.run("restore", str(copy), "--file", found["file"])
    assert place.json("scrub") == []
    assert rows_of(place, MARRIAGES) == rows
    assert put_back(place) == [(f"table:{MARRIAGES}", "done", 1)]


def put_back(place: Installation) -> list[tuple[str, str, int]]:
    """What the record says of files that were put back: thing, outcome, how many."""
    with closing(sqlite3.connect(place.home / "control.sqlite3")) as control:
        select = "SELECT thing, outcome, count FROM ledger_entry WHERE action = 'lake.restore'"
        return list(control.execute(select))


def test_an_unknown_file_or_a_folder_that_is_no_backup_is_refused(
    original: Installation, copy: Path, tmp_path: Path
) -> None:
    said = original.run("restore", str(copy), "--file", "ods/none.parquet", code=1)
    assert "knows no such file" in said
    assert put_back(original) == []
    new = Installation(home=tmp_path / "new", systems=original.systems)
    assert "is not a backup" in new.run("restore", str(original.systems), code=1)
    assert "There is no lake" in new.run("backup", str(tmp_path / "empty"), code=1)
    assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("wait", [0.0, 0.4, 0.8])
def test_a_killed_backup_leaves_nothing_under_its_name(
    original: Installation, tmp_path: Path, wait: float
) -> None:
    target = tmp_path / "copy"
    running = original.start("backup", str(target))
    while running.poll() is None and not list(tmp_path.glob("copy.partial-*")):
        time.sleep(0.01)
    time.sleep(wait)
    os.kill(running.pid, signal.SIGKILL)
    running.communicate()
    if target.exists():  # it was quicker than the signal: then it must be whole
        new = Installation(home=tmp_path / "new", systems=original.systems)
        new.run("restore", str(target))
        return
    original.run("backup", str(target))
    assert (target / "MANIFEST.json").exists()
