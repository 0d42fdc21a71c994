"""Models are built in order, asked before they are published, and once however often."""

import os
import secrets
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import CITY_ZONE, FixedClock
from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.lake.compact import compact_table
from citybrain.lake.models.build import build, due, history, plan, states
from citybrain.lake.models.results import BuildEvent
from citybrain.lake.query import query
from citybrain.lake.store import Store
from tests.lake.making import rows
from tests.lake.models.small import PERSONS, a_lake, a_model, deliver, person, write_city

COUNTIES = a_model(
    "SELECT county, count(*) AS people FROM lib.people GROUP BY county", grain="[county]"
)
PEOPLE = a_model(
    "SELECT person_id, name, county, _row FROM household.persons",
    grain="[person_id]",
    expectations="{county: {title: 有区县, sql: SELECT * FROM lib.people WHERE county IS NULL}}",
)
MODELS = {"lib.people": PEOPLE, "ads.counties": COUNTIES}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_lake(tmp_path / "home")
    deliver(made, "b1", person(1), person(2, "泾县"), person(3, "泾县"))
    return made


@pytest.fixture
def city(tmp_path: Path) -> City:
    return write_city(tmp_path / "city", MODELS)


def _own(results: list) -> dict[str, str]:  # type: ignore[type-arg]  # results of the lake
    """What became of the written models, without the generated ones."""
    return {r.model: r.status for r in results if not r.model.startswith("dwd.")}


def _built(store: Store, city: City, **how: object) -> dict[str, str]:
    return _own(build(store, city, **how))  # type: ignore[arg-type]  # a test's options


def test_models_are_built_in_order_and_then_nothing_is_to_do(store: Store, city: City) -> None:
    assert _built(store, city) == {"lib.people": "built", "ads.counties": "built"}
    assert rows(store, "ads.counties") == [("宣州区", 1), ("泾县", 2)]
    before = {t: len(store.snapshots(t)) for t in store.tables()}
    assert set(_built(store, city).values()) == {"unchanged"}
    assert {t: len(store.snapshots(t)) for t in store.tables()} == before


def test_changed_rows_rebuild_what_stands_on_them(store: Store, city: City) -> None:
    build(store, city)
    deliver(store, "b2", person(1), person(2))
    assert "ads.counties" in due(store, city, store.clock.now())
    assert _built(store, city) == {"lib.people": "built", "ads.counties": "built"}
    assert rows(store, "ads.counties") == [("宣州区", 2)]
    assert due(store, city, store.clock.now()) == ()


def test_the_same_rows_are_not_published_again(store: Store, city: City) -> None:
    build(store, city)
    before = {t: store.snapshot(t) for t in ("lib.people", "ads.counties")}
    deliver(store, "b2", person(3, "泾县"), person(1), person(2, "泾县", name="李丽"))
    assert _built(store, city) == {"lib.people": "built", "ads.counties": "unchanged"}
    assert store.snapshot("ads.counties") == before["ads.counties"]
    assert store.snapshot("lib.people") != before["lib.people"]
    assert due(store, city, store.clock.now()) == ()
    deliver(store, "b3", person(2, "泾县", name="李丽"), person(3, "泾县"), person(1))
    tried = len(history(store, "ads.counties"))
    assert set(_built(store, city).values()) == {"unchanged"}
    assert len(history(store, "ads.counties")) == tried


def test_the_plan_says_what_changes_and_what_stands_on_it(
    store: Store, city: City, tmp_path: Path
) -> None:
    assert {c.action for c in plan(store, city).changes} == {"added"}
    build(store, city)
    assert plan(store, city).changes == ()
    changed = write_city(
        tmp_path / "city", {"lib.people": PEOPLE.replace("name,", "upper(name) AS name,"),
                            "ads.counties": COUNTIES, "ads.new": a_model("SELECT 1 AS one")},
    )  # fmt: skip
    found = plan(store, changed)
    assert {c.model: c.action for c in found.changes} == {
        "lib.people": "changed", "ads.new": "added",
    }  # fmt: skip
    (people,) = found.named("changed")
    assert people.downstream == found.downstream == ("ads.counties",)
    assert "+SELECT person_id, upper(name) AS name" in people.diff
    assert people.rows == 3
    assert "~ model lib.people" in found.render()
    gone = plan(store, write_city(tmp_path / "city", {"lib.people": PEOPLE}))
    assert {c.model: c.action for c in gone.changes} == {"ads.counties": "removed"}
    assert "2 rows; its table leaves the lake" in gone.render()
    still = plan(store, write_city(tmp_path / "city", {"ads.counties": COUNTIES}))
    assert [c.downstream for c in still.named("removed")] == [("ads.counties",)]
    assert "still read by ads.counties" in still.render()


