"""Many writers, lost answers, stopped holders, wrong clocks: every batch counts once."""

import os
import signal
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.lease import LeaseHeld, LeaseLost, hold
from citybrain.lake.scrub import scrub
from tests.lake.faulty import TABLE, Delivery, heard, ids, run, running
from tests.lake.making import a_clock, a_store, numbers, put, put_with, rows


def _together(deliveries: list[Delivery]) -> list[str]:
    with ExitStack() as stack:
        pipes = [stack.enter_context(running(d))[1] for d in deliveries]
        return [heard(pipe) for pipe in pipes]


def test_a_batch_delivered_by_three_processes_counts_once(tmp_path: Path) -> None:
    a_store(tmp_path, clock=SystemClock())
    for number in range(4):
        same = Delivery(root=str(tmp_path), batch=f"b{number}", first=number * 5)
        assert _together([same] * 3) == ["acked"] * 3
    assert ids(tmp_path) == list(range(20))
    assert len(a_store(tmp_path, made=False).snapshots(TABLE)) == 4


def test_two_workers_on_one_table_lose_nothing(tmp_path: Path) -> None:
    a_store(tmp_path, clock=SystemClock())
    for turn in range(4):
        pair = [
            Delivery(root=str(tmp_path), batch=f"{turn}-{w}", first=turn * 20 + w * 10, count=10)
            for w in (0, 1)
        ]
        assert _together(pair) == ["acked", "acked"]
    assert ids(tmp_path) == list(range(80))


def _lost() -> OperationalError:
    return OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))


def test_a_lost_acknowledgement_is_looked_up_not_repeated(tmp_path: Path) -> None:
    answers = [_lost()]

    def phase(name: str) -> None:
        if name == "swapped" and answers:
            raise answers.pop()

    store = a_store(tmp_path, phase=phase, made=False)
    a_store(tmp_path)
    put(store, "b1", numbers(0, 3))
    assert [r[0] for r in rows(store)] == [0, 1, 2]
    assert len(store.snapshots(TABLE)) == 1
    assert list(scrub(store)) == []


def test_an_outcome_nobody_can_tell_is_said_and_the_same_batch_heals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_arguments: object) -> None:
        if broken:
            raise _lost()

    def phase(name: str) -> None:
        if name == "swapped":
            broken.append(True)
            raise _lost()

    from citybrain.lake import commit

    broken: list[bool] = []
    real = commit.committed
    monkeypatch.setattr(commit, "committed", lambda *a: lost(*a) or real(*a))
    monkeypatch.setattr(commit, "ATTEMPTS", 2)
    a_store(tmp_path)
    store = a_store(tmp_path, phase=phase, made=False)
    with pytest.raises(CityError, match=r"not known whether .* counts once"):
        put(store, "b1", numbers(0, 3))
    monkeypatch.undo()
    whole = a_store(tmp_path)
    assert [r[0] for r in rows(whole)] == [0, 1, 2]
    put(whole, "b1", numbers(0, 3))
    assert [r[0] for r in rows(whole)] == [0, 1, 2]
    assert list(scrub(whole)) == []


def test_a_fault_after_the_swap_removes_nothing(tmp_path: Path) -> None:
    """EIO while the library deletes old metadata: the commit stands, and its files too."""

    def phase(name: str) -> None:
        if name == "swapped":
            raise OSError(5, "Input/output error")

    a_store(tmp_path)
    store = a_store(tmp_path, phase=phase, made=False)
    put(store, "b1", numbers(0, 3))
    assert [r[0] for r in rows(store)] == [0, 1, 2]
    assert list(scrub(store)) == []


def test_a_fault_before_the_swap_leaves_no_file(tmp_path: Path) -> None:
    def phase(name: str) -> None:
        if name == "metadata-durable":
            raise OSError(28, "No space left on device")

    a_store(tmp_path)
    before = sorted((tmp_path / "lake/data").rglob("*.*"))
    store = a_store(tmp_path, phase=phase, made=False)
    with pytest.raises(CityError, match="disk of the lake is full; nothing was changed"):
        put(store, "b1", numbers(0, 3))
    assert sorted((tmp_path / "lake/data").rglob("*.*")) == before


def test_a_dead_holder_is_followed_at_once(tmp_path: Path) -> None:
    a_store(tmp_path, clock=SystemClock())
    assert run(Delivery(root=str(tmp_path), batch="b", first=0, die_at="opened")) == ""
    store = a_store(tmp_path, clock=SystemClock(), made=False)
    with store.lease(TABLE, owner="next") as lease:
        assert lease.token == 2


def test_a_holder_that_was_stopped_is_fenced_when_it_wakes(tmp_path: Path) -> None:
    clock = SystemClock()
    a_store(tmp_path, clock=clock)
    late = Delivery(root=str(tmp_path), batch="late", first=0, die_at="")
    with running(_stopping(late)) as (process, pipe):
        assert process.pid is not None
        assert heard(pipe) == "ready"
        pipe.send("go")
        _wait_stopped(process.pid)
        ahead = a_clock()
        ahead.at = clock.now() + timedelta(minutes=5)
        put(a_store(tmp_path, clock=ahead, made=False), "mine", numbers(50, 2))
        os.kill(process.pid, signal.SIGCONT)
        assert heard(pipe).startswith("LeaseLost")
    assert ids(tmp_path) == [50, 51]


def _stopping(what: Delivery) -> Delivery:
    return Delivery(root=what.root, batch=what.batch, first=what.first, wait=True,
                    die_at="stop:metadata-durable")  # fmt: skip


def _wait_stopped(pid: int) -> None:
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        pass


def test_a_clock_set_back_neither_blocks_a_table_nor_lets_two_write(tmp_path: Path) -> None:
    clock = a_clock()
    store = a_store(tmp_path, clock=clock)
    put(store, "b1", numbers(0, 1))
    clock.advance(timedelta(days=-365))
    put(store, "b2", numbers(1, 1))
    with store.lease(TABLE, owner="living"):
        clock.advance(timedelta(days=-1))
        with pytest.raises(LeaseHeld), store.lease(TABLE, owner="other"):
            pass
    assert [r[0] for r in rows(store)] == [0, 1]


def test_a_lease_taken_over_fences_its_old_holder(tmp_path: Path) -> None:
    clock = a_clock()
    store = a_store(tmp_path, clock=clock)
    with hold(store.engine, TABLE, owner="slow", clock=clock, seconds=3600) as slow:
        clock.advance(timedelta(hours=2))
        put(store, "fast", numbers(0, 1))
        with pytest.raises(LeaseLost):
            put_with(store, slow, "slow", numbers(5, 1))
    assert [r[0] for r in rows(store)] == [0]
