"""What is made of changed keys only equals what is made in full, whatever changed."""

import shutil
import tempfile
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.city import City
from citybrain.lake.models.books import read_states, write_state
from citybrain.lake.models.build import build, history
from citybrain.lake.store import Store
from tests.lake.making import rows
from tests.lake.models.small import (
    MOVES,
    PERSONS,
    a_lake,
    a_model,
    deliver,
    move,
    person,
    write_city,
)

LIVES = """
SELECT p.person_id, p.county, count(m.move_id) AS moves, max(m.day) AS last_move
FROM household.persons p LEFT JOIN household.moves m USING (person_id)
WHERE p.county <> '无' GROUP BY ALL
"""
HEAD = {"grain": "[person_id]", "materialise": "incremental", "incremental": "{by: person_id}"}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return write_city(tmp_path_factory.mktemp("c"), {"lib.lives": a_model(LIVES, **HEAD)})


def _people(state: dict[int, str]) -> list[str]:
    return [person(n, county) for n, county in state.items()] or [person(0, "无")]


def _how(store: Store) -> str:
    return history(store, "lib.lives")[0].how


def _full(store: Store, city: City) -> list[tuple[object, ...]]:
    build(store, city, ["lib.lives"], full=True)
    return rows(store, "lib.lives")


def _lake(root: Path, city: City, people: int = 20) -> Store:
    store = a_lake(root)
    deliver(store, "p0", *_people(dict.fromkeys(range(1, people + 1), "宣州区")))
    deliver(store, "m0", *(move(n, n) for n in range(1, people + 1, 2)), table=MOVES)
    build(store, city)
    return store


def test_one_changed_row_makes_one_row(tmp_path: Path, city: City) -> None:
    store = _lake(tmp_path, city)
    deliver(store, "m1", move(99, 2), table=MOVES, replace=False)
    build(store, city)
    assert _how(store) == "incremental"
    snapshot, view = store.snapshot("lib.lives"), store.view("lib.lives")
    assert snapshot is not None
    assert snapshot.rows == 20
    assert [(f.role, f.rows) for f in view.files] == [("base", 20), ("delta", 1)]
    made = rows(store, "lib.lives")
    assert made == _full(store, city)
    assert _how(store) == "full"


def test_a_change_that_makes_the_same_rows_is_not_published(tmp_path: Path, city: City) -> None:
    store = _lake(tmp_path, city)
    before = store.snapshot("lib.lives")
    deliver(store, "p1", person(4, name="李丽"), role="delta", replace=False)
    assert {r.status for r in build(store, city) if r.model == "lib.lives"} == {"unchanged"}
    assert store.snapshot("lib.lives") == before


def test_a_row_that_vanishes_is_removed(tmp_path: Path, city: City) -> None:
    store = _lake(tmp_path, city)
    deliver(store, "p1", *_people(dict.fromkeys(range(1, 20), "宣州区")))
    build(store, city)
    assert _how(store) == "incremental"
    assert len(rows(store, "lib.lives")) == 19
    assert rows(store, "lib.lives") == _full(store, city)


def test_books_that_know_less_than_the_lake_are_not_believed(tmp_path: Path, city: City) -> None:
    store = _lake(tmp_path / "home", city)
    first, state = rows(store, "lib.lives"), read_states(store)["lib.lives"]
    people = dict.fromkeys(range(1, 21), "宣州区")
    deliver(store, "p1", *_people(people | {3: "泾县"}))
    build(store, city)
    assert rows(store, "lib.lives") != first
    write_state(store, state)  # as if killed between publishing and writing down
    deliver(store, "p2", *_people(people))
    build(store, city)
    assert rows(store, "lib.lives") == first


def test_many_changes_and_another_text_are_made_in_full(
    tmp_path: Path, city: City, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = _lake(tmp_path, city)
    deliver(store, "p1", *_people(dict.fromkeys(range(1, 21), "泾县")))
    build(store, city)
    assert _how(store) == "full"
    deliver(store, "p2", *_people({n: "泾县" if n < 20 else "宁国" for n in range(1, 21)}))
    other = a_model(LIVES.replace("count(", "10 * count("), **HEAD)
    build(store, write_city(tmp_path_factory.mktemp("c"), {"lib.lives": other}))
    assert _how(store) == "full"


def test_an_expectation_of_all_rows_sees_all_rows(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    head = HEAD | {
        "expectations": "{all: {title: 都在, sql: SELECT 1 AS one FROM (SELECT count(*) AS n FROM "
        "household.persons) WHERE n <> (SELECT count(*) FROM lib.lives)}}"
    }
    city = write_city(tmp_path_factory.mktemp("c"), {"lib.lives": a_model(LIVES, **head)})
    store = _lake(tmp_path, city)
    deliver(store, "p1", person(21), role="delta", replace=False)
    assert {r.status for r in build(store, city)} <= {"built", "unchanged"}
    assert _how(store) == "incremental"
    deliver(store, "p2", person(22, "无"), role="delta", replace=False)
    assert "refused" in {r.status for r in build(store, city)}


CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("person"), st.integers(1, 24), st.sampled_from(["宣州区", "泾县", "无"])),
        st.tuples(st.just("move"), st.integers(100, 120), st.integers(1, 24)),
        st.tuples(st.just("all"), st.integers(15, 24), st.just("")),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def begun(city: City, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of twenty people, built once; each example changes a copy of its own."""
    root = tmp_path_factory.mktemp("begun") / "home"
    _lake(root, city)
    return root


@pytest.mark.long
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_incremental_equals_full(
    city: City, begun: Path, changes: list[tuple[str, int, object]]
) -> None:
    _same(city, begun, changes)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(CHANGES)
def test_incremental_equals_full_in_short(
    city: City, begun: Path, changes: list[tuple[str, int, object]]
) -> None:
    _same(city, begun, changes)


def _same(city: City, begun: Path, changes: list[tuple[str, int, object]]) -> None:
    """After every change it holds what its SELECT says, and in the end what a full build makes."""
    with tempfile.TemporaryDirectory() as folder:
        store = a_lake(Path(shutil.copytree(begun, Path(folder) / "home")))
        for place, (what, number, value) in enumerate(changes):
            batch = f"c{place}"
            if what == "person":
                deliver(store, batch, person(number, str(value)), role="delta", replace=False)
            elif what == "move":
                row = move(number, int(str(value)))
                deliver(store, batch, row, table=MOVES, role="delta", replace=False)
            else:
                everyone = _people(dict.fromkeys(range(1, number + 1), "宣州区"))
                deliver(store, batch, *everyone, table=PERSONS)
            build(store, city)
            assert rows(store, "lib.lives") == _selected(store)
        made = rows(store, "lib.lives")
        assert made == _full(store, city)


def _selected(store: Store) -> list[tuple[object, ...]]:
    """The model's rows from the delivered ones, by its SELECT alone."""
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA household")
        for table in (PERSONS, MOVES):
            connection.execute(
                f"CREATE VIEW {table.removeprefix('ods.')} AS {store.scan_sql(table)}"
            )
        return connection.execute(f"{LIVES} ORDER BY ALL").fetchall()
