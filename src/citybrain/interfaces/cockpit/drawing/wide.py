"""The river from left to right, as on the wall and the desk: a picture of 1868 by 566."""

from citybrain.base.wording import counted
from citybrain.engines.indicators.service import Pool, River, Spring, User
from citybrain.interfaces.cockpit.drawing.shapes import (
    Band,
    Mark,
    Picture,
    across,
    beside,
    f,
    room_before,
    shares,
    stacked,
)
from citybrain.interfaces.cockpit.figures import amount, breadth, clip, folded

TOP, BOTTOM, BOXES, HEIGHT = 48.0, 566.0, 546.0, 578.0
GATE_TOP, GATE = 140.0, 300.0
SPRINGS, USERS = 12, 8
LEFT, ODS, DWD, LIBRARY, THEME, USER = 272.0, 560.0, 800.0, 1040.0, 1380.0, 1640.0
GATE_WIDTH, LIBRARY_WIDTH, THEME_WIDTH = 16.0, 182.0, 150.0
LEAST_BOX = 56.0
TWO_LINES = 80.0  # from this height on a box has room for a title of two
ROOM, ROOM_RIGHT, ROOM_BOX = 242.0, 212.0, 1 / 19.0  # beside the river: a title and its number
DELIVERED = 570.0  # where looks at tables as they were delivered leave from
TONES = {"damaged": "bad", "failed": "bad", "late": "warn", "arrived": "ok", "waiting": "idle"}
_KINDS = {"bad": "bad", "warn": "w", "ok": "b", "idle": "b"}


def wide(river: River, *, english: bool) -> Picture:
    """Everything of the picture but the texts that do not change."""
    springs = _rest(river.springs, english=english)
    springs_drawn, left, left_flows = _left(springs, english=english)
    boxes, tops = _boxes(river.libraries, english=english)
    middle, middle_flows = _middle(river, boxes, tops)
    themes = _themes(river, english=english)
    users, right, right_flows = _right(river, boxes, tops, themes, english=english)
    return Picture(
        bands=(*left, *middle, *right),
        springs=springs_drawn,
        libraries=boxes,
        themes=themes,
        users=users,
        lines=_reads(river, boxes, themes),
        flows=";".join((*left_flows, *middle_flows, *right_flows)),
        gate=GATE,
        height=HEIGHT,
        standard=river.standard is not None,
        has_users=bool(users),
    )


def _rest(springs: tuple[Spring, ...], *, english: bool) -> list[tuple[str, int, str, str]]:
    """Title, rows, tone and note of each; those beyond the eleventh as one."""
    rows = [
        (
            s.title.en if english else s.title.zh,
            s.rows,
            TONES.get(s.state, "idle"),
            (s.note.en if english else s.note.zh) if TONES.get(s.state) != "ok" else "",
        )
        for s in springs
    ]
    if len(rows) <= SPRINGS:
        return rows
    kept, others = rows[: SPRINGS - 1], rows[SPRINGS - 1 :]
    title = counted(len(others), "other") if english else f"其余 {len(others)} 个部门"
    worst = min((row[2] for row in others), key=("bad", "warn", "ok", "idle").index)
    return [*kept, (title, sum(row[1] for row in others), worst, "")]


def _left(
    springs: list[tuple[str, int, str, str]], *, english: bool
) -> tuple[tuple[Mark, ...], list[Band], list[str]]:
    if not springs:
        return (), [], []
    slots = shares([row[1] + 0.0 for row in springs], BOTTOM - TOP, least=29.0)
    tops = stacked(slots, TOP)
    total = sum(row[1] for row in springs) or 1
    narrow = (
        min(
            (slot - 9) / (GATE * row[1] / total)
            for slot, row in zip(slots, springs, strict=True)
            if row[1]
        )
        if any(row[1] for row in springs)
        else 1.0
    )
    narrow = min(narrow, 1.0)
    at_gate = shares([float(row[1]) for row in springs], GATE, least=2.0)
    gates = stacked(at_gate, GATE_TOP)
    marks, bands, flows = [], [], []
    for (title, rows, tone, note), slot, top, width, gate in zip(
        springs, slots, tops, at_gate, gates, strict=True
    ):
        middle = top + slot / 2
        height = max(GATE * rows / total * narrow, 2.0)
        value = amount(rows, english=english)
        first, more = beside(title, ROOM, value, slot if not note else 0.0)
        marks.append(
            Mark(
                x=f(LEFT - 6),
                y=f(middle - height / 2),
                width="6",
                height=f(height),
                middle=f(middle),
                title=clip(first, room_before(value, ROOM) - breadth(note)) if note else first,
                more=more,
                value=value,
                note=note,
                tone=tone,
            )
        )
        path = across(LEFT, middle - height / 2, height, ODS, gate, width)
        kind = _KINDS[tone]
        bands.append(Band(path=path, kind=kind))
        flows.append(_flow(LEFT, middle, ODS, gate + width / 2, width, kind))
    return tuple(marks), bands, flows


