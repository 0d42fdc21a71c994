"""Bars, small lines and the trend of scores, as SVG without style or script."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from citybrain.base.clock import CITY_ZONE
from citybrain.engines.libraries.service import TrendPoint
from citybrain.interfaces.kit.figures import NONE

register = template.Library()
GRADES = {"good": ("ok", ""), "fair": ("warn", "▲ "), "poor": ("bad", "◆ "), "none": ("dim", "")}
_WIDTH, _HEIGHT = 380, 150


@register.filter
def score(value: float | None) -> str:
    """A score with one digit; what is not quite 100 never reads as 100."""
    if value is None:
        return NONE
    return "100" if value >= 100 else f"{min(round(value, 1), 99.9):.1f}"


@register.filter
def signed(value: float | None) -> str:
    """A change with its direction as a shape."""
    if value is None or value == 0:
        return "" if value is None else "– 0.0"
    return f"{'▲' if value > 0 else '▼'} {abs(value):.1f}"


@register.filter
def grade_class(grade: str) -> str:
    """The colour class of a grade."""
    return GRADES.get(grade, GRADES["none"])[0]


@register.simple_tag
def graded(value: float | None, grade: str) -> SafeString:
    """A score with the colour and shape of its grade, and a bar below."""
    kind, shape = GRADES.get(grade, GRADES["none"])
    return format_html(
        '<span class="num q {}">{}{}</span>{}', kind, shape, score(value), _bar(value, kind)
    )


@register.simple_tag
def bar(share: float, kind: str = "ok") -> SafeString:
    """A share from 0 to 1 as a bar."""
    return _bar(share * 100, kind)


def _bar(value: float | None, kind: str) -> SafeString:
    width = 0.0 if value is None else max(min(value, 100.0), 0.0)
    return format_html(
        '<svg class="qb" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="t" width="100" height="6" rx="1"/>'
        '<rect class="{}" width="{}" height="6" rx="1"/></svg>',
        kind,
        f"{width:.1f}",
    )


@register.simple_tag
def trend_line(values: Sequence[float]) -> SafeString:
    """A small line of scores, scaled to its own span; nothing below two points."""
    if len(values) < 2:
        return SafeString("")
    low, high = min(values), max(values)
    span = max(high - low, 1.0)
    step = 102 / (len(values) - 1)
    spots = [(3 + i * step, 23 - 18 * (v - low) / span) for i, v in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    return format_html(
        '<svg class="qs" viewBox="0 0 110 28" aria-hidden="true"><polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="3"/></svg>',
        line,
        f"{spots[-1][0]:.1f}",
        f"{spots[-1][1]:.1f}",
    )


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text on the picture."""

    at: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TrendPicture:
    """The trend of a score: line, area, grid and labels, and the words for who cannot see it."""

    line: str
    area: str
    grid: tuple[Label, ...]
    days: tuple[Label, ...]
    last_x: str
    last_y: str
    last: str
    label: str


@register.filter
def picture(points: Sequence[TrendPoint]) -> TrendPicture | None:
    """The picture of a trend; None below two points."""
    if len(points) < 2:
        return None
    values = [point.value for point in points]
    low, high = _span(values)
    step = _WIDTH / (len(points) - 1)
    spots = [(i * step, _y(v, low, high)) for i, v in enumerate(values)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    return TrendPicture(
        line=line,
        area=f"0,{_HEIGHT} {line} {_WIDTH},{_HEIGHT}",
        grid=tuple(
            Label(at=f"{_y(tick, low, high):.1f}", text=f"{tick:g}") for tick in _ticks(low, high)
        ),
        days=_days(points, step),
        last_x=f"{spots[-1][0]:.1f}",
        last_y=f"{spots[-1][1]:.1f}",
        last=score(values[-1]),
        label=gettext("%(n)s 次测量，由 %(first)s 到 %(last)s；数值见下表")
        % {"n": len(points), "first": score(values[0]), "last": score(values[-1])},
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    """Whole scores below and above all values, at least one apart."""
    low, high = floor(min(values)), ceil(max(values))
    return (low - 1, high) if low == high else (low, high)


def _y(value: float, low: float, high: float) -> float:
    return _HEIGHT * (high - value) / (high - low)


def _ticks(low: float, high: float) -> list[float]:
    step = max(1, ceil((high - low) / 4))
    return [low + i * step for i in range(int((high - low) // step) + 1)]


def _days(points: Sequence[TrendPoint], step: float) -> tuple[Label, ...]:
    times = [timezone.localtime(point.at, CITY_ZONE) for point in points]
    hours = len({time.date() for time in times}) == 1
    places = sorted({round(i * (len(points) - 1) / 3) for i in range(4)})
    return tuple(
        Label(
            at=f"{place * step:.1f}",
            text=f"{times[place]:%H:%M}" if hours else f"{times[place]:%m-%d}",
        )
        for place in places
    )
