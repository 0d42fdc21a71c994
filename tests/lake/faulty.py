"""Deliveries in processes of their own, which may be killed at any step.

A fork server that has everything imported starts them in some 30 ms each; there is nothing left
for them to load, so that the files they open are the lake's. Every delivery tells through its
pipe whether the commit was acknowledged.
"""

import multiprocessing
import os
import signal
import sqlite3  # noqa: F401 - loaded once, in the fork server
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb
import pyarrow.parquet  # noqa: F401 - loaded once, in the fork server
import pyiceberg.avro.decoder_fast
import pyiceberg.io.pyarrow  # noqa: F401 - loaded once, in the fork server
import sqlalchemy.dialects.sqlite  # noqa: F401 - loaded once, in the fork server

import citybrain.lake.catalog
import citybrain.lake.commit
import citybrain.lake.datafile
import citybrain.lake.indicators.values
import citybrain.lake.models.tables
import citybrain.lake.producer
import citybrain.lake.quality.tables
import citybrain.lake.resolve.tables
import citybrain.lake.tables  # noqa: F401 - loaded once, in the fork server
from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.lease import LeaseHeld
from tests.lake.making import TABLE, a_store, numbers, put

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["__main__", "tests.lake.faulty"])
MANNERS = ("append", "replace", "delta")


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What a process is to deliver, and at which phase it is to die (``stop:`` to stop)."""

    root: str
    batch: str
    first: int
    count: int = 5
    manner: str = "append"
    die_at: str = ""
    wait: bool = False  # for a word through the pipe before beginning
    url: str = ""  # of the lake's database, when it is not the home's SQLite

    def phase(self, name: str) -> None:
        """Die or stop here, if this is the phase."""
        if name == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if f"stop:{name}" == self.die_at:
            os.kill(os.getpid(), signal.SIGSTOP)


def deliver(what: Delivery, pipe: Connection) -> None:
    """Deliver once, waiting for the table's lease; send ``acked`` or the error's text."""
    if what.url:
        os.environ["CITYBRAIN_LAKE_URL"] = what.url
    store = a_store(Path(what.root), clock=SystemClock(), phase=what.phase, made=False)
    if what.wait:
        pipe.send("ready")
        pipe.recv()
    while True:
        try:
            put(
                store,
                what.batch,
                numbers(what.first, what.count),
                role="delta" if what.manner == "delta" else "base",
                replace=what.manner == "replace",
            )
        except LeaseHeld:
            time.sleep(0.02)
            continue
        except (CityError, OSError, duckdb.Error) as error:
            pipe.send(f"{type(error).__name__}: {error}")
            return
        pipe.send("acked")
        return


@cache
def serve() -> None:
    """Start the fork server where it finds this module: in 3.11 it is not told ``sys.path``.

    It keeps the environment it begins with for all tests: not that of the one which begins it.
    """
    before = dict(os.environ)
    os.environ.pop("CITYBRAIN_LAKE_URL", None)
    os.environ["PYTHONPATH"] = str(Path(__file__).parents[2])
    forkserver.ensure_running()
    os.environ.clear()
    os.environ.update(before)


@contextmanager
def running(what: Delivery) -> Iterator[tuple[multiprocessing.process.BaseProcess, Connection]]:
    """The delivery's process while the block runs; always ended and waited for."""
    serve()
    here, there = CONTEXT.Pipe()
    process = CONTEXT.Process(target=deliver, args=(what, there))
    process.start()
    there.close()
    try:
        yield process, here
    finally:
        process.join(30)
        if process.is_alive():
            process.kill()
            process.join()
        here.close()


def run(what: Delivery) -> str:
    """What the delivery said: ``acked``, an error, or ``""`` when it was killed before."""
    with running(what) as (_process, pipe):
        return heard(pipe)


def run_here(what: Delivery) -> str:
    """The same in this process: for deliveries that nothing is to happen to."""
    here, there = CONTEXT.Pipe()
    with here, there:
        deliver(what, there)
        return heard(here)


def heard(pipe: Connection) -> str:
    """The last word of a delivery."""
    try:
        return str(pipe.recv()) if pipe.poll(30) else "silent"
    except EOFError:
        return ""


def ids(root: Path) -> list[int]:
    """The ids in the table, in order, read afresh."""
    from tests.lake.making import rows

    return [row[0] for row in rows(a_store(root, made=False))]


__all__ = ["MANNERS", "TABLE", "Delivery", "heard", "ids", "run", "run_here", "running"]
