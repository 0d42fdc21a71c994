"""Databases: SQLite always, PostgreSQL and MariaDB where a server is given."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from citybrain.base.errors import CityError
from citybrain.city.contracts import Contract
from citybrain.simulate.stores.values import keyed, sql_type

_AT_ONCE = 2000


class Sqlite:
    """One file for each system."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)
        # The whole directory is renamed into place at the end; a crash leaves nothing to save.
        self._connection.execute("PRAGMA journal_mode=OFF")
        self._connection.execute("PRAGMA synchronous=OFF")

    def table(self, contract: Contract, source: str, rows: Iterable[Sequence[Any]]) -> None:
        """Create and fill one table."""
        columns = ", ".join(f"{_quote(f.source)} {sql_type(f)}" for f in contract.fields)
        key = f", PRIMARY KEY ({', '.join(map(_quote, keyed(contract)))})" if contract.key else ""
        self._connection.execute(f"CREATE TABLE {_quote(source)} ({columns}{key})")
        marks = ", ".join("?" * len(contract.fields))
        self._connection.executemany(f"INSERT INTO {_quote(source)} VALUES ({marks})", rows)

    def close(self) -> None:
        """Make it durable."""
        self._connection.commit()
        self._connection.close()


class Postgresql:
    """One schema for each system, dropped and made anew; all or nothing."""

    def __init__(self, url: str, schema: str) -> None:
        import psycopg

        try:
            self._connection = psycopg.connect(url)
        except psycopg.OperationalError as error:
            raise _unreachable("PostgreSQL", url, str(error)) from error
        self._schema = schema
        self._run(f"DROP SCHEMA IF EXISTS {_quote(schema)} CASCADE")
        self._run(f"CREATE SCHEMA {_quote(schema)}")

    def table(self, contract: Contract, source: str, rows: Iterable[Sequence[Any]]) -> None:
        """Create and fill one table by COPY."""
        name = f"{_quote(self._schema)}.{_quote(source)}"
        columns = ", ".join(f"{_quote(f.source)} {sql_type(f)}" for f in contract.fields)
        key = f", PRIMARY KEY ({', '.join(map(_quote, keyed(contract)))})" if contract.key else ""
        self._run(f"CREATE TABLE {name} ({columns}{key})")
        with (
            self._connection.cursor() as cursor,
            cursor.copy(f"COPY {name} FROM STDIN".encode()) as copy,
        ):
            for row in rows:
                copy.write_row(row)

    def close(self) -> None:
        """Commit the whole schema."""
        self._connection.commit()
        self._connection.close()

    def _run(self, statement: str) -> None:
        self._connection.execute(statement.encode())


class Mysql:
    """One database for each system, dropped and made anew."""

    def __init__(self, url: str, database: str) -> None:
        import pymysql

        parts = urlsplit(url)
        try:
            self._connection = pymysql.connect(
                host=parts.hostname or "127.0.0.1",
                port=parts.port or 3306,
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                charset="utf8mb4",
            )
        except pymysql.err.OperationalError as error:
            raise _unreachable("MariaDB", url, str(error)) from error
        self._database = database
        with self._connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {_tick(database)}")
            cursor.execute(f"CREATE DATABASE {_tick(database)} CHARACTER SET utf8mb4")

    def table(self, contract: Contract, source: str, rows: Iterable[Sequence[Any]]) -> None:
        """Create and fill one table, some thousand rows at once."""
        name = f"{_tick(self._database)}.{_tick(source)}"
        columns = ", ".join(
            f"{_tick(f.source)} {sql_type(f, moment='DATETIME')}" for f in contract.fields
        )
        key = f", PRIMARY KEY ({', '.join(map(_tick, keyed(contract)))})" if contract.key else ""
        marks = ", ".join(["%s"] * len(contract.fields))
        with self._connection.cursor() as cursor:
            cursor.execute(f"CREATE TABLE {name} ({columns}{key})")
            for part in _parts(rows):
                cursor.executemany(f"INSERT INTO {name} VALUES ({marks})", part)

    def close(self) -> None:
        """Commit."""
        self._connection.commit()
        self._connection.close()


def postgresql_address(url: str, schema: str) -> str:
    """The URL by which a reader finds that schema first."""
    parts = urlsplit(url)
    option = f"options={quote(f'-csearch_path={schema}', safe='')}"
    return urlunsplit(parts._replace(query=f"{parts.query}&{option}" if parts.query else option))


def mysql_address(url: str, database: str) -> str:
    """The URL of that database on the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def server_name(url: str, connection: str) -> str:
    """Schema or database of a system: the URL's own database in front keeps rehearsals apart."""
    own = urlsplit(url).path.strip("/")
    return f"{'rehearsal' if own in ('', 'mysql', 'postgres') else own}_{connection}"


def _parts(rows: Iterable[Sequence[Any]]) -> Iterator[list[Sequence[Any]]]:
    iterator = iter(rows)
    while part := list(islice(iterator, _AT_ONCE)):
        yield part


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tick(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def require_address(what: str, url: str | None, schemes: Sequence[str]) -> None:
    """``CityError`` for an address of something else: it would fail far from where it was said."""
    if url and urlsplit(url).scheme not in schemes:
        raise CityError(
            f"The address for {what} cannot be used",
            why=f"it does not begin with {' or '.join(f'{one}://' for one in schemes)}",
            do=f"Write for example {schemes[0]}://user:password@host/database, or leave it out",
            where=urlsplit(url).hostname or "",
        )


def _unreachable(what: str, url: str, why: str) -> CityError:
    return CityError(
        f"{what} for the rehearsal's systems cannot be reached",
        why=why.strip().splitlines()[0],
        do="Look at the address, or leave it out: the systems are then written as files",
        where=urlsplit(url).hostname or "",
    )
