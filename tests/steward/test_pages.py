"""Every page over a real small city: its markup, its twins, its records."""

import csv
import io
import json
import re
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from tests.steward.conftest import TABLE, Site
from tests.steward.reading import Page, faults

PAGES = {
    "overview": [],
    "systems": [],
    "system": ["civil"],
    "tables": [],
    "table": [TABLE],
    "runs": [],
    "repair_list": [],
    "repair": [TABLE],
    "upload_new": [],
    "integrity": [],
    "record": [],
    "search": [],
    "plan": [],
    "help": [],
    "styleguide": [],
}


def get(site: Site, name: str, *args: object, **query: str) -> str:
    answer = site.client().get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return str(answer.content.decode())


@pytest.mark.parametrize("name", PAGES)
def test_every_page_keeps_the_rules_of_pages(site: Site, name: str) -> None:
    assert faults(get(site, name, *PAGES[name])) == []


def test_in_english_every_page_is_english_and_titles_follow(site: Site) -> None:
    client = site.client()
    client.post("/language/", {"language": "en", "next": "/steward/"})
    for name, args in PAGES.items():
        html = client.get(reverse(name, args=args)).content.decode()
        assert faults(html, language="en") == [], name
    assert "Overview" in client.get("/steward/").content.decode()


def test_one_chinese_word_of_two_meanings_is_two_english_words(site: Site) -> None:
    client = site.client()
    client.post("/language/", {"language": "en", "next": "/steward/"})
    workbench = client.get(reverse("workbench")).content.decode()
    (button,) = re.findall(r'id="run">(.*?)</button>', workbench)
    assert Page(f"<p>{button}</p>").text.split()[0] == "Run"
    table = client.get(reverse("table", args=[TABLE])).content.decode()
    assert '<h2 id="h-u">Runs</h2>' in table
    assert '<h2 id="h-f">Fields ' in table
    assert '<th scope="col">Field</th>' in table
    elements = client.get(reverse("standards")).content.decode()
    assert 'role="columnheader">Data element</th>' in elements


def test_the_browsers_language_does_not_decide(site: Site) -> None:
    html = site.client().get("/steward/", headers={"accept-language": "en"}).content.decode()
    assert 'lang="zh-CN"' in html


def test_the_overview_counts_what_was_collected(site: Site) -> None:
    html = get(site, "overview")
    assert "婚姻登记" in html
    assert "张表，今日应到" in html


def test_tables_are_found_by_pinyin_and_by_characters(site: Site) -> None:
    for query in ("婚姻", "hunyin", "hydj"):
        assert reverse("table", args=[TABLE]) in get(site, "tables", q=query), query
    assert "没有找到" in get(site, "tables", q="zzzzzz")


def test_the_sample_is_masked_and_looking_is_recorded(site: Site) -> None:
    html = get(site, "table", TABLE)
    assert "********" in html
    assert "您" in html[html.index('id="seen"') :]


def test_a_reveal_needs_a_purpose_and_shows_the_values(site: Site) -> None:
    client, address = site.client(), reverse("table_reveal", args=[TABLE])
    refused = client.post(address, {"purpose": ""})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.content.decode()
    shown = client.post(address, {"purpose": "核对登记日期"})
    assert shown.status_code == 200
    sample = shown.content.decode().partition('id="sample"')[2].partition("</section>")[0]
    assert "********" not in sample
    assert "核对登记日期" in sample
    assert shown.headers["Cache-Control"] == "no-store"


def test_a_table_as_it_was_is_asked_for_by_an_address(site: Site) -> None:
    client = site.client()
    view = client.get(reverse("table_twin", args=[TABLE, "json"])).json()["view"]
    snapshot = view["snapshots"][0]["snapshot"]
    html = client.get(reverse("table", args=[TABLE]), {"snapshot": snapshot}).content.decode()
    assert f'<option value="{snapshot}"' in html
    assert client.get(reverse("table", args=[TABLE]), {"snapshot": "77"}).status_code == 404


TWINS = {
    "overview_twin": [],
    "systems_twin": [],
    "system_twin": ["civil"],
    "tables_twin": [],
    "table_twin": [TABLE],
    "history_twin": [TABLE],
    "snapshots_twin": [TABLE],
    "runs_twin": [],
    "repair_list_twin": [],
    "integrity_twin": [],
    "record_twin": [],
    "search_twin": [],
    "plan_twin": [],
    "trace_start_twin": [],
}


@pytest.mark.parametrize("name", TWINS)
def test_every_list_has_twins_that_say_they_are_rehearsal(site: Site, name: str) -> None:
    client = site.client()
    data = client.get(reverse(name, args=[*TWINS[name], "json"]))
    assert json.loads(data.content)["rehearsal"] is True
    text = client.get(reverse(name, args=[*TWINS[name], "csv"]))
    rows = list(csv.DictReader(io.StringIO(text.content.decode("utf-8-sig"))))
    assert all(row["rehearsal"] == "演练" for row in rows)
    assert "%E6%BC%94%E7%BB%83" in text.headers["Content-Disposition"]