def test_a_model_that_left_the_city_leaves_the_lake(
    store: Store, city: City, tmp_path: Path
) -> None:
    build(store, city)
    files = [store.ground.warehouse.root / f.path for f in store.view("ads.counties").files]
    less = write_city(tmp_path / "city", {"lib.people": PEOPLE})
    build(store, less, ["lib.people"])
    assert store.exists("ads.counties")  # a named model is all that was asked for
    assert _built(store, less) == {"ads.counties": "removed", "lib.people": "unchanged"}
    assert plan(store, less).changes == ()
    assert "ads.counties" not in store.tables()
    with pytest.raises(CityError, match=r"no table ads\.counties"):
        query(store, less, "SELECT * FROM ads.counties")
    assert [run.status for run in history(store, "ads.counties")] == ["removed", "built"]
    assert all(file.exists() for file in files)
    assert not list(store.scrub())
    # By name once more: removed already, by whom ever; a name that nobody had is a mistake.
    assert _built(store, less, names=["ads.counties"]) == {"ads.counties": "removed"}
    assert len(history(store, "ads.counties")) == 2
    with pytest.raises(CityError, match="no model"):
        build(store, less, ["ads.counties", "ads.countys"])
    # It may come back, by the very same text and over the same rows.
    again = write_city(tmp_path / "city", MODELS)
    assert _built(store, again) == {"lib.people": "unchanged", "ads.counties": "built"}
    assert rows(store, "ads.counties") == [("宣州区", 1), ("泾县", 2)]
    assert not list(store.scrub())
    assert _built(store, less, names=["ads.counties"]) == {"ads.counties": "removed"}


def test_the_files_of_a_removed_table_go_with_a_later_sweep(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE))
    store = a_lake(tmp_path / "home", clock=clock)
    deliver(store, "b1", person(1))
    build(store, write_city(tmp_path / "city", MODELS))
    folder = store.ground.warehouse.root / "ads" / "counties"
    build(store, write_city(tmp_path / "city", {"lib.people": PEOPLE}))
    kept = [p for p in folder.rglob("*") if p.is_file()]
    for path in kept:
        os.utime(path, (0, 0))
    store.sweep()
    assert kept
    assert all(p.exists() for p in kept)  # who reads just now may finish
    clock.advance(timedelta(hours=25))
    store.sweep()
    assert not any(p.exists() for p in kept)
    assert not list(store.scrub())


def test_a_failed_expectation_publishes_nothing_and_stops_what_reads_it(
    store: Store, city: City
) -> None:
    build(store, city)
    before = store.snapshot("lib.people"), store.snapshot("ads.counties")
    deliver(store, "b2", person(7).replace("'宣州区'", "NULL"), person(8))
    results = build(store, city)
    assert _own(results) == {"lib.people": "refused", "ads.counties": "blocked"}
    refused = next(r for r in results if r.model == "lib.people")
    assert refused.expectations == {"county": 1, "grain": 0}
    assert [r["person_id"] for r in refused.sample["county"]] == [7]
    assert "有区县: 1 row). The table published before stays." in refused.error
    assert (store.snapshot("lib.people"), store.snapshot("ads.counties")) == before
    assert states(store, city)["lib.people"].sample["county"][0]["person_id"] == 7
    # The same rows would be refused again: nothing is tried until they change.
    tried = len(history(store, "lib.people"))
    assert _built(store, city)["lib.people"] == "refused"
    assert len(history(store, "lib.people")) == tried
    deliver(store, "b3", person(7), person(8))
    assert _built(store, city) == {"lib.people": "built", "ads.counties": "built"}


def test_a_grain_that_identifies_no_row_is_refused(store: Store, tmp_path: Path) -> None:
    city = write_city(
        tmp_path / "c", {"lib.people": a_model("SELECT 1 AS a FROM household.persons", grain="[a]")}
    )
    (result,) = [r for r in build(store, city) if r.model == "lib.people"]
    assert result.status == "refused"
    assert "A row is identified by its grain" in result.error
    assert "It has no table yet." in result.error


