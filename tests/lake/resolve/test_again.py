"""A run after a change decides as one that weighs everything, and order decides nothing."""

import random
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.lake.resolve.making import LATER, PEOPLE, draw_city, fill, number, resolve

VALUES = ("name", "birth_date", "sex", "phone", "address", "relative_id", "id_raw")
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def city() -> Iterator[duckdb.DuckDBPyConnection]:
    """300 people with five times the usual damage, resolved once: ``drawn`` and ``first``."""
    with duckdb.connect(config={"threads": 1}) as connection:
        draw_city(connection, 300, harder=5)
        resolve(connection)
        connection.execute("CREATE TABLE drawn AS FROM mentions; CREATE TABLE first AS FROM last")
        yield connection


def drawn(connection: duckdb.DuckDBPyConnection) -> Rows:
    rows = connection.execute("FROM drawn ORDER BY mention").fetchall()
    return [dict(zip(PEOPLE, row, strict=True)) for row in rows]


def edited(row: dict[str, Any], rows: Rows, rng: random.Random) -> dict[str, Any]:
    """The row with one value gone or another's."""
    column = rng.choice(VALUES)
    made = row | {column: rng.choice([None, rng.choice(rows)[column]])}
    return made | {"id_number": None} if column == "id_raw" else made


def added(row: dict[str, Any], rows: Rows, rng: random.Random) -> dict[str, Any]:
    """Another department's row of the same person, saying less and sometimes without a number."""
    made = row | dict.fromkeys(rng.sample(VALUES[:-1], 2)) | {"mention": f"new/{rng.random()}"}
    return made | {"id_number": None, "id_raw": None} if rng.random() < 0.6 else made


def renumbered(row: dict[str, Any], rows: Rows, rng: random.Random) -> dict[str, Any]:
    """The row with another's number."""
    other = rng.choice(rows)
    return row | {"id_number": other["id_number"], "id_raw": other["id_raw"]}


def changed(rows: Rows, count: int, rng: random.Random) -> Rows:
    """The rows after so many random changes."""
    made = list(rows)
    for _ in range(count):
        at = rng.randrange(len(made))
        change = rng.choice([edited, edited, added, renumbered, None])
        row = made[at] if change is added else made.pop(at)
        if change:
            made.append(change(row, rows, rng))
    return made


def goes_on_as_from_anew(
    connection: duckdb.DuckDBPyConnection, counts: list[int], seed: int
) -> None:
    """Change, resolve from the last run and anew, compare; as often as there are counts."""
    rng, rows = random.Random(seed), drawn(connection)
    connection.execute("CREATE OR REPLACE TABLE last AS FROM first")
    for count in counts:
        rows = changed(rows, count, rng)
        fill(connection, rows)
        again = resolve(connection, again=True, now=LATER)
        anew = resolve(connection, keep=False)
        assert again.clusters == anew.clusters
        share = count / len(rows)
        assert again.weighed < anew.weighed * (0.5 if share < 0.01 else 0.95), "not narrow"


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(count=st.integers(1, 50), seed=st.integers(0, 2**32))
def test_after_a_change_the_clusters_are_those_of_weighing_all(
    city: duckdb.DuckDBPyConnection, count: int, seed: int
) -> None:
    goes_on_as_from_anew(city, [count], seed)


@pytest.mark.long
@settings(max_examples=6, deadline=None, derandomize=True)
@given(counts=st.lists(st.integers(1, 50), min_size=1, max_size=4), seed=st.integers(0, 2**32))
def test_after_many_changes_the_clusters_are_those_of_weighing_all(
    city: duckdb.DuckDBPyConnection, counts: list[int], seed: int
) -> None:
    goes_on_as_from_anew(city, counts, seed)


def test_after_a_change_of_much_all_is_weighed(city: duckdb.DuckDBPyConnection) -> None:
    rows = changed(drawn(city), 200, random.Random(1))
    city.execute("CREATE OR REPLACE TABLE last AS FROM first")
    fill(city, rows)
    again, anew = resolve(city, again=True, now=LATER), resolve(city, keep=False)
    assert again.clusters == anew.clusters
    assert again.weighed == anew.weighed


def test_the_order_of_the_mentions_decides_nothing(city: duckdb.DuckDBPyConnection) -> None:
    rows = drawn(city)
    random.Random(1).shuffle(rows)
    fill(city, rows)
    shuffled = resolve(city, keep=False).links
    first = city.execute("SELECT mention, entity_id, how, probability FROM first").fetchall()
    assert {m: link.how for m, link in shuffled.items()} == {row[0]: row[2] for row in first}
    assert {m: link.probability for m, link in shuffled.items()} == {
        row[0]: pytest.approx(row[3]) for row in first
    }
    paired = {(row[1], shuffled[row[0]].entity_id) for row in first}
    assert len(paired) == len({old for old, _ in paired}) == len({new for _, new in paired})


TWINS = (number("34189119880305001"), number("34189119880305003"))


def test_a_row_between_two_equals_is_weighed_again_when_one_of_them_is_gone(
    city: duckdb.DuckDBPyConnection,
) -> None:
    said = {"name": "尉迟双木", "birth_date": "1988-03-05", "sex": "1", "phone": "19900000003"}
    rows = drawn(city) + [said | {"mention": n, "id_number": n, "id_raw": n} for n in TWINS]
    rows += [said | {"mention": "either"}]
    fill(city, rows)
    tied = resolve(city).links
    assert tied["either"].how == "alone"
    closest = next(n for n in TWINS if tied[n].entity_id == tied["either"].closest_id)
    fill(city, [row for row in rows if row["mention"] in {closest, "either"} or
                row["mention"] not in TWINS])  # fmt: skip
    made = resolve(city, again=True, now=LATER).links
    assert made["either"].entity_id == made[closest].entity_id


def test_a_row_whose_number_another_row_got_is_doubted(
    city: duckdb.DuckDBPyConnection,
) -> None:
    whose = number("34189119710712004")
    got = {"mention": "got", "name": "方砚秋", "birth_date": "1971-07-12", "sex": "2"}
    had = {"mention": "had", "id_number": whose, "id_raw": whose, "name": "顾青禾"}
    fill(city, [*drawn(city), had, got])
    assert resolve(city).links["had"].how == "number"
    fill(city, [*drawn(city), had, got | {"id_number": whose, "id_raw": whose}])
    again = resolve(city, again=True, now=LATER)
    assert again.links["had"].how == "alone"
    assert again.ids["had"] != again.ids["got"]
