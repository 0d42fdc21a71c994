"""Runs as OpenLineage events: whole, once each, without values, as the standard writes them."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from sqlalchemy import insert

from citybrain.base.clock import FixedClock
from citybrain.city.systems import Fetch
from citybrain.lake.database import writing
from citybrain.lake.models.lineage import lineage
from citybrain.lake.models.tables import history
from citybrain.lake.openlineage import facets
from citybrain.lake.openlineage.events import events, run_uuid
from citybrain.lake.quality.measuring import measure
from tests.lake.collecting import Town, contract, text, typed

SCHEMA = json.loads(
    files("citybrain.lake.openlineage").joinpath("openlineage.schema.json").read_text("utf-8")
)
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
NAME = "王小明"


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    made = Town(tmp_path, clock)
    promise = contract(
        typed("id", "long", key=1, source="ID"),
        text("name", source="XM", required=True),
        typed("born", "date", source="CSRQ"),
    )
    made.add(promise, f"sqlite://{tmp_path}/s.db", Fetch(source="T"))
    with closing(sqlite3.connect(tmp_path / "s.db")) as database:
        database.execute("CREATE TABLE T (ID INTEGER, XM TEXT, CSRQ TEXT)")
        database.executemany(
            "INSERT INTO T VALUES (?,?,?)",
            [(1, NAME, "1990-01-01"), (2, None, None), (3, "李四", "1991-02-03")],
        )
        database.commit()
    made.collect("s.t", run_id="R1")
    measure(made.store, made.city)
    return made


def _valid(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    assert [error.message for event in found for error in VALIDATOR.iter_errors(event)] == []
    return found


def test_a_delivery_is_a_start_and_a_completion_of_one_run(town: Town) -> None:
    start, complete = _valid(events(town.store, town.city))
    assert (start["eventType"], complete["eventType"]) == ("START", "COMPLETE")
    assert start["run"]["runId"] == complete["run"]["runId"] == run_uuid("R1/s.t")
    assert complete["job"] == start["job"]
    assert (complete["job"]["namespace"], complete["job"]["name"]) == (
        "citybrain://town", "collect.s.t",
    )  # fmt: skip
    assert start["outputs"] == []
    assert events(town.store, town.city) == [start, complete]


def test_the_completion_tells_schema_lineage_and_quality(town: Town) -> None:
    complete = events(town.store, town.city)[1]
    ods, aside = complete["outputs"]
    assert (ods["name"], aside["name"]) == ("ods.s.t", "quarantine.s.t")
    assert [f["name"] for f in ods["facets"]["schema"]["fields"]][:3] == ["id", "name", "born"]
    (source,) = ods["facets"]["columnLineage"]["fields"]["born"]["inputFields"]
    assert (source["namespace"], source["name"], source["field"]) == (
        "citybrain://town/systems/s", "T", "CSRQ",
    )  # fmt: skip
    assert complete["inputs"][0]["name"] == "T"
    metrics = ods["facets"]["dataQualityMetrics"]
    assert metrics["rowCount"] == 3
    assert metrics["columnMetrics"]["born"] == {"nullCount": 1, "count": 2}
    broken = {
        (a["assertion"], a.get("column"))
        for a in ods["facets"]["dataQualityAssertions"]["assertions"]
        if not a["success"]
    }
    assert broken == {("required", "name")}
    assert ods["outputFacets"]["outputStatistics"]["rowCount"] == 2


def test_no_value_of_any_row_is_told(town: Town) -> None:
    told = json.dumps(events(town.store, town.city), ensure_ascii=False)
    assert NAME not in told
    assert "1990-01-01" not in told


def test_a_failure_is_told_with_its_sentence(town: Town) -> None:
    with closing(sqlite3.connect(town.root / "s.db")) as database:
        database.execute("DROP TABLE T")
    (result,) = town.collect("s.t", run_id="R2")
    assert result.error
    start, failed = _valid(events(town.store, town.city, run="R2"))
    assert (start["eventType"], failed["eventType"]) == ("START", "FAIL")
    assert failed["run"]["facets"]["errorMessage"]["message"] == result.error
    assert failed["outputs"] == []


def test_the_newest_runs_are_told_oldest_first(town: Town, clock: FixedClock) -> None:
    for number in range(2, 5):
        clock.at += timedelta(hours=1)
        town.collect("s.t", run_id=f"R{number}")
    found = _valid(events(town.store, town.city, limit=2))
    runs = [event["run"]["runId"] for event in found]
    assert runs == [run_uuid(f"R{n}/s.t") for n in (3, 3, 4, 4)]


def test_a_models_columns_come_from_columns_and_its_rows_from_conditions() -> None:
    told = lineage(
        "SELECT p.name, upper(p.town) AS town, count(*) AS n FROM ods.s.t p "
        "JOIN ods.s.u u ON p.id = u.id WHERE u.alive GROUP BY ALL",
        {"ods.s.t": ["id", "name", "town"], "ods.s.u": ["id", "alive"]},
        ["name", "town", "n"],
    )
    made = facets.model_lineage(told, "citybrain://town/lake")
    (name,) = made["fields"]["name"]["inputFields"]
    assert (name["name"], name["field"]) == ("ods.s.t", "name")
    assert name["transformations"] == [{"type": "DIRECT", "subtype": "IDENTITY"}]
    (town,) = made["fields"]["town"]["inputFields"]
    assert town["transformations"] == [{"type": "DIRECT", "subtype": "TRANSFORMATION"}]
    ways = {(one["field"], way["subtype"]) for one in made["dataset"]
            for way in one["transformations"]}  # fmt: skip
    assert {("id", "JOIN"), ("alive", "FILTER")} <= ways


def _model_folder(town: Town) -> None:
    (town.root / "models").mkdir()
    (town.root / "models" / "ads").mkdir()
    (town.root / "models" / "ads" / "people.sql").write_text(
        "/*\ntitle: 人数\ngrain: [born]\n*/\n"
        "SELECT born, count(*) AS people FROM ods.s.t GROUP BY born\n",
        encoding="utf-8",
    )


def test_a_build_reads_the_lake_with_its_quality_and_writes_a_model(
    town: Town, clock: FixedClock
) -> None:
    from citybrain.lake.models.registry import models

    _model_folder(town)
    assert set(models(town.city)) >= {"ads.people"}
    with writing(town.store.engine) as connection:
        connection.execute(
            insert(history).values(
                run_id="B1", model="ads.people", status="built", how="full",
                started_at=clock.now().isoformat(), finished_at=clock.now().isoformat(),
                seconds=0.1, rows=2, snapshot_id=7, error=None, expectations='{"some": 0}',
            )
        )  # fmt: skip
    complete = _valid(events(town.store, town.city, run="B1"))[1]
    assert complete["eventType"] == "COMPLETE"
    assert complete["job"]["name"] == "model.ads.people"
    assert "count(*)" in complete["job"]["facets"]["sql"]["query"]
    (read,) = complete["inputs"]
    assert read["name"] == "ods.s.t"
    assert read["inputFacets"]["dataQualityMetrics"]["columnMetrics"]["born"]["nullCount"] == 1
    (written,) = complete["outputs"]
    assert written["facets"]["version"]["datasetVersion"] == "7"
    (source,) = written["facets"]["columnLineage"]["fields"]["born"]["inputFields"]
    assert source["field"] == "born"
    (kept,) = written["facets"]["dataQualityAssertions"]["assertions"]
    assert kept == {"assertion": "custom_sql", "success": True, "name": "some"}


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: e.update(eventType="DONE"),
        lambda e: e["run"].update(runId="R1"),
        lambda e: e["job"].pop("name"),
        lambda e: e["outputs"][0]["facets"]["schema"].pop("_producer"),
        lambda e: e["outputs"][0]["facets"]["columnLineage"].update(feilds={}),
        lambda e: e.update(eventTime="yesterday"),
    ],
)
def test_the_schema_finds_what_is_not_an_event(town: Town, spoil: Any) -> None:
    complete = events(town.store, town.city)[1]
    spoil(complete)
    assert list(VALIDATOR.iter_errors(complete))


def test_the_official_client_builds_every_facet_again(town: Town) -> None:
    """Its classes are made from the official schemas."""
    import pkgutil
    from importlib import import_module

    import attr
    from openlineage.client.generated import base as generated

    package = import_module("openlineage.client.generated")
    known: dict[str, Any] = {}
    for module in pkgutil.iter_modules(package.__path__):
        inside = vars(import_module(f"{package.__name__}.{module.name}"))
        known |= {n: k for n, k in inside.items() if isinstance(k, type) and attr.has(k)}
    for event in events(town.store, town.city):
        assert event["schemaURL"] == generated.RunEvent._get_schema()
        for part in (event["run"], event["job"], *event["inputs"], *event["outputs"]):
            for place in ("facets", "inputFacets", "outputFacets"):
                for one in part.get(place, {}).values():
                    kind = known[one["_schemaURL"].rsplit("/", 1)[1]]
                    assert kind._get_schema() == one["_schemaURL"]
                    kind(**{k: v for k, v in one.items() if not k.startswith("_")})
