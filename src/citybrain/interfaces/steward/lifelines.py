"""A life by department as the geometry of an SVG: a lane each, stretches and days on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from citybrain.engines.libraries.service import LifeEvent, RecordView
from citybrain.interfaces.kit.templatetags.kit import say

LEFT, RIGHT, LANE, TOP = 128, 1104, 30, 42
MOST_LANES = 16
CHARACTER = 12.5  # pixels of a Chinese character at the size of the labels
_WIDE = "\u2e80"


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A time between two days; the label is empty where nothing is free for it."""

    x: str
    width: str
    y: int
    label: str
    label_x: str
    tip: str


@dataclass(frozen=True, kw_only=True)
class Dot:
    """One day; ``recent`` ones are drawn as changes of today."""

    x: str
    y: int
    label: str
    label_x: str
    anchor: str
    tip: str


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One department's line."""

    title: str
    y: int
    text_y: int
    odd: bool
    stretches: tuple[Stretch, ...]
    dots: tuple[Dot, ...]


@dataclass(frozen=True, kw_only=True)
class Lifeline:
    """The whole picture; ``years`` are x, year and age (empty while the birth is not shown).

    ``end`` is where the lanes end; the ages stand below it.
    """

    lanes: tuple[Lane, ...]
    years: tuple[tuple[str, int, str], ...]
    born: date | None
    born_x: str
    now_x: str
    width: int
    height: int
    end: int
    left_out: int


def lifeline(view: RecordView) -> Lifeline | None:
    """The picture of a record's events; None when nobody tells a day."""
    events = [one for one in view.events if one.at <= view.now.date()]
    if not events:
        return None
    first = min([one.at for one in events] + ([view.born] if view.born else []))
    scale = Scale(first.year, view.now.date())
    by_department: dict[str, list[LifeEvent]] = {}
    for one in events:
        by_department.setdefault(say(one.department_title), []).append(one)
    lanes = sorted(by_department.items(), key=lambda lane: min(e.at for e in lane[1]))
    end = TOP + LANE * min(len(lanes), MOST_LANES) + 4
    return Lifeline(
        lanes=tuple(
            lane(n, title, told, scale) for n, (title, told) in enumerate(lanes[:MOST_LANES])
        ),
        years=scale.years(view.born),
        born=view.born,
        born_x=f"{scale.x(view.born):.1f}" if view.born else "",
        now_x=f"{scale.x(view.now.date()):.1f}",
        width=RIGHT + 36,
        height=end + (22 if view.born else 0),
        end=end,
        left_out=sum(len(told) for _title, told in lanes[MOST_LANES:]),
    )


@dataclass(frozen=True)
class Scale:
    """Where a day lies, from the first year to today."""

    first: int
    now: date

    @property
    def step(self) -> int:
        """The years between two ticks of the axis."""
        years = self.now.year - self.first + 1
        return next((step for step in (1, 2, 5, 10) if years / step <= 11), 20)

    def years(self, born: date | None) -> tuple[tuple[str, int, str], ...]:
        """The years on the axis, with the age in each where the birth is shown."""
        start = -(-self.first // self.step) * self.step
        return tuple(
            (f"{self.x(date(year, 1, 1)):.1f}", year, str(year - born.year) if born else "")
            for year in range(start, self.now.year + 1, self.step)
        )

    def bounds(self, one: LifeEvent) -> tuple[float, float]:
        """Where a stretch begins and ends, wide enough to be seen."""
        left = self.x(one.at)
        return left, max(self.x(one.until or one.at), left + 6.0)

    def x(self, day: date) -> float:
        """Pixels from the left; what is to come lies on today."""
        start = date(self.first, 1, 1).toordinal()
        end = self.now.toordinal()
        share = (min(day, self.now).toordinal() - start) / max(end - start, 1)
        return LEFT + 12 + share * (RIGHT - LEFT - 24)


def lane(number: int, title: str, told: Sequence[LifeEvent], scale: Scale) -> Lane:
    """The ``number``-th line with what its department tells."""
    y = TOP + number * LANE
    days = [one for one in told if not one.until]
    times = [(one, *scale.bounds(one)) for one in told if one.until]
    marks = [scale.x(one.at) for one in days]
    # What shapes and labels cover already: no label may lie on a dot or another stretch.
    shapes = [(left, right) for _one, left, right in times]
    taken = [(x - 7, x + 7) for x in marks]
    stretches = [_stretch(one, at, y, taken, shapes) for one, *at in times]
    taken += shapes
    dots = [_dot(one, x, y, taken) for one, x in zip(days, marks, strict=True)]
    return Lane(
        title=fitted(title, LEFT - 8),
        y=y,
        text_y=y + 20,
        odd=bool(number % 2),
        stretches=tuple(stretches),
        dots=tuple(dots),
    )


def _name(one: LifeEvent) -> str:
    times = f" ×{one.times}" if one.times > 1 else ""
    return f"{say(one.table_title)}{times}"


def _tip(one: LifeEvent) -> str:
    until = f" – {one.until}" if one.until else ""
    return f"{one.at}{until} {say(one.table_title)} {say(one.title)}"


def _stretch(
    one: LifeEvent, at: Sequence[float], y: int, taken: list[tuple[float, float]],
    shapes: Sequence[tuple[float, float]],
) -> Stretch:  # fmt: skip
    left, right = at
    name = _name(one)
    wide = _wide(name)
    others = [shape for shape in shapes if shape != (left, right)]
    inside = [left + 6, right - 6 - wide] if wide + 10 < right - left else []
    free = (
        x for x in (*inside, right + 6)
        if x + wide < RIGHT and _free(x - 2, x + wide + 2, [*taken, *others])
    )  # fmt: skip
    label_x = next(free, None)
    if label_x is not None:
        taken.append((label_x - 2, label_x + wide + 2))
    return Stretch(
        x=f"{left:.1f}",
        width=f"{right - left:.1f}",
        y=y + 6,
        label=name if label_x is not None else "",
        label_x=f"{label_x or 0:.1f}",
        tip=_tip(one),
    )


def _dot(one: LifeEvent, x: float, y: int, taken: list[tuple[float, float]]) -> Dot:
    name = _name(one)
    wide = _wide(name)
    label, label_x, anchor = "", x + 11, "start"
    if x + 11 + wide < RIGHT and _free(x + 9, x + 13 + wide, taken):
        label = name
        taken.append((x + 9, x + 13 + wide))
    elif x - 11 - wide > LEFT and _free(x - 13 - wide, x - 9, taken):
        label, label_x, anchor = name, x - 11, "end"
        taken.append((x - 13 - wide, x - 9))
    return Dot(
        x=f"{x:.1f}", y=y + 15, label=label, label_x=f"{label_x:.1f}", anchor=anchor, tip=_tip(one)
    )


def _free(left: float, right: float, taken: Sequence[tuple[float, float]]) -> bool:
    return all(right <= start or left >= end for start, end in taken)


def fitted(text: str, room: float) -> str:
    """As much of a text as has room, by the width that its characters take here."""
    if _wide(text) < room:
        return text
    while text and _wide(text) + CHARACTER >= room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _wide(text: str) -> float:
    return sum(CHARACTER if one >= _WIDE else CHARACTER * 0.58 for one in text)
