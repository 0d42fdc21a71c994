"""Fast SQL for ID numbers and blanks says what the plain rule says, whatever is delivered."""

import re
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.lake.cast import bare_sql
from citybrain.lake.checks import birth_steps
from citybrain.standards.resident_id import birth_date, check_digit

PREFIX = st.from_regex(r"[1-9][0-9]{5}", fullmatch=True)
YEAR = st.integers(1850, 2030).map(str)
DAY = st.tuples(st.integers(0, 13), st.integers(0, 32)).map(lambda d: f"{d[0]:02}{d[1]:02}")
SEQUENCE = st.from_regex(r"[0-9]{3}", fullmatch=True)
NUMBERS = (
    st.tuples(PREFIX, YEAR, DAY, SEQUENCE)
    .map("".join)
    .map(lambda first: first + check_digit(first))
)
BROKEN = st.tuples(
    NUMBERS,
    st.integers(0, 17),
    st.sampled_from(["0", "x", "e", "E", "+", "_", " ", ".", "０", "é"]),
).map(lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + 1 :])
ODD = st.sampled_from(
    ["0x123456789ABCDEF1", "12345678901234e031", "+12345678901234561", "1_3456789012345671", ""]
)


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        yield connection


VALUES = "SELECT unnest(?::VARCHAR[]) AS v"


def many(values: st.SearchStrategy[str | None]) -> st.SearchStrategy[list[str | None]]:
    """Many values at once: to plan the statement takes longer than to answer it for one."""
    return st.lists(values, min_size=15, max_size=40)


def ask(
    engine: duckdb.DuckDBPyConnection, sql: str, values: list[str | None], layer: str = VALUES
) -> list[object]:
    rows = engine.execute(f"SELECT {sql} FROM ({layer})", [values]).fetchall()  # noqa: S608 - our own expression
    assert len(rows) == len(values)
    return [row[0] for row in rows]


def born(number: str) -> date | None:
    """What the standard says of a number whose last digit, if it has one, is right."""
    fits = len(number) != 18 or (
        re.fullmatch("[0-9]{17}", number[:17]) and check_digit(number[:17]) == number[17]
    )
    return birth_date(number) if fits else None


@settings(max_examples=20, deadline=None)
@given(many(st.one_of(NUMBERS, BROKEN, ODD, st.text(max_size=19))))
def test_a_birth_date_is_found_where_the_standard_finds_one(
    engine: duckdb.DuckDBPyConnection, numbers: list[str]
) -> None:
    layer = VALUES
    for step in birth_steps("v", "born"):
        layer = f"SELECT *, {step} FROM ({layer})"  # noqa: S608 - our own expressions
    assert ask(engine, "born", [*numbers], layer) == [born(number) for number in numbers]


@settings(max_examples=20, deadline=None)
@given(many(st.one_of(st.none(), st.text(" \t\u00a0\u3000\u2003a1-中", max_size=6))))
def test_blanks_around_a_text_go_as_trimming_takes_them(
    engine: duckdb.DuckDBPyConnection, values: list[str | None]
) -> None:
    assert ask(engine, bare_sql("v"), values) == ask(engine, "nullif(trim(v), '')", values)