def _boxes(
    pools: tuple[Pool, ...], *, english: bool
) -> tuple[tuple[Mark, ...], list[tuple[float, float]]]:
    """The libraries as boxes, taller for more rows, and top and height of each."""
    if not pools:
        return (), []
    gap = 14.0
    room = BOXES - TOP - gap * (len(pools) - 1)
    heights = shares([float(pool.rows or 0) for pool in pools], room, least=LEAST_BOX)
    heights = [min(height, 150.0) for height in heights]
    spare = (room - sum(heights)) / max(len(pools) - 1, 1) if len(pools) > 1 else 0.0
    tops = stacked(heights, TOP, gap=gap + spare)
    marks = []
    for pool, top, height in zip(pools, tops, heights, strict=True):
        marks.append(_box(pool, LIBRARY, top, LIBRARY_WIDTH, height, english=english))
    return tuple(marks), list(zip(tops, heights, strict=True))


def _box(pool: Pool, x: float, top: float, width: float, height: float, *, english: bool) -> Mark:
    unit = pool.unit.en if english else pool.unit.zh
    unbuilt = "not built yet" if english else "还没有构建"
    title, room = pool.title.en if english else pool.title.zh, (width - 24) * ROOM_BOX
    first, more = folded(title, room) if height >= TWO_LINES else (clip(title, room), "")
    return Mark(
        x=f(x),
        y=f(top),
        width=f(width),
        height=f(height),
        middle=f(top + height / 2),
        title=first,
        more=more,
        value=f"{amount(pool.rows, english=english)} {unit}" if pool.rows is not None else unbuilt,
        tone="ok" if pool.rows is not None else "idle",
    )


def _middle(
    river: River, boxes: tuple[Mark, ...], tops: list[tuple[float, float]]
) -> tuple[list[Band], list[str]]:
    """From the gate of what came to the standard layer, and from there to the libraries."""
    bands, flows = [], []
    if river.read and river.standard is not None:
        path = across(ODS + GATE_WIDTH, GATE_TOP, GATE, DWD, GATE_TOP, GATE)
        bands.append(Band(path=path, kind="m"))
        middle = GATE_TOP + GATE / 2
        flows.append(_flow(ODS + GATE_WIDTH, middle, DWD, middle, GATE, "b"))
    built = [i for i, pool in enumerate(river.libraries) if pool.rows]
    if river.standard is None or not built:
        return bands, flows
    widths = shares([float(river.libraries[i].rows or 0) for i in built], GATE, least=4.0)
    for i, width, gate in zip(built, widths, stacked(widths, GATE_TOP), strict=True):
        top, height = tops[i]
        end = min(width, height)
        start = top + (height - end) / 2
        path = across(DWD + GATE_WIDTH, gate, width, LIBRARY, start, end)
        bands.append(Band(path=path, kind="b"))
        middle = start + end / 2
        flows.append(_flow(DWD + GATE_WIDTH, gate + width / 2, LIBRARY, middle, end, "b"))
    return bands, flows


def _themes(river: River, *, english: bool) -> tuple[Mark, ...]:
    if not river.themes:
        return ()
    height = 84.0
    step = (BOTTOM - TOP) / len(river.themes)
    return tuple(
        _box(
            pool,
            THEME,
            TOP + step * i + (step - height) / 2,
            THEME_WIDTH,
            height,
            english=english,
        )
        for i, pool in enumerate(river.themes)
    )


