"""Collecting under faults: doubled deliveries, dropped sources, a kill in the middle."""

import multiprocessing
import os
import socket
import sqlite3
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from citybrain.base.clock import CITY_ZONE, FixedClock
from citybrain.city.systems import Fetch
from tests.lake.collecting import Town, contract, text, typed
from tests.lake.faulty import CONTEXT, serve

ROWS = 5_000


def _town(root: Path) -> Town:
    town = Town(root, FixedClock(datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE)))
    made = contract(typed("id", "long", key=1), text("name"), typed("born", "date"))
    town.add(made, f"sqlite://{root}/s.db", Fetch(source="T"))
    return town


def _fill(root: Path, rows: int = ROWS) -> None:
    with closing(sqlite3.connect(root / "s.db")) as database:
        database.execute("CREATE TABLE T (id INTEGER, name TEXT, born TEXT)")
        values = [(i, f"名{i}", "x" if i % 100 == 0 else "1990-01-01") for i in range(rows)]
        database.executemany("INSERT INTO T VALUES (?, ?, ?)", values)
        database.commit()


def _deliver(root: str, answers: "multiprocessing.Queue[tuple[int, str | None]]") -> None:
    town = _town(Path(root))
    for _attempt in range(200):
        (result,) = town.collect("s.t", run_id="R1")
        if result.error and "being written" in result.error:
            time.sleep(0.05)
            continue
        break
    answers.put((result.read, result.error))


def test_one_batch_delivered_by_three_processes_counts_once(tmp_path: Path) -> None:
    _fill(tmp_path)
    serve()
    answers = CONTEXT.Queue()
    workers = [CONTEXT.Process(target=_deliver, args=(str(tmp_path), answers)) for _ in range(3)]
    for worker in workers:
        worker.start()
    found = [answers.get(timeout=120) for _ in workers]
    for worker in workers:
        worker.join()
    assert found == [(ROWS, None)] * 3
    town = _town(tmp_path)
    assert len(town.rows()) == ROWS - ROWS // 100
    assert len(town.store.snapshots("ods.s.t")) == 1
    assert len(town.store.snapshots("quarantine.s.t")) == 1


