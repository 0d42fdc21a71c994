"""Findings: each department its own, masked, handled with reasons, and never another's."""

import csv
import io
import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from citybrain.engines.libraries.models import FindingStep
from citybrain.lake.libraries.disagreements import KINDS
from tests.engines.libraries.oracle import NUMBER, done, lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long

TWIN = "/steward/findings.json"
MINE = "public_security"  # the department of the account "police"


def held(home: Path, department: str = "") -> list[dict[str, Any]]:
    """The lake's findings: of one department, or of all."""
    return lake(home, "SELECT * FROM {lib.findings} WHERE ? IN ('', department)", department)


def ids(rows: Any) -> set[str]:
    return {row.get("id") or row["finding_id"] for row in rows}


def handle(site: Site, who: str, finding: str, **form: str) -> Any:
    return site.client(who).post(f"/steward/findings/{finding}/handle", form)


@pytest.fixture
def own(home: Path) -> str:
    return sorted(ids(held(home, MINE)))[0]


@pytest.fixture
def foreign(home: Path) -> str:
    return sorted(ids(held(home)) - ids(held(home, MINE)))[0]


def test_the_steward_sees_all_findings_of_the_lake(site: Site, home: Path) -> None:
    assert ids(view(site, TWIN)) == ids(held(home))
    assert len(held(home)) > len(held(home, MINE)) > 0  # or these tests would show nothing


def test_an_officer_sees_the_findings_of_the_own_department_and_no_others(
    site: Site, home: Path
) -> None:
    assert ids(view(site, TWIN, "police")) == ids(held(home, MINE))
    assert ids(view(site, TWIN, "civil")) == ids(held(home, "civil_affairs"))


def test_no_filter_shows_an_officer_another_departments_findings(site: Site, home: Path) -> None:
    own = ids(held(home, MINE))
    other = next(row for row in held(home) if row["department"] != MINE)
    name = other["department"]
    for query in ({"of": name}, {"department": name}, {"state": "open", "of": name}):
        assert ids(view(site, TWIN, "police", **query)) == own
        text = site.client("police").get("/steward/findings", query).content.decode()
        assert other["finding_id"] not in text
        assert f"f-{sorted(own)[0]}" in text
    csv_text = site.client("police").get("/steward/findings.csv", {"of": name})
    assert {row["id"] for row in csv.DictReader(io.StringIO(csv_text.content.decode("utf-8-sig")))}
    assert other["finding_id"] not in csv_text.content.decode()


def test_the_steward_filters_by_department_kind_and_state(site: Site, home: Path) -> None:
    assert ids(view(site, TWIN, of=MINE)) == ids(held(home, MINE))
    assert ids(view(site, TWIN, kind="disagreement")) == {
        row["finding_id"] for row in held(home) if row["kind"] == "disagreement"
    }
    assert view(site, TWIN, state="declined") == []
    assert view(site, TWIN, of="nobody") == []


def test_values_in_sentences_and_beside_them_are_masked(site: Site, home: Path) -> None:
    told = {row["id"]: row for row in view(site, TWIN)}
    page = site.client().get("/steward/findings").content.decode()
    for row in held(home):
        shown = told[row["finding_id"]]
        for value in {row["said"], row["believed"]} - {None}:
            assert value not in str(shown["sentence"])
            assert value not in (shown["said"], shown["believed"])
            assert value not in page
        assert "*”" in shown["sentence"]["zh"]
        assert shown["department_title"]["zh"] in shown["sentence"]["zh"]
        assert "_row" not in shown
    assert NUMBER.findall(page) == []


@pytest.mark.parametrize("username", ["operator", "leader"])
def test_who_sees_no_content_sees_counts_and_no_sentence(
    site: Site, home: Path, username: str
) -> None:
    client = site.client(username)
    page = client.get("/steward/findings")
    assert page.status_code == 200
    text = page.content.decode()
    assert "您的职责不看内容" in text
    assert not [row for row in held(home) if row["finding_id"] in text]
    assert "的姓名为" not in text
    assert client.get(TWIN).status_code == 403
    assert record("table:lib.findings") == []


def test_looking_at_findings_is_one_entry_with_their_count(site: Site, home: Path) -> None:
    view(site, TWIN)
    (entry,) = done("table:lib.findings", "lake.read")
    assert (entry.count, entry.masked) == (len(held(home)), True)


