"""The side that asks: begins the zygote, hands out jobs, kills what does not end in time."""

import atexit
import contextlib
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.lake.jail.job import Answer, Job
from citybrain.lake.jail.wire import receive, send

if TYPE_CHECKING:
    import pyarrow as pa

_GRACE = 5.0  # seconds, several times what a fork takes
# A jailed process gets none of our surroundings: secrets of connections stand there.
_SURROUNDINGS = ("PATH", "LANG", "LC_ALL", "PYTHONPATH", "VIRTUAL_ENV", "PYTHONHASHSEED")


@dataclass(kw_only=True)
class _Zygote:
    process: "subprocess.Popen[bytes]"
    control: socket.socket
    owner: int  # the process that began it; a fork of ours begins its own


_lock = threading.Lock()
_zygotes: list[_Zygote] = []


def warm() -> None:
    """Begin the zygote, so that it is ready by the time a job is."""
    with _lock:
        _ready()


def run(job: Job) -> Answer:
    """Do a job in a jailed process of its own.

    Raises ``CityError``: stopped for time, memory or size, refused, or DuckDB's own sentence.
    """
    here, there = socket.socketpair()
    answers = _nameless_file(job.folder)
    try:
        with contextlib.closing(here):
            _hand_over(there, answers)
            return _followed(here, job, answers)
    finally:
        os.close(answers)


def _nameless_file(folder: str) -> int:
    """A file in memory (on Linux) or on disk that only who holds it can reach."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("answer", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile(dir=folder) as file:
        return os.dup(file.fileno())


def _hand_over(there: socket.socket, answers: int) -> None:
    with contextlib.closing(there):
        for attempt in range(2):
            with _lock:
                zygote = _ready()
                try:
                    socket.send_fds(zygote.control, [b"j"], [there.fileno(), answers])
                except OSError:
                    _end(zygote)
                    if attempt:
                        raise
                    continue
            return


def _followed(channel: socket.socket, job: Job, answers: int) -> Answer:
    try:
        pid = json.loads(receive(channel, seconds=_GRACE * 4))["pid"]
    except (OSError, EOFError) as error:
        with _lock:
            while _zygotes:
                _end(_zygotes[0])
        raise _broken("it could not be begun") from error
    with _handle(pid) as kill:
        began = monotonic()
        try:
            send(channel, job.to_json())
            reply: dict[str, Any] = json.loads(receive(channel, seconds=job.seconds))
        except TimeoutError as error:
            kill()
            raise _too_long(job) from error
        except (OSError, EOFError) as error:
            raise _died(job, monotonic() - began) from error
    if "error" in reply:
        raise _said(reply)
    return Answer(results=[_result(r, answers) for r in reply["results"]], walls=reply["walls"])


def _result(found: dict[str, Any], answers: int) -> "pa.Table | int | None":
    if "begin" not in found:
        count: int | None = found["count"]
        return count
    import pyarrow as pa

    mapped = mmap.mmap(answers, found["end"], access=mmap.ACCESS_READ)
    buffer = pa.py_buffer(memoryview(mapped)[found["begin"] : found["end"]])
    with pa.ipc.open_stream(buffer) as reader:
        return reader.read_all()


@contextlib.contextmanager
def _handle(pid: int) -> Any:
    """Something that kills exactly that process, whatever number is used again."""
    if not hasattr(os, "pidfd_open"):  # not Linux
        yield lambda: os.kill(pid, signal.SIGKILL)
        return
    try:
        handle = os.pidfd_open(pid)
    except OSError:  # it ended already
        yield lambda: None
        return

    def kill() -> None:
        with contextlib.suppress(OSError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)

    try:
        yield kill
    except BaseException:
        kill()
        raise
    finally:
        os.close(handle)


def _ready() -> _Zygote:
    for zygote in list(_zygotes):
        if zygote.owner != os.getpid():
            zygote.control.close()  # our parent's: it goes on without us
            _zygotes.remove(zygote)
        elif zygote.process.poll() is not None:
            _end(zygote)
    if not _zygotes:
        _zygotes.append(_begin())
    return _zygotes[0]


def _begin() -> _Zygote:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    surroundings = {n: v for n, v in os.environ.items() if n in _SURROUNDINGS}
    with contextlib.closing(theirs):
        process = subprocess.Popen(
            [sys.executable, "-m", "citybrain.lake.jail.zygote", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            cwd="/",
        )
    return _Zygote(process=process, control=ours, owner=os.getpid())


def _end(zygote: _Zygote) -> None:
    zygote.control.close()
    zygote.process.kill()
    zygote.process.wait()
    if zygote in _zygotes:
        _zygotes.remove(zygote)


@atexit.register
def close() -> None:
    """End the zygote and with it whatever is still waiting."""
    while _zygotes and _zygotes[0].owner == os.getpid():
        _end(_zygotes[0])


def _too_long(job: Job) -> CityError:
    return CityError(
        "The query was stopped",
        why=f"it ran longer than {job.seconds:g} s",
        do="Ask for fewer rows or fewer tables",
    )


def _died(job: Job, after: float) -> CityError:
    return CityError(
        "The query was stopped",
        why=f"after {after:.1f} s its process broke a bound: more memory than "
        f"{job.memory >> 20} MiB, or more processor time than it may take",
        do="Ask for fewer rows, or group by fewer values",
    )


def _broken(why: str) -> CityError:
    return CityError(
        "The query was not run",
        why=f"a process for it failed: {why}",
        do="Look at citybrain doctor, then ask again",
    )


def _said(reply: dict[str, Any]) -> CityError:
    said = str(reply["said"])
    if reply["error"] == "memory":
        return CityError(
            "The query was stopped",
            why="it needed more memory than a query may take",
            do="Ask for fewer rows, or group by fewer values",
        )
    if reply["error"] == "size":
        return CityError("The query was stopped", why=said, do="Ask for fewer rows or columns")
    if reply["error"] == "refused":
        return CityError("The query is refused", why=said, do="Write one SELECT")
    if reply["error"] == "disk":
        return CityError(
            "The query was stopped",
            why="the disk had no room for its spill files",
            do="Free some room (citybrain sweep removes what is no longer needed)",
        )
    if reply["error"] == "sql":
        return CityError("The query cannot be answered", why=_first_lines(said), do="Correct it")
    return _broken(said)


def _first_lines(said: str) -> str:
    """DuckDB's sentence and the names it proposes, without hints that may name files."""
    lines = said.splitlines() or [""]
    return "; ".join(lines[:1] + [line for line in lines[1:] if line.startswith("Candidate")])
