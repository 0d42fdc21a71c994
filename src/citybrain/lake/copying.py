"""Copying files with their hash, and databases in one piece."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, Engine, Table, create_engine, func, insert, select
from sqlalchemy.pool import NullPool

from citybrain.base.errors import CityError
from citybrain.base.hashing import sha256_file
from citybrain.lake.database import METADATA

_BLOCK = 1 << 20
_ROWS = 1000


def copy_hashed(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file, read once; SHA-256 in hex and size of what was written.

    ``("", 0)`` when the source is missing. The caller makes the copy durable.
    """
    if not source.is_file():
        return "", 0
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, target.open("xb") as write:
        while block := read.read(_BLOCK):
            digest.update(block)
            size += len(block)
            write.write(block)
    return digest.hexdigest(), size


def hash_of(path: Path) -> tuple[str, int]:
    """SHA-256 in hex and size of a file; ``("", 0)`` when it is missing."""
    return (sha256_file(path), path.stat().st_size) if path.is_file() else ("", 0)


def copy_database(engine: Engine, target: Path) -> None:
    """The lake's database as a new SQLite file, as of one moment, while writers run."""
    if engine.dialect.name == "sqlite":
        with (
            closing(sqlite3.connect(str(engine.url.database))) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, no log beside it
        return
    into = create_engine(f"sqlite:///{target}", poolclass=NullPool)
    METADATA.create_all(into)
    copy_rows(engine, into)
    into.dispose()


def copy_rows(source: Engine, target: Engine) -> None:
    """All rows of the lake's tables, read as of one moment.

    ``CityError`` when the target's tables are not empty.
    """
    isolation = "SERIALIZABLE" if source.dialect.name == "sqlite" else "REPEATABLE READ"
    with (
        source.connect().execution_options(isolation_level=isolation) as read,
        target.begin() as write,
    ):
        for table in METADATA.sorted_tables:
            if write.scalar(select(func.count()).select_from(table)):
                raise CityError(
                    "Nothing was restored",
                    why=f"the lake's database has rows in {table.name} already",
                    do="Name an empty database in CITYBRAIN_LAKE_URL",
                )
            rows = read.execution_options(yield_per=_ROWS).execute(select(table)).mappings()
            while chunk := rows.fetchmany(_ROWS):
                write.execute(insert(table), [dict(row) for row in chunk])
            _advance_counter(write, table)


def _advance_counter(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers on from where it was, not from the rows that were put in."""
    counter = table.autoincrement_column
    if connection.dialect.name != "postgresql" or counter is None:
        return
    sequence = func.pg_get_serial_sequence(table.name, counter.name)
    connection.execute(
        select(func.setval(sequence, func.coalesce(func.max(counter), 0) + 1, False))
    )
