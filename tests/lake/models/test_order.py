"""What most waits for begins first, by what each model took last."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from citybrain.city import City
from citybrain.lake.database import reading, writing
from citybrain.lake.models.books import State, read_states, write_state
from citybrain.lake.models.build import build
from citybrain.lake.models.order import Graph, graph
from citybrain.lake.models.registry import models
from citybrain.lake.models.remembered import ordered
from citybrain.lake.models.results import BuildEvent
from citybrain.lake.models.tables import statements
from citybrain.lake.store import Store
from tests.lake.models.small import a_lake, a_model, deliver, person, write_city

PERSONS = "SELECT person_id, county FROM household.persons"
STANDARD = "dwd.household.persons"  # made anew too; how long it took here must not matter


def test_a_model_is_as_urgent_as_the_longest_way_behind_it() -> None:
    order = Graph(
        inputs={"a": (), "b": ("a",), "c": ("a", "ods.x"), "d": ("b",)}, order=("a", "b", "c", "d")
    )
    urgent = order.urgency({"a": 0.5, "b": 2.0, "c": 4.0, "d": 3.0})
    assert urgent == {"a": 5.5, "b": 5.0, "c": 4.0, "d": 3.0}
    assert order.urgency({})["a"] == 3.0, "what nobody measured counts as one second"


@pytest.fixture
def city(tmp_path: Path) -> City:
    """Two that can begin at once; only the second in the alphabet has one that waits for it."""
    models = {
        "lib.alone": a_model(PERSONS),
        "lib.first": a_model(PERSONS),
        "ads.last": a_model("SELECT count(*) AS n FROM lib.first"),
    }
    return write_city(tmp_path / "city", models)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_lake(tmp_path / "home")
    deliver(made, "b1", person(1))
    return made


def _begun(store: Store, city: City, workers: int = 1) -> list[str]:
    seen: list[str] = []

    def note(event: BuildEvent) -> None:
        if event.phase == "running" and not event.model.startswith("dwd."):
            seen.append(event.model)

    build(store, city, progress=note, workers=workers)
    return seen


def test_what_others_wait_for_is_built_before_what_nobody_waits_for(
    store: Store, city: City
) -> None:
    assert _begun(store, city) == ["lib.first", "lib.alone", "ads.last"]


def test_what_took_long_is_begun_before_a_chain_of_short_ones(store: Store, city: City) -> None:
    build(store, city)
    write_state(store, _took(read_states(store)["lib.alone"], 60.0))
    deliver(store, "b2", person(1), person(2))
    assert _begun(store, city)[0] == "lib.alone"


@pytest.mark.parametrize(("alone", "beside"), [(0.5, True), (2.0, False)])
def test_a_long_model_does_not_begin_beside_the_last_seconds_of_an_urgent_one(
    store: Store, city: City, alone: float, beside: bool
) -> None:
    build(store, city)
    took = {"lib.first": 2.0, "ads.last": 1.0, "lib.alone": alone, STANDARD: 0.1}
    for name, seconds in took.items():
        write_state(store, _took(read_states(store)[name], seconds))
    deliver(store, "b2", person(1), person(2))
    seen: list[tuple[str, str]] = []
    build(store, city, progress=lambda e: seen.append((e.model, e.phase)), workers=2)
    begun = seen.index(("lib.alone", "running"))
    assert (begun < seen.index(("lib.first", "built"))) == beside
    assert ("lib.alone", "built") in seen


def test_a_long_model_begins_beside_an_urgent_one_of_which_much_is_left(
    store: Store, city: City
) -> None:
    build(store, city)
    took = {"lib.first": 2.0, "ads.last": 60.0, "lib.alone": 2.0, STANDARD: 0.1}
    for name, seconds in took.items():
        write_state(store, _took(read_states(store)[name], seconds))
    deliver(store, "b2", person(1), person(2))
    seen: list[tuple[str, str]] = []
    build(store, city, progress=lambda e: seen.append((e.model, e.phase)), workers=2)
    assert seen.index(("lib.alone", "running")) < seen.index(("lib.first", "built"))


def test_how_long_the_same_rows_took_is_known_too(store: Store, city: City) -> None:
    build(store, city)
    write_state(store, _took(read_states(store)["lib.first"], 60.0))
    deliver(store, "b2", person(1, name="改名"))
    build(store, city, workers=1)
    assert 0 < read_states(store)["lib.first"].seconds < 60


def _took(state: State, seconds: float) -> State:
    return replace(state, seconds=seconds)


def _remembered(store: Store) -> dict[str, str]:
    with reading(store.engine) as connection:
        rows = connection.execute(select(statements.c.key, statements.c.document)).all()
    return {row.key: row.document for row in rows}


def test_which_tables_a_text_reads_is_read_once_and_of_a_changed_text_anew(
    store: Store, city: City, tmp_path: Path
) -> None:
    first = ordered(store, models(city))
    assert first == graph(models(city))
    held = _remembered(store)
    with writing(store.engine) as connection:
        connection.execute(update(statements).values(document='["ods.household.moves"]'))
    told = ordered(store, models(city))
    assert told.inputs["lib.first"] == ("ods.household.moves",), "it was not read again"
    with writing(store.engine) as connection:
        for key, document in held.items():
            connection.execute(
                update(statements).where(statements.c.key == key).values(document=document)
            )

    changed = write_city(
        tmp_path / "changed", {"lib.first": a_model("SELECT move_id FROM household.moves")}
    )
    assert ordered(store, models(changed)).inputs["lib.first"] == ("ods.household.moves",)
    assert len(_remembered(store)) == len(held) + 1, "only the new text was read"


def test_a_text_that_is_refused_is_refused_again(store: Store, tmp_path: Path) -> None:
    bad = write_city(
        tmp_path / "bad", {"lib.bad": a_model("SELECT * FROM read_csv('/etc/passwd')")}
    )
    first, again = ordered(store, models(bad)), ordered(store, models(bad))
    assert first == again
    assert "read_csv" in again.refused["lib.bad"]
