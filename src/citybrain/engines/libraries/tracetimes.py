"""The way back of a trace: how long what stands in the cell took up to the wall."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from citybrain.base.wording import both
from citybrain.engines.catalogue.service import Text
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.views_trace import TraceLeg, TraceStep
from citybrain.lake.indicators import values

Made = Callable[[TraceStep], Sequence[datetime | None]]

# The definition of an indicator is no stage of a value's way, and a field is made with its model.
_STAGES = ("cell", "row", "model", "number")
_WORDS = {
    "ods": both("归集入湖", "Collected"),
    "dwd": both("标准化", "Standardised"),
    "lib": both("进基础库", "In the library"),
    "theme": both("进主题库", "In the theme"),
    "ads": both("算成模型", "Modelled"),
}
_LEAST = 1.5  # hundredths of the way: a shorter bar would not be seen
_WALL = both("换上墙", "On the wall")


def made(one: TraceStep) -> Sequence[datetime | None]:
    """When a stage was made: a table's snapshots, a number's values, oldest first."""
    store = wiring.store()
    if one.kind == "model":
        return [shot.committed_at for shot in store.snapshots(_table(one))]
    if one.kind == "number":
        return [value.at for value in values.history(store, one.thing.partition(":")[2])]
    return (one.at,)


def legs(steps: Iterable[TraceStep], made: Made = made) -> tuple[TraceLeg, ...]:
    """From the cell up to the number, one leg for each stage that was made after the one below.

    A stage counts as it was first made after the one below: what is above may have been made
    again since, for what others changed. Empty where a stage is older than what it stands on:
    then the value has not come through yet, or came through earlier and changed nothing above;
    and where the trace does not end in a cell.
    """
    stages = [one for one in reversed(list(steps)) if one.kind in _STAGES]
    ends = [one.kind for one in stages[:1] + stages[-1:]]
    if ends != ["cell", "number"] or any(one.at is None for one in stages):
        return ()
    timed: list[tuple[TraceStep, datetime]] = []
    for one in stages:
        after = [at for at in made(one) if at and (not timed or at >= timed[-1][1])]
        if not after:
            return ()
        timed.append((one, after[0]))
    return tuple(_legs(timed)) if timed[0][1] < timed[-1][1] else ()


def _legs(timed: Sequence[tuple[TraceStep, datetime]]) -> Iterable[TraceLeg]:
    first, last = timed[0][1], timed[-1][1]
    whole = (last - first).total_seconds()
    before = first
    for one, at in timed:
        if at > before:
            seconds = (at - before).total_seconds()
            share = max(100 * seconds / whole, _LEAST)
            yield TraceLeg(
                title=_word(one),
                table="" if one.kind == "number" else _table(one),
                at=at,
                seconds=seconds,
                start=min(100 * (before - first).total_seconds() / whole, 100 - share),
                share=share,
            )
        before = at


def _word(one: TraceStep) -> Text:
    if one.kind == "number":
        return _WALL
    return _WORDS.get(_table(one).partition(".")[0], both(one.title.zh, one.title.en))


def _table(one: TraceStep) -> str:
    """A model step's thing is ``model:table``, a row's title ``table #n``."""
    if one.kind == "model":
        return one.thing.partition(":")[2]
    return one.title.en.partition(" ")[0]
