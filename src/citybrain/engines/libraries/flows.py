"""From which columns a column comes, and what comes of it: models and indicators together.

Nothing of it is typed by hand: the models' lineage is told by their texts, and so is that of
the indicators' queries.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from citybrain.city import City
from citybrain.engines.libraries import knowledge, wiring
from citybrain.lake.indicators.indicator import Indicator, indicators
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.follow import KINDS
from citybrain.lake.models.lineage import Lineage, lineage
from citybrain.lake.statement import tables_of

INDICATOR = "indicator"  # the table of an indicator's value is ``indicator.<name>``
VALUE = "value"
DEEPEST = 12
Column = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One step: ``source`` goes into ``target``, as ``kind`` says (see the lake's lineage)."""

    source: Column
    target: Column
    kind: str
    how: str = ""


@dataclass(frozen=True, kw_only=True)
class Flows:
    """All steps of a city, by where they come from and by where they go."""

    forward: Mapping[Column, tuple[Flow, ...]] = field(default_factory=dict)
    backward: Mapping[Column, tuple[Flow, ...]] = field(default_factory=dict)

    def upstream(self, start: Column) -> tuple[Flow, ...]:
        """Every step that leads to a column, nearest first."""
        return tuple(_walk(start, self.backward, lambda flow: flow.source))

    def downstream(self, start: Column) -> tuple[Flow, ...]:
        """Every step that a column leads to, nearest first."""
        return tuple(_walk(start, self.forward, lambda flow: flow.target))


_kept: dict[int, Flows] = {}


def flows() -> Flows:
    """The steps of the applied city; worked out once for an analysis."""
    known = knowledge.analysis()
    if id(known) not in _kept:
        _kept.clear()
        _kept[id(known)] = _made(wiring.city(), known)
    return _kept[id(known)]


def of_steps(steps: Iterable[Flow]) -> Flows:
    """The same of any steps."""
    forward: dict[Column, list[Flow]] = {}
    backward: dict[Column, list[Flow]] = {}
    for flow in steps:
        forward.setdefault(flow.source, []).append(flow)
        backward.setdefault(flow.target, []).append(flow)
    return Flows(
        forward={key: tuple(held) for key, held in forward.items()},
        backward={key: tuple(held) for key, held in backward.items()},
    )


def columns_of(table: str) -> tuple[str, ...]:
    """The columns of a lake table, of a model or of a contract."""
    return tuple(knowledge.analysis().columns.get(table, ()))


def _made(city: City, known: Analysis) -> Flows:
    told = dict(known.lineage)
    for one in indicators(city).values():
        if one.sql:
            told[f"{INDICATOR}.{one.name}"] = _of_indicator(one, known)
    steps = [flow for table, found in told.items() for flow in _steps(table, found)]
    return of_steps(_strongest([*steps, *_natives(known)]))


def _strongest(steps: Iterable[Flow]) -> list[Flow]:
    """One step between two columns: a value that also decides is a value first."""
    best: dict[tuple[Column, Column], Flow] = {}
    for flow in steps:
        held = best.get((flow.source, flow.target))
        if held is None or KINDS.index(flow.kind) < KINDS.index(held.kind):
            best[flow.source, flow.target] = flow
    return list(best.values())


def _of_indicator(one: Indicator, known: Analysis) -> Lineage:
    tables = {name: tuple(known.columns.get(name, ())) for name in tables_of(one.sql)}
    told, wanted = lineage(one.sql, tables), {"series", VALUE} if one.series else {VALUE}
    return replace(told, columns={n: s for n, s in told.columns.items() if n in wanted})


def _steps(table: str, found: Lineage) -> Iterator[Flow]:
    """Of each column its sources.

    What decides which rows there are goes into the columns that are made of nothing else,
    such as a count.
    """
    for name, sources in found.columns.items():
        for source in sources:
            yield Flow(
                source=(source.table, source.column), target=(table, name), kind=source.kind,
                how=source.how,
            )  # fmt: skip
        direct = {(source.table, source.column) for source in sources}
        for condition in found.conditions:
            if (condition.table, condition.column) not in direct and _counts(sources):
                yield Flow(
                    source=(condition.table, condition.column), target=(table, name),
                    kind="condition", how=condition.how,
                )  # fmt: skip


def _counts(sources: Iterable[object]) -> bool:
    return all(getattr(source, "kind", "") == "condition" for source in sources)


def _natives(known: Analysis) -> Iterator[Flow]:
    """A native step's output comes of all columns of the same name, and of its inputs' rest."""
    for one in knowledge.models().values():
        if one.native is None:
            continue
        for name in known.columns.get(one.name, ()):
            for table in one.native.inputs:
                if name in known.columns.get(table, ()):
                    yield Flow(source=(table, name), target=(one.name, name), kind="direct")


def _walk(
    start: Column, steps: Mapping[Column, tuple[Flow, ...]], to: Callable[[Flow], Column]
) -> Iterator[Flow]:
    seen, at = {start}, [start]
    for _depth in range(DEEPEST):
        following: list[Column] = []
        for column in at:
            for flow in steps.get(column, ()):
                yield flow
                target = to(flow)
                if target not in seen:
                    seen.add(target)
                    following.append(target)
        if not following:
            return
        at = following
