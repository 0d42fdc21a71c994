"""What most waits for begins first, by what each model took last."""

from dataclasses import replace
from pathlib import Path

import pytest

from citybrain.city import City
from citybrain.lake.models.books import State, read_states, write_state
from citybrain.lake.models.build import build
from citybrain.lake.models.order import Graph
from citybrain.lake.models.results import BuildEvent
from citybrain.lake.store import Store
from tests.lake.models.small import a_lake, a_model, deliver, person, write_city

PERSONS = "SELECT person_id, county FROM household.persons"


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
    for name, seconds in {"lib.first": 2.0, "ads.last": 1.0, "lib.alone": alone}.items():
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
    for name, seconds in {"lib.first": 2.0, "ads.last": 60.0, "lib.alone": 2.0}.items():
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
