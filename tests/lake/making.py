"""A small lake for the tests of its parts: one table, changed with one call."""

import os
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from citybrain.base.clock import CITY_ZONE, Clock, FixedClock
from citybrain.city.contracts import Contract, Field
from citybrain.city.model import City
from citybrain.lake.database import connect
from citybrain.lake.home import Home
from citybrain.lake.lease import Lease
from citybrain.lake.phases import Phase, quiet
from citybrain.lake.store import Store, open_store
from citybrain.lake.views import Column, SnapshotInfo

TABLE = "ods.civil.marriages"
COLUMNS = (
    Column(name="id", type="long"),
    Column(name="name", type="string", doc="姓名"),
    Column(name="amount", type="decimal(9,2)"),
)


_opening = Lock()
_engines: dict[int, duckdb.DuckDBPyConnection] = {}


@contextmanager
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to this process's one DuckDB, in an empty database of its own.

    To open another DuckDB takes longer than most of what a test asks of it. This one remembers
    no file, so that it sees what is on the disk.
    """
    with _opening:
        # A fork's copy of its parent's is left alone, for its threads are not there.
        if os.getpid() not in _engines:
            _engines[os.getpid()] = duckdb.connect(config={"enable_external_file_cache": False})
        opened = _engines[os.getpid()].cursor()
    name = f"of_{id(opened)}"
    with opened:
        opened.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
        try:
            yield opened
        finally:
            opened.execute(f"USE memory; DETACH {name}")


@cache
def _no_tables() -> bytes:
    """The database of a lake that holds nothing; to declare its tables takes longest."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        connect(home).dispose()  # the last connection writes all into the one file
        return Path(home.lake_url.removeprefix("sqlite:///")).read_bytes()


def begun(home: Home) -> Home:
    """The home with its folders, and with the database of an empty lake if it had none.

    Processes may begin one home at a time: the database appears whole, and only once.
    """
    home.create()
    database = Path(home.lake_url.removeprefix("sqlite:///"))
    if home.lake_url.startswith("sqlite") and not database.exists():
        whole = database.with_name(f"{database.name}.{uuid.uuid4().hex}")
        whole.write_bytes(_no_tables())
        with suppress(FileExistsError):
            database.hardlink_to(whole)
        whole.unlink()
    return home


def a_clock() -> FixedClock:
    return FixedClock(datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE))


def a_store(
    root: Path, *, clock: Clock | None = None, phase: Phase = quiet, made: bool = True
) -> Store:
    """A store in ``root`` with TABLE, keyed by id."""
    store = open_store(begun(Home(root)), clock=clock or a_clock(), phase=phase)
    if made:
        store.ensure(TABLE, COLUMNS, key=("id",))
    return store


def put(
    store: Store,
    batch_id: str,
    sql: str,
    *,
    role: str = "base",
    replace: bool = False,
    table: str = TABLE,
    summary: dict[str, str] | None = None,
) -> SnapshotInfo:
    """Commit the rows of a SELECT as one batch; the same batch twice counts once."""
    with (
        store.lease(table, owner="test") as lease,
        store.change(table, batch_id=batch_id, lease=lease, summary=summary) as change,
    ):
        if change.already:
            return change.commit()
        made = change.new_file(role)
        with duck() as connection:
            connection.execute(made.copy_sql(sql))
        if replace:
            change.replace_all()
        return change.commit()


def put_with(store: Store, lease: Lease, batch_id: str, sql: str) -> SnapshotInfo:
    """Commit the rows of a SELECT under a lease that was taken before."""
    with store.change(lease.lake_table, batch_id=batch_id, lease=lease) as change:
        with duck() as connection:
            connection.execute(change.new_file().copy_sql(sql))
        return change.commit()


def rows(store: Store, table: str = TABLE, **how: Any) -> list[tuple[Any, ...]]:
    """All rows of a table in order."""
    with duck() as connection:
        return connection.execute(
            f"SELECT * FROM ({store.scan_sql(table, **how)}) ORDER BY ALL"  # noqa: S608 - a test
        ).fetchall()


def numbers(first: int, count: int) -> str:
    """SELECT of ``count`` rows with ids from ``first``."""
    return (
        f"SELECT range AS id, 'n' || range AS name, range / 4 AS amount "  # noqa: S608 - a test
        f"FROM range({first}, {first + count})"
    )


def a_contract(*fields: Field, system: str = "civil", table: str = "marriages") -> Contract:
    return Contract(system=system, table=table, version="1.0.0", title="婚姻登记", fields=fields)


def a_city(*contracts: Contract) -> City:
    return City(
        name="test",
        title="试验",
        root=Path(),
        fingerprint="",
        contracts={c.id: c for c in contracts},
    )


def data_files(store: Store, table: str = TABLE) -> list[Path]:
    """The current data files on disk."""
    return [store.ground.warehouse.root / f.path for f in store.view(table).files]


def flip(path: Path, at: int = -20) -> None:
    """Flip one bit of a file in place; size and name stay."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(bytes(content))


def files_below(root: Path) -> Sequence[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file())
