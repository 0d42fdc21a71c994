"""The same store with its database in PostgreSQL: commits, fences, heads, backup and back."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock, SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.backup import backup, restore
from citybrain.lake.home import Home
from citybrain.lake.lease import LeaseHeld
from citybrain.lake.scrub import scrub
from citybrain.lake.sweep import sweep
from tests.lake.faulty import TABLE, Delivery, heard, run, running
from tests.lake.making import a_store, numbers, put, rows

pytestmark = pytest.mark.postgresql


def _new_database() -> tuple[str, str]:
    import psycopg

    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"lake_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    return server.rsplit("/", 1)[0] + f"/{name}", name


def _drop(name: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["CITYBRAIN_TEST_POSTGRESQL"], autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    url, name = _new_database()
    monkeypatch.setenv("CITYBRAIN_LAKE_URL", url)
    yield url
    _drop(name)


def test_a_life_of_a_table(database: str, tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 5))
    put(store, "b1", numbers(0, 5))
    put(store, "b2", "SELECT 2 AS id, 'new' AS name, 1 AS amount", role="delta")
    assert [(r[0], r[1]) for r in rows(store)][2] == (2, "new")
    with store.lease(TABLE, owner="a"), pytest.raises(LeaseHeld), store.lease(TABLE, owner="b"):
        pass
    store.compact(TABLE)
    assert len(rows(store)) == 5
    sweep(store)
    assert list(scrub(store)) == []
    assert not (tmp_path / "lake/catalog.sqlite3").exists()


def test_three_processes_count_one_batch_once(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_store(tmp_path, clock=SystemClock())
    same = Delivery(root=str(tmp_path), batch="b", first=0, url=database)
    with running(same) as (_a, one), running(same) as (_b, two), running(same) as (_c, three):
        assert [heard(p) for p in (one, two, three)] == ["acked"] * 3
    assert [r[0] for r in rows(a_store(tmp_path, made=False))] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("phase", ["metadata-durable", "swapping", "swapped"])
def test_killed_at(database: str, tmp_path: Path, phase: str) -> None:
    a_store(tmp_path, clock=SystemClock())
    what = Delivery(root=str(tmp_path), batch="b", first=0, die_at=phase, url=database)
    assert run(what) == ""
    found = rows(a_store(tmp_path, made=False))
    assert len(found) == (5 if phase == "swapped" else 0)
    assert run(Delivery(root=str(tmp_path), batch="b", first=0, url=database)) == "acked"
    assert len(rows(a_store(tmp_path, made=False))) == 5


def test_backup_and_restore_between_databases(
    database: str, tmp_path: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 5))
    put(store, "b2", numbers(3, 4), role="delta")
    before = rows(store)
    scrub(store)
    backup(store.home, tmp_path / "b", clock=clock)
    with pytest.raises(CityError, match="has rows in"):
        restore(tmp_path / "b", Home(tmp_path / "same"), clock=clock)
    monkeypatch.delenv("CITYBRAIN_LAKE_URL")
    restore(tmp_path / "b", Home(tmp_path / "sqlite"), clock=clock)
    assert rows(a_store(tmp_path / "sqlite", made=False)) == before
    url, name = _new_database()
    try:
        monkeypatch.setenv("CITYBRAIN_LAKE_URL", url)
        restore(tmp_path / "b", Home(tmp_path / "again"), clock=clock)
        again = a_store(tmp_path / "again", made=False)
        assert rows(again) == before
        put(again, "b3", numbers(50, 1))
        assert list(scrub(again)) == []
        assert list(scrub(again)) == []
        again.engine.dispose()
    finally:
        _drop(name)
