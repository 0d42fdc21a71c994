"""Discovering a PostgreSQL database: schemas, views, and values as the server shows them."""

import os
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pymysql
import pytest

from citybrain import city as cities
from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.lake.connections import connection_of, refuse_own
from citybrain.lake.discover import Discovered, discover
from citybrain.lake.home import Home
from tests.lake.collecting import Town

TWO_SCHEMAS = """
CREATE SCHEMA hr;
CREATE TABLE staff (id int PRIMARY KEY, code char(5), host inet, net inet, note text);
INSERT INTO staff VALUES (1, 'ab', '10.0.0.1', '10.0.0.0/8', ''), (2, NULL, NULL, '::1', NULL);
CREATE TABLE hr.staff (id int PRIMARY KEY, salary int);
INSERT INTO hr.staff VALUES (7, 100);
CREATE VIEW hr.paid AS SELECT * FROM hr.staff;
CREATE MATERIALIZED VIEW kept AS SELECT * FROM staff;
"""


@pytest.fixture
def url() -> Iterator[str]:
    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"discover_{uuid.uuid4().hex[:10]}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    made = f"{server.rsplit('/', 1)[0]}/{name}"
    try:
        subprocess.run(["psql", "-q", made, "-c", TWO_SCHEMAS], check=True)
        yield made
    finally:
        subprocess.run(["psql", "-q", server, "-c", f"DROP DATABASE {name} (FORCE)"], check=True)


def _discovered(root: Path, url: str, clock: FixedClock) -> Discovered:
    return discover(
        READERS,
        connection_of("mine", url),
        system="mine",
        department="office",
        city_root=root / "city",
        clock=clock,
    )


@pytest.mark.postgresql
def test_tables_of_one_name_in_two_schemas_both_arrive_and_views_are_named(
    tmp_path: Path, clock: FixedClock, url: str
) -> None:
    found = _discovered(tmp_path, url, clock)
    assert found.left_out == ("hr.paid", "kept")
    assert "2 views (hr.paid, kept)" in found.render()
    assert cities.check(tmp_path / "city") == []
    city = cities.load(tmp_path / "city").city
    sources = {name: fetch.source for name, fetch in city.systems["mine"].tables.items()}
    assert sources == {"hr_staff": "hr.staff", "staff": "staff"}
    town = Town(tmp_path, clock, contracts=dict(city.contracts), systems=dict(city.systems))
    town.where["mine"] = connection_of("mine", url)
    assert [result.error for result in town.collect()] == [None, None]
    assert town.rows("ods.mine.hr_staff") == [(7, 100)]
    # A host has no mask, as psql shows it; the padding of char(n) is no part of its value.
    assert town.rows("ods.mine.staff") == [
        (1, "ab", "10.0.0.1", "10.0.0.0/8", ""),
        (2, None, None, "::1", None),
    ]


@pytest.mark.mariadb
def test_views_of_sqlite_and_mariadb_are_named(tmp_path: Path, clock: FixedClock) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
        database.execute("CREATE VIEW v AS SELECT * FROM t")
    found = _discovered(tmp_path / "lite", f"sqlite://{tmp_path}/a.db", clock)
    assert (len(found.contract_files), found.left_out) == (1, ("v",))
    server = urlsplit(os.environ["CITYBRAIN_TEST_MYSQL"])
    name = f"discover_{uuid.uuid4().hex[:10]}"
    login = {"host": server.hostname, "port": server.port or 3306, "user": server.username}
    with closing(pymysql.connect(**login, password=server.password or "")) as database:
        cursor = database.cursor()
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            database.select_db(name)
            cursor.execute("CREATE TABLE t (id INT PRIMARY KEY)")
            cursor.execute("CREATE VIEW v AS SELECT * FROM t")
            url = f"{os.environ['CITYBRAIN_TEST_MYSQL'].rsplit('/', 1)[0]}/{name}"
            found = _discovered(tmp_path / "maria", url, clock)
        finally:
            cursor.execute(f"DROP DATABASE {name}")
    assert (len(found.contract_files), found.left_out) == (1, ("v",))


@pytest.mark.postgresql
def test_the_installations_own_databases_are_no_source(tmp_path: Path, url: str) -> None:
    home = Home(tmp_path / "home")
    own = {"CITYBRAIN_LAKE_URL": url.replace("postgresql://", "postgresql+psycopg://")}
    with pytest.raises(CityError, match="no department's system"):
        refuse_own(connection_of("mine", url), home, own)
    refuse_own(connection_of("mine", url), home, {"CITYBRAIN_LAKE_URL": f"{url}_other"})
