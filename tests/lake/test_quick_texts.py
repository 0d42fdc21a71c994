"""A text that is taken at one look has the value that looking with care finds."""

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.lake.cast import Cell, Names, cell
from tests.lake.collecting import typed

NAMES = Names(bare="n", reading="q", plain="p", value="v")
TYPES = ["int", "long", "decimal(12,2)", "decimal(38,0)", "double", "float", "date", "timestamp"]
NUMBERS = st.one_of(
    st.integers(-(2**64), 2**64).map(str),
    st.decimals(
        allow_nan=False, allow_infinity=False, places=2, min_value=-9999, max_value=9999
    ).map(str),
    st.floats().map(str),
)
DAYS = st.one_of(
    st.dates().map(str),
    st.datetimes().map(str),
    st.datetimes().map(lambda at: at.isoformat(timespec="seconds")),
    st.tuples(st.integers(-10, 20_000), st.integers(0, 13), st.integers(0, 32)).map(
        lambda d: f"{d[0]:04}-{d[1]:02}-{d[2]:02}"
    ),
)
ODD = st.sampled_from(
    ["", " ", "infinity", "-infinity", "nan", "1_0", "1e3", "007", "+7", "7.0", "epoch",
     "10000-01-01", "0044-03-15 (BC)", "10000-01-01 00:00:00", "0044-03-15 (BC) 00:00:00",
     "2020-01-01 00:00:00+08", "24:00:00", "2020-01-01 24:00:00", "290309-12-22 (BC) 00:00:00"]
)  # fmt: skip
MARKS = st.sampled_from(["", " ", "\t", "\u3000", "\n", "0", "-", "_", "Z"])
TEXTS = st.tuples(MARKS, st.one_of(NUMBERS, DAYS, ODD, st.text(max_size=12)), MARKS).map("".join)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def shown(kind: str, names: Names | None) -> tuple[Cell, str]:
    """What a cell of the type is found to be: value, whether wrong, whether empty, written."""
    made = cell(
        typed("f", kind), "c", encoding="text", duckdb_type="VARCHAR", text="x", names=names
    )
    wrong = (
        f"NOT coalesce({made.empty}, false) AND (v IS NULL OR NOT coalesce({made.exact}, false))"
    )
    if made.sure:
        wrong = f"CASE WHEN {made.sure} THEN false ELSE {wrong} END"
    return made, f"v::VARCHAR, {wrong}, {made.empty}, {made.written('v')}"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.none(), TEXTS), min_size=25, max_size=60))
def test_one_look_finds_what_care_finds(
    engine: duckdb.DuckDBPyConnection, texts: list[str | None]
) -> None:
    for kind in TYPES:
        careful, asked = shown(kind, None)
        given_ = "SELECT unnest(?::VARCHAR[]) AS x"
        expected = engine.execute(
            f"SELECT {asked} FROM (SELECT *, {careful.value} AS v FROM ({given_}))",  # noqa: S608 - our own expressions
            [texts],
        ).fetchall()
        quick, asked = shown(kind, NAMES)
        found = engine.execute(
            f"SELECT {asked} FROM (SELECT *, {quick.value} AS v FROM (SELECT *, {quick.plain} AS p "  # noqa: S608
            f"FROM (SELECT *, {quick.reading} AS q FROM ({given_}))))",
            [texts],
        ).fetchall()
        assert found == expected, kind


def test_formats_come_before_the_look(engine: duckdb.DuckDBPyConnection) -> None:
    field = typed("f", "date", formats=("%Y-%d-%m",))
    made = cell(field, "c", encoding="text", duckdb_type="VARCHAR", text="x", names=NAMES)
    assert not made.reading
    layer = f"SELECT {made.value} FROM (SELECT *, {made.bare} AS n FROM (SELECT '2020-02-01' AS x))"  # noqa: S608
    assert str(engine.execute(layer).fetchall()[0][0]) == "2020-01-02"
