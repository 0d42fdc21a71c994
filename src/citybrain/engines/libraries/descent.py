"""Lineage as a page shows it: of one column, or of a whole table, both ways."""

from collections.abc import Iterable, Iterator, Mapping

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, knowledge, wiring
from citybrain.engines.libraries.columntitles import title_of_column
from citybrain.engines.libraries.deciding import deciding
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.flows import INDICATOR, VALUE, Column, Flow
from citybrain.engines.libraries.tracesteps import title_of
from citybrain.engines.libraries.views_lineage import (
    LineageColumn,
    LineageLine,
    LineageStart,
    LineageStep,
    LineageTable,
    LineageView,
)
from citybrain.engines.libraries.wiring import both
from citybrain.lake.indicators.indicator import indicators

KINDS = {
    "direct": both("直接取值", "direct"),
    "fallback": both("备选来源", "fallback"),
    "transform": both("变换", "transformed"),
    "condition": both("用作条件", "condition"),
    "table": both("读取", "reads"),
}
MOST_LINES = 400


def lineage_starts(actor: Actor) -> tuple[LineageStart, ...]:
    """Every model with how many tables it reads and feeds."""
    wiring.require(actor, "work.read", "lake:")
    steps = _table_steps()
    inputs: dict[str, int] = {}
    outputs: dict[str, int] = {}
    for flow in steps:
        inputs[flow.target[0]] = inputs.get(flow.target[0], 0) + 1
        outputs[flow.source[0]] = outputs.get(flow.source[0], 0) + 1
    return tuple(
        LineageStart(
            table=name,
            layer=name.partition(".")[0],
            title=both(model.title or name, model.title_en),
            inputs=inputs.get(name, 0),
            outputs=outputs.get(name, 0),
        )
        for name, model in knowledge.models().items()
    )


def lineage_of(actor: Actor, table: str, column: str = "") -> LineageView:
    """The lineage of a column, or of a whole table; refuses one that nobody knows."""
    wiring.require(actor, "work.read", "lake:")
    known = (VALUE,) if table.startswith(f"{INDICATOR}.") else flows.columns_of(table)
    if not _named(table) or (column and known and column not in known):
        raise Unknown(
            both(
                f"不知道 {table}{'.' + column if column else ''} 的血缘",
                f"The lineage of {table}{'.' + column if column else ''} is not known",
            ),
            why=both("没有这样的表或字段", "there is no such table or column"),
            do=both("请从血缘页的清单中选择", "Choose one from the list on the page “Lineage”"),
            where=table,
        )
    start = (table, column)
    up, down = _both_ways(start)
    sides = {flow.source: "up" for flow in up} | {flow.target: "down" for flow in down}
    sides[start] = "me"
    return LineageView(
        table=table,
        column=column,
        title=title_of_column((table, column)) if column else title_of(table),
        level=_level(table, column),
        columns=tuple(
            LineageColumn(name=n, title=title_of_column((table, n)), side="me") for n in known
        ),
        tables=tuple(_tables([*up, *down], sides)),
        steps=tuple(
            _step(flow, side) for side, found in (("up", up), ("down", down)) for flow in found
        ),
        upstream=tuple(_lines(start, up, up_side=True))[:MOST_LINES],
        downstream=tuple(_lines(start, down, up_side=False))[:MOST_LINES],
        deciding=deciding(table, column),
    )


def _named(table: str) -> bool:
    """Whether there is such a model, delivered table or indicator."""
    layer, _, name = table.partition(".")
    if layer == INDICATOR:
        return name in indicators(wiring.city())
    if layer == "ods":
        return name in wiring.city().contracts
    return table in knowledge.models()


def _both_ways(start: Column) -> tuple[tuple[Flow, ...], tuple[Flow, ...]]:
    made = flows.flows() if start[1] else flows.of_steps(_table_steps())
    return made.upstream(start), made.downstream(start)


def _table_steps() -> list[Flow]:
    """Between whole tables: what each model and each indicator reads."""
    graph = knowledge.analysis().graph
    found = [
        Flow(source=(source, ""), target=(name, ""), kind="table")
        for name, inputs in graph.inputs.items()
        for source in inputs
        if source != name
    ]
    numbers = {
        (column.source[0], target[0])
        for target, steps in flows.flows().backward.items()
        if target[0].startswith(f"{INDICATOR}.")
        for column in steps
    }
    found += [Flow(source=(s, ""), target=(t, ""), kind="table") for s, t in sorted(numbers)]
    return found


def _tables(steps: Iterable[Flow], sides: Mapping[Column, str]) -> Iterator[LineageTable]:
    columns: dict[str, dict[str, str]] = {}
    for (table, column), side in sides.items():
        columns.setdefault(table, {})[column] = side
    ranks = _ranks(steps, columns)
    for table, held in sorted(columns.items(), key=lambda one: (ranks[one[0]], one[0])):
        yield LineageTable(
            table=table,
            layer=table.partition(".")[0],
            title=title_of(table),
            rank=ranks[table],
            side="me" if "me" in held.values() else next(iter(held.values())),
            columns=tuple(
                LineageColumn(name=name, title=title_of_column((table, name)), side=side)
                for name, side in sorted(held.items())
                if name
            ),
        )


def _ranks(steps: Iterable[Flow], tables: Iterable[str]) -> dict[str, int]:
    """How many steps a table is from the sources: the longest way, so that all steps go right."""
    ranks = dict.fromkeys(tables, 0)
    pairs = {(flow.source[0], flow.target[0]) for flow in steps}
    pairs = {(a, b) for a, b in pairs if a != b and a in ranks and b in ranks}
    for _round in range(len(ranks)):
        moved = [(a, b) for a, b in pairs if ranks[b] < ranks[a] + 1]
        if not moved or max(ranks.values()) > len(ranks):
            break
        for a, b in moved:
            ranks[b] = max(ranks[b], ranks[a] + 1)
    return ranks


def _step(flow: Flow, side: str) -> LineageStep:
    return LineageStep(
        source=flow.source[0],
        source_column=flow.source[1],
        target=flow.target[0],
        target_column=flow.target[1],
        kind=flow.kind,
        kind_title=KINDS.get(flow.kind, both(flow.kind)),
        how=flow.how,
        side=side,
    )


def _lines(start: Column, steps: Iterable[Flow], *, up_side: bool) -> Iterator[LineageLine]:
    """The steps as an indented list; a column that was told above is not told again."""
    below: dict[Column, list[Flow]] = {}
    for flow in steps:
        below.setdefault(flow.target if up_side else flow.source, []).append(flow)
    told = {start}

    def walk(at: Column, depth: int) -> Iterator[LineageLine]:
        for flow in below.get(at, ()):
            other = flow.source if up_side else flow.target
            yield LineageLine(
                depth=depth,
                table=other[0],
                column=other[1],
                title=title_of(other[0]),
                kind=flow.kind,
                kind_title=KINDS.get(flow.kind, both(flow.kind)),
            )
            if other not in told:
                told.add(other)
                yield from walk(other, depth + 1)

    yield from walk(start, 1)


def _level(table: str, column: str) -> int:
    held = knowledge.analysis().classes.get(table, {}).get(column)
    return held.level if held else 0
