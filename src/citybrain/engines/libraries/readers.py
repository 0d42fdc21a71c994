"""Who reads a delivered table: libraries, models and indicators that are made from it."""

from dataclasses import dataclass

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.dependents import dependents
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.indicators.indicator import indicators
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.models.registry import models

KINDS = ("library", "model", "indicator")


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One that is made from a table; ``kind`` is one of ``KINDS``, ``name`` its address.

    A library that the reader may not read is told as a model: its definition, not its rows.
    """

    kind: str
    name: str
    title: Text


def readers_of(actor: Actor, table: str) -> tuple[Reader, ...]:
    """What is made from ``system.table``, through whatever lies between; libraries first.

    None where a model of the city has a mistake: that is said where models are. Refuses who
    may not see the state of work.
    """
    wiring.require(actor, "work.read", f"table:{table}")
    city, found = wiring.city(), dependents()(table, "")
    held = {
        one.table: name
        for name, one in libraries(city).items()
        if wiring.may(actor, "lake.read", f"table:{one.table}")
    }
    known, listed = models(city), indicators(city)
    read = [
        Reader(
            kind="library" if name in held else "model",
            name=held.get(name, name),
            title=both(known[name].title, known[name].title_en),
        )
        for name in found.models
    ]
    read += [
        Reader(kind="indicator", name=name, title=both(listed[name].title, listed[name].title_en))
        for name in found.indicators
    ]
    return tuple(sorted(read, key=lambda one: (KINDS.index(one.kind), one.name)))
