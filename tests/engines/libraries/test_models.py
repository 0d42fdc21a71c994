"""Models: the list and its plan, one model, and a build that is ordered, done and told."""

from pathlib import Path
from typing import Any

import pytest

from citybrain.city.applied import applied_city
from citybrain.engines.work.models import Job
from citybrain.lake.models.registry import models
from tests.engines.libraries.oracle import done, lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
MODEL = "ads.marriages_monthly"


def order(site: Site, who: str = "engineer", **form: Any) -> Any:
    return site.client(who).post("/steward/models/build", form)


def model(site: Site, name: str = MODEL, who: str = "engineer") -> Any:
    return view(site, f"/steward/models/{name}.json", who)


def test_every_model_of_the_city_is_listed_as_current_with_the_lakes_rows(
    site: Site, home: Path
) -> None:
    city = applied_city(home)
    assert city is not None
    told = view(site, "/steward/models.json", "leader")
    rows = {row["name"]: row for row in told["rows"]}
    assert rows.keys() == models(city).keys()
    assert {row["state"] for row in rows.values()} == {"current"}
    (counted,) = lake(home, "SELECT count(*) AS n FROM {lib.population}")
    assert rows["lib.population"]["rows"] == counted["n"]
    assert told["counts"] == [["current", len(rows)]]
    page = site.client().get("/steward/models").content.decode()
    assert f'href="/steward/models/{MODEL}"' in page


def test_every_column_of_every_model_is_called_something(site: Site) -> None:
    hints = {row["table"]: row for row in view(site, "/steward/sql/tables.json")}
    made = [name for name in hints if name.partition(".")[0] in ("dwd", "lib", "theme", "ads")]
    bare = {
        f"{name}.{column['name']}"
        for name in made
        for column in hints[name]["columns"]
        if column["title"]["zh"] == column["name"] or not column["title"]["en"]
    }
    assert bare == set()
    # One that holds another's value has its title; one of our own columns has ours.
    titles = {c["name"]: c["title"]["zh"] for c in hints["ads.companies_by_status"]["columns"]}
    assert (titles["industry"], titles["companies"]) == ("行业门类", "户数")
    columns = {c["name"]: c["title"]["zh"] for c in model(site, "dwd.civil.marriages")["columns"]}
    assert (columns["_row"], columns["office"]) == ("来源行", "登记机关")


def test_where_nothing_changed_the_plan_is_empty_and_cannot_be_run(site: Site) -> None:
    told = view(site, "/steward/models.json")
    assert told["plan"]["steps"] == []
    assert told["plan"]["untouched"] == len(told["rows"])
    page = site.client().get("/steward/models").content.decode()
    assert "disabled" in page[page.index('action="/steward/models/build"') :][:400]


def test_the_list_is_cut_to_a_layer_and_to_what_needs_hands(site: Site) -> None:
    rows = view(site, "/steward/models.json", layer="theme")["rows"]
    assert {row["layer"] for row in rows} == {"theme"}
    assert view(site, "/steward/models.json", show="hands")["rows"] == []
    text = site.client().get("/steward/models.csv", {"layer": "ads"}).content.decode("utf-8-sig")
    assert text.count("\n") == len(view(site, "/steward/models.json", layer="ads")["rows"]) + 1


def test_one_model_shows_its_text_columns_neighbours_and_expectations(
    site: Site, home: Path
) -> None:
    told = model(site)
    city = applied_city(home)
    assert city is not None
    assert told["sql"].strip() == models(city)[MODEL].sql.strip()
    assert [column["name"] for column in told["columns"]] == [
        "month", "office", "marriages", "divorces",
    ]  # fmt: skip
    assert [one["table"] for one in told["inputs"]] == ["dwd.civil.marriages"]
    assert told["grain"] == ["month", "office"]
    aged = model(site, "ads.age_structure")
    assert "indicator.residents_living" in {one["table"] for one in aged["outputs"]}
    (kept,) = [one for one in aged["expectations"] if one["name"] == "nobody_unborn"]
    assert kept["broken"] == 0
    page = site.client("leader").get("/steward/models/ads.age_structure").content.decode()
    assert "没有负的年龄" in page
    assert record("table:") == []  # no row was shown


def test_a_columns_level_is_inherited_from_what_it_is_made_of(site: Site, home: Path) -> None:
    levels = {c["name"]: c["level"] for c in model(site, "lib.population")["columns"]}
    assert (levels["id_number"], levels["name"]) == (4, 3)
    assert levels["person_id"] <= 2


def test_a_build_is_ordered_done_and_told_model_by_model(site: Site, home: Path) -> None:
    before = lake(home, "SELECT * FROM {ads.marriages_monthly} ORDER BY ALL")
    runs = len(view(site, f"/steward/models/{MODEL}/runs.json"))
    sent = order(site, model=[MODEL], full="1")
    assert sent.status_code == 302
    address = sent["Location"]
    waiting = site.client().get(address).content.decode()
    assert 'data-moving="1"' in waiting
    site.work()
    ended = site.client("leader").get(address).content.decode()
    assert 'data-moving="0"' in ended
    assert "构建结束" in ended
    assert f'href="/steward/models/{MODEL}"' in ended
    after = view(site, f"/steward/models/{MODEL}/runs.json")
    assert len(after) == runs + 1
    assert after[-1]["state"] in {"built", "unchanged"}
    assert lake(home, "SELECT * FROM {ads.marriages_monthly} ORDER BY ALL") == before
    (entry,) = done(f"model:{MODEL}", "model.build")
    assert entry.count == 1


def test_the_open_build_of_the_same_models_is_the_only_one(site: Site) -> None:
    first, second = order(site, model=[MODEL]), order(site, "operator", model=[MODEL])
    assert first["Location"] == second["Location"]
    assert order(site)["Location"] != first["Location"]  # of all that is due
    assert Job.objects.count() == 2


def test_a_build_of_what_is_due_does_nothing_where_all_is_current(site: Site) -> None:
    address = order(site)["Location"]
    site.work()
    page = site.client().get(address).content.decode()
    assert "没有要算的，都是最新" in page
    assert view(site, "/steward/models.json")["counts"][0][0] == "current"


def test_an_unknown_model_is_not_found_and_nothing_is_queued(site: Site) -> None:
    assert order(site, model=["ads.nothing"]).status_code == 404
    for address in ("ads.nothing", "ads.nothing.json", "ads.nothing/runs.csv"):
        assert site.client().get(f"/steward/models/{address}").status_code == 404
    assert not Job.objects.exists()
    assert record("model:") == []


def test_who_may_not_build_is_refused_and_sees_no_button(site: Site) -> None:
    for who in ("civil", "police", "auditor", "leader"):
        assert order(site, who, model=[MODEL]).status_code == 403, who
        page = site.client(who).get("/steward/models").content.decode()
        assert 'action="/steward/models/build"' not in page, who
        assert not model(site, who=who)["may_build"]
    assert not Job.objects.exists()
