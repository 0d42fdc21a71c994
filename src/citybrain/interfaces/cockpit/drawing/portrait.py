"""The river from top to bottom, as on a phone: a picture of 350 by 470, taller in English."""

from citybrain.engines.indicators.service import River
from citybrain.interfaces.cockpit.drawing.shapes import (
    Band,
    Mark,
    Picture,
    down,
    f,
    shares,
    stacked,
)
from citybrain.interfaces.cockpit.drawing.wide import TONES
from citybrain.interfaces.cockpit.figures import amount, clip

WIDTH, GATE_LEFT, GATE = 350.0, 25.0, 300.0
SPRINGS_AT, ODS, DWD, LIBRARIES = 34.0, 130.0, 214.0, 330.0
BAR, BOX = 32.0, 44.0
TURNED = 132.0  # a box in which an English word stands upright: it is wider than the box
NAMED = 4  # springs wide enough to carry their name
_KINDS = {"bad": "bad", "warn": "w", "ok": "b", "idle": "b"}


def portrait(river: River, *, english: bool) -> Picture:
    """Springs above, the two layers, libraries and themes below; the rest is in the table."""
    springs, bands = _springs(river, english=english)
    libraries, more = _libraries(river, english=english)
    themes = _themes(river, english=english)
    if river.read and river.standard is not None:
        path = down(GATE_LEFT, GATE, ODS + BAR, GATE_LEFT, GATE, DWD)
        bands = [*bands, Band(path=path, kind="m")]
    return Picture(
        bands=(*bands, *more),
        springs=springs,
        libraries=libraries,
        themes=themes,
        users=(),
        lines=_lines(river, libraries, themes),
        flows="",
        gate=GATE,
        height=_themes_at(english=english) + BOX + 6,
        standard=river.standard is not None,
        has_users=False,
    )


def _springs(river: River, *, english: bool) -> tuple[tuple[Mark, ...], list[Band]]:
    if not river.springs:
        return (), []
    gap = 4.0
    rows = [float(spring.rows) for spring in river.springs]
    widths = shares(rows, WIDTH - gap * (len(rows) - 1), least=3.0)
    lefts = stacked(widths, 0.0, gap=gap)
    below = shares(rows, GATE, least=1.5)
    gates = stacked(below, GATE_LEFT)
    marks, bands = [], []
    for i, (spring, left, width, gate, end) in enumerate(
        zip(river.springs, lefts, widths, gates, below, strict=True)
    ):
        tone = TONES.get(spring.state, "idle")
        bands.append(Band(path=down(left, width, SPRINGS_AT, gate, end, ODS), kind=_KINDS[tone]))
        title = spring.title.en if english else spring.title.zh
        fits = width >= 48.0 and i < NAMED
        marks.append(
            Mark(
                x=f(left),
                y=f(SPRINGS_AT - 6),
                width=f(width),
                height="6",
                middle=f(left + width / 2),
                title=clip(title, width / (14.0 if english else 12.5)) if fits else "",
                value=amount(spring.rows, english=english) if fits else "",
                tone=tone,
            )
        )
    return tuple(marks), bands


def _libraries(river: River, *, english: bool) -> tuple[tuple[Mark, ...], list[Band]]:
    pools = river.libraries
    if not pools:
        return (), []
    gap = 5.0
    widths = shares([float(p.rows or 0) for p in pools], WIDTH - gap * (len(pools) - 1), least=42.0)
    lefts = stacked(widths, 0.0, gap=gap)
    built = [i for i, pool in enumerate(pools) if pool.rows]
    shared = shares([float(pools[i].rows or 0) for i in built], GATE, least=3.0)
    bands = [
        Band(path=down(gate, width, DWD + BAR, lefts[i], widths[i], LIBRARIES), kind="b")
        for i, width, gate in zip(built, shared, stacked(shared, GATE_LEFT), strict=True)
        if river.standard is not None
    ]
    marks = [
        Mark(
            x=f(left),
            y=f(LIBRARIES),
            width=f(width),
            height=f(TURNED if english else BOX),
            middle=f(left + width / 2),
            title=clip(pool.title.en, 7.0) if english else pool.title.zh[:2],
            turned=english,
            value=amount(pool.rows, english=english) if pool.rows is not None else "—",
            tone="ok" if pool.rows is not None else "idle",
        )
        for pool, left, width in zip(pools, lefts, widths, strict=True)
    ]
    return tuple(marks), bands


def _themes_at(*, english: bool) -> float:
    return LIBRARIES + (TURNED if english else BOX) + 46


def _themes(river: River, *, english: bool) -> tuple[Mark, ...]:
    gap, count = 10.0, len(river.themes)
    width = (GATE - gap * (count - 1)) / count if count else 0.0
    return tuple(
        Mark(
            x=f(left),
            y=f(_themes_at(english=english)),
            width=f(width),
            height=f(BOX),
            middle=f(left + width / 2),
            title=clip(pool.title.en if english else pool.title.zh, width / 14.5),
            value=amount(pool.rows, english=english) if pool.rows is not None else "—",
            tone="ok" if pool.rows is not None else "idle",
        )
        for pool, left in zip(
            river.themes, stacked([width] * count, GATE_LEFT, gap=gap), strict=True
        )
    )


def _lines(river: River, boxes: tuple[Mark, ...], themes: tuple[Mark, ...]) -> tuple[str, ...]:
    """Thin lines from each library to the themes that are made of it; of no width."""
    places = {pool.table: box.middle for pool, box in zip(river.libraries, boxes, strict=True)}
    top = LIBRARIES + float(boxes[0].height) if boxes else 0.0
    return tuple(
        f"M{places[table]} {f(top)}C{places[table]} {f(top + 23)} {box.middle} {f(top + 23)} "
        f"{box.middle} {box.y}"
        for pool, box in zip(river.themes, themes, strict=True)
        for table in pool.reads
        if table in places
    )
