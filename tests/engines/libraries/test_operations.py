"""Operations: what waits, ran and failed, with its sentence, and a hand to try again."""

from datetime import timedelta
from typing import Any

import pytest

from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.engines.libraries import building, tasks
from citybrain.engines.work import leasing
from citybrain.engines.work.models import Job
from citybrain.lake.models.results import BuildResult
from tests.engines.libraries.oracle import record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
MODEL = "ads.marriages_monthly"
SENTENCE = "磁盘已满，ads.marriages_monthly 没有构建。请腾出空间后重试"


def ordered(site: Site, who: str = "engineer", **form: str) -> int:
    sent = site.client(who).post("/steward/models/build", {"model": MODEL, **form})
    assert sent.status_code == 302, sent.content.decode()
    return int(sent["Location"].rsplit("/", 1)[1])


def shown(site: Site, job: int) -> Any:
    return view(site, f"/steward/operations/{job}.json")


def retry(site: Site, job: int, who: str = "engineer") -> Any:
    return site.client(who).post(f"/steward/operations/{job}/retry", follow=True)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Builds end in a sentence until this is undone."""

    def build_now(*_names: object, **_how: object) -> None:
        raise CityError(SENTENCE)

    monkeypatch.setattr(tasks, "build_now", build_now)
    return monkeypatch


def give_up(job: int) -> None:
    """As after the last attempt: the queue's own pauses would take minutes."""
    Job.objects.filter(pk=job).update(state="failed")


def test_what_was_ordered_waits_and_then_is_done_with_its_log(site: Site) -> None:
    job = ordered(site)
    assert shown(site, job)["state"] == "ready"
    page = site.client().get("/steward/operations").content.decode()
    assert f'href="/steward/operations/{job}"' in page
    assert MODEL in page
    site.work()
    row = shown(site, job)
    assert (row["state"], row["error"], row["may_retry"]) == ("done", "", False)
    assert row["detail"]["zh"] == MODEL
    assert any(line.startswith("models:") for line in row["log"])
    assert row["seconds"] >= 0


def test_a_build_that_left_models_unmade_is_not_shown_as_done(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = BuildResult(model=MODEL, status="refused", rows=3, expectations={"positive": 2})
    monkeypatch.setattr(tasks, "build_now", lambda *_names, **_how: [refused])
    job = ordered(site)
    site.work()
    row = shown(site, job)
    assert (row["state"], row["may_retry"]) == ("partly", False)
    assert row["detail"]["zh"] == f"{MODEL}，未成 1"
    assert f"bad: {MODEL}" in row["log"]
    assert "部分未成" in site.client().get(f"/steward/operations/{job}").content.decode()


def test_the_list_is_filtered_by_state_and_has_its_twins(site: Site) -> None:
    job = ordered(site)
    assert job in {row["job"] for row in view(site, "/steward/operations.json", state="ready")}
    assert view(site, "/steward/operations.json", state="failed") == []
    text = site.client("operator").get("/steward/operations.csv").content.decode("utf-8-sig")
    assert text.startswith("job,title,")
    assert MODEL in text


def test_a_failed_build_shows_its_sentence_and_when_it_is_tried_again(
    site: Site, broken: pytest.MonkeyPatch
) -> None:
    job = ordered(site)
    site.work()
    row = shown(site, job)
    assert row["state"] == "ready"
    assert row["again"] is not None
    assert SENTENCE in row["error"]
    assert row["log"][0] == "# 1"
    assert not [line for line in row["log"] if "site-packages" in line or 'File "' in line]
    for address in (f"/steward/operations/{job}", f"/steward/builds/{job}"):
        page = site.client().get(address)
        assert page.status_code == 200
        assert SENTENCE in page.content.decode(), address


def test_a_worker_that_was_killed_is_told_in_the_readers_language(site: Site) -> None:
    job = ordered(site)
    now = SystemClock().now()
    Job.objects.filter(pk=job).update(
        state="running", lease_owner="vm-1", lease_until=now - timedelta(seconds=1), fence=1,
        attempt=1,
    )  # fmt: skip
    assert leasing.reap(now=now) == 1
    for address in (f"/steward/operations/{job}", "/steward/operations"):
        assert "执行进程 vm-1 中断" in site.client().get(address).content.decode(), address
    assert "The worker vm-1 went silent" in shown(site, job)["error"]


def test_what_failed_for_good_is_tried_again_by_hand_and_recorded(
    site: Site, broken: pytest.MonkeyPatch
) -> None:
    job = ordered(site)
    site.work()
    give_up(job)
    assert shown(site, job)["may_retry"]
    assert job in {row["job"] for row in view(site, "/steward/operations.json", state="failed")}
    broken.setattr(tasks, "build_now", building.build_now)
    assert "已重新排队" in retry(site, job, "operator").content.decode()
    site.work()
    assert shown(site, job)["state"] == "done"
    (first, second) = [e for e in record("lake:") if e.action == "model.build"] + [
        e for e in record(f"model:{MODEL}") if e.action == "model.build"
    ]
    assert first.actor != second.actor
    assert first.at - second.at < timedelta(minutes=5)


def test_what_has_not_failed_is_not_tried_again(site: Site) -> None:
    job = ordered(site)
    site.work()
    assert "它没有失败" in retry(site, job).content.decode()
    assert shown(site, job)["state"] == "done"


@pytest.mark.parametrize("username", ["civil", "police", "auditor", "leader"])
def test_who_may_not_build_neither_orders_nor_retries(
    site: Site, broken: pytest.MonkeyPatch, username: str
) -> None:
    job = ordered(site)
    give_up(job)
    answer = site.client(username).post("/steward/models/build", {"model": MODEL})
    assert answer.status_code == 403
    assert retry(site, job, username).status_code == 403
    assert Job.objects.get(pk=job).state == "failed"
    page = site.client(username).get(f"/steward/operations/{job}").content.decode()
    assert "/retry" not in page
    assert Job.objects.count() == 1


def test_the_clock_is_told_what_it_will_do(site: Site) -> None:
    page = site.client("leader").get("/steward/operations").content.decode()
    assert "每 15 分钟" in page
    assert "每天夜里" in page


def test_a_forgotten_job_is_not_found(site: Site) -> None:
    for address in ("operations/987654321", "builds/987654321", "builds/987654321/live"):
        answer = site.client().get(f"/steward/{address}")
        assert answer.status_code == 404
        assert "没有任务 987654321" in answer.content.decode()
    assert retry(site, 987654321).status_code == 404
