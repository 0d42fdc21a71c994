"""Figures over time and scores of a library's rows as the geometry of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from citybrain.engines.libraries.service import SeriesPoint, SeriesView
from citybrain.interfaces.steward.charts import ticks

WIDTH, HEIGHT = 860, 220
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 32, 3
SPREAD_WIDTH, SPREAD_HEIGHT, SPREAD_GAP = 360, 120, 6
LEAST = 2  # points that make a line
PERIODS = 6  # named under the line


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A point of the line with the words for it; ``here`` is the row that is looked at."""

    x: str
    y: str
    tip: str
    here: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A place on an axis and what stands there."""

    at: str
    text: str


@dataclass(frozen=True, kw_only=True)
class SeriesChart:
    """The line of a series with its axes."""

    line: str
    area: str
    spots: tuple[Spot, ...]
    levels: tuple[Tick, ...]
    periods: tuple[Tick, ...]
    label: str


@dataclass(frozen=True, kw_only=True)
class SpreadBar:
    """How many rows have a score in a step of ten."""

    x: str
    y: str
    width: str
    height: str
    middle: str
    low: int
    rows: int


def series_chart(series: SeriesView | None, *, here: str) -> SeriesChart | None:
    """The chart of a series; None where there is no line to draw. ``here`` is a row's id."""
    points = series.points if series else ()
    if series is None or len(points) < LEAST:
        return None
    levels = ticks([point.value for point in points], whole=False)
    low, high = levels[-1], levels[0]
    step = WIDTH / (len(points) - 1)
    spots = [
        (i * step, HEIGHT * (high - point.value) / (high - low)) for i, point in enumerate(points)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    named = sorted({round(i * (len(points) - 1) / (PERIODS - 1)) for i in range(PERIODS)})
    return SeriesChart(
        line=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        spots=tuple(
            Spot(
                x=f"{x:.1f}",
                y=f"{y:.1f}",
                tip=f"{point.period} {point.shown} {series.unit}",
                here=point.id == here,
            )
            for (x, y), point in zip(spots, points, strict=True)
        ),
        levels=tuple(
            Tick(at=f"{HEIGHT * (high - tick) / (high - low):.1f}", text=f"{tick:,}")
            for tick in levels
        ),
        periods=tuple(Tick(at=f"{i * step:.1f}", text=points[i].period) for i in named),
        label=_label(series, points),
    )


def spark_line(points: Sequence[SeriesPoint]) -> str:
    """A small line, least to greatest, as the points of a polyline; empty below two figures."""
    if len(points) < LEAST:
        return ""
    values = [point.value for point in points]
    low, high = min(values), max(values)
    step = (SPARK_WIDTH - 2 * SPARK_EDGE) / (len(values) - 1)
    room = SPARK_HEIGHT - 2 * SPARK_EDGE
    return " ".join(
        f"{SPARK_EDGE + i * step:.1f},"
        f"{SPARK_EDGE + (room * (high - value) / (high - low) if high > low else room / 2):.1f}"
        for i, value in enumerate(values)
    )


def spread_bars(spread: Sequence[tuple[int, int]]) -> tuple[SpreadBar, ...]:
    """The bars of a score's spread; none where there are no rows."""
    most = max((rows for _low, rows in spread), default=0)
    if not most:
        return ()
    step = SPREAD_WIDTH / len(spread)
    bars = []
    for i, (low, rows) in enumerate(spread):
        height = max(SPREAD_HEIGHT * rows / most, 2.0) if rows else 0.0
        bars.append(
            SpreadBar(
                x=f"{i * step + SPREAD_GAP / 2:.1f}",
                y=f"{SPREAD_HEIGHT - height:.1f}",
                width=f"{step - SPREAD_GAP:.1f}",
                height=f"{height:.1f}",
                middle=f"{i * step + step / 2:.1f}",
                low=low,
                rows=rows,
            )
        )
    return tuple(bars)


def _label(series: SeriesView, points: Sequence[SeriesPoint]) -> str:
    told = gettext("由 %(from)s 的 %(first)s 到 %(to)s 的 %(last)s %(unit)s；各期数值见下表")
    return told % {
        "from": points[0].period,
        "first": points[0].shown,
        "to": points[-1].period,
        "last": points[-1].shown,
        "unit": series.unit,
    }
