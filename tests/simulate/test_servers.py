"""With servers given, systems live in schemas and databases of their own, equal to the files."""

import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml

from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.simulate import simulate
from citybrain.simulate.deliver import ON_MYSQL, ON_POSTGRESQL
from tests.simulate import reading

_SMALL = {"people": 150, "days": 3, "seed": 4}


@pytest.fixture
def postgresql() -> Iterator[str]:
    import psycopg

    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"rehearsal_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield server.rsplit("/", 1)[0] + f"/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def mysql() -> Iterator[str]:
    server = os.environ["CITYBRAIN_TEST_MYSQL"]
    name = f"rehearsal_{secrets.token_hex(4)}"
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with _mysql(server) as connection, connection.cursor() as cursor:
            for system in ON_MYSQL:
                cursor.execute(f"DROP DATABASE IF EXISTS `{name}_{system}`")


def _mysql(url: str) -> Any:
    import pymysql

    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname,
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.strip("/") or None,
        charset="utf8mb4",
    )


def _all_of(table: str) -> str:
    return f"SELECT * FROM {table}"  # noqa: S608 - the city's own names


def _texts(rows: list[tuple[Any, ...]]) -> list[tuple[str | None, ...]]:
    """Rows as text, decimals without closing noughts, in one order."""
    return sorted([tuple(map(_text, row)) for row in rows], key=str)


def _text(value: Any) -> str | None:
    text = None if value is None else str(value)
    if text and "." in text and text.replace(".", "").replace("-", "").isdigit():
        return text.rstrip("0").rstrip(".")
    return text


@pytest.fixture(scope="module")
def files(xuancheng: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rehearsal where no server is given."""
    to = tmp_path_factory.mktemp("small") / "files"
    simulate(xuancheng, to=to, **_SMALL)
    return to


@pytest.mark.postgresql
def test_postgresql_holds_what_sqlite_would(
    xuancheng: City, postgresql: str, files: Path, tmp_path: Path
) -> None:
    import psycopg

    simulate(xuancheng, to=tmp_path / "servers", postgresql=postgresql, **_SMALL)
    connections = yaml.safe_load((tmp_path / "servers" / "connections.yml").read_text())
    for system in ON_POSTGRESQL:
        with psycopg.connect(connections[system]) as connection:
            for table, fetch in xuancheng.systems[system].tables.items():
                held = connection.execute(_all_of(f'"{fetch.source}"').encode()).fetchall()
                expected = reading.rows(xuancheng, files, f"{system}.{table}")
                assert _texts(held) == _texts([tuple(r.values()) for r in expected]), table
    again = simulate(xuancheng, to=tmp_path / "servers", postgresql=postgresql, **_SMALL)
    assert not again.reused


@pytest.mark.mariadb
def test_mariadb_holds_what_sqlite_would(
    xuancheng: City, mysql: str, files: Path, tmp_path: Path
) -> None:
    simulate(xuancheng, to=tmp_path / "servers", mysql=mysql, **_SMALL)
    connections = yaml.safe_load((tmp_path / "servers" / "connections.yml").read_text())
    for system in ON_MYSQL:
        with _mysql(connections[system]) as connection, connection.cursor() as cursor:
            for table, fetch in xuancheng.systems[system].tables.items():
                cursor.execute(_all_of(f"`{fetch.source}`"))
                expected = reading.rows(xuancheng, files, f"{system}.{table}")
                held = _texts(list(cursor.fetchall()))
                assert held == _texts([tuple(r.values()) for r in expected]), table


@pytest.mark.parametrize("which", ["postgresql", "mysql"])
def test_a_server_that_is_not_there_is_named(xuancheng: City, tmp_path: Path, which: str) -> None:
    url = f"{which}://nobody:x@127.0.0.1:1/none"
    with pytest.raises(CityError, match="cannot be reached") as raised:
        simulate(xuancheng, to=tmp_path / "s", **_SMALL, **{which: url})
    assert "x@" not in str(raised.value)
    assert not (tmp_path / "s").exists()
