"""The doctor goes and looks: a source that does not answer is an ailment."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert

from citybrain.adapters.readers import postgresql
from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.database import writing
from citybrain.lake.home import Home
from citybrain.lake.sources import Connection
from citybrain.lake.store import open_store
from citybrain.lake.tables import batches, runs
from tests.city.tiny import write_city


def _answer(home: Path, *words: str, source: str) -> "subprocess.CompletedProcess[str]":
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
    own = {"CITYBRAIN_HOME": str(home), "CITYBRAIN_CONNECTION_PEOPLE": source}
    return subprocess.run(
        [sys.executable, "-m", "citybrain.config.main", *words],
        env=mine | own, text=True, capture_output=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "sqlite:///no/such.sqlite",
        "files:///no/such/folder",
        "postgresql://nobody:secret@127.0.0.1:1/none",
        "mysql://nobody:secret@127.0.0.1:1/none",
    ],
)
def test_a_source_that_does_not_answer_is_named(tmp_path: Path, source: str) -> None:
    home = tmp_path / "home"
    city = write_city(tmp_path / "city")
    assert _answer(home, "apply", str(city), source=source).returncode == 0
    told = _answer(home, "doctor", "--format", "json", source=source)
    assert told.returncode == 1
    (one,) = [one for one in json.loads(told.stdout) if one["part"] == "connection people"]
    assert one["what"].startswith("The source people does not answer, because ")
    assert one["do"].startswith("Check that ")
    assert one["do"] not in one["what"]
    assert "secret" not in told.stdout


def test_a_system_whose_tables_come_by_upload_needs_no_connection(tmp_path: Path) -> None:
    home, source = tmp_path / "home", "files:///no/such/folder"
    assert _answer(home, "apply", str(write_city(tmp_path / "city")), source=source).returncode == 0
    store = open_store(Home(home).create(), clock=SystemClock())
    now = store.clock.now().isoformat()
    with writing(store.engine) as connection:
        connection.execute(insert(runs).values(
            run_id="R-1", started_at=now, state="done", scope="upload:people.persons"
        ))  # fmt: skip
        connection.execute(insert(batches).values(
            batch_id="R-1/people.persons", run_id="R-1", table="people.persons",
            mode="replace", contract="1.0.0", started_at=now, finished_at=now,
        ))  # fmt: skip
    told = _answer(home, "doctor", "--format", "json", source=source)
    assert not [one for one in json.loads(told.stdout) if one["part"] == "connection people"]


def test_a_server_that_says_nothing_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgresql, "CONNECT_SECONDS", 2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        url = f"postgresql://me:secret@127.0.0.1:{port}/x"
        where = Connection(name="civil", scheme="postgresql", url=url)
        with pytest.raises(CityError, match="timeout expired"):
            next(iter(postgresql.PostgresqlReader().describe(where)))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("postgresql://a:b?c@h/x", "postgresql://a:b?c@h/x?connect_timeout=20"),
        ("postgresql://h/x?sslmode=require", "postgresql://h/x?sslmode=require&connect_timeout=20"),
        ("postgresql://h/x?connect_timeout=5", "postgresql://h/x?connect_timeout=5"),
    ],
)
def test_how_long_to_wait_may_be_said_in_the_address(given: str, asked: str) -> None:
    assert postgresql._impatient(given) == asked
