"""What goes wrong is said in full sentences, in both languages, on a page like the others."""

from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import reverse

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