def test_a_bound_that_a_model_broke_is_told_of_the_model(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = (
        "SELECT count(*) AS n FROM range(9999999) a, range(9999999) b "
        "WHERE a.range % 3 = b.range % 5"
    )
    city = write_city(tmp_path / "c", {"lib.endless": a_model(endless)})
    monkeypatch.setenv("CITYBRAIN_BUILD_SECONDS", "1")
    (result,) = build(store, city, ["lib.endless"])
    assert result.status == "failed"
    assert "lib.endless was not built, because its SELECT ran longer than 1 s" in result.error
    assert "CITYBRAIN_BUILD_SECONDS" in result.error


def test_a_select_that_fails_stops_only_what_reads_it(store: Store, tmp_path: Path) -> None:
    city = write_city(
        tmp_path / "c",
        {"lib.bad": a_model("SELECT CAST(name AS INTEGER) AS n FROM household.persons"),
         "lib.worse": a_model("SELECT nothing FROM household.persons"),
         "ads.above": a_model("SELECT * FROM lib.bad"),
         "lib.people": PEOPLE},
    )  # fmt: skip
    results = build(store, city)
    assert _own(results) == {
        "lib.bad": "failed", "lib.worse": "failed", "ads.above": "blocked", "lib.people": "built",
    }  # fmt: skip
    said = {r.model: r.error for r in results}
    assert "lib.bad was not built, because its SELECT" in said["lib.bad"]
    assert "Could not convert string '***'" in said["lib.bad"]
    assert "王" not in str(said)  # builds are seen by people who may not see values
    assert "nothing" in said["lib.worse"]
    assert "lib.bad was not built" in said["ads.above"]
    assert history(store, "lib.bad")[0].error == said["lib.bad"]


def test_named_models_bring_what_they_need_and_what_reads_them(store: Store, city: City) -> None:
    assert _built(store, city, names=["ads.counties"]) == {
        "lib.people": "built", "ads.counties": "built",
    }  # fmt: skip
    assert _built(store, city, names=["lib.people"], full=True) == {
        "lib.people": "built", "ads.counties": "unchanged",
    }  # fmt: skip
    with pytest.raises(CityError, match=r"no model lib\.peple.*lib\.people"):
        build(store, city, ["lib.peple"])


def test_a_text_that_comes_back_is_published_again(
    store: Store, city: City, tmp_path: Path
) -> None:
    build(store, city)
    other = write_city(
        tmp_path / "city", {**MODELS, "ads.counties": COUNTIES.replace("count(*)", "count(*) * 10")}
    )
    build(store, other)
    assert rows(store, "ads.counties") == [("宣州区", 10), ("泾县", 20)]
    build(store, write_city(tmp_path / "city", MODELS))
    assert rows(store, "ads.counties") == [("宣州区", 1), ("泾县", 2)]


def test_columns_may_come_go_and_change_their_type(
    store: Store, city: City, tmp_path: Path
) -> None:
    build(store, city)
    sql = "SELECT people AS county, 'x' AS people, 1 AS new FROM (FROM ads.counties)"
    build(store, write_city(tmp_path / "city", {**MODELS, "ads.other": a_model(sql)}))
    again = sql.replace("people AS county, 'x' AS people", "'y' AS county, people AS people")
    city = write_city(tmp_path / "city", {**MODELS, "ads.other": a_model(again)})
    assert [r.error for r in build(store, city) if r.error] == []
    found = query(store, city, "SELECT * FROM ads.other ORDER BY people").to_pylist()
    assert found == [{"county": "y", "people": n, "new": 1} for n in (1, 2)]


def test_merging_files_builds_nothing_again(store: Store, city: City) -> None:
    build(store, city)
    compact_table(store, PERSONS)
    compact_table(store, "lib.people")
    assert set(_built(store, city).values()) == {"unchanged"}


def test_masks_follow_from_what_columns_are_made_of(store: Store, city: City) -> None:
    build(store, city)
    found = query(store, city, "SELECT * FROM lib.people ORDER BY person_id").to_pylist()[0]
    assert found == {"person_id": 1, "name": "王**", "county": "宣州区", "_row": "***"}
    counted = query(store, city, "SELECT * FROM ads.counties ORDER BY people")
    assert counted.to_pylist()[0] == {"county": "宣州区", "people": 1}
    assert counted.masked_columns == ()


def test_a_daily_model_waits_for_its_hour(tmp_path: Path) -> None:
    clock = FixedClock(datetime(2021, 6, 11, 5, 0, tzinfo=CITY_ZONE))
    store = a_lake(tmp_path / "home", clock=clock)
    deliver(store, "b1", person(1))
    city = write_city(tmp_path / "c", {"lib.people": PEOPLE + "", "ads.daily": a_model(
        "SELECT count(*) AS n FROM lib.people", schedule="daily 06:30")})  # fmt: skip
    assert _built(store, city)["ads.daily"] == "built"  # the first time at once
    deliver(store, "b2", person(1), person(2))
    assert _built(store, city) == {"lib.people": "built", "ads.daily": "unchanged"}
    clock.advance(timedelta(hours=2))
    assert due(store, city, clock.now()) == ("ads.daily",)
    assert _built(store, city)["ads.daily"] == "built"
    assert rows(store, "ads.daily") == [(2,)]


def test_a_table_that_was_never_collected_has_no_rows(store: Store, tmp_path: Path) -> None:
    city = write_city(
        tmp_path / "c", {"ads.n": a_model("SELECT count(*) AS n FROM quarantine.household.moves")}
    )
    assert _built(store, city) == {"ads.n": "built"}
    assert rows(store, "ads.n") == [(0,)]


def test_progress_counts_up_to_all(store: Store, city: City) -> None:
    events: list[BuildEvent] = []
    build(store, city, progress=events.append)
    assert events[-1].done == events[-1].total == 4
    assert [e.phase for e in events if e.model == "lib.people"] == ["running", "built"]


def test_two_builders_at_once_publish_once(store: Store, city: City, tmp_path: Path) -> None:
    def one(_number: int) -> None:
        build(a_lake(tmp_path / "home"), city)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(2)))
    assert {t: len(store.snapshots(t)) for t in MODELS} == {"lib.people": 1, "ads.counties": 1}


