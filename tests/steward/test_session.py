"""Signing in, language, theme and the tour: kept for the reader, and nowhere else."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from tests.steward.conftest import Site
from tests.steward.reading import faults


def test_the_sign_in_page_shows_the_accounts_of_the_rehearsal(site: Site) -> None:
    html = site.client("").get("/login/").content.decode()
    assert faults(html) == []
    assert "engineer" in html


def test_outside_rehearsal_no_account_is_shown(site: Site, settings: object) -> None:
    settings.CITYBRAIN_REHEARSAL = False  # type: ignore[attr-defined]
    html = site.client("").get("/login/").content.decode()
    assert "rehearsal-2021" not in html
    assert "演练" not in html


def test_a_wrong_password_is_said_once_and_takes_the_focus(site: Site) -> None:
    answer = site.client("").post("/login/", {"username": "engineer", "password": "no"})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert faults(html) == []
    assert html.count('role="alert"') == 1
    assert 'aria-invalid="true"' in html
    assert "no" not in html.partition('id="password"')[2].partition(">")[0]


def test_after_signing_in_one_is_where_one_wanted_to_be(site: Site) -> None:
    client = site.client("")
    asked = client.get("/steward/tables")
    assert asked["Location"] == "/login/?next=/steward/tables"
    form = {"username": "engineer", "password": "rehearsal-2021", "next": "/steward/tables"}
    assert client.post("/login/", form)["Location"] == "/steward/tables"


def test_nobody_is_led_to_another_site(site: Site) -> None:
    for form in ("https://elsewhere.invalid/", "//elsewhere.invalid", "javascript:alert(1)"):
        client = site.client("")
        sent = {"username": "engineer", "password": "rehearsal-2021", "next": form}
        assert client.post("/login/", sent)["Location"] == "/steward/"
        assert client.post("/theme/", {"theme": "dark", "next": form})["Location"] == "/steward/"


def dark_for(client: Client) -> str:
    """For which media the page is dark; empty where it never is."""
    html = client.get("/steward/").content.decode()
    found = re.search(r'href="/static/kit/dark[^"]*\.css" media="([^"]*)"', html)
    return found[1] if found else ""


def test_the_theme_is_kept_in_a_cookie_and_needs_no_script(site: Site) -> None:
    client = site.client()
    assert dark_for(client) == "screen and (prefers-color-scheme: dark)"
    sent = client.post("/theme/", {"theme": "dark", "next": "/steward/help"})
    assert sent["Location"] == "/steward/help"
    assert dark_for(client) == "screen"
    client.post("/theme/", {"theme": "light", "next": "/steward/help"})
    assert dark_for(client) == ""
    assert 'name="theme" value="auto"' in client.get("/steward/help").content.decode()
    sent = client.post("/theme/", {"theme": "auto", "next": "/steward/help"})
    assert sent["Location"] == "/steward/help"
    assert sent.cookies["theme"]["max-age"] == 0
    assert dark_for(client) == "screen and (prefers-color-scheme: dark)"
    assert 'name="theme" value="auto"' not in client.get("/steward/help").content.decode()
    client.cookies["theme"] = '"><script>'
    assert dark_for(client) == "screen and (prefers-color-scheme: dark)"


def test_signing_out_ends_the_session(site: Site) -> None:
    client = site.client()
    assert client.post("/logout/").status_code == 302
    assert client.get("/steward/").status_code == 302


def test_pages_carry_a_policy_that_forbids_the_inline_and_the_foreign(site: Site) -> None:
    answer = site.client().get("/steward/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_outside_a_rehearsal_nobody_is_led_to_break_a_fact(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = site.client("engineer")
    for context in ("steward", "kit"):
        asked = f"citybrain.interfaces.{context}.context.in_rehearsal"
        monkeypatch.setattr(asked, lambda: False)
    assert 'id="tour"' not in client.get("/steward/").content.decode()
    assert 'id="tour-page"' not in client.get("/steward/help").content.decode()


def test_the_tour_promises_its_button_only_to_who_has_it(site: Site) -> None:
    for account, breaks in (("engineer", True), ("civil", False)):
        client = site.client(account)
        client.get(reverse("tour_step", args=[1]))
        for page in ("/steward/", "/steward/tables"):
            html = client.get(page).content.decode()
            assert ("替我改错一格" in html) == breaks, (account, page)
            assert ("您的账号没有代改的按钮" in html) != breaks, (account, page)


def test_the_tour_is_offered_follows_and_can_be_put_away(site: Site) -> None:
    client = site.client()
    assert 'id="tour"' in client.get("/steward/").content.decode()
    assert 'id="tour"' not in client.get("/steward/tables").content.decode()
    for number in range(1, 8):
        assert client.get(reverse("tour_step", args=[number])).status_code == 302
        html = client.get("/steward/tables").content.decode()
        assert faults(html) == []
        assert f"第 {number} 步，共 7 步" in html
    client.post(reverse("tour_close"), {"next": "/steward/"})
    assert 'id="tour"' not in client.get("/steward/").content.decode()
    assert reverse("tour_step", args=[1]) in client.get("/steward/help").content.decode()