def test_an_officers_look_is_one_entry_about_each_table_with_its_count(
    site: Site, home: Path
) -> None:
    wanted: dict[str, int] = {}
    for one in view(site, TWIN, "police"):
        wanted[f"table:{one['table']}"] = wanted.get(f"table:{one['table']}", 0) + 1
    assert wanted
    found = [e for e in done("table:", "lake.read") if e.thing in wanted]
    assert {e.thing: e.count for e in found} == wanted
    assert len(found) == len(wanted)


def test_an_officer_accepts_an_own_finding_and_everybody_sees_it(site: Site, own: str) -> None:
    assert handle(site, "police", own, state="accepted").status_code == 302
    for who in ("police", "engineer"):
        states = {row["id"]: row["state"] for row in view(site, TWIN, who)}
        assert states[own] == "accepted"
        assert ids(view(site, TWIN, who, state="accepted")) == {own}
    table = FindingStep.objects.get(finding=own)
    assert table.state == "accepted"
    (entry,) = [e for e in record("table:") if e.action == "findings.handle"]
    assert (entry.outcome, entry.department) == ("done", MINE)


def test_declining_needs_a_reason_which_is_shown_and_escaped(site: Site, own: str) -> None:
    for reason in ("", "   ", "不对"):
        refused = handle(site, "police", own, state="declined", reason=reason)
        assert refused.status_code == 422
        assert "写明理由" in refused.content.decode()
    assert not FindingStep.objects.exists()
    why = "<script>alert(1)</script> 原件即如此"
    assert handle(site, "police", own, state="declined", reason=why).status_code == 302
    page = site.client("police").get("/steward/findings").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 原件即如此" in page
    assert "<script>alert" not in page


def test_nobody_handles_the_finding_of_another_department(
    site: Site, own: str, foreign: str
) -> None:
    for who, finding in (("civil", own), ("police", foreign), ("auditor", own), ("leader", own)):
        answer = handle(site, who, finding, state="accepted")
        assert answer.status_code == 403, who
        assert "<h1" in answer.content.decode()
    assert not FindingStep.objects.exists()
    acts = [e for e in record("table:") if e.action == "findings.handle"]
    assert {e.outcome for e in acts} == {"refused"}


def test_an_unknown_state_or_finding_is_said_in_a_sentence(site: Site, own: str) -> None:
    for state in ("", "open", "gone", "<b>"):
        answer = handle(site, "engineer", own, state=state)
        assert answer.status_code == 422
        assert "这种状态" in answer.content.decode()
        assert "<b>”" not in answer.content.decode()
    answer = handle(site, "engineer", "f0", state="accepted")
    assert answer.status_code == 404
    assert "没有这条问题线索" in answer.content.decode()
    assert not FindingStep.objects.exists()


def test_the_newest_step_is_the_state(site: Site, own: str) -> None:
    for state in ("sent", "accepted", "corrected"):
        handle(site, "engineer", own, state=state)
        rows = {row["id"]: row["state"] for row in view(site, TWIN)}
        assert rows[own] == state


def test_the_page_counts_states_and_departments_as_the_lake_does(site: Site, home: Path) -> None:
    page = site.client().get("/steward/findings").content.decode()
    assert f"线索 {len(held(home))}" in page
    for department in {row["department"] for row in held(home)}:
        assert f'href="/steward/findings?of={department}"' in page
    officer = site.client("police").get("/steward/findings").content.decode()
    assert f"线索 {len(held(home, MINE))}" in officer
    assert "?of=housing_fund" not in officer


def links(site: Site, who: str, address: str) -> dict[str, str]:
    """The page's links by their words, without what stands before the query."""
    text = site.client(who).get(address).content.decode()
    found = re.findall(r'<a[^>]* href="([^"]+)"[^>]*>([^<]+)</a>', text)
    return {words: unescape(href) for href, words in found}


def shown(site: Site, who: str, address: str) -> list[str]:
    return re.findall(r'<li id="f-(\w+)"', site.client(who).get(address).content.decode())


