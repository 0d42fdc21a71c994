"""Ids stay from run to run; what becomes of one is an event."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from citybrain.lake.resolve.identity import born_at
from tests.lake.resolve.making import LATER, NOW, fill, number, resolve

ONE = number("34189119710712004")
TWO = number("34189119710712006")


def row(mention: str, number_: str | None = ONE, **other: Any) -> dict[str, Any]:
    said = {"name": "顾青禾", "birth_date": "1971-07-12", "sex": "2", "phone": "19900000001"}
    return {"mention": mention, "id_number": number_, "id_raw": number_, **said, **other}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


def run(connection: duckdb.DuckDBPyConnection, *rows: dict[str, Any], **how: Any) -> Any:
    fill(connection, rows)
    return resolve(connection, **how)


def test_a_second_run_changes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    rows = [row("a"), row("b", TWO, name="方砚秋"), row("c", None), row("d", None, name="甲")]
    first = run(connection, *rows)
    again = run(connection, *reversed(rows), again=True, now=LATER)
    assert (again.links, again.events, again.weighed) == (first.links, [], 0)


def test_an_id_tells_its_age_and_nothing_of_the_number(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = [row("a"), row("b", TWO, name="方砚秋")]
    first = run(connection, *rows)
    assert first.ids["a"][0] == "P"
    assert born_at(first.ids["a"]) == NOW
    second = run(connection, *rows)
    assert not set(first.ids.values()) & set(second.ids.values()), "the same number, the same id"
    assert not [part for part in (ONE[:6], ONE[6:14], ONE[14:]) if part in first.ids["a"][9:]]


def test_a_merge_keeps_the_older_id(connection: duckdb.DuckDBPyConnection) -> None:
    old = run(connection, row("a"), row("x", TWO, name="方砚秋")).ids
    both = run(
        connection, row("a"), row("x", TWO, name="方砚秋"), row("b", None, name="甲", phone=None,
        birth_date=None), again=True, now=LATER,
    )  # fmt: skip
    assert both.ids["b"] not in old.values()
    merged = run(connection, row("a"), row("x", TWO, name="方砚秋"), row("b"), again=True)
    assert merged.ids["b"] == merged.ids["a"] == old["a"]
    assert merged.events == [("merge", both.ids["b"], old["a"])]


def test_the_older_id_stays_even_with_the_minority(connection: duckdb.DuckDBPyConnection) -> None:
    old = run(connection, row("a")).ids["a"]
    many = [row(f"b{n}", TWO) for n in range(4)]
    young = run(connection, row("a"), *many, again=True, now=LATER).ids["b0"]
    corrected = [row(f"b{n}", ONE) for n in range(4)]
    merged = run(connection, row("a"), *corrected, again=True, now=LATER)
    assert set(merged.ids.values()) == {old}
    assert merged.events == [("merge", young, old)]


def test_a_split_leaves_the_id_with_the_number_and_is_told(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    old = run(connection, *(row(f"a{n}") for n in range(5))).ids["a0"]
    rows = [row(f"a{n}", ONE if n < 2 else TWO) for n in range(5)]
    split = run(connection, *rows, again=True, now=LATER)
    assert split.ids["a0"] == split.ids["a1"] == old
    assert len({split.ids[f"a{n}"] for n in (2, 3, 4)}) == 1
    assert born_at(split.ids["a4"]) == LATER
    assert split.events == [("split", old, split.ids["a4"])]


def test_a_corrected_number_keeps_the_id(connection: duckdb.DuckDBPyConnection) -> None:
    old = run(connection, row("a"), row("b")).ids["a"]
    made = run(connection, row("a", TWO), row("b", TWO), again=True, now=LATER)
    assert (set(made.ids.values()), made.events) == ({old}, [])


def test_a_number_that_comes_back_with_other_rows_keeps_the_id(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    old = run(connection, row("a")).ids["a"]
    made = run(connection, row("another row"), again=True, now=LATER)
    assert (made.ids, made.events) == ({"another row": old}, [])


def test_an_entity_without_any_mention_is_gone(connection: duckdb.DuckDBPyConnection) -> None:
    old = run(connection, row("a"), row("x", TWO, name="方砚秋")).ids
    made = run(connection, row("a"), again=True, now=LATER)
    assert made.ids == {"a": old["a"]}
    assert made.events == [("gone", old["x"], "")]


def test_a_cluster_without_any_number_keeps_its_id(connection: duckdb.DuckDBPyConnection) -> None:
    loose = [row(f"a{n}", None, address=f"柳溪路{n}号") for n in range(3)]
    first = run(connection, *loose)
    assert len(first.clusters) == 1
    again = run(connection, *loose[1:], row("new", None), again=True, now=LATER)
    assert set(again.ids.values()) == set(first.ids.values())
    assert again.events == []
