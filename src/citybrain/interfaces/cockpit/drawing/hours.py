"""Bars by the hour with yesterday as a dashed line, and one indicator over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils import timezone

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.indicators.service import Hour, Point
from citybrain.interfaces.cockpit.drawing.shapes import f

WIDTH, HEIGHT, LEFT, TOP, FLOOR = 356.0, 166.0, 54.0, 14.0, 142.0
LABELS = (0, 6, 12, 18)


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One hour's bar; ``now`` marks the present hour."""

    x: str
    y: str
    width: str
    height: str
    now: bool


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A label at a place of an axis."""

    at: str
    value: int


@dataclass(frozen=True, kw_only=True)
class Bars:
    """The chart of arrivals by hour."""

    bars: tuple[Bar, ...]
    yesterday: str
    ticks: tuple[Tick, ...]
    hours: tuple[Tick, ...]


@dataclass(frozen=True, kw_only=True)
class Line:
    """An indicator's values over time as a path of 1000 by 160, its ticks and its ends."""

    path: str
    area: str
    ticks: tuple[tuple[str, float], ...]
    first: str
    last: str


def bars(hours: Sequence[Hour]) -> Bars:
    """Today's hours as bars, yesterday's as one line."""
    most = max((max(h.rows or 0, h.yesterday) for h in hours), default=0)
    steps = round_steps(0, most or 1)
    high, step = steps[-1], (WIDTH - LEFT - 4) / max(len(hours), 1)
    width = step * 0.68

    def y(value: float) -> float:
        return FLOOR - (FLOOR - TOP) * value / high

    shown = [h for h in hours if h.rows]
    latest = max((h.hour for h in hours if h.rows is not None), default=-1)
    line = " ".join(f"{f(LEFT + step * (h.hour + 0.5))},{f(y(h.yesterday))}" for h in hours)
    return Bars(
        bars=tuple(
            Bar(
                x=f(LEFT + step * h.hour + (step - width) / 2),
                y=f(min(y(h.rows or 0), FLOOR - 2)),
                width=f(width),
                height=f(max(FLOOR - y(h.rows or 0), 2.0)),
                now=h.hour == latest,
            )
            for h in shown
        ),
        yesterday=line if any(h.yesterday for h in hours) else "",
        ticks=tuple(Tick(at=f(y(value)), value=int(value)) for value in steps),
        hours=tuple(Tick(at=f(LEFT + step * (h + 0.5)), value=h) for h in LABELS),
    )


def round_steps(low: float, high: float) -> list[float]:
    """Three to five round numbers from below the least to above the greatest."""
    if high <= low:
        high = low + 1
    raw = (high - low) / 3
    unit = 10.0 ** floor(log10(raw))
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= raw)
    first, last = floor(low / step), ceil(high / step)
    return [step * n for n in range(first, last + 1)]


def line(history: Sequence[Point]) -> Line | None:
    """The values of an indicator; None when there are fewer than two."""
    points = [(point.at, point.value) for point in history if point.value is not None]
    if len(points) < 2:
        return None
    steps = round_steps(min(v for _at, v in points), max(v for _at, v in points))
    low, high = steps[0], steps[-1]
    begin, end = points[0][0], points[-1][0]
    span = (end - begin).total_seconds() or 1.0
    spots = [
        (1000 * (at - begin).total_seconds() / span, 160 * (high - v) / (high - low))
        for at, v in points
    ]
    path = f"M{f(spots[0][0])} {f(spots[0][1])}"
    for x, y in spots[1:]:
        path += f"H{f(x)}V{f(y)}"  # it held until the next one, so the line has steps
    return Line(
        path=path,
        area=f"{path}V160H0Z",
        ticks=tuple((f(160 * (high - step) / (high - low)), step) for step in steps),
        first=f"{timezone.localtime(begin, CITY_ZONE):%m-%d %H:%M}",
        last=f"{timezone.localtime(end, CITY_ZONE):%m-%d %H:%M}",
    )
