"""One writer per table: leases with a heartbeat, and a fence against the holder who overslept.

Every taking raises the lease's token; a commit is refused inside its own transaction when the
token is no longer the table's. The heartbeat only decides how soon another may take over: a
wrong clock can make that early or late, never wrong.
"""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Engine, and_, insert, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.lake.database import leases, reading, writing


class LeaseHeld(CityError):  # noqa: N818 - a state of the lease, not a fault
    """Another writer works on the table now."""


class LeaseLost(CityError):  # noqa: N818 - a state of the lease, not a fault
    """Another writer took the table over; nothing of this change was committed."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """The right to change one table; ``token`` is the fence."""

    lake_table: str
    owner: str
    token: int


@contextmanager
def hold(
    engine: Engine, lake_table: str, *, owner: str, clock: Clock, seconds: int = 60
) -> Iterator[Lease]:
    """Hold the table's lease while the block runs; raises ``LeaseHeld`` at once when taken.

    ``CityError`` when the lake's database does not answer: then nothing was begun.
    """
    try:
        lease = _take(engine, lake_table, owner=owner, now=clock.now(), seconds=seconds)
    except DBAPIError as error:
        raise CityError(
            f"{lake_table} was not changed",
            why=f"the lake's database did not take the lease ({error.orig})",
            do="Look at the disk and the database, then run again; nothing was begun",
            where=lake_table,
        ) from error
    done = threading.Event()
    beat = threading.Thread(
        target=_beat, args=(engine, lease, clock, seconds, done), daemon=True, name="lease"
    )
    beat.start()
    try:
        yield lease
    finally:
        done.set()
        beat.join()
        _release(engine, lease)


def held_tables(engine: Engine, *, now: datetime) -> set[str]:
    """Tables someone is writing to now."""
    with reading(engine) as connection:
        rows = connection.execute(select(leases)).all()
    return {row.lake_table for row in rows if _is_held(row, now)}


def fence(connection: Connection, lease: Lease) -> None:
    """Refuse, inside the caller's transaction, a holder whose lease was taken over."""
    token = connection.scalar(
        select(leases.c.token).where(leases.c.lake_table == lease.lake_table).with_for_update()
    )
    if token != lease.token:
        raise LeaseLost(
            f"The change of {lease.lake_table} was stopped",
            why="another writer took the table over while this one did not answer",
            do="Run it again; nothing of this run was written",
            where=lease.lake_table,
        )


def _take(engine: Engine, lake_table: str, *, owner: str, now: datetime, seconds: int) -> Lease:
    mine = {
        "owner": owner,
        "process": _this_process(),
        "heartbeat_at": now.isoformat(),
        "seconds": seconds,
    }
    with writing(engine) as connection:
        row = connection.execute(
            select(leases).where(leases.c.lake_table == lake_table)
        ).one_or_none()
        if row is not None and _is_held(row, now):
            raise _held(lake_table, row.owner)
        token = 1 if row is None else row.token + 1
        try:
            if row is None:
                connection.execute(insert(leases).values(lake_table=lake_table, token=1, **mine))
                changed = 1
            else:
                changed = connection.execute(
                    update(leases)
                    .where(leases.c.lake_table == lake_table, leases.c.token == row.token)
                    .values(token=token, **mine)
                ).rowcount
        except IntegrityError as error:  # PostgreSQL: another inserted the first row
            raise _held(lake_table, "another writer") from error
        if changed != 1:
            raise _held(lake_table, "another writer")
    return Lease(lake_table=lake_table, owner=owner, token=token)


def _held(lake_table: str, owner: str) -> LeaseHeld:
    return LeaseHeld(
        f"{lake_table} is being written",
        why=f"{owner} holds its lease",
        do="Wait until it is done, or run again later",
        where=lake_table,
    )


def _is_held(row: object, now: datetime) -> bool:
    process = str(getattr(row, "process", ""))
    if not process:
        return False
    alive = _alive(process)
    if alive is False:  # its holder died on this machine: no need to wait
        return False
    age = now - datetime.fromisoformat(str(getattr(row, "heartbeat_at", "")))
    limit = timedelta(seconds=int(getattr(row, "seconds", 60)))
    # A heartbeat from the future: the clock was set back. Its holder, if it lives here, will
    # beat again by the new time; from elsewhere we cannot know, and the fence protects us.
    if age < -limit:
        return alive is True
    return age <= limit


def _beat(engine: Engine, lease: Lease, clock: Clock, seconds: int, done: threading.Event) -> None:
    while not done.wait(seconds / 3):
        try:
            with writing(engine) as connection:
                still_ours = connection.execute(
                    update(leases).where(_mine(lease)).values(heartbeat_at=clock.now().isoformat())
                ).rowcount
        except OperationalError:
            continue  # a busy database; the fence decides at the commit
        if not still_ours:
            return


def _release(engine: Engine, lease: Lease) -> None:
    try:
        with writing(engine) as connection:
            connection.execute(update(leases).where(_mine(lease)).values(process=""))
    except DBAPIError:
        # What was committed stays committed; the lease ends with its heartbeat or its process.
        return


def _mine(lease: Lease) -> ColumnElement[bool]:
    return and_(leases.c.lake_table == lease.lake_table, leases.c.token == lease.token)


def _this_process() -> str:
    return f"{_boot()}/{os.getpid()}/{_started(os.getpid())}"


def _alive(process: str) -> bool | None:
    """Whether a lease's process lives; None when it is on another machine."""
    boot, pid, started = process.rsplit("/", 2)
    if boot != _boot():
        return None
    return _started(int(pid)) == started


def _boot() -> str:
    """This boot of this machine; a process number means nothing elsewhere."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # A container shares the boot id with its host, but not the process numbers.
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # not Linux
        return socket.gethostname()
    return f"{boot}:{namespace}"


def _started(pid: int) -> str:
    """When a process began, in ticks since boot, as text; empty when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if Path("/proc").exists() else "?"
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]
