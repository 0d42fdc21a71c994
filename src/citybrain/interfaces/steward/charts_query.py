"""Two columns of an answer as bars, or over time as a line: an SVG, drawn without a script."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import ngettext

from citybrain.engines.libraries.service import Answer, ResultColumn
from citybrain.interfaces.steward.charts_line import LineChart, Point, line_chart

MOST_BARS = 24
LEAST_PERIODS = 3  # from which a line tells more than bars
_PERIOD = re.compile(
    r"(18|19|20)\d\d(-?(0[1-9]|1[0-2])(-?(0[1-9]|[12]\d|3[01]))?)?([ T]\d\d:\d\d.*)?"
)
WIDTH, LABEL, ROW = 720, 168, 30


@dataclass(frozen=True, kw_only=True)
class AnswerBar:
    """One bar: a label, its value as text, and its geometry."""

    label: str
    value: str
    y: int
    x: str
    width: str
    text_x: str


@dataclass(frozen=True, kw_only=True)
class AnswerChart:
    """One number column by another column; ``left_out`` rows are not drawn.

    Where the other column holds periods in their order, ``line`` is drawn and there are no bars.
    """

    by: str
    of: str
    line: LineChart | None
    bars: tuple[AnswerBar, ...]
    width: int
    height: int
    zero: str
    left_out: int


def chartable(answer: Answer) -> tuple[tuple[ResultColumn, ...], tuple[ResultColumn, ...]]:
    """The columns that may label bars, and those that may be drawn as them."""
    drawn = tuple(one for one in answer.columns if one.number and not one.masked)
    return (answer.columns, drawn) if drawn else ((), ())


def answer_chart(answer: Answer, *, by: str = "", of: str = "") -> AnswerChart | None:
    """The chart of two columns by name; the first fitting ones for names that are not there.

    None when no column is a number or there is nothing to draw.
    """
    labels, numbers = chartable(answer)
    if not numbers or not answer.rows:
        return None
    names = [one.name for one in answer.columns]
    of = of if of in {one.name for one in numbers} else numbers[0].name
    first = next((one.name for one in labels if not one.number), labels[0].name)
    by = by if by in names else first
    said = [(row[names.index(by)], row[names.index(of)]) for row in answer.rows]
    line = _line(said, by, of)
    shown = [] if line else [(name or "—", float(n or 0), n) for name, n in said[:MOST_BARS]]
    return AnswerChart(
        by=by,
        of=of,
        line=line,
        bars=_bars(shown),
        width=WIDTH,
        height=ROW * len(shown) + 8,
        zero=f"{_zero(shown):.1f}",
        left_out=0 if line else max(0, len(said) - MOST_BARS),
    )


def _line(said: Sequence[tuple[str | None, str | None]], by: str, of: str) -> LineChart | None:
    """The line where the rows are periods, each once and in their order; newest first is turned."""
    periods = [name or "" for name, _n in said]
    turned = periods == sorted(periods, reverse=True)
    if len(set(periods)) < len(periods) or not (turned or periods == sorted(periods)):
        return None
    points = [
        Point(period=name, value=float(n), tip=f"{name} {n}")
        for name, n in (reversed(said) if turned else said)
        if n is not None and _PERIOD.fullmatch(name or "") and name
    ]
    if len(points) < max(LEAST_PERIODS, sum(n is not None for _name, n in said)):
        return None
    told = ngettext(
        "按 %(by)s 的 %(of)s，%(n)s 个点，数值同上表",
        "按 %(by)s 的 %(of)s，%(n)s 个点，数值同上表",
        len(points),
    )
    return line_chart(points, label=told % {"by": by, "of": of, "n": len(points)})


_Shown = Sequence[tuple[str, float, str | None]]


def _span(shown: _Shown) -> tuple[float, float]:
    low = min((value for _label, value, _text in shown), default=0.0)
    high = max((value for _label, value, _text in shown), default=0.0)
    low, high = min(low, 0.0), max(high, 0.0)
    return low, high if high > low else low + 1


def _zero(shown: _Shown) -> float:
    low, high = _span(shown)
    return LABEL + (0 - low) / (high - low) * (WIDTH - LABEL - 110)


def _bars(shown: _Shown) -> tuple[AnswerBar, ...]:
    low, high = _span(shown)
    unit, zero = (WIDTH - LABEL - 110) / (high - low), _zero(shown)
    found = []
    for place, (label, value, text) in enumerate(shown):
        left = zero if value >= 0 else zero + value * unit
        wide = max(abs(value) * unit, 1.0)
        found.append(
            AnswerBar(
                label=label if len(label) < 14 else f"{label[:12]}…",
                value=text or "—",
                y=4 + place * ROW,
                x=f"{left:.1f}",
                width=f"{wide:.1f}",
                text_x=f"{left + wide + 6:.1f}",
            )
        )
    return tuple(found)
