"""Who may open what: every route against every duty, and nothing undeclared."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from citybrain import city
from citybrain.engines.guard import acting
from citybrain.engines.guard.service import ACTIONS
from citybrain.engines.identity.rehearsal import ACCOUNTS
from citybrain.interfaces.kit.access import OWN, PUBLIC, SIGNED_IN
from tests.steward.conftest import FOLDER, TABLE, Site

WHO = {
    "engineer": ("steward", True),
    "civil": ("officer", True),  # the table is this officer's department's
    "police": ("officer", False),
    "operator": ("contractor", False),
    "auditor": ("auditor", False),
    "leader": ("leader", False),
}
THINGS: dict[str, Any] = {
    "table": TABLE,
    "name": "civil",
    "run": "R-0",
    "draft": "d0",
    "number": 1,
    "suffix": "json",
    "part": "hours",
    "query": "q0",
    "library": "population",
    "entity": "p0",
    "decision": 1,
    "finding": "f0",
    "thing": "indicator:tickets_open",
    "model": "ads.elder_allowance",
    "expectation": "e0",
}


@dataclass(frozen=True)
class Route:
    """One address with what its view declares."""

    name: str
    address: str
    access: str
    methods: tuple[str, ...]


def routes() -> list[Route]:
    """Every address of the installation."""
    found = []
    for pattern in _patterns(get_resolver("citybrain.config.urls")):
        arguments = {name: THINGS[name] for name in pattern.pattern.converters}
        view: Any = pattern.callback
        found.append(
            Route(
                name=str(pattern.name),
                address=reverse(str(pattern.name), kwargs=arguments),
                access=getattr(view, "access", ""),
                methods=getattr(view, "methods", ()),
            )
        )
    return found


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from _patterns(entry)


def test_every_route_declares_an_access_that_the_guard_knows() -> None:
    known = {PUBLIC, SIGNED_IN, OWN, *ACTIONS}
    assert [route.name for route in routes() if route.access not in known] == []


def test_only_the_doors_are_public() -> None:
    public = {route.name for route in routes() if route.access == PUBLIC}
    assert public == {"root", "login", "logout", "language", "theme"}


def test_what_changes_something_is_sent_by_post() -> None:
    changing = {"lake.collect", "lake.correct", "lake.cheat", "lake.restore", "lake.verify"}
    wrong = [r.name for r in routes() if r.access in changing and "GET" in r.methods]
    assert wrong == []


def test_without_signing_in_everything_else_asks_to_sign_in(site: Site) -> None:
    client = site.client("")
    for route in routes():
        if route.access == PUBLIC:
            continue
        answer = client.get(route.address) if "GET" in route.methods else client.post(route.address)
        if route.address.endswith((".json", ".csv")):
            assert answer.status_code == 401, route
        else:
            assert answer.status_code == 302, route
            assert answer["Location"].startswith("/login/"), route


def test_a_form_from_elsewhere_is_not_accepted(site: Site) -> None:
    client = site.client("", enforce_csrf_checks=True)
    for route in routes():
        if "POST" in route.methods:
            assert client.post(route.address).status_code == 403, route


@pytest.mark.parametrize("username", WHO)
def test_every_route_keeps_to_the_duties(site: Site, username: str) -> None:
    duty, owner = WHO[username]
    role = city.load(FOLDER).city.roles[duty]
    client, wrong = site.client(username), []
    for route in routes():
        if route.access in {PUBLIC, SIGNED_IN, OWN}:
            continue
        # States are not of a department; the record as a whole is the city's.
        stateless = route.access in {"work.read", "indicators.read"}
        of_a_table = TABLE in route.address and not stateless
        reaches = role.scope == "city" or (owner and of_a_table)
        # What these answer or change is cut to the reader's department by the engine; the
        # trace of an indicator has no value to reveal.
        cut = {
            "upload_new", "findings_twin", "findings_reveal", "finding_handle", "trace_reveal",
        }  # fmt: skip
        reaches |= route.name in cut or stateless
        allowed = route.access in role.actions and reaches
        if allowed and "GET" not in route.methods:
            continue  # would do it; the errands in tests/walks do
        answer = client.get(route.address) if "GET" in route.methods else client.post(route.address)
        refused = answer.status_code == 403
        if refused == allowed and answer.status_code != 404:
            wrong.append(f"{route.name}: {answer.status_code}, {duty} may: {allowed}")
    assert wrong == []


def offered(html: str) -> set[str]:
    """The addresses that a page's navigation leads to."""
    inside = re.findall(r"<nav .*?</nav>", html, re.DOTALL)
    return {address for part in inside for address in re.findall(r'href="([^"]+)"', part)}


