"""Answers of the command line: aligned for Chinese, exact in JSON."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.interfaces.cli import output


def test_chinese_takes_two_columns_so_that_tables_stay_aligned() -> None:
    text = output.table([{"a": "婚姻", "n": 1}, {"a": "ab", "n": 1200}], ("a", "n"), empty="-")
    head, rule, first, second = text.splitlines()
    assert output.width(first) == output.width(second) == output.width(rule)
    assert second.endswith("1,200")
    assert head.startswith("a")


def test_values_of_the_lake_are_written_as_they_are() -> None:
    row = {
        "year": 2021, "x": 0.001, "none": float("nan"), "id": 12345678901234567,
        "at": datetime(2021, 6, 11, 12, 34, 56, 789000, tzinfo=UTC), "d": Decimal("1.10"),
    }  # fmt: skip
    written = output.table([row], list(row), empty="", cell=output.exact).splitlines()[2]
    assert output.exact(Decimal("0E-10")) == "0.0000000000"
    assert written.split("  ") == [
        "2021", "0.001", " NaN", "12345678901234567", "2021-06-11 12:34:56.789000+00:00", "1.10"
    ]  # fmt: skip


def test_an_empty_table_says_so() -> None:
    assert output.table([], ("a",), empty="Nothing here.") == "Nothing here."


@given(st.lists(st.dictionaries(st.just("x"), st.text()), min_size=1))
def test_any_text_makes_one_line_per_row(rows: list[dict[str, str]]) -> None:
    text = output.table([{"x": r.get("x", "").replace("\r", "")} for r in rows], ("x",), empty="")
    assert text.count("\n") >= len(rows)


def test_json_keeps_decimals_and_chinese(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_json([{"d": Decimal("1.10"), "t": datetime(2021, 1, 1, tzinfo=UTC), "z": "宣城"}])
    printed = capsys.readouterr().out
    assert "宣城" in printed
    assert json.loads(printed) == [{"d": "1.10", "t": "2021-01-01T00:00:00+00:00", "z": "宣城"}]
