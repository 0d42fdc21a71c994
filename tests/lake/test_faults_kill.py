"""Killed at every phase of a commit, three ways each: all or nothing, and once after healing."""

import random
import time
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import SystemClock
from citybrain.lake.phases import PHASES
from citybrain.lake.references import references
from citybrain.lake.scrub import scrub
from citybrain.lake.sweep import sweep
from tests.lake.faulty import MANNERS, TABLE, Delivery, ids, run, run_here, running
from tests.lake.making import a_clock, a_store, files_below, numbers, put

KILLS = 30  # at random moments
VISIBLE = ("swapped", "acknowledged")  # killed from here on, the batch is in


def _after(before: list[int], what: Delivery) -> list[int]:
    new = list(range(what.first, what.first + what.count))
    return new if what.manner == "replace" else sorted({*before, *new})


@pytest.mark.parametrize("phase", PHASES)
def test_killed_at(phase: str, tmp_path: Path, record_property: pytest.FixtureRequest) -> None:
    store = a_store(tmp_path, clock=SystemClock())
    put(store, "first", numbers(0, 10))
    for number, manner in enumerate(MANNERS):
        before = ids(tmp_path)
        what = Delivery(
            root=str(tmp_path), batch=f"{phase}-{manner}", first=100 * (number + 1),
            manner=manner, die_at=phase,
        )  # fmt: skip
        assert run(what) == ""
        assert ids(tmp_path) == (_after(before, what) if phase in VISIBLE else before)
        healed = Delivery(root=what.root, batch=what.batch, first=what.first, manner=manner)
        assert run(healed) == "acked"
        assert ids(tmp_path) == _after(before, what)
    record_property(f"kills at {phase}", len(MANNERS))  # type: ignore[operator]
    assert list(scrub(store)) == []
    _orphans_go(tmp_path)


def _orphans_go(root: Path) -> None:
    clock = a_clock()
    clock.at = SystemClock().now() + timedelta(days=2)
    store = a_store(root, clock=clock, made=False)
    sweep(store)
    warehouse = store.ground.warehouse
    needed = references(store.ground.catalog().load_table(TABLE), warehouse).all
    assert {str(p.relative_to(warehouse.root)) for p in files_below(warehouse.root)} == set(needed)


# What lies between two phases: each system call there is killed in turn in test_faults_strace.
@pytest.mark.long
def test_killed_at_random_moments(tmp_path: Path) -> None:
    draw = random.Random(20210611)
    a_store(tmp_path, clock=SystemClock())
    acked: set[int] = set()
    tried: set[int] = set()
    for number in range(KILLS):
        what = Delivery(root=str(tmp_path), batch=f"b{number}", first=number, count=1)
        tried.add(number)
        with running(what) as (process, pipe):
            time.sleep(draw.uniform(0, 0.2))
            process.kill()  # may have ended by itself meanwhile: that is no error
            process.join()
            if pipe.poll() and _said(pipe) == "acked":
                acked.add(number)
        found = ids(tmp_path)
        assert len(found) == len(set(found))
        assert acked <= set(found) <= tried
    for number in range(KILLS):
        again = Delivery(root=str(tmp_path), batch=f"b{number}", first=number, count=1)
        assert run_here(again) == "acked"
    assert ids(tmp_path) == list(range(KILLS))
    _orphans_go(tmp_path)


def _said(pipe: object) -> str:
    try:
        return str(pipe.recv())  # type: ignore[attr-defined]
    except EOFError:
        return ""