def test_pages_lead_through_the_whole_list_and_the_export_is_complete(
    site: Site, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from citybrain.engines.libraries import finding

    monkeypatch.setitem(finding.findings.__kwdefaults__, "limit", 2)
    address, seen = "/steward/findings?state=open", list[str]()
    while address:
        page = shown(site, "engineer", address)
        assert 0 < len(page) <= 2
        seen += page
        address = links(site, "engineer", address).get("下一页", "")
        assert not address or "state=open" in address
    assert len(seen) == len(set(seen)) == len(held(home))
    assert ids(view(site, TWIN)) == set(seen)
    assert links(site, "engineer", "/steward/findings?offset=2")["上一页"] == "/steward/findings"
    assert shown(site, "engineer", "/steward/findings?offset=nonsense")


def test_a_field_and_a_table_may_be_asked_for_and_a_state_counts_within_them(
    site: Site, home: Path, own: str
) -> None:
    handle(site, "engineer", own, state="sent")
    for column, name in (("field", "field"), ("table_name", "table")):
        for value in {row[column] for row in held(home) if row[column]}:
            wanted = {row["finding_id"] for row in held(home) if row[column] == value}
            assert ids(view(site, TWIN, **{name: value})) == wanted
            opened = ids(view(site, TWIN, **{name: value, "state": "open"}))
            assert opened == wanted - {own}
    page = site.client().get("/steward/findings").content.decode()
    assert f"待核对 {len(held(home)) - 1}" in page
    assert f"已送部门 {1}" in page


def test_handling_a_finding_leads_back_to_the_list_as_it_was_filtered(site: Site, own: str) -> None:
    back = "/steward/findings?state=open"
    assert handle(site, "police", own, state="accepted", next=back)["Location"] == back
    elsewhere = handle(site, "police", own, state="accepted", next="https://example.org/")
    assert elsewhere["Location"].startswith("/")


def test_a_finding_names_the_row_and_the_number_masked(site: Site, home: Path) -> None:
    told = {row["id"]: row for row in view(site, TWIN)}
    numbers = 0
    for row in held(home):
        one = told[row["finding_id"]]
        key = row["_row"].partition("/")[2].split("|")
        assert len(one["key"].split(" | ")) == len(key)
        assert len(one["key_title"]["zh"].split(" | ")) == len(key)
        assert NUMBER.findall(one["key"] + one["number"]) == []
        numbers += "********" in one["number"]
    assert numbers
    named = [o for o in told.values() if o["table"] == "civil.marriages"]
    assert all(NUMBER.findall(o["key"]) == [] and o["key"].count("-") == 2 for o in named)


def revealed(site: Site, who: str, **form: str) -> Any:
    return site.client(who).post("/steward/findings/reveal", form)


def test_an_officer_reveals_what_her_own_department_said_and_nothing_of_others(
    site: Site, home: Path
) -> None:
    mine = held(home, MINE)
    assert revealed(site, "police", purpose="").status_code == 422
    assert not done("table:", "lake.reveal")
    answer = revealed(site, "police", purpose="逐条核对", take="csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert ids(rows) == ids(mine)
    by_id = {row["finding_id"]: row for row in mine}
    for row in rows:
        truth = by_id[row["id"]]
        assert row["key"].split(" | ") == truth["_row"].partition("/")[2].split("|")
        said = row["said"] == truth["said"]
        assert said == (truth["kind"] in KINDS) or truth["said"] == "*"
        if truth["believed"]:
            assert row["believed"] != truth["believed"]
            assert f"“{truth['believed']}”" not in row["sentence"]
    assert any(NUMBER.findall(row["number"]) for row in rows)
    entries = done("table:", "lake.reveal")
    assert {e.thing for e in entries} == {f"table:{row['table_name']}" for row in mine}
    assert {(e.purpose, e.masked) for e in entries} == {("逐条核对", False)}
    page = revealed(site, "police", purpose="逐条核对", of="civil_affairs").content.decode()
    foreign = ids(held(home)) - ids(mine)
    assert not [one for one in foreign if one in page]


def test_whoever_may_not_reveal_is_refused(site: Site) -> None:
    for who in ("auditor", "leader", "operator"):
        assert revealed(site, who, purpose="随便看看").status_code == 403
    assert "明文" not in site.client("auditor").get("/steward/findings").content.decode()


def test_the_steward_reveals_both_values(site: Site, home: Path) -> None:
    page = revealed(site, "engineer", purpose="会商分歧").content.decode()
    for row in held(home)[:5]:
        assert escape(row["sentence"]) in page or row["sentence"] in page


def test_no_link_of_an_officers_pages_is_refused(site: Site) -> None:
    for address in ("/steward/findings", "/steward/libraries"):
        for href in set(links(site, "police", address).values()):
            if href.startswith("/steward/") and "/sql" not in href:
                assert site.client("police").get(href).status_code == 200, href
