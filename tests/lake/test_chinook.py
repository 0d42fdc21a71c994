"""One real database as SQLite, PostgreSQL and MariaDB: three lakes that must be one.

The sources are read again by other drivers (sqlite3, psycopg, pymysql), cell by cell.
"""

import os
import re
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from citybrain import city as cities
from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.lake.connections import connection_of
from citybrain.lake.discover import discover, identifier
from tests.lake.collecting import Town
from tests.lake.making import a_clock
from tests.shared import shared

TABLES, ROWS = 11, 15_607
Cells = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def sqlite_url() -> str:
    return f"sqlite://{shared('chinook', 'Chinook_Sqlite.sqlite')}"


@pytest.fixture(scope="module")
def sqlite_lake(tmp_path_factory: pytest.TempPathFactory, sqlite_url: str) -> Cells:
    """What the lake of the SQLite database holds; nothing here changes it."""
    return _lake(tmp_path_factory.mktemp("chinook"), sqlite_url, a_clock())


@pytest.fixture
def postgresql_url(tmp_path: Path) -> Iterator[str]:
    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"chinook_{uuid.uuid4().hex[:10]}"
    script = shared("chinook", "Chinook_PostgreSql.sql").read_text(encoding="utf-8")
    script = re.sub(r"(?m)^(DROP|CREATE) DATABASE.*;$|^\\c chinook;$", "", script)
    (tmp_path / "pg.sql").write_text(script, encoding="utf-8")
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    url = f"{server.rsplit('/', 1)[0]}/{name}"
    try:
        command = ["psql", "-q", "-v", "ON_ERROR_STOP=1", url, "-f", str(tmp_path / "pg.sql")]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        yield url
    finally:
        subprocess.run(["psql", "-q", server, "-c", f"DROP DATABASE {name} (FORCE)"], check=True)


@pytest.fixture
def mysql_url() -> Iterator[str]:
    from pymysql.constants import CLIENT

    server = os.environ["CITYBRAIN_TEST_MYSQL"]
    name = f"chinook_{uuid.uuid4().hex[:10]}"
    script = shared("chinook", "Chinook_MySql.sql").read_text(encoding="utf-8")
    script = re.sub(r"(?m)^(DROP|CREATE) DATABASE.*;$|^USE `Chinook`;$", "", script)
    # The script's texts hold plain backslashes.
    plain = {"client_flag": CLIENT.MULTI_STATEMENTS, "sql_mode": "NO_BACKSLASH_ESCAPES"}
    with closing(_mysql(server, **plain)) as database:
        with database.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            database.select_db(name)
            with database.cursor() as cursor:
                cursor.execute(script)
                while cursor.nextset():
                    pass
            database.commit()
            yield f"{server.rsplit('/', 1)[0]}/{name}"
        finally:
            with closing(_mysql(server)) as again, again.cursor() as cursor:
                cursor.execute(f"DROP DATABASE {name}")


def _mysql(url: str, **more: Any) -> Any:
    from urllib.parse import urlsplit

    import pymysql

    at = urlsplit(url)
    return pymysql.connect(
        host=at.hostname or "",
        port=at.port or 3306,
        user=at.username,
        password=at.password or "",
        database=at.path.lstrip("/"),
        charset="utf8mb4",
        **more,
    )


def _lake(root: Path, url: str, clock: FixedClock) -> Cells:
    """Discover, check, collect twice, and what the lake then holds."""
    folder = root / "city"
    found = discover(
        READERS,
        connection_of("chinook", url),
        system="chinook",
        department="museum",
        city_root=folder,
        clock=clock,
    )
    assert len(found.contract_files) == TABLES
    assert cities.check(folder) == []
    city = cities.load(folder).city
    town = Town(root, clock, contracts=dict(city.contracts), systems=dict(city.systems))
    town.where["chinook"] = connection_of("chinook", url)
    results = town.collect()
    assert [r.error for r in results] == [None] * TABLES
    assert sum(r.inserted for r in results) == sum(r.read for r in results) == ROWS
    again = town.collect()
    assert sum(r.unchanged for r in again) == ROWS
    assert [r.snapshot for r in again] == [r.snapshot for r in results]
    return {
        made.table: sorted(town.rows(made.lake_table), key=repr) for made in city.contracts.values()
    }


def _of_sqlite(url: str) -> Cells:
    with closing(sqlite3.connect(url.removeprefix("sqlite://"))) as database:
        names = [
            r[0] for r in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        declared = {
            n: [row[2] for row in database.execute(f'PRAGMA table_info("{n}")')]
            for n in names
            if not n.startswith("sqlite_")
        }
        return {
            identifier(name): sorted(
                (
                    tuple(_sqlite_cell(v, d) for v, d in zip(row, kinds, strict=True))
                    for row in database.execute(f'SELECT * FROM "{name}"')  # noqa: S608 - every name in it is quoted or our own
                ),
                key=repr,
            )
            for name, kinds in declared.items()
        }


def _sqlite_cell(value: Any, declared: str) -> Any:
    if value is not None and declared.startswith("NUMERIC"):
        return Decimal(str(value)).quantize(Decimal("0.01"))
    if value is not None and declared == "DATETIME":
        return datetime.fromisoformat(value)
    return value


def _of_postgresql(url: str) -> Cells:
    import psycopg

    with psycopg.connect(url) as database:
        tables = database.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        return {
            name: sorted(database.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr)  # noqa: S608 - every name in it is quoted or our own
            for (name,) in tables
        }


def _of_mysql(url: str) -> Cells:
    with closing(_mysql(url)) as database, database.cursor() as cursor:
        cursor.execute("SHOW TABLES")
        names = [row[0] for row in cursor.fetchall()]
        found = {}
        for name in names:
            cursor.execute(f"SELECT * FROM `{name}`")  # noqa: S608 - every name in it is quoted or our own
            found[identifier(name)] = sorted(cursor.fetchall(), key=repr)
        return found


def test_sqlite_lake_equals_its_source(sqlite_lake: Cells, sqlite_url: str) -> None:
    assert sqlite_lake == _of_sqlite(sqlite_url)


@pytest.mark.postgresql
def test_postgresql_lake_equals_its_source_and_the_sqlite_lake(
    tmp_path: Path, clock: FixedClock, postgresql_url: str, sqlite_lake: Cells
) -> None:
    lake = _lake(tmp_path / "p", postgresql_url, clock)
    assert lake == _of_postgresql(postgresql_url)
    # The scripts themselves differ: a space follows one city's name in eight cells of SQLite's.
    cells = [cell for rows in sqlite_lake.values() for row in rows for cell in row]
    assert cells.count("Edinburgh ") == 8
    trimmed = {
        table: sorted(
            (tuple("Edinburgh" if c == "Edinburgh " else c for c in row) for row in rows), key=repr
        )
        for table, rows in sqlite_lake.items()
    }
    assert lake == trimmed


@pytest.mark.mariadb
@pytest.mark.long
def test_mariadb_lake_equals_its_source_and_the_sqlite_lake(
    tmp_path: Path, clock: FixedClock, mysql_url: str, sqlite_lake: Cells
) -> None:
    lake = _lake(tmp_path / "m", mysql_url, clock)
    assert lake == _of_mysql(mysql_url)
    assert lake == sqlite_lake
