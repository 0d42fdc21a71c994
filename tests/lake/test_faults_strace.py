"""Every system call of a commit in turn killed, failed, or out of space (strace injection).

After each case: the table is readable, what was acknowledged is in, nothing is doubled, and
delivering the same batch again succeeds and counts once.
"""

import subprocess
import time
from pathlib import Path

import pytest

from citybrain.base.clock import SystemClock
from citybrain.lake.scrub import scrub
from tests.lake.faulty import Delivery, heard, ids, run, running
from tests.lake.making import a_store, numbers, put

CALLS = ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "unlink")
FAULTS = ("signal=SIGKILL", "error=EIO", "error=ENOSPC")
pytestmark = pytest.mark.strace


def _case(root: Path, call: str, fault: str, nth: int, number: int) -> str:
    """One delivery with the fault at the nth such call of each thread; what it said."""
    what = Delivery(root=str(root), batch=f"b{number}", first=number, count=1, wait=True)
    with running(what) as (process, pipe):
        assert heard(pipe) == "ready"
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}",
             "-e", f"inject={call}:{fault}:when={nth}", "-p", str(process.pid)],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _wait_traced(process.pid)
        pipe.send("go")
        said = heard(pipe)
        process.join(30)
        tracer.terminate()
        tracer.wait()
    return said


def _wait_traced(pid: int | None) -> None:
    for _turn in range(500):
        status = Path(f"/proc/{pid}/status").read_text()
        if "TracerPid:\t0\n" not in status:
            return
        time.sleep(0.01)
    raise AssertionError("strace did not attach")


def _sweep(root: Path, cases: list[tuple[str, str, int]]) -> dict[str, int]:
    store = a_store(root, clock=SystemClock())
    put(store, "first", numbers(1000, 3))
    expected = [1000, 1001, 1002]
    told = {"acked": 0, "killed": 0, "error": 0}
    for number, (call, fault, nth) in enumerate(cases):
        said = _case(root, call, fault, nth, number)
        told["acked" if said == "acked" else "error" if said else "killed"] += 1
        found = ids(root)
        assert found in (sorted(expected), sorted([*expected, number])), (call, fault, nth, said)
        assert said != "acked" or number in found, (call, fault, nth)
        assert run(Delivery(root=str(root), batch=f"b{number}", first=number, count=1)) == "acked"
        expected.append(number)
        assert ids(root) == sorted(expected), (call, fault, nth, said)
    assert list(scrub(store)) == []
    return told


def test_some_system_calls_fail(tmp_path: Path) -> None:
    cases = [
        ("openat", "error=ENOSPC", 6),
        ("write", "error=EIO", 2),
        ("fsync", "error=EIO", 1),
        ("fsync", "signal=SIGKILL", 4),
        ("pwrite64", "error=ENOSPC", 3),
        ("fdatasync", "error=EIO", 2),
    ]
    told = _sweep(tmp_path, cases)
    assert told["killed"] >= 1
    assert told["error"] >= 1


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("call", CALLS)
def test_every_system_call_fails_in_turn(
    call: str, tmp_path: Path, record_property: pytest.FixtureRequest
) -> None:
    cases = [(call, fault, nth) for fault in FAULTS for nth in range(1, 15)]
    record_property(f"{call} cases", _sweep(tmp_path, cases))  # type: ignore[operator]
