"""The way back of a trace: each stage once, in the order in which it was made."""

from datetime import UTC, datetime, timedelta

import pytest

from citybrain.base.wording import both
from citybrain.engines.libraries import tracetimes
from citybrain.engines.libraries.views_trace import TraceLeg, TraceStep
from citybrain.interfaces.steward.highlighting import excerpt, lines

AGAIN = 900.0  # what was made once is made again so much later, for another reason
START = datetime(2021, 6, 11, 6, 32, tzinfo=UTC)


def step(kind: str, title: str, seconds: float | None) -> TraceStep:
    at = None if seconds is None else START + timedelta(seconds=seconds)
    said = both(title)
    return TraceStep(
        number=0, kind=kind, kind_title=said, title=said, value=None, detail=said, at=at,
        hash="", hash_title=said, verdict="",
        thing=f"model:{'.'.join(title.split('.')[:2])}" if kind == "model" else "",
    )  # fmt: skip


def way(*seconds: float | None) -> list[TraceStep]:
    """From the number down, as a trace has them; an indicator's definition is of no time."""
    kinds = (
        ("number", "41,287"),
        ("model", "ads.elder_allowance.people"),
        ("model", "lib.population.birth_date"),
        ("row", "ods.household.persons #3"),
        ("cell", "G37"),
    )
    found = [step(*kind, at) for kind, at in zip(kinds, seconds, strict=True)]
    return [found[0], step("indicator", "elder_allowance", -900), *found[1:]]


def legs(steps: list[TraceStep]) -> tuple[TraceLeg, ...]:
    """The legs of stages that were made only once."""
    return tracetimes.legs(steps, made=lambda one: (one.at,))


def test_a_stage_that_was_made_again_since_counts_as_it_was_first_made() -> None:
    def made(one: TraceStep) -> list[datetime | None]:
        again = one.at and one.at - timedelta(seconds=AGAIN)
        return [again, one.at] if one.kind in ("model", "number") else [one.at]

    told = tracetimes.legs(way(AGAIN + 4, AGAIN + 3, AGAIN + 2, 1, 0), made=made)
    assert [leg.seconds for leg in told] == [1, 1, 1, 1]


def test_each_stage_begins_where_the_one_below_ended() -> None:
    found = legs(way(4, 3, 2, 1, 0))
    assert [leg.table for leg in found] == [
        "ods.household.persons", "lib.population", "ads.elder_allowance", "",
    ]  # fmt: skip
    assert [leg.seconds for leg in found] == [1, 1, 1, 1]
    assert [(leg.start, leg.share) for leg in found] == [(0, 25), (25, 25), (50, 25), (75, 25)]


def test_stages_of_one_moment_are_one_leg_and_a_short_one_is_still_seen() -> None:
    found = legs(way(1000, 1, 1, 1, 0))
    assert [leg.seconds for leg in found] == [1, 999]
    assert all(leg.share > 1 and leg.start + leg.share <= 100 for leg in found)


@pytest.mark.parametrize(
    "seconds",
    [
        (4, 3, 2, 5, 0),  # the row came after the library was made of it
        (4, None, 2, 1, 0),  # a model that was never built
        (0, 0, 0, 0, 0),
    ],
)
def test_a_way_that_was_not_gone_is_not_drawn(seconds: tuple[float | None, ...]) -> None:
    assert legs(way(*seconds)) == ()
    assert legs(way(4, 3, 2, 1, 0)[1:]) == ()  # it ends below the wall
    assert legs(way(4, 3, 2, 1, 0)[:-2]) == ()  # nobody chose a cell yet


def test_an_excerpt_is_the_marked_lines_the_first_and_the_last() -> None:
    text = "\n".join(f"line {n}" for n in range(1, 31))
    told = excerpt(lines(text, marks=range(5, 25)), 4)
    assert [(one.number, str(one.html).startswith("⋯")) for one in told] == [
        (0, True), (5, False), (6, False), (0, True), (23, False), (24, False), (0, True),
    ]  # fmt: skip
    assert [one.number for one in excerpt(lines(text), 4)] == [1, 2, 0, 29, 30]
