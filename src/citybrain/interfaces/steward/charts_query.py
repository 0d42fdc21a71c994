"""Two columns of an answer as bars: the geometry of an SVG, drawn without a script."""

from collections.abc import Sequence
from dataclasses import dataclass

from citybrain.engines.libraries.service import Answer, ResultColumn

MOST_BARS = 24
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
    """Bars of one number column by another column; ``left_out`` rows are not drawn."""

    by: str
    of: str
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
    shown = [
        (row[names.index(by)] or "—", float(row[names.index(of)] or 0), row[names.index(of)])
        for row in answer.rows[:MOST_BARS]
    ]
    return AnswerChart(
        by=by,
        of=of,
        bars=_bars(shown),
        width=WIDTH,
        height=ROW * len(shown) + 8,
        zero=f"{_zero(shown):.1f}",
        left_out=max(0, len(answer.rows) - MOST_BARS),
    )


_Shown = Sequence[tuple[str, float, str | None]]


def _span(shown: _Shown) -> tuple[float, float]:
    low = min(0.0, *(value for _label, value, _text in shown), 0.0)
    high = max(0.0, *(value for _label, value, _text in shown), 0.0)
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