@pytest.mark.parametrize("username", [account.username for account in ACCOUNTS])
def test_the_navigation_offers_what_opens_and_nothing_else(site: Site, username: str) -> None:
    client = site.client(username)
    steward = offered(client.get(reverse("overview")).content.decode())
    cockpit = offered(client.get(reverse("data_centre")).content.decode())
    assert {reverse("cockpit"), reverse("lineage"), reverse("record")} <= steward
    assert cockpit == {reverse(name) for name in ("data_centre", "indicators", "overview")}
    opened = {address: client.get(address).status_code for address in steward | cockpit}
    assert {a: code for a, code in opened.items() if code not in {200, 302}} == {}
    assert (client.get(reverse("workbench")).status_code == 200) == (
        reverse("workbench") in steward
    )


def test_a_page_that_is_not_offered_is_not_asked_for(site: Site) -> None:
    client = site.client("police")
    assert reverse("workbench") not in offered(client.get(reverse("overview")).content.decode())
    assert refusals("police") == []


def refusals(reader: str) -> list[tuple[str, str, str]]:
    """Action, thing and reason of what the record says that the reader was refused."""
    from citybrain.engines.identity import service as identity
    from citybrain.engines.ledger import service as ledger

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYBRAIN_ACTOR", reader)
        who = identity.local_actor()
    found = ledger.entries(actor=who.id, limit=1_000)
    return [(e.action, e.thing, e.purpose) for e in found if e.outcome == "refused"]


def test_who_is_turned_away_at_the_door_is_on_record_once(site: Site) -> None:
    client, address = site.client("leader"), reverse("library", args=["population"])
    for _again in range(3):
        assert client.get(address).status_code == 403
    assert client.get(f"{address}.json").status_code == 403
    assert client.post(reverse("collect")).status_code == 403
    assert sorted(refusals("leader")) == [
        ("lake.collect", f"page:{reverse('collect')}", "no-duty"),
        ("lake.read", f"page:{address}", "no-duty"),
        ("lake.read", f"page:{address}.json", "no-duty"),
    ]
    record = site.client("auditor").get(reverse("record")).content.decode()
    assert "职责中没有这一项" in record
    assert f"页面 {address}" in record


def test_many_doors_tried_at_once_do_not_fill_the_record(site: Site) -> None:
    client = site.client("leader")
    for number in range(acting.MOST_LATELY + 10):
        assert client.get(reverse("entity", args=["population", f"P{number}"])).status_code == 403
    assert len(refusals("leader")) == acting.MOST_LATELY


def test_what_was_asked_for_beside_the_address_is_not_kept(site: Site) -> None:
    address = reverse("library_twin", args=["population", "json"])
    assert site.client("leader").get(address, {"q": "周某某"}).status_code == 403
    assert refusals("leader") == [("lake.read", f"page:{address}", "no-duty")]


def test_nobody_and_the_allowed_leave_no_refusal(site: Site) -> None:
    address = reverse("search")
    assert site.client("").get(address).status_code == 302
    assert site.client("engineer").get(address).status_code == 200
    assert refusals("engineer") == refusals("leader") == []
