"""How many records have a field from which table: the counts add up to the library's rows."""

from pathlib import Path

import pytest

from citybrain import city as folder
from citybrain.lake.libraries.adopted import Adopted, adopted
from citybrain.lake.libraries.expressions import told
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.lake.libraries.building import shipped
from tests.lake.making import a_store, put

HELD = libraries(folder.load(shipped()).city)


def _table(store: Store, name: str, columns: tuple[str, ...], rows: str, key: str) -> None:
    store.ensure(name, [Column(name=n, type="string") for n in columns], key=(key,))
    put(store, f"{name}-1", f"FROM (VALUES {rows}) AS t({', '.join(columns)})", table=name)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return a_store(tmp_path / "home", made=False)


def test_records_are_counted_by_the_table_of_the_row_that_said_the_value(store: Store) -> None:
    rows = (
        "('P1', '甲', 'household.persons/3418/9'), ('P2', '乙', 'household.persons/2'),"
        " ('P3', '丙', 'medical.enrolled/7'), ('P4', NULL, NULL)"
    )
    _table(store, "lib.population", ("person_id", "name", "name__row"), rows, "person_id")
    assert adopted(store, HELD["population"], "name") == Adopted(
        tables={"household.persons": 2, "medical.enrolled": 1}, empty=1, rows=4
    )
    newer = "SELECT 'P4' AS person_id, '丁' AS name, 'medical.enrolled/8' AS name__row"
    put(store, "2", newer, table="lib.population", role="delta", replace=False)
    assert adopted(store, HELD["population"], "name") == Adopted(
        tables={"household.persons": 2, "medical.enrolled": 2}, empty=0, rows=4
    )


def test_of_rows_that_are_no_entity_those_with_a_value_count_for_their_table(store: Store) -> None:
    rows = "('1', 'A', 'hotline.tickets'), ('2', NULL, 'hotline.tickets'), ('3', 'B', 'x.y')"
    _table(store, "lib.event", ("event_number", "title", "table_name"), rows, "event_number")
    assert adopted(store, HELD["event"], "title") == Adopted(
        tables={"hotline.tickets": 1, "x.y": 1}, empty=1, rows=3
    )
    rows = "('1', '南村'), ('2', NULL)"
    name = "theme.credit_household"
    _table(store, name, ("household_number", "village"), rows, "household_number")
    assert adopted(store, HELD["credit_household"], "village") == Adopted(
        tables={"": 1}, empty=1, rows=2
    )


def test_what_no_build_has_made_is_not_counted(store: Store) -> None:
    assert adopted(store, HELD["population"], "name") is None
    _table(store, "lib.population", ("person_id",), "('P1')", "person_id")
    assert adopted(store, HELD["population"], "name") is None


def test_a_select_tells_what_it_gives_out_under_a_name() -> None:
    event = HELD["event"].select
    assert told(event, "event_kind") == ("'ticket'", "'component'")
    assert told(event, "nothing") == ()
    assert told("SELECT a FROM t", "a") == ("a",)
    assert told("no SQL ((", "a") == ()
