"""Runs as OpenLineage events: whole, once each, without values, as the standard writes them."""

import json
import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import attr
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
    assert broken == {("not_null", "name")}
    assert ods["outputFacets"]["outputStatistics"]["rowCount"] == 2


def test_metrics_tell_when_rows_came_and_when_they_were_measured(
    town: Town, clock: FixedClock
) -> None:
    came = town.store.snapshots("ods.s.t")[-1].committed_at
    clock.at += timedelta(hours=5)
    assert town.store.compact("ods.s.t").committed_at > came  # the same rows in another file
    measure(town.store, town.city)
    _model_folder(town)
    _remember_build(town, clock)
    (read,) = _valid(events(town.store, town.city, run="B1"))[1]["inputs"]
    metrics = read["facets"]["dataQualityMetrics"]
    assert datetime.fromisoformat(metrics["lastUpdated"]) == came
    assert datetime.fromisoformat(metrics["captureDate"]) == clock.now()


def test_a_promise_has_the_class_of_the_standard(town: Town) -> None:
    ods = events(town.store, town.city)[1]["outputs"][0]
    listed = ods["facets"]["dataQualityAssertions"]["assertions"]
    assert {(a["assertion"], a.get("name"), a.get("column")) for a in listed} == {
        ("not_null", "required", "id"), ("type", None, "id"), ("not_null", "required", "name"),
        ("type", None, "born"), ("unique", "key_conflict", None),
    }  # fmt: skip


def test_no_value_of_any_row_is_told(town: Town) -> None:
    told = json.dumps(events(town.store, town.city), ensure_ascii=False)
    assert NAME not in told
    assert "1990-01-01" not in told


def test_a_failed_delivery_names_its_table_and_says_of_no_rows_that_they_came(
    town: Town,
) -> None:
    with closing(sqlite3.connect(town.root / "s.db")) as database:
        database.execute("DROP TABLE T")
    (result,) = town.collect("s.t", run_id="R2")
    assert result.error
    start, failed = _valid(events(town.store, town.city, run="R2"))
    assert (start["eventType"], failed["eventType"]) == ("START", "FAIL")
    assert failed["run"]["facets"]["errorMessage"]["message"] == (
        "s.t was not collected, because the source does not have it. The whole error stays in "
        "citybrain: look at its run R2 there. (s.t)"
    )
    (left,) = failed["outputs"]
    assert left["name"] == "ods.s.t"
    assert left.keys() == {"namespace", "name", "facets"}
    assert left["facets"].keys() == {"dataSource", "schema", "columnLineage"}


def test_a_source_that_is_gone_is_named_without_its_place(town: Town) -> None:
    (town.root / "s.db").unlink()
    (result,) = town.collect("s.t", run_id="R2")
    assert str(town.root) in result.error
    failed = _valid(events(town.store, town.city, run="R2"))[1]
    message = failed["run"]["facets"]["errorMessage"]["message"]
    assert "because the source does not answer" in message
    assert str(town.root) not in json.dumps(failed)
    assert "sqlite:" not in json.dumps(failed)


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


PEOPLE = "SELECT born, count(*) AS people FROM ods.s.t GROUP BY born"


def _model_folder(town: Town, sql: str = PEOPLE) -> None:
    (town.root / "models").mkdir()
    (town.root / "models" / "ads").mkdir()
    (town.root / "models" / "ads" / "people.sql").write_text(
        f"/*\ntitle: 人数\ngrain: [born]\n*/\n{sql}\n", encoding="utf-8"
    )


def _remember_build(town: Town, clock: FixedClock, **said: Any) -> None:
    now = clock.now().isoformat()
    row = {
        "run_id": "B1", "model": "ads.people", "status": "built", "how": "full",
        "started_at": now, "finished_at": now, "seconds": 0.1, "rows": 2, "snapshot_id": 7,
        "error": None, "expectations": '{"grain": 0, "some": 0}',
    }  # fmt: skip
    with writing(town.store.engine) as connection:
        connection.execute(insert(history).values(**row | said))


