"""The geometry: in proportion, inside the picture, and whole with few or no numbers."""

import re

from hypothesis import given
from hypothesis import strategies as st

from citybrain.interfaces.cockpit.drawing import bars, line, portrait, wide
from citybrain.interfaces.cockpit.drawing.hours import round_steps
from citybrain.interfaces.cockpit.drawing.shapes import FOLDS, beside, shares
from citybrain.interfaces.cockpit.drawing.wide import ROOM
from citybrain.interfaces.cockpit.figures import clip, split
from tests.cockpit import examples as x


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=14))
def test_shares_fill_the_room_and_none_vanishes(values: list[int]) -> None:
    found = shares([float(v) for v in values], 500.0, least=20.0)
    assert min(found) >= 20.0 - 1e-6
    if sum(values):
        assert abs(sum(found) - 500.0) < 1e-3
    else:
        assert found == [20.0] * len(values)


def test_bands_are_in_proportion_to_what_came() -> None:
    picture = wide(x.river(), english=False)
    heights = [float(mark.height) for mark in picture.springs]
    first, second = x.SPRINGS[0][1], x.SPRINGS[1][1]
    assert abs(heights[0] / heights[1] - first / second) < 0.01
    assert picture.springs[-1].title == "其余 3 个部门"
    assert {"w", "bad", "b", "m", "a"} == {band.kind for band in picture.bands}


def test_everything_stays_inside_the_picture() -> None:
    for picture, width, height in (
        (wide(x.river(), english=False), 1868, 640),
        (portrait(x.river(), english=False), 350, 470),
    ):
        for band in picture.bands:
            numbers = [float(n) for n in re.findall(r"-?\d+\.\d", band.path)]
            assert min(numbers) >= 0
            assert max(numbers) <= max(width, height)


def test_looks_at_tables_as_delivered_pass_below_the_themes() -> None:
    picture = wide(x.river(), english=False)
    right = max(float(theme.x) + float(theme.width) for theme in picture.themes)
    bottom = max(float(theme.y) + float(theme.height) for theme in picture.themes)
    level = [
        [float(number) for number in found.groups()]
        for band in picture.bands
        if (found := re.match(r"M([\d.]+) ([\d.]+)H([\d.]+)C", band.path)) and band.kind == "a"
    ]
    delivered = [top for start, top, bend in level if start < bend and bend >= right]
    assert len(delivered) == sum("" in of for _name, of in x.USERS)
    assert all(top > bottom for top in delivered)


def test_a_title_beside_the_river_takes_the_room_its_number_leaves() -> None:
    long = "国家税务总局宣城市税务局"
    assert beside(long, ROOM, "321", 29.0) == (long, "")
    assert beside(long, ROOM, "33,269", 29.0)[0].endswith("…")
    name = "Healthcare Security Administration"
    assert beside(name, ROOM, "13,718", FOLDS) == ("Healthcare Security", "Administration")


def test_nothing_to_draw_is_drawn_too() -> None:
    empty = x.river(built=False, used=False)
    picture = wide(empty, english=True)
    assert not picture.standard
    assert picture.users == ()
    assert {mark.value for mark in picture.libraries} == {"not built yet"}
    assert bars(()).bars == ()
    assert line(()) is None


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**9), st.sampled_from([1, 10, 1000]))
def test_axes_enclose_their_numbers(low: int, extent: int, scale: int) -> None:
    least, most = low / scale, (low + extent) / scale
    steps = round_steps(least, most)
    near = 1e-9 * (abs(least) + abs(most))
    assert steps[0] <= least + near
    assert steps[-1] >= most - near
    assert 3 <= len(steps) <= 8


def test_numbers_are_said_as_people_say_them() -> None:
    assert split(1_347_000_000, english=False) == ("13.47", "亿")
    assert split(18_420_000, english=False) == ("1,842", "万")
    assert split(18_420_000, english=True) == ("18.4", "M")
    assert split(40_024, english=False) == ("40,024", "")
    assert split(99.95, english=False, decimals=1) == ("100.0", "")
    assert split(None, english=True) == ("—", "")
    assert clip("市住房公积金管理中心", 5) == "市住房公…"
    assert clip("市民政局", 5) == "市民政局"
