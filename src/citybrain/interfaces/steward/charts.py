"""Rows over time as the geometry of an SVG: the page draws it without a script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from django.utils import timezone
from django.utils.translation import gettext

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.catalogue.service import HistoryPoint

WIDTH, HEIGHT = 1000, 160
BAR_SHARE = 0.35  # the tallest bar of rows set aside takes this part of the height
LEAST_POINTS = 2


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One bar of rows set aside."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True, kw_only=True)
class RowsChart:
    """Line, area, bars and labels; ``positions`` are x by snapshot, ``at`` the chosen one."""

    line: str
    area: str
    bars: tuple[Bar, ...]
    grid: tuple[str, ...]
    y_labels: tuple[float, ...]
    x_labels: tuple[str, ...]
    positions: Mapping[int, str]
    at: str
    most_quarantined: int
    label: str


def rows_chart(history: Sequence[HistoryPoint], *, snapshot: int | None = None) -> RowsChart | None:
    """The chart of a table's history, oldest first; None when there is too little to draw."""
    if len(history) < LEAST_POINTS:
        return None
    step = WIDTH / (len(history) - 1)
    levels = ticks([point.rows for point in history])
    low, high = levels[-1], levels[0]
    spots = [(i * step, _y(point.rows, low, high)) for i, point in enumerate(history)]
    line = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in spots)
    positions = {p.snapshot: f"{i * step:.1f}" for i, p in enumerate(history) if p.snapshot}
    return RowsChart(
        line=line,
        area=f"{line} L{WIDTH} {HEIGHT} L0 {HEIGHT}Z",
        bars=_bars(history, step),
        grid=tuple(f"{_y(tick, low, high):.1f}" for tick in levels),
        y_labels=levels,
        x_labels=_x_labels(history),
        positions=positions,
        at=positions.get(snapshot or 0, f"{WIDTH}"),
        most_quarantined=max(point.quarantined for point in history),
        label=_label(history),
    )


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT * (high - value) / (high - low)


def ticks(values: Sequence[float], *, whole: bool = True) -> tuple[float, ...]:
    """Three to six round numbers from above the greatest to below the least.

    Unless they are to be ``whole``, they may be parts of one.
    """
    least, most = min(values), max(values)
    if least == most:
        least, most = max(least - 1, 0), most + 1
    raw = (most - least) / 3
    power = floor(log10(raw))
    unit = 10.0 ** (max(power, 0) if whole else power)
    step = next(m * unit for m in (1, 2, 5, 10) if m * unit >= raw)
    low, high = floor(least / step), ceil(most / step)
    found = (round(n * step, max(-power, 0)) for n in range(high, low - 1, -1))
    return tuple(int(tick) if tick == int(tick) else tick for tick in found)


def _bars(history: Sequence[HistoryPoint], step: float) -> tuple[Bar, ...]:
    most = max(point.quarantined for point in history)
    if not most:
        return ()
    width = min(step * 0.4, 12.0)
    bars = []
    for i, point in enumerate(history):
        if point.quarantined:
            tall = max(HEIGHT * BAR_SHARE * point.quarantined / most, 4.0)
            x = min(max(i * step - width / 2, 0.0), WIDTH - width)
            bars.append(
                Bar(
                    x=f"{x:.1f}",
                    y=f"{HEIGHT - tall:.1f}",
                    width=f"{width:.1f}",
                    height=f"{tall:.1f}",
                )
            )
    return tuple(bars)


def _x_labels(history: Sequence[HistoryPoint]) -> tuple[str, ...]:
    places = sorted({round(i * (len(history) - 1) / 4) for i in range(5)})
    times = [timezone.localtime(history[place].at, CITY_ZONE) for place in places]
    one_day = len({time.date() for time in times}) == 1
    return tuple(f"{time:%H:%M}" if one_day else f"{time:%m-%d}" for time in times)


def _label(history: Sequence[HistoryPoint]) -> str:
    return gettext("%(n)s 次提交，湖中行数由 %(first)s 到 %(last)s") % {
        "n": len(history),
        "first": f"{history[0].rows:,}",
        "last": f"{history[-1].rows:,}",
    }