def test_a_build_reads_the_lake_with_its_quality_and_writes_a_model(
    town: Town, clock: FixedClock
) -> None:
    from citybrain.lake.models.registry import models

    _model_folder(town)
    assert set(models(town.city)) >= {"ads.people"}
    _remember_build(town, clock)
    complete = _valid(events(town.store, town.city, run="B1"))[1]
    assert complete["eventType"] == "COMPLETE"
    assert complete["job"]["name"] == "model.ads.people"
    assert "count(*)" in complete["job"]["facets"]["sql"]["query"]
    (read,) = complete["inputs"]
    assert read["name"] == "ods.s.t"
    assert "inputFacets" not in read  # DataQualityMetricsInputDatasetFacet is deprecated
    metrics = read["facets"]["dataQualityMetrics"]
    assert metrics["_schemaURL"].endswith("/DataQualityMetricsDatasetFacet")
    assert metrics["columnMetrics"]["born"]["nullCount"] == 1
    (written,) = complete["outputs"]
    assert written["facets"]["version"]["datasetVersion"] == "7"
    assert written["outputFacets"]["outputStatistics"]["rowCount"] == 2
    (source,) = written["facets"]["columnLineage"]["fields"]["born"]["inputFields"]
    assert source["field"] == "born"
    assert written["facets"]["dataQualityAssertions"]["assertions"] == [
        {"assertion": "unique", "success": True, "name": "grain"},
        {"assertion": "custom_sql", "success": True, "name": "some"},
    ]


def test_a_refused_build_says_what_failed_and_of_no_rows_that_they_were_written(
    town: Town, clock: FixedClock
) -> None:
    _model_folder(town)
    _remember_build(  # as it is remembered: rows and snapshot are those that stay published
        town, clock, status="refused", error="ads.people was not published, because …",
        expectations='{"grain": 3, "some": 0}',
    )  # fmt: skip
    failed = _valid(events(town.store, town.city, run="B1"))[1]
    assert failed["eventType"] == "FAIL"
    assert failed["run"]["facets"]["errorMessage"]["message"] == (
        "ads.people was not built, because rows broke these expectations: grain. The whole "
        "error stays in citybrain: look at the model there. (ads.people)"
    )
    (left,) = failed["outputs"]
    assert left["name"] == "ads.people"
    assert "outputFacets" not in left
    assert "version" not in left["facets"]
    assert left["facets"]["columnLineage"]["fields"]
    assert [
        (one["assertion"], one["name"], one["success"])
        for one in left["facets"]["dataQualityAssertions"]["assertions"]
    ] == [("unique", "grain", False), ("custom_sql", "some", True)]


LEAKING = "was not built, because its SELECT or an expectation failed:"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (f"ads.people {LEAKING} Conversion Error: Could not convert string 'O'Wang 7' to INT32",
         "its SELECT or an expectation failed (Conversion Error)"),
        (f"ads.people {LEAKING} Invalid Input Error: Wang Xiaoming", "(Invalid Input Error)"),
        (f"ads.people {LEAKING} Wang Error: Wang", "an expectation failed. "),
        ("ads.people failed: ValueError: Wang is no number", "an error of the class ValueError"),
        ("ads.people was not built, because Wang was at /srv/wang", "ads.people was not built. "),
    ],
)  # fmt: skip
def test_no_word_of_an_error_leaves_that_is_not_ours(
    town: Town, clock: FixedClock, error: str, told: str
) -> None:
    _model_folder(town)
    _remember_build(town, clock, status="failed", snapshot_id=None, rows=0, error=error,
                    expectations="{}")  # fmt: skip
    failed = _valid(events(town.store, town.city, run="B1"))[1]
    assert told in failed["run"]["facets"]["errorMessage"]["message"]
    assert "wang" not in json.dumps(failed).lower()
    assert "dataQualityAssertions" not in failed["outputs"][0]["facets"]


def test_no_person_leaves_in_the_text_of_a_model(town: Town, clock: FixedClock) -> None:
    number, telephone = "341801199001011234", "0563-302 3456"
    _model_folder(
        town,
        f"-- {NAME} asked for it\nSELECT born, '{telephone}' AS ask, count(*) AS people\n"
        f"FROM ods.s.t /* not {NAME} */ WHERE name <> '{NAME}' AND id <> {number}\n"
        "  AND born > '1990-12-31' GROUP BY born",
    )
    _remember_build(town, clock)
    complete = _valid(events(town.store, town.city, run="B1"))[1]
    assert complete["job"]["facets"]["sql"]["query"] == (
        "SELECT born, '***' AS ask, count(*) AS people\n"
        "FROM ods.s.t WHERE name <> '***' AND id <> '***'\n"
        "  AND born > '1990-12-31' GROUP BY born"
    )
    assert NAME not in json.dumps(complete, ensure_ascii=False)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda e: e.update(eventType="DONE"),
        lambda e: e["run"].update(runId="R1"),
        lambda e: e["job"].pop("name"),
        lambda e: e["outputs"][0]["facets"]["schema"].pop("_producer"),
        lambda e: e["outputs"][0]["facets"]["columnLineage"].update(feilds={}),
        lambda e: e.update(eventTime="yesterday"),
        lambda e: e.update(eventType="FAIL"),  # with a version and rows that were written
        lambda e: e["outputs"][0]["facets"]["dataQualityMetrics"].pop("captureDate"),
    ],
)
def test_the_schema_finds_what_is_not_an_event(town: Town, spoil: Any) -> None:
    complete = events(town.store, town.city)[1]
    spoil(complete)
    assert list(VALIDATOR.iter_errors(complete))


