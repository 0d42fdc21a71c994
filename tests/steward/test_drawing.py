"""Charts and the picture of the tree: geometry that says what the numbers say."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.wording import Text
from citybrain.engines.libraries.service import Answer, LifeEvent, ResultColumn
from citybrain.interfaces.kit import figures as tags
from citybrain.interfaces.kit import twins
from citybrain.interfaces.steward import lifelines
from citybrain.interfaces.steward.charts import HEIGHT, WIDTH, rows_chart
from citybrain.interfaces.steward.charts_query import MOST_BARS, answer_chart
from citybrain.interfaces.steward.lifelines import CHARACTER, fitted
from citybrain.interfaces.steward.merkle import DRAWN, picture
from tests.steward import examples as x
from tests.steward import examples_trust as trust

HISTORY = x.table().history


def test_one_delivery_is_no_line() -> None:
    assert rows_chart(HISTORY[:1]) is None


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=40))
def test_every_point_lies_within_the_frame(counts: list[int]) -> None:
    points = [replace(HISTORY[0], rows=count, quarantined=count % 7) for count in counts]
    chart = rows_chart(points)
    assert chart is not None
    assert list(chart.y_labels) == sorted(chart.y_labels, reverse=True)
    assert chart.y_labels[-1] <= min(counts)
    assert max(counts) <= chart.y_labels[0]
    spots = [pair.split() for pair in chart.line.removeprefix("M").split(" L")]
    assert all(-0.1 <= float(a) <= WIDTH and -0.1 <= float(b) <= HEIGHT for a, b in spots)
    ups = [float(b) for _a, b in spots]
    assert (ups[0] >= ups[-1]) == (counts[0] <= counts[-1]) or ups[0] == ups[-1]
    assert all(float(bar.x) >= 0 and float(bar.y) <= HEIGHT for bar in chart.bars)


def test_the_chosen_snapshot_is_marked() -> None:
    chart = rows_chart(HISTORY, snapshot=HISTORY[3].snapshot)
    assert chart is not None
    assert chart.at == f"{WIDTH * 3 / 9:.1f}"


@pytest.mark.parametrize("levels", [0, 1, 3, 16])
def test_the_path_leads_from_the_leaf_to_the_root(levels: int) -> None:
    drawn = picture(trust.proof(levels=levels))
    path = [node for node in drawn.nodes if node.role == "path"]
    assert len(path) == min(levels, DRAWN) + 1 + (levels > DRAWN)
    assert sum(node.role == "neighbour" for node in drawn.nodes) == min(levels, DRAWN)
    assert [node.label for node in path if node.label] == ["48,197"]


def test_a_neighbour_on_the_left_stands_left_of_the_path() -> None:
    proof = trust.proof(levels=1)
    left = replace(proof, path=(replace(proof.path[0], side="left"),))
    nodes = {node.role: node.x for node in picture(left).nodes if node.y > 50}
    assert nodes["neighbour"] < nodes["path"]


@pytest.mark.parametrize(
    ("value", "shown"), [(1.0, "100.0%"), (0.99999, "99.9%"), (0.5, "50.0%"), (None, "—")]
)
def test_a_share_is_never_rounded_up_to_all(value: float | None, shown: str) -> None:
    assert tags.percent(value) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_a_text_that_a_spreadsheet_would_run_is_disarmed(text: str) -> None:
    from citybrain.engines.catalogue.service import Text

    row = Text(zh=text)
    answer = twins.as_csv([row], name="x")
    assert "'" + text[0] in answer.content.decode("utf-8-sig")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("市公安局", "市公安局"),
        ("国家税务总局宣城市税务局", "国家税务总局宣…"),
        ("Public Security Bureau", "Public Secur…"),
    ],
)
def test_a_name_takes_the_room_it_has_in_either_script(title: str, shown: str) -> None:
    assert fitted(title, 8.4 * CHARACTER) == shown


@given(
    st.lists(
        st.tuples(st.dates(date(1990, 1, 1), date(2021, 1, 1)), st.integers(-6000, 9000)),
        min_size=1,
        max_size=12,
    )
)
def test_no_label_of_a_life_lies_on_a_dot_or_another(spans: list[tuple[date, int]]) -> None:
    told = [
        LifeEvent(
            at=at, until=at + timedelta(days) if days > 0 else None, department="a",
            table="a.b", ref="a.b/1", department_title=Text(zh="市公安局"),
            table_title=Text(zh="驾驶证"), title=Text(zh="有效期"),
        )
        for at, days in spans
    ]  # fmt: skip
    lane = lifelines.lane(0, "市公安局", told, lifelines.Scale(1990, date(2046, 1, 1)))
    labels = [(float(one.label_x), one.label) for one in lane.stretches if one.label]
    for dot in lane.dots:
        left = float(dot.label_x) - (len(dot.label) * CHARACTER if dot.anchor == "end" else 0)
        labels += [(left, dot.label)] if dot.label else []
    taken = sorted((left, left + len(label) * CHARACTER) for left, label in labels)
    assert all(one[1] <= two[0] for one, two in pairwise(taken))
    for dot in lane.dots:
        assert not [x for x, end in taken if x < float(dot.x) + 5 and float(dot.x) - 5 < end]


def an_answer(*rows: tuple[str | None, str | None]) -> Answer:
    columns = (
        ResultColumn(name="when", type="string", number=False, masked=False),
        ResultColumn(name="n", type="long", number=True, masked=False),
    )
    return Answer(sql="SELECT 1", columns=columns, rows=rows)


@pytest.mark.parametrize(
    "periods",
    [
        ("2019", "2020", "2021"),
        ("201911", "201912", "202001"),
        ("2021-06", "2021-05", "2021-03"),
        ("2021-06-11", "2021-06-12", "2021-06-14"),
        ("2021-06-11 08:00:00", "2021-06-11 09:00:00", "2021-06-11 10:00:00"),
    ],
)
def test_periods_in_their_order_are_a_line_from_the_oldest(periods: tuple[str, ...]) -> None:
    chart = answer_chart(an_answer(*((p, str(i)) for i, p in enumerate(periods))))
    assert chart is not None
    assert chart.line is not None
    assert not chart.bars
    assert [spot.tip.rsplit(" ", 1)[0] for spot in chart.line.spots] == sorted(periods)
    assert [tick.text for tick in chart.line.periods] == sorted(periods)
    assert str(len(periods)) in chart.line.label


@pytest.mark.parametrize(
    "names",
    [
        ("2019", "2020"),
        ("2019", "2021", "2020"),
        ("2019", "2019", "2020"),
        ("2019", "2020", "宣州区"),
        ("341802", "341821", "341822"),
        ("2021-13", "2021-14", "2021-15"),
        (None, "2020", "2021"),
    ],
)
def test_what_is_no_order_of_periods_is_bars(names: tuple[str | None, ...]) -> None:
    chart = answer_chart(an_answer(*((name, "1") for name in names)))
    assert chart is not None
    assert chart.line is None
    assert len(chart.bars) == len(names)


def test_a_long_series_is_drawn_whole_and_a_period_without_a_value_is_left_out() -> None:
    months = [f"{year}-{month:02}" for year in range(2016, 2021) for month in range(1, 13)]
    rows = [(m, None if m == "2020-02" else "3.5") for m in months]
    chart = answer_chart(an_answer(*rows))
    assert chart is not None
    assert chart.line is not None
    assert len(chart.line.spots) == len(months) - 1 > MOST_BARS
    assert chart.left_out == 0
    others = answer_chart(an_answer(*((f"镇{i}", "1") for i in range(60))))
    assert others is not None
    assert (len(others.bars), others.left_out) == (MOST_BARS, 60 - MOST_BARS)
