"""Lineage both ways, against what sqlglot itself tells of a model's text, and by hand."""

from pathlib import Path
from typing import Any

import pytest
from sqlglot import exp
from sqlglot.lineage import lineage

from citybrain.city.applied import applied_city
from citybrain.lake.models.registry import models
from tests.engines.libraries.oracle import record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
MODEL = "ads.marriages_monthly"
SOURCE = "dwd.civil.marriages"


def told(site: Site, table: str, column: str = "", who: str = "engineer") -> Any:
    return view(site, f"/steward/lineage/{table}.json", who, column=column)


def steps(shown: Any, side: str) -> set[tuple[str, str]]:
    """The columns at the far ends of the steps of one side."""
    end = "source" if side == "up" else "target"
    return {(s[end], s[f"{end}_column"]) for s in shown["steps"] if s["side"] == side}


def by_sqlglot(home: Path, column: str) -> set[tuple[str, str]]:
    """The columns of tables that an output column's value or condition is made of."""
    city = applied_city(home)
    assert city is not None
    sql = models(city)[MODEL].sql
    found = set()
    for node in lineage(column, sql, {}, dialect="duckdb").walk():
        if isinstance(node.source, exp.Table):
            name = ".".join(part.name for part in node.source.parts)
            found.add((name, node.name.rpartition(".")[2]))
    return found


@pytest.mark.parametrize(
    ("column", "grouped"),
    [
        ("month", set()),
        ("office", set()),
        ("marriages", {"registered_on", "office"}),
        ("divorces", {"registered_on", "office"}),
    ],
)
def test_what_comes_before_a_column_is_what_sqlglot_says_and_what_it_is_counted_by(
    site: Site, home: Path, column: str, grouped: set[str]
) -> None:
    shown = told(site, MODEL, column)
    nearest = {
        (s["source"], s["source_column"])
        for s in shown["steps"]
        if s["side"] == "up" and s["target"] == MODEL
    }
    assert nearest == by_sqlglot(home, column) | {(SOURCE, name) for name in grouped}
    assert nearest


def test_a_column_written_down_by_hand(site: Site) -> None:
    month = told(site, MODEL, "month")
    assert steps(month, "up") == {
        (SOURCE, "registered_on"),
        ("ods.civil.marriages", "registered_on"),
    }
    kinds = {s["source"]: s["kind"] for s in month["steps"] if s["side"] == "up"}
    assert kinds[SOURCE] == "transform"  # strftime
    assert {s["kind"] for s in told(site, MODEL, "office")["steps"] if s["target"] == MODEL} == {
        "direct"
    }
    counted = told(site, MODEL, "marriages")["steps"]
    assert {s["kind"] for s in counted if s["target"] == MODEL} == {"condition"}


def test_the_way_down_is_the_way_up_turned_round(site: Site) -> None:
    below = told(site, "ods.civil.marriages", "registered_on")
    assert (MODEL, "month") in steps(below, "down")
    assert steps(below, "up") == set()
    assert ("ods.civil.marriages", "registered_on") in steps(told(site, MODEL, "month"), "up")


def test_a_value_reaches_the_number_on_the_wall(site: Site) -> None:
    down = steps(told(site, "lib.population", "died_on"), "down")
    assert ("indicator.residents_living", "value") in down
    up = steps(told(site, "indicator.residents_living", "value"), "up")
    assert {("lib.population", "died_on"), ("ods.vital.deaths", "died_on")} <= up


def test_of_a_table_the_tables_before_and_after_are_told(site: Site) -> None:
    shown = told(site, SOURCE)
    assert steps(shown, "up") == {("ods.civil.marriages", "")}
    after = {table for table, _column in steps(shown, "down")}
    assert {MODEL, "lib.person_mentions", "lib.population", "indicator.residents_living"} <= after
    ranks = {table["table"]: table["rank"] for table in shown["tables"]}
    for step in shown["steps"]:
        assert ranks[step["source"]] < ranks[step["target"]], step


def test_a_column_inherits_the_level_of_what_it_is_made_of(site: Site) -> None:
    assert told(site, "lib.population", "id_number")["level"] == 4
    assert told(site, MODEL, "marriages")["level"] < 3


def test_the_page_draws_and_lists_the_same_lineage(site: Site) -> None:
    client = site.client("leader")  # lineage shows no value
    page = client.get(f"/steward/lineage/{MODEL}", {"column": "month"})
    text = page.content.decode()
    assert page.status_code == 200
    assert "<svg" in text
    assert SOURCE in text
    assert "ods.civil.marriages" in text
    csv_text = client.get(f"/steward/lineage/{MODEL}.csv", {"column": "month"}).content.decode()
    assert f"{SOURCE},registered_on,{MODEL},month,transform" in csv_text
    assert record("table:") == []


def test_lineage_begins_at_every_model(site: Site, home: Path) -> None:
    city = applied_city(home)
    assert city is not None
    starts = {row["table"]: row for row in view(site, "/steward/lineage.json")}
    assert starts.keys() == models(city).keys()
    assert (starts[MODEL]["inputs"], starts[MODEL]["layer"]) == (1, "ads")
    page = site.client().get("/steward/lineage").content.decode()
    assert f'href="/steward/lineage/{MODEL}"' in page


def test_an_unknown_table_or_column_is_not_found_with_a_remedy(site: Site) -> None:
    for address in (
        "ads.nothing",
        "ods.nobody.nothing",
        "indicator.nothing",
        "lib.population?column=shoe_size",
        "indicator.residents_living?column=shoe_size",
    ):
        answer = site.client().get(f"/steward/lineage/{address}")
        assert answer.status_code == 404, address
        assert "血缘" in answer.content.decode()


def test_the_events_for_other_catalogues_tell_the_columns_of_a_build(site: Site) -> None:
    answer = site.client().get("/steward/openlineage.json")
    found = [e for e in answer.json() if e["job"]["name"].endswith(MODEL)]
    assert found
    (output,) = found[-1]["outputs"]
    inputs = output["facets"]["columnLineage"]["fields"]["month"]["inputFields"]
    assert {(one["name"], one["field"]) for one in inputs} >= {(SOURCE, "registered_on")}
