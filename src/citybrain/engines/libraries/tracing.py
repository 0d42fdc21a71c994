"""Trace: from a number on the wall to the department's cell, and up again."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from citybrain.base.clock import Stopwatch
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, wiring
from citybrain.engines.libraries.columntitles import title_of_column
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.ids import moved_to
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.records import heading
from citybrain.engines.libraries.rowids import entity_of, thing_of
from citybrain.engines.libraries.tracechoices import (
    aside,
    cells_of,
    choices,
    columns_above,
    offered,
)
from citybrain.engines.libraries.tracepaths import path_to, steps_above
from citybrain.engines.libraries.tracesteps import (
    indicator_step,
    model_step,
    number_step,
    title_of,
)
from citybrain.engines.libraries.tracetimes import legs
from citybrain.engines.libraries.tracevalues import descent
from citybrain.engines.libraries.views_trace import (
    TraceAffected,
    TraceStarts,
    TraceView,
)
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.indicators.indicator import indicators
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.record import Record, golden_both
from citybrain.lake.statement import tables_of

_THING = re.compile(
    r"(?P<kind>[a-z_]+):(?P<name>[^/]+)"
    r"(?:/(?P<ref>[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/[0-9]+))?(?:/(?P<field>\w+))?"
)


def trace(
    actor: Actor, thing: str, *, via: str = "", reveal: bool = False, purpose: str = ""
) -> TraceView:
    """The steps of ``indicator:name`` (or ``name``), ``model:table``, ``person:id/field``.

    ``person:id/system.table/1/column`` is a cell of one of the record's delivered rows.
    ``via`` is the indicator that the number was read from. Values are masked by class unless
    revealed; a trace of a person's value is one entry about that person. Whoever may not read
    payload gets the steps that show none, and why the others are not there.
    """
    took = Stopwatch()
    match = _THING.fullmatch(thing if ":" in thing else f"indicator:{thing}")
    if match is None:
        raise _unknown(thing)
    wiring.require(actor, "work.read", "lake:")
    kind, name = match["kind"], match["name"]
    if kind == "indicator":
        view = _of_indicator(actor, name)
    elif kind in ("model", "table"):
        view = _of_model(actor, name)
    else:
        asked = _Asked(kind=kind, field=match["field"] or "", ref=match["ref"] or "", via=via)
        view = _of_entity(actor, asked, name, reveal=reveal, purpose=purpose)
    verdicts = [step.verdict for step in view.steps]
    back = legs(view.steps)
    return replace(
        view,
        legs=back,
        took=sum(leg.seconds for leg in back),
        steps=tuple(replace(step, number=n) for n, step in enumerate(view.steps, start=1)),
        seconds=took.seconds(),
        matches=verdicts.count("match"),
        differs=verdicts.count("differs"),
    )


def trace_starts(actor: Actor) -> TraceStarts:
    """Every number that has a source in the lake, and every library that was built."""
    wiring.require(actor, "work.read", "lake:")
    numbers = {(f"{flows.INDICATOR}.{one.name}", flows.VALUE)
               for one in indicators(wiring.city()).values() if one.sql}  # fmt: skip
    store = wiring.store()
    tables = {(one.table, "") for one in libraries(wiring.city()).values()
              if store.exists(one.table)}  # fmt: skip
    return TraceStarts(numbers=tuple(_affected(numbers)), tables=tuple(_affected(tables)))


def _of_indicator(actor: Actor, name: str) -> TraceView:
    found = indicators(wiring.city()).get(name)
    if found is None:
        raise _unknown(f"indicator:{name}")
    start = (f"{flows.INDICATOR}.{name}", flows.VALUE)
    reached = columns_above(start)
    golden_ = {one.table for one in libraries(wiring.city()).values()}
    direct = set(tables_of(found.sql)) if found.sql else set()
    models = [table for table in reached if table in direct or table in golden_]
    steps = [number_step(name), indicator_step(name), *(model_step(table) for table in models[:4])]
    return TraceView(
        thing=f"indicator:{name}",
        heading=both(found.title, found.title_en),
        steps=tuple(step for step in steps if step),
        choices=choices(actor, start, name),
        affected=(),
        aside=aside(actor, start),
    )


def _of_model(actor: Actor, table: str) -> TraceView:
    step = model_step(table)
    if step is None:
        raise _unknown(f"model:{table}")
    library = next((one for one in libraries(wiring.city()).values() if one.table == table), None)
    found = offered(actor, library, frozenset(), "") if library else ()
    columns = [(table, column) for column in flows.columns_of(table)]
    below = {f.target for column in columns for f in flows.flows().downstream(column)}
    return TraceView(
        thing=f"model:{table}",
        heading=title_of(table),
        steps=(step,),
        choices=tuple(found),
        affected=tuple(_affected(below)),
    )


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """What is asked of a person or company: a field, or a cell of its row ``ref``."""

    kind: str
    field: str
    ref: str
    via: str


def _of_entity(
    actor: Actor, asked: _Asked, entity: str, *, reveal: bool, purpose: str
) -> TraceView:
    library = _library(asked.kind)
    column = _column(library, asked, entity)
    entity = entity_of(library, entity)
    thing = thing_of(library, entity)
    # Asking to unmask is refused and recorded; a mere look is led as far as it may go.
    if not reveal and not wiring.may(actor, "lake.read", thing):
        return _without_values(actor, thing, column, asked)
    with looking(actor, thing, library.table, reveal=reveal, purpose=purpose) as done:
        store, city = wiring.store(), wiring.city()
        masked, whole = golden_both(store, city, library.name, entity) or (None, None)
        shown = whole if reveal else masked
        done.count = 1 if shown else 0
        found = descent(shown, whole, column[1], ref=asked.ref) if shown and whole else None
    if shown is None:
        stands = moved_to(entity)
        if not stands:
            raise _unknown(f"{asked.kind}:{entity}")
        return _of_entity(actor, asked, stands, reveal=reveal, purpose=purpose)
    if found is None:
        raise _unknown(f"{thing}/{asked.ref}")
    path = path_to(column, asked.via)
    if not path and found.contract:
        path = path_to((found.contract.lake_table, found.column), asked.via)
    return TraceView(
        thing=f"{thing}/{asked.ref}/{column[1]}" if asked.ref else f"{thing}/{column[1]}",
        heading=_heading(shown, title_of_column(column)),
        steps=(*steps_above(path or [column]), *found.steps),
        choices=(),
        affected=tuple(_affected({f.target for f in flows.flows().downstream(column)})),
        cells=cells_of(thing, found.contract, found.ref, via=asked.via, but=found.column)
        if found.contract
        else (),
        entry=done.entries[0],
    )


def _column(library: Library, asked: _Asked, entity: str) -> flows.Column:
    """The column that is asked about: of the delivered table, or of the library."""
    contract = wiring.city().contracts.get(asked.ref.rpartition("/")[0])
    if asked.ref:
        if contract is None or asked.field not in {one.name for one in contract.fields}:
            raise _unknown(f"{asked.kind}:{entity}/{asked.ref}/{asked.field}")
        return contract.lake_table, asked.field
    field = asked.field or _first(library)
    if field not in {one.name for one in library.fields}:
        raise _unknown(f"{asked.kind}:{entity}/{field}")
    return library.table, field


def _first(library: Library) -> str:
    """The field that is told where none is asked for: what may disagree, a figure, no key."""
    if library.series:
        return library.series.value
    told = [one.name for one in library.fields if one.finding]
    told += [one.name for one in library.fields if one.name not in library.key]
    return told[0] if told else library.fields[0].name


def _library(kind: str) -> Library:
    held = libraries(wiring.city()).values()
    found = next((one for one in held if one.entity == kind and one.identity), None)
    found = found or next((o for o in held if o.entity == "none" and o.name == kind), None)
    if found is None:
        raise _unknown(kind)
    return found


def _heading(record: Record, title: Text) -> Text:
    name = heading(record)
    return both(f"{name} · {title.zh}", f"{name} · {title.en}")


def _without_values(actor: Actor, thing: str, column: flows.Column, asked: _Asked) -> TraceView:
    path = path_to(column, asked.via) or [column]
    return TraceView(
        thing=f"{thing}/{column[1]}",
        heading=title_of_column(column),
        steps=tuple(steps_above(path)),
        choices=(),
        affected=(),
        refused=_why_refused(actor),
    )


def _why_refused(actor: Actor) -> Text:
    tables = wiring.city().contracts
    if any(wiring.may(actor, "lake.read", f"table:{name}") for name in tables):
        return both(
            "您的职责只看本单位的内容；这份档案汇集了各单位的内容，所以只到模型为止。",
            "Your duty sees the content of your own department; this record gathers that of "
            "several, so the trace ends at the model.",
        )
    return both(
        "您的职责不看内容，所以只到模型为止。",
        "Your duty sees no content, so the trace ends at the model.",
    )


def _affected(columns: set[flows.Column]) -> Iterator[TraceAffected]:
    kinds = {True: both("指标", "Indicator"), False: both("模型", "Model")}
    for table in sorted({table for table, _column in columns}):
        is_number = table.startswith(f"{flows.INDICATOR}.")
        yield TraceAffected(
            thing=f"indicator:{table.partition('.')[2]}" if is_number else f"model:{table}",
            title=title_of(table),
            kind="indicator" if is_number else "model",
            kind_title=kinds[is_number],
        )


def _unknown(thing: str) -> Unknown:
    return Unknown(
        both(f"追不到 {thing}", f"'{thing}' cannot be traced"),
        why=both("没有这样的指标、模型或主体", "there is no such indicator, model or record"),
        do=both(
            "写作 indicator:名字、model:lib.population 或 person:编号/字段",
            "Write indicator:name, model:lib.population, person:id/field",
        ),
        where=thing,
    )