def _official() -> dict[str, Any]:
    """The official client's classes by name; they are made from the official schemas."""
    package = import_module("openlineage.client.generated")
    known: dict[str, Any] = {}
    for module in pkgutil.iter_modules(package.__path__):
        inside = vars(import_module(f"{package.__name__}.{module.name}"))
        known |= {n: k for n, k in inside.items() if isinstance(k, type) and attr.has(k)}
    return known


def _facets(event: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for part in (event["run"], event["job"], *event["inputs"], *event["outputs"]):
        for place in ("facets", "inputFacets", "outputFacets"):
            yield from part.get(place, {}).values()


def _rebuilt(kind: Any, value: Any) -> Any:
    """The value as its official class; ``TypeError`` for a name that a class does not know."""
    parts = get_args(kind)
    if get_origin(kind) in (Union, UnionType):
        wanted = [one for one in parts if one is not type(None)]
        return None if value is None else _rebuilt(wanted[0], value)
    if get_origin(kind) is list:
        return [_rebuilt(parts[0], one) for one in value]
    if get_origin(kind) is dict:
        return {key: _rebuilt(parts[1], one) for key, one in value.items()}
    if not attr.has(kind):
        return value
    types = get_type_hints(kind)
    content = {key: one for key, one in value.items() if not key.startswith("_")}
    # An unknown name goes to the class as it is, and the class refuses it.
    return kind(**{key: _rebuilt(types.get(key, Any), one) for key, one in content.items()})


def _by_official_classes(found: list[dict[str, Any]]) -> set[str]:
    """Every facet and what is nested in it, built again; the names of the classes used."""
    known, built = _official(), set()
    for event in found:
        assert event["schemaURL"] == known["RunEvent"]._get_schema()
        for one in _facets(event):
            name = one["_schemaURL"].rsplit("/", 1)[1]
            assert known[name]._get_schema() == one["_schemaURL"]
            _rebuilt(known[name], one)
            built.add(name)
    return built


@pytest.fixture
def told(town: Town, clock: FixedClock) -> list[dict[str, Any]]:
    """A delivery, a failed delivery, a build and a refused build: every facet that is sent."""
    (town.root / "s.db").unlink()
    town.collect("s.t", run_id="R2")
    _model_folder(town)
    _remember_build(town, clock)
    _remember_build(town, clock, status="refused", error="ads.people was not published")
    return _valid(events(town.store, town.city))


def test_the_official_client_builds_every_facet_again(told: list[dict[str, Any]]) -> None:
    assert _by_official_classes(told) == {
        "ColumnLineageDatasetFacet", "DataQualityAssertionsDatasetFacet",
        "DataQualityMetricsDatasetFacet", "DatasetVersionDatasetFacet",
        "DatasourceDatasetFacet", "ErrorMessageRunFacet", "JobTypeJobFacet",
        "OutputStatisticsOutputDatasetFacet", "ParentRunFacet", "SQLJobFacet",
        "SchemaDatasetFacet",
    }  # fmt: skip


def _misspell(one: dict[str, Any]) -> None:
    name = next(iter(one))
    one[f"{name}z"] = one.pop(name)


@pytest.mark.parametrize(
    "nested",
    [
        lambda f: f["schema"]["fields"][0],
        lambda f: f["columnLineage"]["fields"]["born"],
        lambda f: f["columnLineage"]["fields"]["born"]["inputFields"][0],
        lambda f: f["columnLineage"]["fields"]["born"]["inputFields"][0]["transformations"][0],
        lambda f: f["dataQualityMetrics"]["columnMetrics"]["born"],
        lambda f: f["dataQualityAssertions"]["assertions"][0],
    ],
)
def test_the_official_client_refuses_a_misspelt_nested_name(town: Town, nested: Any) -> None:
    found = events(town.store, town.city)
    _misspell(nested(found[1]["outputs"][0]["facets"]))
    with pytest.raises(TypeError, match="z'"):
        _by_official_classes(found)
