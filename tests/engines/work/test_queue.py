"""The leased queue: claims, fences, pauses, unique keys, slots, the Tasks API."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks.exceptions import TaskResultDoesNotExist

from citybrain.base.clock import FixedClock, SystemClock
from citybrain.base.errors import CityError
from citybrain.engines.work import leasing, service, worker
from citybrain.engines.work.models import Job
from tests.engines.work import tasks

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def nothing_else_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rooms above register their own upkeep."""
    monkeypatch.setattr(worker, "_chores", {})
    monkeypatch.setattr(worker, "_periodic", {})
    monkeypatch.setattr(worker, "_made", {})


def work_off(clock: object = None) -> int:
    return service.run_worker(
        threading.Event(), clock=clock or SystemClock(), until_empty=True  # type: ignore[arg-type]
    )  # fmt: skip


def test_a_task_runs_once_and_its_result_is_kept() -> None:
    tasks.CALLS.clear()
    result = tasks.remember.enqueue({"面": [1, None]})
    assert result.status == TaskResultStatus.READY
    assert work_off() == 1
    result.refresh()
    assert result.return_value == {"面": [1, None]}
    assert tasks.CALLS == [{"面": [1, None]}]
    assert work_off() == 0
    with pytest.raises(TaskResultDoesNotExist):
        tasks.remember.get_result("999999")


def test_an_enqueue_belongs_to_its_transaction() -> None:
    with transaction.atomic():
        service.enqueue(tasks.remember, 1)
        transaction.set_rollback(True)
    assert service.jobs() == []
    with pytest.raises(TypeError):
        service.enqueue(tasks.remember, object())


def test_a_failing_task_is_tried_again_with_its_progress_and_then_given_up() -> None:
    clock = FixedClock(SystemClock().now() + timedelta(seconds=1))
    good, bad = service.enqueue(tasks.fail_until, 3), service.enqueue(tasks.fail_until, 99)
    for _ in range(leasing.MAX_ATTEMPTS + 1):
        work_off(clock)
        clock.advance(timedelta(minutes=10))
    done, failed = service.job(good), service.job(bad)
    assert done is not None
    assert failed is not None
    assert (done.state, done.result, done.attempt) == ("done", "at last", 3)
    assert (failed.state, failed.attempt) == ("failed", leasing.MAX_ATTEMPTS)
    assert "not yet" in failed.error
    assert any(f"Job {bad}" in sentence for sentence in service.stuck(now=clock.now()))


def test_pauses_double_and_stay_bounded() -> None:
    for attempt in range(1, 40):
        seconds = leasing.pause(attempt).total_seconds()
        assert 0.5 * min(300, 2.0**attempt) <= seconds <= 1.5 * min(300, 2.0**attempt)


def claim(owner: str, clock: FixedClock) -> Job:
    job = leasing.claim(owner, now=clock.now(), lease=LEASE)
    assert job is not None
    return job


def finish_with_effect(job: Job, clock: FixedClock) -> None:
    with transaction.atomic():
        tasks.remember.enqueue("an effect")
        leasing.finish(job, result=None, now=clock.now())


def test_who_lost_the_lease_can_change_nothing() -> None:
    clock = FixedClock(SystemClock().now() + timedelta(seconds=1))
    service.enqueue(tasks.remember, 1)
    sleeper = claim("sleeper", clock)
    assert leasing.claim("other", now=clock.now(), lease=LEASE) is None
    assert leasing.reap(now=clock.now() + timedelta(seconds=29)) == 0
    clock.advance(timedelta(seconds=31))
    assert leasing.reap(now=clock.now()) == 1
    clock.advance(timedelta(minutes=10))
    heir = claim("heir", clock)
    assert not leasing.keep(sleeper.pk, sleeper.fence, until=clock.now())
    with pytest.raises(leasing.LeaseLostError):
        finish_with_effect(sleeper, clock)
    with pytest.raises(leasing.LeaseLostError):
        leasing.note_progress(sleeper, {"x": 1})
    leasing.finish(heir, result="heir", now=clock.now())
    assert [(one.result, one.attempt) for one in service.jobs()] == [("heir", 2)]


def test_a_job_given_back_costs_no_attempt() -> None:
    job_id = service.enqueue(tasks.give_back)
    clock = FixedClock(SystemClock().now() + timedelta(seconds=1))
    claimed = claim("one", clock)
    leasing.give_back(claimed, now=clock.now())
    found = service.job(job_id)
    assert found is not None
    assert (found.state, found.attempt) == ("ready", 0)


def test_one_open_job_for_each_unique_key() -> None:
    first = service.enqueue(tasks.remember, 1, unique_key="collect civil.marriages")
    assert service.enqueue(tasks.remember, 2, unique_key="collect civil.marriages") == first
    work_off()
    assert service.enqueue(tasks.remember, 3, unique_key="collect civil.marriages") != first


def test_priority_goes_first_and_later_waits() -> None:
    tasks.CALLS.clear()
    now = SystemClock().now()
    tasks.remember.using(run_after=now + timedelta(hours=1)).enqueue("later")
    tasks.remember.enqueue("usual")
    tasks.remember.using(priority=10).enqueue("first")
    work_off()
    assert tasks.CALLS == ["first", "usual"]


def test_a_periodic_job_is_made_once_in_its_slot() -> None:
    tasks.CALLS.clear()
    service.periodic("hourly", tasks.remember, seconds=3600, kwargs={"value": "tick"})
    clock = FixedClock(SystemClock().now().replace(minute=10) + timedelta(hours=1))
    for _ in range(3):
        work_off(clock)
        worker._made.clear()  # as if another worker came by
    clock.advance(timedelta(hours=5))
    work_off(clock)
    assert tasks.CALLS == ["tick", "tick"]


def test_a_chore_that_fails_does_not_end_the_worker() -> None:
    done: list[str] = []

    def bad(_: object) -> None:
        done.append("tried")
        raise RuntimeError("a bad chore")

    service.chore("bad", bad, seconds=1)
    service.enqueue(tasks.remember, 1)
    assert work_off() == 1
    assert done


def test_outside_a_worker_no_job_is_running() -> None:
    with pytest.raises(CityError):
        service.current()


def test_done_jobs_are_forgotten_after_a_while() -> None:
    service.enqueue(tasks.remember, 1)
    work_off()
    assert leasing.purge(before=SystemClock().now() - timedelta(hours=1)) == 0
    assert leasing.purge(before=SystemClock().now() + timedelta(seconds=1)) == 1