def test_a_twin_holds_the_same_rows_as_its_page(site: Site) -> None:
    client = site.client()
    rows = client.get(reverse("tables_twin", args=["json"]), {"q": "婚姻"}).json()["rows"]
    html = client.get(reverse("tables"), {"q": "婚姻"}).content.decode()
    assert rows
    for row in rows:
        assert reverse("table", args=[row["table"]]) in html


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_rows_are_handed_out_masked_and_recorded(site: Site, suffix: str) -> None:
    client = site.client()
    answer = client.get(reverse("table_rows", args=[TABLE, suffix]))
    assert answer.status_code == 200
    assert "****" in answer.content.decode("utf-8-sig")
    latest = client.get(reverse("record_twin", args=["json"])).json()["view"]["rows"][0]
    assert latest["action"] == "lake.export"


def test_an_empty_template_is_a_spreadsheet(site: Site) -> None:
    answer = site.client().get(reverse("template", args=[TABLE]))
    assert answer.content[:2] == b"PK"


def test_the_record_names_the_reader_and_leads_to_a_proof(site: Site) -> None:
    client = site.client()
    client.get(reverse("table", args=[TABLE]))
    rows = client.get(reverse("record_twin", args=["json"])).json()["view"]["rows"]
    assert [row["action"] for row in rows[:2]] == ["lake.read", "identity.login"]
    numbered = next(row["number"] for row in rows if row["number"])
    html = client.get(reverse("proof", args=[numbered])).content.decode()
    assert faults(html) == []
    bundle = client.get(reverse("proof_twin", args=[numbered, "json"]))
    assert json.loads(bundle.content)


def test_a_search_finds_tables_fields_systems_and_departments(site: Site) -> None:
    hits = site.client().get(reverse("search_twin", args=["json"]), {"q": "婚姻"}).json()["rows"]
    assert {"table", "field"} <= {hit["kind"] for hit in hits}
    assert "没有找到" in get(site, "search", q="zzzzzz")


def test_the_plan_lists_the_departments_without_data(site: Site) -> None:
    text = Page(get(site, "plan")).text
    assert "未接入" in text
    assert "已接入" in text


def test_the_contractor_sees_states_but_no_payload(site: Site) -> None:
    client = site.client("operator")
    html = client.get(reverse("table", args=[TABLE])).content.decode()
    assert "您的职责不看内容" in html
    assert "********" not in html
    assert client.get(reverse("table_rows", args=[TABLE, "csv"])).status_code == 403


def test_the_workbench_names_tables_and_leaves_their_columns_to_a_kept_resource(
    site: Site,
) -> None:
    client = site.client()
    page = client.get(reverse("workbench"), {"table": TABLE}).content.decode()
    tables = client.get(reverse("workbench_tables", args=["json"])).json()["rows"]
    shown = re.findall(r'data-columns="([\w.]+)">(<li>)?', page)
    assert [table for table, _columns in shown] == [one["table"] for one in tables]
    # Without script the columns are read where the table is asked about.
    assert [table for table, columns in shown if columns] == [TABLE]
    (address,) = re.findall(r'data-tables="([^"]+)"', page)
    kept = client.get(address)
    assert kept.json()["rows"] == tables
    assert kept.headers["Cache-Control"] == "private, max-age=604800, immutable"
    assert "Cookie" in kept.headers["Vary"]
    other = client.get(address[:-1] + ("0" if address[-1] != "0" else "1"))
    assert other.headers["Cache-Control"] == "no-store"
    assert site.client("leader").get(address).status_code == 403
    assert site.client("").get(address).status_code == 401


def test_the_tours_steps_begin_with_capitals_in_english(site: Site) -> None:
    from citybrain.interfaces.steward import tour

    with translation.override("en"):
        titles = [str(step.title) for step in tour.steps(1)]
    assert [title for title in titles if not title[0].isupper()] == []


def test_the_workbench_sets_a_query_in_order_and_makes_a_model_of_it(site: Site) -> None:
    client, sql = site.client(), "select kind, count(*) as n from civil.marriages group by kind"
    page = client.post(reverse("workbench_format"), {"sql": sql}).content.decode()
    assert "SELECT\n  kind,\n  COUNT(*) AS n\nFROM civil.marriages\nGROUP BY\n  kind" in page
    file = client.post(reverse("workbench_model"), {"sql": sql, "title": "Kinds"})
    assert 'filename="kinds.sql"' in file.headers["Content-Disposition"]
    text = file.content.decode()
    assert text.startswith("/*\ntitle: Kinds\n")
    assert text.endswith(f"*/\n{sql}\n")


@pytest.mark.parametrize("name", ["workbench_format", "workbench_model"])
def test_a_text_that_is_no_query_stays_in_the_editor_with_a_sentence(site: Site, name: str) -> None:
    for sql, said in (("select 'a", "引号或括号没有成对"), ("", "没有写查询")):
        answer = site.client().post(reverse(name), {"sql": sql})
        page = answer.content.decode()
        assert answer.status_code == 422
        assert said in page
        shown = page.partition("<textarea")[2].partition("</textarea>")[0].partition(">")[2]
        assert unescape(shown) == sql
