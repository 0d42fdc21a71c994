"""How a library's field is decided: its sources as the folder says, its counts as DuckDB says."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.clock import SystemClock
from citybrain.city.applied import applied_city
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.reading import libraries
from tests.engines.libraries.oracle import Person, lake, record, view
from tests.steward.conftest import Site
from tests.steward.reading import Page, faults

pytestmark = pytest.mark.long


def told(site: Site, table: str, column: str, who: str = "engineer") -> Any:
    return view(site, f"/steward/lineage/{table}.json", who, column=column)["deciding"]


def library(home: Path, name: str) -> Library:
    city = applied_city(home)
    assert city is not None
    return libraries(city)[name]


def counted(home: Path, table: str, column: str) -> dict[str, int]:
    """Records by the table of the row that said the value, asked of the files alone."""
    rows = lake(
        home,
        f"SELECT regexp_extract(\"{column}__row\", '^[^/]+') AS source, count(*) AS n"  # noqa: S608
        f' FROM {{{table}}} WHERE "{column}" IS NOT NULL GROUP BY ALL',
    )
    return {row["source"]: row["n"] for row in rows}


@pytest.mark.parametrize("name", ["population", "legal_person", "government_service"])
def test_the_counts_of_every_field_add_up_and_are_what_the_files_say(
    site: Site, home: Path, name: str
) -> None:
    one = library(home, name)
    (total,) = lake(home, f"SELECT count(*) AS n FROM {{{one.table}}}")  # noqa: S608
    for field in one.fields:
        shown = told(site, one.table, field.name)
        found = {s["table"]: s["records"] for s in shown["sources"] if not s["counted_with"]}
        assert sum(found.values()) + shown["empty"] == shown["records"] == total["n"], field.name
        expected = counted(home, one.table, field.name)
        assert {t: n for t, n in found.items() if n} == expected, field.name
        shares = [s["share"] for s in shown["sources"] if s["share"] is not None]
        assert sum(shares) + shown["empty_share"] == pytest.approx(1)


def test_the_sources_stand_in_the_order_of_the_folder(site: Site, home: Path) -> None:
    field = library(home, "population").field("marital_status")
    shown = told(site, "lib.population", "marital_status")
    assert shown["kind"] == "sources"
    assert [(s["rank"], s["table"], s["value"], s["where"]) for s in shown["sources"]] == [
        (n, s.table, s.value, s.where) for n, s in enumerate(field.sources, 1)
    ]
    assert [s["choice"]["en"] for s in shown["sources"]] == ["first choice", *["fallback"] * 3]
    assert [s["counted_with"] for s in shown["sources"]] == [0, 0, 2, 1]
    assert [s["counts_too"] for s in shown["sources"]] == [[4], [3], [], []]
    assert shown["sources"][1]["department_title"]["zh"] == "市民政局"
    assert [s["role"]["zh"] for s in shown["sources"]][1:3] == ["男方", "女方"]


def test_the_page_tells_it_to_whoever_sees_lineage_and_records_no_look(site: Site) -> None:
    client = site.client("leader")  # counts only, no value
    page = client.get("/steward/lineage/lib.population", {"column": "birth_date"})
    html = page.content.decode()
    assert faults(html) == []
    shown = told(site, "lib.population", "birth_date", "leader")
    text = Page(html[html.index('id="deciding"') :]).text
    assert "这个字段怎么定" in text
    assert f"采信 {shown['sources'][0]['records']:,} 条" in text
    assert "value >= DATE '1900-01-01'" in text
    table = client.get("/steward/lineage/lib.population/sources.csv", {"column": "birth_date"})
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["table"], row["records"]) for row in rows] == [
        (s["table"], "" if s["records"] is None else str(s["records"])) for s in shown["sources"]
    ]
    assert record("table:") == []


def test_fields_without_sources_tell_the_sql_that_makes_them(site: Site, home: Path) -> None:
    late = told(site, "lib.event", "late")
    assert (late["kind"], late["sources"]) == ("select", [])
    assert late["values"] == ["COALESCE(t.finished_at > t.due_at, FALSE)", "FALSE"]
    assert late["select"] == library(home, "event").select
    score = told(site, "theme.credit_household", "score")
    assert score["kind"] == "score"
    assert score["bounds"] == [60, 0, 100]
    assert {"points": -15, "when": "bad_tax > 0"}.items() <= score["rules"][5].items()
    month = told(site, "lib.macro_economy", "months")
    assert month["kind"] == "rows"
    assert [s["value"] for s in month["sources"]] == ["1", "count(*)"]
    assert month["sources"][0]["records"] + month["empty"] == month["records"]
    for table, column in (
        ("theme.credit_household", "score"),
        ("lib.event", "late"),
        ("lib.macro_economy", "months"),
    ):
        page = site.client().get(f"/steward/lineage/{table}", {"column": column})
        assert faults(page.content.decode()) == []
        assert "这个字段怎么定" in page.content.decode()


def test_nothing_is_counted_while_the_record_cannot_be_trusted(site: Site) -> None:
    from citybrain.engines.catalogue.models import Verification
    from citybrain.engines.guard import service as guard

    with guard.unrecorded("a test of what a bad verification stops"):
        Verification.objects.create(
            at=SystemClock().now(), account="a", seconds=1, files=1, entries=1, checkpoint=1,
            record_problems=[{"number": 1}],
        )  # fmt: skip
    shown = told(site, "lib.population", "birth_date")
    assert shown["records"] is None
    assert {s["records"] for s in shown["sources"]} == {None}
    page = site.client().get("/steward/lineage/lib.population", {"column": "birth_date"})
    text = Page(page.content.decode()).text
    assert "没有计数：最近一次校验发现留痕被改动" in text
    assert "市公安局" in text


def test_what_is_no_field_of_a_library_is_decided_by_nothing(site: Site) -> None:
    assert told(site, "lib.population", "person_id") is None
    assert told(site, "lib.population", "") is None
    assert told(site, "ads.marriages_monthly", "month") is None


def test_a_golden_record_leads_to_how_each_field_is_decided(site: Site, person: Person) -> None:
    html = site.client().get(person.page).content.decode()
    assert 'href="/steward/lineage/lib.population?column=birth_date#deciding"' in html


@pytest.mark.parametrize("name", ["population", "legal_person"])
def test_a_library_shows_each_field_with_its_department_and_who_stands_in(
    site: Site, home: Path, name: str
) -> None:
    one, city = library(home, name), applied_city(home)
    assert city is not None
    rows = view(site, f"/steward/libraries/{name}/fields.json")
    assert [row["name"] for row in rows] == [field.name for field in one.fields]
    for row, field in zip(rows, one.fields, strict=True):
        asked = [city.systems[s.table.split(".")[0]].owners[-1].department for s in field.sources]
        titles = list(dict.fromkeys(city.departments[d].title for d in asked))
        told_ = [row["department_title"]["zh"], *row["fallbacks"]["zh"].split("、")]
        assert [title for title in told_ if title] == titles, field.name
        assert row["table"] == (field.sources[0].table if field.sources else "")
    page = site.client().get(f"/steward/libraries/{name}").content.decode()
    assert not faults(page)
    assert [row["name"] for row in rows if f"column={row['name']}#deciding" not in page] == []


def test_a_library_counts_the_tables_it_is_made_of(site: Site, home: Path) -> None:
    rows = {row["name"]: row for row in view(site, "/steward/libraries.json")}
    assert rows["component"]["sources"] == 2  # components and the types they are of
    assert all(row["sources"] for row in rows.values()), rows
    one = library(home, "population")
    named = {source.table for field in one.fields for source in field.sources}
    assert rows["population"]["sources"] >= len(named)
