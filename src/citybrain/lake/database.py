"""The lake's one database: catalog, leases, manifest, and what collecting writes down.

Every module that owns tables declares them on ``METADATA``; ``connect`` creates what is
missing. SQLite by default, PostgreSQL when CITYBRAIN_LAKE_URL says so; the same statements
run on both, with swaps done by compare-and-set, never by trusting an isolation level.
"""

import importlib
import os
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import Pool, QueuePool

from citybrain.base.errors import CityError
from citybrain.lake.home import Home

METADATA = MetaData()
CATALOG = "citybrain"
_pooled: weakref.WeakSet[Engine] = weakref.WeakSet()
_of_parents: list[Pool] = []  # a forked child keeps them as they are
_OWNERS = (
    "citybrain.lake.tables",  # the collecting half's tables
    "citybrain.lake.models.tables",
    "citybrain.lake.indicators.values",
    "citybrain.lake.quality.tables",
    "citybrain.lake.resolve.tables",
)

# The two tables of pyiceberg's SQL catalog, column for column, so that any Iceberg reader
# that speaks it (or Spark's JDBC catalog) opens this database as it is.
iceberg_tables = Table(
    "iceberg_tables",
    METADATA,
    Column("catalog_name", String(255), primary_key=True),
    Column("table_namespace", String(255), primary_key=True),
    Column("table_name", String(255), primary_key=True),
    Column("metadata_location", String(1000)),
    Column("previous_metadata_location", String(1000)),
    Column("iceberg_type", String(5)),
)
iceberg_namespaces = Table(
    "iceberg_namespace_properties",
    METADATA,
    Column("catalog_name", String(255), primary_key=True),
    Column("namespace", String(255), primary_key=True),
    Column("property_key", String(255), primary_key=True),
    Column("property_value", String(1000), nullable=False),
)
settings = Table(
    "lake_settings",
    METADATA,
    Column("name", String(100), primary_key=True),
    Column("value", Text, nullable=False),
)
leases = Table(
    "leases",
    METADATA,
    Column("lake_table", String(255), primary_key=True),
    Column("token", BigInteger, nullable=False),  # grows with every holder: the fence
    Column("owner", String(255), nullable=False),
    Column("process", String(255), nullable=False),  # host boot, pid, start; "" when free
    Column("heartbeat_at", String(40), nullable=False),
    Column("seconds", Integer, nullable=False),
)
manifest = Table(
    "manifest",
    METADATA,
    Column("file_path", String(700), primary_key=True),  # relative to the warehouse
    Column("lake_table", String(255), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("role", String(10), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("snapshot_id", BigInteger),
    Column("batch_id", String(255), nullable=False),
    Column("added_at", String(40), nullable=False),
    Column("removed_at", String(40)),
    Index("manifest_by_table", "lake_table", "batch_id"),
)
commits = Table(
    "commits",
    METADATA,
    Column("lake_table", String(255), primary_key=True),
    Column("batch_id", String(255), primary_key=True),
    Column("snapshot_id", BigInteger, nullable=False),
    Column("committed_at", String(40), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("info", Text, nullable=False),
)
heads = Table(
    "heads",
    METADATA,
    Column("lake_table", String(255), primary_key=True),
    Column("metadata_location", String(1000), nullable=False),
    Column("view", Text, nullable=False),
)
histories = Table(  # the readable snapshots of each table, beside the pointer they belong to
    "histories",
    METADATA,
    Column("lake_table", String(255), primary_key=True),
    Column("metadata_location", String(1000), nullable=False),
    Column("snapshots", Text, nullable=False),
)
damage = Table(
    "damage",
    METADATA,
    Column("file_path", String(700), primary_key=True),
    Column("lake_table", String(255), nullable=False),
    Column("problem", Text, nullable=False),
    Column("found_at", String(40), nullable=False),
)
verifications = Table(
    "verifications",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40), nullable=False),
    Column("files", BigInteger, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("problems", Integer, nullable=False),
    Column("complete", Boolean, nullable=False),
)


def connect(home: Home) -> Engine:
    """An engine on the lake's database, its tables created. Cheap; keep one per process."""
    url = home.lake_url.replace("postgresql://", "postgresql+psycopg://", 1)
    if url.startswith("sqlite"):
        home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        home.lake_dir.mkdir(exist_ok=True)
        # Opening a connection takes longer than nearly all that is asked of it.
        engine = create_engine(
            url,
            poolclass=QueuePool,
            max_overflow=-1,
            connect_args={"timeout": 20, "check_same_thread": False},
        )
        _pooled.add(engine)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        engine = create_engine(url, pool_pre_ping=True)
    for owner in _OWNERS:
        if find_spec(owner):
            importlib.import_module(owner)
    METADATA.create_all(engine)
    return engine


def _begin_anew() -> None:
    """Have a forked child open connections of its own; SQLite's must not even be closed there."""
    for engine in list(_pooled):
        _of_parents.append(engine.pool)
        engine.dispose(close=False)


os.register_at_fork(after_in_child=_begin_anew)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # We say BEGIN ourselves: the driver's implicit one is deferred, and a deferred reader
    # that turns writer fails with "database is locked" however long the timeout is.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads and never waits for a writer (SQLite WAL, PostgreSQL)."""
    with engine.connect().execution_options(reading=True) as connection:
        yield connection
        connection.rollback()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A short transaction that writes; committed at exit, rolled back on an error.

    ``CityError`` when the database's disk is full: trying again would not help.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except OperationalError as error:
        if "disk is full" not in str(error.orig) and "No space left" not in str(error.orig):
            raise
        raise CityError(
            "The disk of the lake is full; nothing was changed",
            why="the lake's database had no room",
            do="Free some room (citybrain sweep removes what is no longer needed), then run again",
            where=engine.url.render_as_string(hide_password=True),
        ) from error
