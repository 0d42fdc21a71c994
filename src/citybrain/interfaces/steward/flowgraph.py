"""Lineage as the geometry of an SVG: tables in columns from left to right, curves between."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from citybrain.engines.libraries.service import LineageTable, LineageView
from citybrain.interfaces.kit.templatetags.kit import say

BOX, GAP, ROW, HEAD = 196, 62, 24, 46
NEAR, FEW = 38, 4  # the gap of more columns than so many, so that five fit a desk's width
SPACE, TOP = 14, 40
MOST_BOXES = 14  # of one column; the list tells the rest


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A column's row in its table's box."""

    name: str
    title: str
    x: int
    y: int
    text_y: int
    side: str
    table: str


@dataclass(frozen=True, kw_only=True)
class Box:
    """A table."""

    table: str
    label: str
    title: str
    x: int
    y: int
    height: int
    side: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A curve between two rows; ``kind`` says how it is drawn."""

    path: str
    kind: str
    side: str


@dataclass(frozen=True, kw_only=True)
class FlowGraph:
    """The picture; ``heads`` are x and word of each column."""

    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    heads: tuple[tuple[int, str], ...]
    width: int
    height: int
    left_out: int


def flowgraph(view: LineageView) -> FlowGraph | None:
    """The picture; None when nothing comes before or after."""
    if not view.steps:
        return None
    ranks: dict[int, list[LineageTable]] = {}
    for table in view.tables:
        ranks.setdefault(table.rank, []).append(table)
    shown = {rank: _first(tables) for rank, tables in sorted(ranks.items())}
    tallest = max(sum(_height(t) + SPACE for t in tables) for tables in shown.values())
    pitch = BOX + (GAP if len(shown) <= FEW else NEAR)
    boxes: list[Box] = []
    for place, tables in enumerate(shown.values()):
        y = TOP + (tallest - sum(_height(t) + SPACE for t in tables)) // 2
        for table in tables:
            boxes.append(_box(table, 4 + place * pitch, y))
            y += _height(table) + SPACE
    return FlowGraph(
        boxes=tuple(boxes),
        edges=tuple(_edges(view, boxes)),
        heads=tuple(
            (4 + place * pitch, _layers(tables)) for place, tables in enumerate(shown.values())
        ),
        width=(len(shown) - 1) * pitch + BOX + 8,
        height=TOP + tallest,
        left_out=sum(len(tables) - len(shown[rank]) for rank, tables in ranks.items()),
    )


def _first(tables: Sequence[LineageTable]) -> list[LineageTable]:
    """Those that are drawn, the one that was asked for among them."""
    ordered = sorted(tables, key=lambda one: (one.side != "me", one.table))
    return sorted(ordered[:MOST_BOXES], key=lambda one: one.table)


def _height(table: LineageTable) -> int:
    return HEAD + ROW * len(table.columns) + (6 if table.columns else 0)


def _layers(tables: Sequence[LineageTable]) -> str:
    words = {
        "ods": gettext("贴源 ods"),
        "dwd": gettext("标准层 dwd"),
        "lib": gettext("基础库 lib"),
        "theme": gettext("主题 theme"),
        "ads": gettext("应用 ads"),
        "indicator": gettext("指标"),
    }
    return " · ".join(dict.fromkeys(words.get(one.layer, one.layer) for one in tables))


def _box(table: LineageTable, x: int, y: int) -> Box:
    label = table.table.partition(".")[2] if table.layer in ("ods", "indicator") else table.table
    return Box(
        table=table.table,
        label=_cut(label, 25),
        title=_cut(say(table.title), 13),
        x=x,
        y=y,
        height=_height(table),
        side=table.side,
        cells=tuple(
            Cell(
                name=_cut(column.name, 24),
                title=say(column.title),
                x=x,
                y=y + HEAD + n * ROW,
                text_y=y + HEAD + n * ROW + 16,
                side=column.side,
                table=f"{table.table}/{column.name}",
            )
            for n, column in enumerate(table.columns)
        ),
    )


def _edges(view: LineageView, boxes: Sequence[Box]) -> list[Edge]:
    at = {box.table: box for box in boxes}
    spots = {cell.table: cell for box in boxes for cell in box.cells}
    found: dict[str, Edge] = {}
    for step in view.steps:
        if step.source not in at or step.target not in at:
            continue
        start = _y(spots, at, step.source, step.source_column)
        end = _y(spots, at, step.target, step.target_column)
        left, right = at[step.source].x + BOX, at[step.target].x
        bend = max((right - left) // 2, 24)
        path = f"M{left} {start} C{left + bend} {start} {right - bend} {end} {right} {end}"
        found.setdefault(path, Edge(path=path, kind=step.kind, side=step.side))
    return list(found.values())


def _y(spots: dict[str, Cell], at: dict[str, Box], table: str, column: str) -> int:
    cell = spots.get(f"{table}/{column}")
    return cell.y + ROW // 2 if cell else at[table].y + HEAD // 2


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
