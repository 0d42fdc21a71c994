"""Which tables each model reads, and the order in which models can be built."""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from citybrain.base.errors import CityError
from citybrain.lake.models.model import Model
from citybrain.lake.statement import tables_of

UNMEASURED = 1.0  # seconds


@dataclass(frozen=True, kw_only=True)
class Graph:
    """``inputs``: tables that a model reads; ``order``: models after what they read.

    ``refused`` are models whose text is no SELECT over the lake, with the reason; ``cycle``
    names models that wait for each other. Neither stands in ``order``, nor what needs them.
    """

    inputs: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...]
    refused: Mapping[str, str] = field(default_factory=dict)
    cycle: tuple[str, ...] = ()

    def downstream(self, names: Iterable[str]) -> tuple[str, ...]:
        """All models that read one of these, directly or through others; not these themselves."""
        reached, given = set(names), set(names)
        for model in self.order:
            if reached.intersection(self.inputs[model]):
                reached.add(model)
        return tuple(m for m in self.order if m in reached and m not in given)

    def upstream(self, names: Iterable[str]) -> tuple[str, ...]:
        """All models that these need, directly or through others; not these themselves."""
        reached, given = set(names), set(names)
        for model in reversed(self.order):
            if model in reached:
                reached.update(self.inputs[model])
        return tuple(m for m in self.order if m in reached and m not in given)

    def urgency(self, seconds: Mapping[str, float]) -> dict[str, float]:
        """How long the longest way is from each model to the last that waits for it, in seconds.

        ``seconds`` are those that each took last; one that nobody measured counts as one second.
        """
        way: dict[str, float] = {}
        after: dict[str, float] = {}
        for model in reversed(self.order):
            way[model] = (seconds.get(model) or UNMEASURED) + after.get(model, 0.0)
            for table in self.inputs[model]:
                after[table] = max(after.get(table, 0.0), way[model])
        return way


def texts(model: Model) -> tuple[str, ...]:
    """Every text of the model that is asked of the lake: its SELECT and its expectations."""
    own = () if model.native else (model.sql,)
    return (*own, *(expectation.sql for expectation in model.expectations))


def graph(
    models: Mapping[str, Model], *, known: MutableMapping[str, tuple[str, ...]] | None = None
) -> Graph:
    """The order of all models; what cannot be ordered is said, never raised.

    ``known`` holds by text which tables it reads, and takes what is read now.
    """
    read = {} if known is None else known
    inputs: dict[str, tuple[str, ...]] = {}
    refused: dict[str, str] = {}
    for name, model in models.items():
        try:
            inputs[name] = _inputs(model, read)
        except CityError as error:
            refused[name] = error.why or error.what
    order, cycle = _ordered(inputs)
    return Graph(inputs=inputs, order=order, refused=refused, cycle=cycle)


def _inputs(model: Model, known: MutableMapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Full names of the lake tables that the model reads.

    Its expectations' tables come first too: they are asked before publishing, of the new table
    under the model's own name. ``CityError`` when a text is not one SELECT over the lake.
    """
    for sql in texts(model):
        if sql not in known:
            known[sql] = _tables(sql)
    own = set(model.native.inputs) if model.native else set(known[model.sql])
    told = {table for e in model.expectations for table in known[e.sql]}
    return tuple(sorted(own | (told - {model.name})))


@lru_cache(maxsize=4096)
def _tables(sql: str) -> tuple[str, ...]:
    return tables_of(sql)


def _ordered(inputs: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left = dict(inputs)
    circle: list[str] = []
    while True:
        needs = {n: [t for t in sorted(tables) if t in left] for n, tables in left.items()}
        try:
            return tuple(TopologicalSorter(needs).static_order()), tuple(circle)
        except CycleError as error:
            found = sorted(set(error.args[1]))
            circle += found
            for name in found:
                left.pop(name)