def test_two_workers_on_one_table_leave_one_truth(tmp_path: Path) -> None:
    _fill(tmp_path)
    town = _town(tmp_path)
    results: list[str | None] = []

    def work(run: str) -> None:
        results.append(_town(tmp_path).collect("s.t", run_id=run)[0].error)

    town.store  # noqa: B018 - create the home before two threads race for it
    threads = [threading.Thread(target=work, args=(f"R{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(None) >= 1
    assert all(error is None or "being written" in error for error in results)
    assert len(town.rows()) == ROWS - ROWS // 100


@contextmanager
def _cutting_proxy(host: str, port: int, limit: int) -> Iterator[int]:  # noqa: C901 - one small server, whole in one place
    """A TCP proxy that drops the line after ``limit`` bytes from the server."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def pump(source: socket.socket, target: socket.socket, most: int | None) -> None:
        passed = 0
        try:
            while data := source.recv(4096):
                if most is not None and passed + len(data) > most:
                    target.sendall(data[: max(0, most - passed)])
                    break
                target.sendall(data)
                passed += len(data)
        except OSError:
            pass
        for end in (source, target):  # a close alone would wait for the other thread's recv
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def serve() -> None:
        while not done.is_set():
            try:
                client, _address = listener.accept()
            except OSError:
                return
            server = socket.create_connection((host, port))
            threading.Thread(target=pump, args=(client, server, None), daemon=True).start()
            threading.Thread(target=pump, args=(server, client, limit), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        listener.close()


def _through(url: str, port: int) -> str:
    parts = urlsplit(url)
    where = f"{parts.username}:{parts.password}@127.0.0.1:{port}"
    return urlunsplit(parts._replace(netloc=where))


def _dropped_at(tmp_path: Path, url: str, cuts: list[int]) -> tuple[int, int]:
    """Collect a whole table, then through lines that are cut; errors and whole reads."""
    parts = urlsplit(url)
    town = Town(tmp_path, FixedClock(datetime(2021, 6, 11, tzinfo=CITY_ZONE)))
    made = contract(typed("id", "long", key=1), text("name"))
    town.add(made, url, Fetch(source="t"))
    assert town.one().inserted == 2_000
    errors = whole = 0
    for cut in cuts:
        with _cutting_proxy(parts.hostname or "", parts.port or 0, cut) as port:
            town.add(made, _through(url, port), Fetch(source="t"))
            (result,) = town.collect("s.t")
        errors += result.error is not None
        whole += result.unchanged == 2_000
        assert (result.error is None) == (result.unchanged == 2_000)
        assert len(town.rows()) == 2_000
    return errors, whole


@pytest.mark.postgresql
def test_postgresql_dropped_at_any_byte_changes_nothing(tmp_path: Path) -> None:
    import psycopg

    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"drop_{uuid.uuid4().hex[:10]}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    url = f"{server.rsplit('/', 1)[0]}/{name}"
    try:
        with psycopg.connect(url) as database:
            database.execute("CREATE TABLE t (id bigint primary key, name text)")
            database.execute(
                "INSERT INTO t SELECT i, repeat('x', 50) FROM generate_series(1, 2000) i"
            )
        cuts = [0, 100, 500, 5_000, 40_000, 80_000, 120_000, 130_000, 10_000_000]
        errors, whole = _dropped_at(tmp_path, url, cuts)
    finally:
        subprocess.run(["psql", "-q", server, "-c", f"DROP DATABASE {name} (FORCE)"], check=True)
    assert errors >= 6
    assert whole >= 1


@pytest.mark.mariadb
def test_mariadb_dropped_at_any_byte_changes_nothing(tmp_path: Path) -> None:
    from tests.lake.test_chinook import _mysql

    server = os.environ["CITYBRAIN_TEST_MYSQL"]
    name = f"drop_{uuid.uuid4().hex[:10]}"
    with closing(_mysql(server)) as database, database.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            cursor.execute(f"CREATE TABLE {name}.t (id BIGINT PRIMARY KEY, name TEXT)")
            rows = [(i, "x" * 50) for i in range(2_000)]
            cursor.executemany(f"INSERT INTO {name}.t VALUES (%s, %s)", rows)  # noqa: S608 - every name in it is quoted or our own
            database.commit()
            cuts = [0, 100, 1_000, 20_000, 60_000, 100_000, 10_000_000]
            errors, whole = _dropped_at(tmp_path, f"{server.rsplit('/', 1)[0]}/{name}", cuts)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
    assert errors >= 4
    assert whole >= 1


def _collect(root: str, going: Connection) -> None:
    going.send("go")
    _town(Path(root)).collect("s.t")


def _killed_after(root: Path, seconds: float) -> None:
    serve()
    here, there = CONTEXT.Pipe()
    child = CONTEXT.Process(target=_collect, args=(str(root), there))
    child.start()
    assert here.recv() == "go"
    time.sleep(seconds)
    child.kill()
    child.join()
    here.close()
    there.close()


@pytest.mark.parametrize(
    "delays",
    [
        pytest.param((0.03, 0.1, 0.25), id="few"),
        pytest.param(tuple(n / 60 for n in range(30)), id="many", marks=pytest.mark.long),
    ],
)
def test_killed_while_collecting_then_run_again_equals_a_clean_run(
    tmp_path: Path, delays: tuple[float, ...]
) -> None:
    _fill(tmp_path)
    for delay in delays:
        _killed_after(tmp_path, delay)
    town = _town(tmp_path)
    result = town.one()
    assert result.inserted + result.unchanged == ROWS - ROWS // 100
    assert result.quarantined == ROWS // 100
    rows = town.rows()
    assert len({row[0] for row in rows}) == len(rows) == ROWS - ROWS // 100
    assert len(town.aside()) == ROWS // 100
    assert town.one().unchanged == len(rows)
