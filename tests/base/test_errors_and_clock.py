"""Errors are sentences; the clock is aware, in the city's zone, and moves when told."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.clock import CITY_ZONE, FixedClock, Stopwatch, SystemClock
from citybrain.base.errors import CityError

parts = st.text("ab 宣城", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(parts, parts, parts, parts)
def test_an_error_says_all_four_parts(what: str, why: str, do: str, where: str) -> None:
    error = CityError(what, why=why, do=do, where=where)
    chinese = any(c in what for c in "宣城")
    assert str(error) == (
        f"{what}：{why}。{do}。（{where}）"
        if chinese
        else f"{what}, because {why}. {do}. ({where})"
    )
    assert error.as_dict() == {"what": what, "why": why, "do": do, "where": where}


def test_a_chinese_name_does_not_make_an_english_sentence_chinese() -> None:
    assert str(CityError("The file 救助.csv is not written in utf-8", why="it is not")) == (
        "The file 救助.csv is not written in utf-8, because it is not."
    )
    assert str(CityError("q2.xlsx 读不出来", why="它是空的")) == "q2.xlsx 读不出来：它是空的。"


def test_full_stops_are_not_doubled() -> None:
    assert str(CityError("It is full.", why="of rows.", do="Empty it.")) == (
        "It is full, because of rows. Empty it."
    )


@pytest.mark.parametrize("mark", ["?", "!", "？", "！", "…", ".", "。"])
def test_a_part_that_ends_in_a_mark_gets_no_second_one(mark: str) -> None:
    for error in (
        CityError("It is full", why=f"of what{mark}", do=f"Did you mean this{mark}"),
        CityError("文件读不出来", why=f"它是空的{mark}", do=f"是这一份吗{mark}"),
    ):
        assert not re.search(r"[?!.。？！…][.。]", str(error)), str(error)


def test_the_systems_clock_is_aware_and_right() -> None:
    now = SystemClock().now()
    assert now.tzinfo is CITY_ZONE
    assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_fixed_clock_moves_only_when_told_also_back() -> None:
    at = datetime(2021, 6, 11, tzinfo=CITY_ZONE)
    clock = FixedClock(at)
    assert clock.now() == clock.now() == at
    clock.advance(timedelta(days=-1))
    assert clock.now() == at - timedelta(days=1)


def test_a_stopwatch_never_runs_backwards() -> None:
    watch = Stopwatch()
    first = watch.seconds()
    assert 0 <= first <= watch.seconds()
