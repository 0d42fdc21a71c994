"""Figures over time and scores of a library's rows as the geometry of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from citybrain.engines.libraries.service import SeriesPoint, SeriesView
from citybrain.interfaces.steward.charts_line import LEAST, LineChart, Point, line_chart

SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 32, 3
SPREAD_WIDTH, SPREAD_HEIGHT, SPREAD_GAP = 360, 120, 6


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


def series_chart(series: SeriesView | None, *, here: str) -> LineChart | None:
    """The chart of a series; None where there is no line to draw. ``here`` is a row's id."""
    points = series.points if series else ()
    if series is None or len(points) < LEAST:
        return None
    line = [
        Point(
            period=point.period,
            value=point.value,
            tip=f"{point.period} {point.shown} {series.unit}",
            here=point.id == here,
        )
        for point in points
    ]
    return line_chart(line, label=_label(series, points))


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
