"""Builds follow what was collected: once, not over nothing, not in the midst of a collect."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import SystemClock
from citybrain.engines.libraries import tasks, wiring
from citybrain.engines.work import service as work
from citybrain.engines.work import worker
from citybrain.engines.work.models import Job
from citybrain.lake import runs
from tests.steward.conftest import TABLE, Site, own_site

__all__ = ["own_site"]

pytestmark = pytest.mark.long
CLOCK = SystemClock()


@pytest.fixture(autouse=True)
def nothing_else_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rooms register upkeep of their own."""
    for name in ("_chores", "_periodic", "_made"):
        monkeypatch.setattr(worker, name, {})


def builds() -> list[work.JobView]:
    return [job for job in work.jobs() if job.task.endswith("build_models")]


def work_off(*queues: str) -> int:
    return work.run_worker(threading.Event(), clock=CLOCK, queues=queues, until_empty=True)


def test_what_came_in_is_built_once_and_on_a_queue_of_its_own(own_site: Site) -> None:
    tasks.follow(CLOCK)
    tasks.follow(CLOCK)
    (build,) = builds()
    assert work_off("default") == 0
    assert work_off(tasks.BUILDS) == 1
    (build,) = builds()
    assert build.state == "done"
    assert wiring.store().snapshot("dwd.civil.marriages").rows > 0
    tasks.follow(CLOCK)  # the build moved tables, and left nothing due
    assert [job.id for job in builds()] == [build.id]


def test_what_comes_in_while_a_build_runs_is_built_after_it(own_site: Site) -> None:
    tasks.follow(CLOCK)
    (running,) = builds()
    tasks._seen.clear()  # a table was published since
    Job.objects.filter(pk=running.id).update(state="running")
    tasks.follow(CLOCK)  # the last look before the build ends, whatever it has published
    assert [job.id for job in builds()] == [running.id]
    Job.objects.filter(pk=running.id).update(state="done")
    tasks.follow(CLOCK)
    assert len(builds()) == 2


def test_a_collect_that_just_began_is_waited_for_and_a_long_one_is_not(own_site: Site) -> None:
    store = wiring.store()
    runs.create(store, run_id="R-1", tables=[TABLE], now=CLOCK.now())
    assert tasks.gathering()
    tasks.follow(CLOCK)
    assert tasks.build_due.func() == {"models": 0}
    assert builds() == []


def test_a_collect_that_goes_on_for_long_holds_nothing_up(own_site: Site) -> None:
    long_ago = CLOCK.now() - tasks.GATHER - timedelta(seconds=1)
    runs.create(wiring.store(), run_id="R-2", tables=[TABLE], now=long_ago)
    assert not tasks.gathering()
    tasks.follow(CLOCK)
    assert len(builds()) == 1


def test_before_the_first_collect_nothing_is_built(
    own_site: Site, tmp_path: Path, shipped_home: Path, settings: object
) -> None:
    import shutil

    from citybrain.engines.catalogue import wiring as catalogue

    empty = tmp_path / "empty"
    shutil.copytree(shipped_home / "applied", empty / "applied")
    settings.CITYBRAIN_HOME = empty  # type: ignore[attr-defined]
    catalogue.forget()
    assert tasks.gathering()
    tasks.follow(CLOCK)
    assert builds() == []


def test_the_thread_that_builds_does_no_upkeep(transactional_db: None) -> None:
    done: list[str] = []
    work.chore("a chore of the test", lambda _clock: done.append("x"), seconds=0)
    how = {"clock": CLOCK, "until_empty": True}
    assert work.run_worker(threading.Event(), upkeep=False, **how) == 0
    assert done == []
    assert work.run_worker(threading.Event(), **how) == 0
    assert done == ["x"]
