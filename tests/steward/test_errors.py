"""What goes wrong is said in full sentences, in both languages, on a page like the others."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation

from citybrain.base.errors import CityError
from citybrain.interfaces.kit import views_errors
from tests.steward.conftest import TABLE, Site
from tests.steward.reading import faults


def test_an_unknown_table_is_named(site: Site) -> None:
    answer = site.client().get("/steward/tables/no.such")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert faults(html) == []
    assert "no.such" in html


def test_an_unknown_address_leads_back(site: Site) -> None:
    for language, lang in (("zh-hans", "zh-CN"), ("en", "en")):
        client = site.client()
        client.post("/language/", {"language": language})
        answer = client.get("/steward/nothing-here")
        assert answer.status_code == 404
        html = answer.content.decode()
        assert faults(html, language=lang) == []
        assert reverse("overview") in html


def test_an_error_asked_for_as_json_is_json(site: Site) -> None:
    answer = site.client().get("/steward/tables/no.such.json")
    assert answer.status_code == 404
    assert answer.json()["error"]["what"]


def test_a_refusal_says_why_in_the_readers_language(site: Site) -> None:
    client = site.client("auditor")
    answer = client.post(reverse("table_reveal", args=[TABLE]), {"purpose": "看一看数据"})
    assert answer.status_code == 403
    assert "您的职责" in answer.content.decode()
    client.post("/language/", {"language": "en"})
    english = client.post(reverse("table_reveal", args=[TABLE]), {"purpose": "看一看数据"})
    assert "None of your duties" in english.content.decode()


def test_a_form_that_lost_its_mark_is_explained(site: Site) -> None:
    client = site.client("engineer")
    client.handler.enforce_csrf_checks = True
    answer = client.post(reverse("collect"))
    assert answer.status_code == 403
    html = answer.content.decode()
    assert faults(html) == []
    assert "安全标记" in html


def test_a_fault_of_ours_is_drawn_without_the_database(rf: RequestFactory) -> None:
    answer = views_errors.server_error(rf.get("/"))
    assert answer.status_code == 500
    html = answer.content.decode()
    assert html.count("<h1") == 1
    assert "这是我们的错误" in html


def test_a_crash_inside_a_page_shows_that_page(site: Site, monkeypatch: Any) -> None:
    from citybrain.engines.catalogue import service as catalogue

    def crash(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("spill")

    client = site.client(raise_request_exception=False)
    monkeypatch.setattr(catalogue, "systems", crash)
    answer = client.get(reverse("systems"))
    assert answer.status_code == 500
    assert "spill" not in answer.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500])
def test_an_error_decides_its_own_status(status: int) -> None:
    error = CityError("x")
    error.status = status  # type: ignore[attr-defined]
    assert views_errors.status_of(error) == status
    assert views_errors.status_of(CityError("x")) == 422


def test_a_refusal_of_an_engine_is_said_in_both_languages(site: Site) -> None:
    client = site.client()
    assert "没有名为 no.such 的表" in client.get("/steward/tables/no.such").content.decode()
    client.post("/language/", {"language": "en"})
    html = client.get("/steward/tables/no.such").content.decode()
    assert "There is no table no.such" in html
    assert "的表" not in html


@pytest.mark.parametrize(
    ("failure", "chinese"),
    [
        ("The disk of the lake is full; nothing was changed", "湖的磁盘已满，没有改动任何内容"),
        ("Something that nobody translated happened", "这件事没有做成。"),
    ],
)
def test_what_the_lake_says_in_english_is_said_first_in_chinese(
    failure: str, chinese: str, rf: RequestFactory
) -> None:
    error = CityError(failure, why="there was no room", do="Make room", where="ods.a.b")
    with translation.override("zh-hans"):
        html = views_errors.refusal(rf.get("/steward/"), error).content.decode()
    assert html.index(chinese) < html.index(failure)
    assert "Make room" in html
    with translation.override("en"):
        html = views_errors.refusal(rf.get("/steward/"), error).content.decode()
    assert chinese not in html
    assert failure in html