def _killed_at(root: Path, city: City, phase: str, count: int) -> None:
    """A build in a process of its own that is killed the n-th time it comes to that phase."""
    child = os.fork()
    if child == 0:
        seen = 0

        def die(name: str) -> None:
            nonlocal seen
            seen += name == phase
            if seen == count:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            build(a_lake(root, phase=die), city)
        finally:
            os._exit(0)
    os.waitpid(child, 0)


@pytest.mark.parametrize("phase", ["opened", "data-durable", "metadata-durable", "swapped"])
@pytest.mark.parametrize("count", [1, 4])
def test_a_killed_build_that_is_run_again_equals_a_clean_one(
    store: Store, city: City, tmp_path: Path, phase: str, count: int
) -> None:
    _killed_at(tmp_path / "home", city, phase, count)
    again = a_lake(tmp_path / "home")
    assert not {r.status for r in build(again, city)} - {"built", "unchanged"}
    assert rows(again, "ads.counties") == [("宣州区", 1), ("泾县", 2)]
    made = ("lib.people", "ads.counties", "dwd.household.persons", "dwd.household.moves")
    assert {t: len(again.snapshots(t)) for t in made} == dict.fromkeys(made, 1)


@pytest.mark.postgresql
def test_the_books_are_the_same_on_postgresql(
    tmp_path: Path, city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"lake_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
    monkeypatch.setenv("CITYBRAIN_LAKE_URL", f"{server.rsplit('/', 1)[0]}/{name}")
    store = a_lake(tmp_path / "other")
    try:
        deliver(store, "b1", person(1))
        assert _built(store, city) == {"lib.people": "built", "ads.counties": "built"}
        assert set(_built(store, city).values()) == {"unchanged"}
        deliver(store, "b2", person(7).replace("'宣州区'", "NULL"))
        assert _built(store, city) == {"lib.people": "refused", "ads.counties": "blocked"}
        assert states(store, city)["lib.people"].sample["county"][0]["person_id"] == 7
        assert [r.status for r in history(store, "lib.people")] == ["refused", "built"]
    finally:
        store.engine.dispose()
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]