def _reads(river: River, boxes: tuple[Mark, ...], themes: tuple[Mark, ...]) -> tuple[str, ...]:
    """Thin lines from each library to the themes that are made of it; of no width."""
    places = {pool.table: box for pool, box in zip(river.libraries, boxes, strict=True)}
    found = []
    for pool, theme in zip(river.themes, themes, strict=True):
        for table in pool.reads:
            if table in places:
                x1, y1 = LIBRARY + LIBRARY_WIDTH, float(places[table].middle)
                y2 = float(theme.middle)
                m = (x1 + THEME) / 2
                found.append(f"M{f(x1)} {f(y1)}C{f(m)} {f(y1)} {f(m)} {f(y2)} {f(THEME)} {f(y2)}")
    return tuple(found)


def _users(river: River, *, english: bool) -> list[tuple[str, int, tuple[tuple[str, int], ...]]]:
    rows = [(_title(u, english=english), u.looks, u.of) for u in river.users]
    if len(rows) <= USERS:
        return rows
    kept, others = rows[: USERS - 1], rows[USERS - 1 :]
    title = counted(len(others), "other") if english else f"其余 {len(others)} 家"
    merged: dict[str, int] = {}
    for row in others:
        for table, count in row[2]:
            merged[table] = merged.get(table, 0) + count
    return [*kept, (title, sum(row[1] for row in others), tuple(sorted(merged.items())))]


def _title(user: User, *, english: bool) -> str:
    return user.title.en if english else user.title.zh


def _right(
    river: River,
    boxes: tuple[Mark, ...],
    tops: list[tuple[float, float]],
    themes: tuple[Mark, ...],
    *,
    english: bool,
) -> tuple[tuple[Mark, ...], list[Band], list[str]]:
    """From what was looked at to who looked; looks at tables as delivered leave the gate."""
    rows = _users(river, english=english)
    if not rows:
        return (), [], []
    room = BOTTOM - TOP - 120
    heights = shares([float(row[1]) for row in rows], min(room, 34.0 * len(rows)), least=6.0)
    gap = min(46.0, (BOTTOM - TOP - sum(heights)) / max(len(rows), 1))
    start = TOP + (BOTTOM - TOP - sum(heights) - gap * (len(rows) - 1)) / 2
    places = stacked(heights, start, gap=gap)
    origins = _origins(river, boxes, themes)
    totals: dict[str, float] = {}
    for (_title, looks, of), height in zip(rows, heights, strict=True):
        for table, count in of:
            totals[table] = totals.get(table, 0.0) + max(height * count / looks, 2.0)
    leaves: dict[str, float] = {}
    marks, bands, flows = [], [], []
    for (title, looks, of), height, top in zip(rows, heights, places, strict=True):
        value = amount(looks, english=english)
        first, more = beside(title, ROOM_RIGHT, value, height + gap)
        marks.append(
            Mark(
                x=f(USER),
                y=f(top),
                width="6",
                height=f(height),
                middle=f(top + height / 2),
                title=first,
                more=more,
                value=value,
            )
        )
        at = top
        for table, count in of:
            width = max(height * count / looks, 2.0)
            x, y = origins.get(table, origins[""])
            above = min(y - totals[table] / 2, HEIGHT - totals[table])  # whole within the picture
            leaves[table] = leaves.get(table, above) + width
            start = leaves[table] - width
            below = y == DELIVERED and themes  # past the themes, not across them
            bend = THEME + THEME_WIDTH if below else x
            path = across(x, start, width, USER, at, width, bend=bend)
            bands.append(Band(path=path, kind="a"))
            if below:
                flows.append(_flow(x, start + width / 2, bend, start + width / 2, width, "a"))
            flows.append(_flow(bend, start + width / 2, USER, at + width / 2, width, "a"))
            at += width
    return tuple(marks), bands, flows


def _origins(
    river: River, boxes: tuple[Mark, ...], themes: tuple[Mark, ...]
) -> dict[str, tuple[float, float]]:
    """Where a look at each table leaves from; as delivered: below the libraries."""
    found = {"": (LIBRARY + LIBRARY_WIDTH, DELIVERED)}
    for pool, box in zip(river.libraries, boxes, strict=True):
        found[pool.table] = (LIBRARY + LIBRARY_WIDTH, float(box.middle))
    for pool, box in zip(river.themes, themes, strict=True):
        found[pool.table] = (THEME + THEME_WIDTH, float(box.middle))
    return found


def _flow(x1: float, y1: float, x2: float, y2: float, width: float, kind: str) -> str:
    return f"{x1:.0f},{f(y1)},{x2:.0f},{f(y2)},{f(width)},{kind}"
