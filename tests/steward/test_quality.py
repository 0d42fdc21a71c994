"""Quality and standards as people meet them: pages, twins, objections and their answers."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest

from citybrain.base.clock import SystemClock
from citybrain.city.applied import applied_city
from citybrain.engines.ledger import service as ledger
from citybrain.engines.libraries.models import Objection
from citybrain.lake.home import Home
from citybrain.lake.quality.measuring import measure
from citybrain.lake.store import open_store
from tests.steward.conftest import TABLE, Site

PAGES = (
    "/steward/quality",
    "/steward/quality/departments/civil_affairs",
    f"/steward/quality/{TABLE}",
    "/steward/standards",
    "/steward/standards/id_number",
)
LISTS = (
    "/steward/quality",
    "/steward/quality/mend",
    "/steward/quality/rules",
    "/steward/quality/trend",
    "/steward/quality/unusual",
    "/steward/quality/objections",
    "/steward/quality/departments/civil_affairs",
    f"/steward/quality/{TABLE}",
    "/steward/standards",
    "/steward/standards/fields",
    "/steward/standards/id_number",
)
OBJECT = "/steward/quality/departments/civil_affairs/object"
REASON = "登记表按年累计，旧表的行不应计入本月"


@pytest.fixture
def measured(site: Site) -> Iterator[Site]:
    """The shared site with its quality measured, as collecting through the pages leaves it."""
    city = applied_city(site.home)
    assert city is not None
    measure(open_store(Home(site.home), clock=SystemClock()), city)
    return site


def _json(site: Site, address: str, who: str = "engineer") -> Any:
    answer = site.client(who).get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_every_page_opens_in_both_languages(measured: Site) -> None:
    client = measured.client()
    for address in PAGES:
        chinese = client.get(address)
        assert chinese.status_code == 200, address
        assert chinese.content.decode().count("<h1>") == 1, address
    client.post("/language/", {"language": "en", "next": "/steward/quality"})
    for address in PAGES:
        english = client.get(address).content.decode()
        assert 'lang="en"' in english
        inside = english.split("<main", 1)[1].split("</main>")[0]
        headings = re.findall(r"<h2[^>]*>(.*?)</h2>", inside, re.S)
        assert headings, address
        assert not [h for h in headings if re.search(r"[\u4e00-\u9fff]", h)], address


def test_every_list_has_its_twins(measured: Site) -> None:
    client = measured.client()
    for address in LISTS:
        as_json = client.get(f"{address}.json").json()
        assert as_json["rehearsal"] is True
        assert "rows" in as_json or "view" in as_json
        text = client.get(f"{address}.csv").content.decode("utf-8-sig")
        header, *_rows = list(csv.reader(io.StringIO(text)))
        assert header[-1] == "rehearsal", address


def test_the_formula_shows_figures_that_add_up_to_the_score(measured: Site) -> None:
    row = _json(measured, "/steward/quality/departments/civil_affairs.json")["view"]["row"]
    terms = row["score"]["terms"]
    total = sum(t["weight"] * t["value"] for t in terms) / row["score"]["weight"]
    assert abs(total - row["score"]["value"]) < 0.06
    page = measured.client().get("/steward/quality/departments/civil_affairs").content.decode()
    shown = re.search(r"= <b>([0-9.]+)</b>", page)
    assert shown is not None
    assert float(shown[1]) == row["score"]["value"]
    for part in row["score"]["parts"]:
        assert f"{part['passed']:,} ÷ {part['checked']:,}" in page


def test_a_fact_that_breaks_is_measured_on_collecting_and_is_what_to_mend(
    own_site: Site,
) -> None:
    client = own_site.client()
    client.post("/steward/collect", {"table": TABLE})
    own_site.work()
    before = _json(own_site, f"/steward/quality/{TABLE}.json")["view"]["row"]["quarantined"]
    client.post("/steward/tour/break")
    client.post("/steward/collect", {"table": TABLE})
    own_site.work()
    view = _json(own_site, f"/steward/quality/{TABLE}.json")["view"]
    assert view["row"]["quarantined"] == before + 1
    assert len(view["trend"]) >= 1
    rows = _json(own_site, "/steward/quality/mend.json")["rows"]
    impacts = [row["impact"] for row in rows if row["kind"] != "late"]
    assert impacts == sorted(impacts, reverse=True)
    assert "birth_of" in {row["rule"] for row in view["rules"] if row["failed"]}
    assert rows[0]["urgency"] == "first"
    page = client.get("/steward/quality").content.decode()
    assert f'href="/steward/repair/{TABLE}"' in page


def _objects(site: Site, who: str, address: str = OBJECT, **form: str) -> Any:
    return site.client(who).post(address, {"reason": REASON, "part": "validity", **form})


def test_a_department_objects_and_is_answered_and_both_are_recorded(measured: Site) -> None:
    sent = _objects(measured, "civil", table=TABLE)
    assert sent.status_code == 302
    (kept,) = Objection.objects.all()
    assert (kept.department, kept.table, kept.part) == ("civil_affairs", TABLE, "validity")
    (row,) = _json(measured, "/steward/quality/objections.json", "civil")["rows"]
    assert (row["state"], row["may_answer"]) == ("open", False)
    assert row["score"] is not None
    page = measured.client("engineer").get("/steward/quality").content.decode()
    assert REASON in page
    assert "有异议" in page
    address = f"/steward/quality/objections/{kept.id}/answer"
    measured.client("engineer").post(address, {"verdict": "upheld", "answer": "已核，下月起不计"})
    kept.refresh_from_db()
    assert (kept.state, kept.answer) == ("upheld", "已核，下月起不计")
    actions = [e.action for e in ledger.entries(thing_prefix="department:civil_affairs")]
    assert {"quality.object", "quality.answer"} <= set(actions)
    again = measured.client("engineer").post(
        address, {"verdict": "rejected", "answer": "再答一次"}, follow=True
    )
    assert "已经答复" in again.content.decode()
    kept.refresh_from_db()
    assert kept.state == "upheld"


def test_nobody_objects_for_another_department(measured: Site) -> None:
    for who in ("police", "operator", "auditor"):
        assert _objects(measured, who).status_code == 403, who
    assert not Objection.objects.exists()


def test_an_objection_without_a_reason_is_sent_back_with_what_was_written(measured: Site) -> None:
    answer = _objects(measured, "civil", reason="不对", part="timeliness")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'role="alert"' in page
    assert ">不对</textarea>" in page
    assert re.search(r'value="timeliness" selected', page)


def test_an_objection_is_about_something_of_the_department(measured: Site) -> None:
    for form in ({"table": "household.persons"}, {"part": "beauty"}):
        assert _objects(measured, "civil", **form).status_code == 404
    assert not Objection.objects.exists()


def test_the_department_without_data_and_the_unknown_element_are_not_there(
    measured: Site,
) -> None:
    client = measured.client()
    for address in (
        "/steward/quality/departments/nobody",
        "/steward/quality/tax.registrations",
        "/steward/standards/nothing",
    ):
        assert client.get(address).status_code == 404, address


def test_an_element_is_found_as_people_type(measured: Site) -> None:
    client = measured.client()
    for q, element in (
        ("身份号码", "id_number"),
        ("sfhm", "id_number"),
        ("GB 32100", "uscc"),
        ("社会保障号码", "id_number"),
        ("marital_status", "marital_status"),
    ):
        rows = client.get("/steward/standards.json", {"q": q}).json()["rows"]
        assert element in [row["element"] for row in rows], q
        assert len(rows) < 20, q


def test_standards_name_what_contradicts_and_what_is_unbound(measured: Site) -> None:
    page = measured.client().get("/steward/standards").content.decode()
    assert "与标准不一致" in page
    assert "合同为 registry_office" in page
    fields = _json(measured, "/steward/standards/fields.json")["rows"]
    unbound = [row for row in fields if not row["element"]]
    assert f"{len(unbound)} 个字段未绑定" in page


def test_runs_are_told_as_openlineage_events(measured: Site) -> None:
    found = _json(measured, "/steward/openlineage.json")
    assert {event["eventType"] for event in found} == {"START", "COMPLETE"}
    jobs = {event["job"]["name"] for event in found}
    assert f"collect.{TABLE}" in jobs
    unknown = measured.client("engineer").get("/steward/runs/R-0/openlineage.json")
    assert unknown.status_code == 404
