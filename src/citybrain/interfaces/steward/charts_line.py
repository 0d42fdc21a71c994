"""Values over time as the geometry of an SVG: a line with its axes and the words for its points."""

from collections.abc import Sequence
from dataclasses import dataclass

from citybrain.interfaces.steward.charts import ticks

WIDTH, HEIGHT = 860, 220
LEAST = 2  # points that make a line
PERIODS = 6  # named under the line


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value of a period with the words for it; ``here`` is the one that is looked at."""

    period: str
    value: float
    tip: str
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A point where it is drawn."""

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
class LineChart:
    """The line with its axes; ``label`` says in words what is drawn."""

    line: str
    area: str
    spots: tuple[Spot, ...]
    levels: tuple[Tick, ...]
    periods: tuple[Tick, ...]
    label: str


def line_chart(points: Sequence[Point], *, label: str) -> LineChart:
    """The line through at least ``LEAST`` points, in their order and evenly apart."""
    levels = ticks([point.value for point in points], whole=False)
    low, high = levels[-1], levels[0]
    step = WIDTH / (len(points) - 1)
    at = [(i * step, HEIGHT * (high - p.value) / (high - low)) for i, p in enumerate(points)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
    named = sorted({round(i * (len(points) - 1) / (PERIODS - 1)) for i in range(PERIODS)})
    return LineChart(
        line=line,
        area=f"0,{HEIGHT} {line} {WIDTH},{HEIGHT}",
        spots=tuple(
            Spot(x=f"{x:.1f}", y=f"{y:.1f}", tip=point.tip, here=point.here)
            for (x, y), point in zip(at, points, strict=True)
        ),
        levels=tuple(
            Tick(at=f"{HEIGHT * (high - tick) / (high - low):.1f}", text=f"{tick:,}")
            for tick in levels
        ),
        periods=tuple(Tick(at=f"{i * step:.1f}", text=points[i].period) for i in named),
        label=label,
    )
