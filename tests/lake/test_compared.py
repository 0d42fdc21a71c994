"""Who asks about masked columns is told where masks were compared instead of values."""

from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.city import City
from citybrain.lake.compared import MaskedError, compared, warning
from citybrain.lake.query import query
from citybrain.lake.store import Store
from tests.lake.models.small import MOVES, PERSONS, a_lake, deliver, move, person, write_city

TABLES = {
    PERSONS: ["person_id", "name", "id_number", "county", "_row"],
    MOVES: ["move_id", "person_id", "day", "_row"],
}
MASKED = {PERSONS: ["name", "id_number", "_row"], MOVES: ["_row"]}
PERSON = "household.persons."


def uses(sql: str) -> dict[str, tuple[str, ...]]:
    full = sql.replace("PERSONS", PERSONS).replace("MOVES", MOVES)
    found = compared(full, TABLES, MASKED)
    return {one.column.removeprefix(PERSON): one.uses for one in found}


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT name, id_number FROM PERSONS", {}),
        ("SELECT * FROM PERSONS", {}),
        ("SELECT count(*) FROM PERSONS WHERE county = '泾县'", {}),
        ("SELECT count(*) FROM PERSONS p JOIN MOVES m USING (person_id)", {}),
        ("SELECT coalesce(name, '?') AS n FROM PERSONS", {"name": ("expression",)}),
        ("SELECT county FROM PERSONS WHERE name = '王小明'", {"name": ("WHERE",)}),
        ("SELECT count(DISTINCT id_number) FROM PERSONS", {"id_number": ("aggregate",)}),
        ("SELECT count(*) FROM (SELECT DISTINCT id_number AS n FROM PERSONS)",
         {"id_number": ("DISTINCT",)}),
        ("SELECT name, count(*) FROM PERSONS GROUP BY ALL", {"name": ("GROUP BY",)}),
        ("SELECT name FROM PERSONS GROUP BY name HAVING max(id_number) > '3' ORDER BY name",
         {"name": ("GROUP BY", "ORDER BY"), "id_number": ("WHERE",)}),
        ("SELECT 1 FROM PERSONS a JOIN PERSONS b USING (id_number)", {"id_number": ("JOIN",)}),
        ("SELECT 1 FROM PERSONS a, PERSONS b WHERE a.id_number = b.id_number",
         {"id_number": ("WHERE",)}),
        ("WITH x AS (SELECT id_number AS n FROM PERSONS) SELECT count(*) FROM x WHERE n LIKE '3%'",
         {"id_number": ("WHERE",)}),
        ("SELECT name FROM PERSONS UNION SELECT county FROM PERSONS", {"name": ("DISTINCT",)}),
        ("SELECT name FROM PERSONS UNION ALL SELECT county FROM PERSONS", {}),
        ("SELECT 1 FROM MOVES WHERE person_id IN (SELECT person_id FROM PERSONS WHERE name = '王')",
         {"name": ("WHERE",)}),
        ("SELECT row_number() OVER (PARTITION BY name) AS n FROM PERSONS", {"name": ("window",)}),
        ("SELECT count(name) FROM PERSONS", {}),
        ("SELECT name AS n FROM PERSONS ORDER BY n LIMIT 1", {"name": ("ORDER BY",)}),
        ("SELECT name FROM PERSONS GROUP BY ALL HAVING count(*) > 1", {"name": ("GROUP BY",)}),
        ("SELECT 1 FROM PERSONS p WHERE p['name'] = '王'", {"name": ("WHERE",)}),
    ],
)  # fmt: skip
def test_where_a_masked_column_is_used_is_told(sql: str, told: dict[str, tuple[str, ...]]) -> None:
    assert uses(sql) == told


def test_what_the_parser_cannot_read_tells_every_masked_column_it_names() -> None:
    assert uses("SELECT ((name FROM persons") == {"name": ("expression",)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_lake(tmp_path / "home")
    two = [person(1), person(2).replace("2317'", "2309'"), person(3).replace("1993", "1983")]
    deliver(made, "b1", *two)
    deliver(made, "m1", move(1, 1), table=MOVES)
    return made


@pytest.fixture
def city(tmp_path: Path) -> City:
    return write_city(tmp_path / "city", {})


def test_an_answer_over_masks_names_them_and_a_revealed_one_does_not(
    store: Store, city: City
) -> None:
    sql = "SELECT count(DISTINCT id_number) AS n FROM household.persons"
    answer = query(store, city, sql)
    assert answer.to_pylist() == [{"n": 2}]  # three numbers, two masks
    assert "household.persons.id_number (aggregate)" in warning(answer.compared).en
    assert "掩码" in warning(answer.compared).zh
    shown = query(store, city, sql, reveal=True)
    assert (shown.to_pylist(), shown.compared) == ([{"n": 3}], ())


@pytest.mark.parametrize("what", ["id_number < DATE '1980-01-01'", "CAST(id_number AS BIGINT) > 1"])
def test_a_type_error_that_a_mask_caused_says_so(store: Store, city: City, what: str) -> None:
    with pytest.raises(CityError) as caught:
        query(store, city, f"SELECT count(*) FROM household.persons WHERE {what}")  # noqa: S608
    assert isinstance(caught.value, MaskedError)
    assert caught.value.columns == ("household.persons.id_number",)
    assert "a mask is text" in caught.value.in_english()
    assert "--reveal --purpose" in caught.value.in_english()
    assert "household.persons.id_number (WHERE)" in caught.value.in_english()
    with pytest.raises(CityError) as other:
        query(
            store,
            city,
            "SELECT county + DATE '1980-01-01' FROM household.persons WHERE name = '王'",
        )
    assert "DuckDB" not in str(other.value)
