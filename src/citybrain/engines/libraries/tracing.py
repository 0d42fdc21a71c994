"""Trace: from a number on the wall to the department's cell, and up again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from citybrain.base.clock import Stopwatch
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, wiring
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.ids import moved_to
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.records import heading, thing_of
from citybrain.engines.libraries.tracesteps import (
    indicator_step,
    model_step,
    number_step,
    title_of,
)
from citybrain.engines.libraries.tracevalues import value_steps
from citybrain.engines.libraries.views_trace import (
    TraceAffected,
    TraceChoice,
    TraceStarts,
    TraceStep,
    TraceView,
)
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.indicators.indicator import indicators
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.moved import counted_in, moved, some, touched
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.record import Record, golden_both
from citybrain.lake.statement import tables_of

_THING = re.compile(r"(?P<kind>[a-z_]+):(?P<name>[^/]+)(?:/(?P<field>\w+))?")
CHOICES = 12


def trace(
    actor: Actor, thing: str, *, via: str = "", reveal: bool = False, purpose: str = ""
) -> TraceView:
    """The steps of ``indicator:name`` (or ``name``), ``model:table``, ``person:id/field``.

    ``via`` is the indicator that the number was read from. Values are masked by class unless
    revealed; a trace of a person's value is one entry about that person. Whoever may not read
    payload gets the steps that show none, and why the others are not there.
    """
    took = Stopwatch()
    match = _THING.fullmatch(thing if ":" in thing else f"indicator:{thing}")
    if match is None:
        raise _unknown(thing)
    wiring.require(actor, "work.read", "lake:")
    kind, name, field = match["kind"], match["name"], match["field"] or ""
    if kind == "indicator":
        view = _of_indicator(actor, name)
    elif kind in ("model", "table"):
        view = _of_model(actor, name)
    else:
        view = _of_entity(actor, kind, name, field, via, reveal=reveal, purpose=purpose)
    verdicts = [step.verdict for step in view.steps]
    return replace(
        view,
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
    reached = _tables_above(start)
    golden_ = {one.table for one in libraries(wiring.city()).values()}
    direct = set(tables_of(found.sql)) if found.sql else set()
    models = [table for table in reached if table in direct or table in golden_]
    steps = [number_step(name), indicator_step(name), *(model_step(table) for table in models[:4])]
    return TraceView(
        thing=f"indicator:{name}",
        heading=both(found.title, found.title_en),
        steps=tuple(step for step in steps if step),
        choices=tuple(_choices(actor, start, name)),
        affected=(),
    )


def _of_model(actor: Actor, table: str) -> TraceView:
    step = model_step(table)
    if step is None:
        raise _unknown(f"model:{table}")
    library = next((one for one in libraries(wiring.city()).values() if one.table == table), None)
    choices = _offered(actor, library, frozenset(), "") if library else ()
    columns = [(table, column) for column in flows.columns_of(table)]
    below = {f.target for column in columns for f in flows.flows().downstream(column)}
    return TraceView(
        thing=f"model:{table}",
        heading=title_of(table),
        steps=(step,),
        choices=tuple(choices),
        affected=tuple(_affected(below)),
    )


def _of_entity(
    actor: Actor, kind: str, entity: str, field: str, via: str, *, reveal: bool, purpose: str
) -> TraceView:
    library = _library(kind)
    if not field:
        field = next((one.name for one in library.fields if one.finding), library.fields[0].name)
    if field not in {one.name for one in library.fields}:
        raise _unknown(f"{kind}:{entity}/{field}")
    column = (library.table, field)
    path = _path(column, via)
    above = list(_steps_above(path))
    thing = thing_of(library, entity)
    # Asking to unmask is refused and recorded; a mere look is led as far as it may go.
    if not reveal and not wiring.may(actor, "lake.read", thing):
        return _without_values(library, thing, field, above)
    with looking(actor, thing, library.table, reveal=reveal, purpose=purpose) as done:
        store, city = wiring.store(), wiring.city()
        masked, whole = golden_both(store, city, library.name, entity) or (None, None)
        shown = whole if reveal else masked
        steps = value_steps(shown, whole, field) if shown and whole else []
        done.count = 1 if shown else 0
    if shown is None:
        stands = moved_to(entity)
        if not stands:
            raise _unknown(f"{kind}:{entity}")
        return _of_entity(actor, kind, stands, field, via, reveal=reveal, purpose=purpose)
    below = {flow.target for flow in flows.flows().downstream(column)}
    return TraceView(
        thing=f"{thing}/{field}",
        heading=_heading(shown, field),
        steps=(*above, *steps),
        choices=(),
        affected=tuple(_affected(below)),
        entry=done.entries[0],
    )


def _library(kind: str) -> Library:
    held = libraries(wiring.city()).values()
    found = next((one for one in held if one.entity == kind and one.identity), None)
    if found is None:
        raise _unknown(kind)
    return found


def _heading(record: Record, field: str) -> Text:
    name, title = heading(record), record.library.field(field)
    return both(f"{name} · {title.title}", f"{name} · {title.title_en or title.title}")


def _without_values(library: Library, thing: str, field: str, above: list[TraceStep]) -> TraceView:
    told = library.field(field)
    return TraceView(
        thing=f"{thing}/{field}",
        heading=both(told.title, told.title_en),
        steps=tuple(above),
        choices=(),
        affected=(),
        refused=both(
            "您的职责不看内容，所以只到模型为止。",
            "Your duty sees no content, so the trace ends at the model.",
        ),
    )


def _path(column: flows.Column, via: str) -> list[flows.Column]:
    """The columns from an indicator's value down to this one; this one alone without any."""
    came: dict[flows.Column, flows.Column] = {}
    for flow in flows.flows().downstream(column):
        came.setdefault(flow.target, flow.source)
    ends = [one for one in came if one[0].startswith(f"{flows.INDICATOR}.")]
    wanted = [one for one in ends if one[0] == f"{flows.INDICATOR}.{via}"] or ends
    if not wanted:
        return [column]
    path = [wanted[0]]
    while path[-1] != column:
        path.append(came[path[-1]])
    return path


def _steps_above(path: list[flows.Column]) -> Iterator[TraceStep]:
    for table, column in path:
        if table.startswith(f"{flows.INDICATOR}."):
            name = table.partition(".")[2]
            yield from (step for step in (number_step(name), indicator_step(name)) if step)
        else:
            step = model_step(table, column=column)
            if step:
                yield step


def _tables_above(start: flows.Column) -> list[str]:
    found: dict[str, None] = {}
    for flow in flows.flows().upstream(start):
        found[flow.source[0]] = None
    return list(found)


def _choices(actor: Actor, start: flows.Column, via: str) -> Iterator[TraceChoice]:
    """Records to go on with: whom the last change was about, else some that are counted.

    Asked in this order: rows of the model that changed, rows of the libraries that it reads,
    rows that the departments delivered last.
    """
    fields: dict[str, set[str]] = {}
    for flow in flows.flows().upstream(start):
        fields.setdefault(flow.source[0], set()).add(flow.source[1])
    held = [one for one in libraries(wiring.city()).values() if one.entity != "none"]
    told = {one.thing: one for one in _delivered(actor, fields, via)}
    for library in held:
        for one in _counted(actor, library, fields, via):
            told.setdefault(one.thing, one)
        if library.table in fields and not told:
            named = frozenset(fields[library.table]) & {one.name for one in library.fields}
            told |= {one.thing: one for one in _offered(actor, library, named, via)}
    yield from list(told.values())[:CHOICES]


def _counted(
    actor: Actor, library: Library, fields: Mapping[str, set[str]], via: str
) -> Iterator[TraceChoice]:
    """Entities in the models that the number counts."""
    if not wiring.may(actor, "lake.read", f"table:{library.table}"):
        return
    read = fields.get(library.table, set())
    first = next((f for f in library.fields if f.name in read), library.fields[0])
    for table in (name for name in fields if name.startswith(("ads.", "theme."))):
        for entity in counted_in(wiring.store(), table, library.entity_id):
            yield _choice(library, entity, first, via, moved=False)


def _delivered(actor: Actor, fields: Mapping[str, set[str]], via: str) -> Iterator[TraceChoice]:
    """Whom the newest deliveries told something new about."""
    tables = [name for name in fields if name.startswith("ods.")]
    held = {one.entity: one for one in libraries(wiring.city()).values() if one.identity}
    for kind, entity, table in touched(wiring.store(), tables):
        library = held.get(kind)
        if library and wiring.may(actor, "lake.read", f"table:{library.table}"):
            yield _choice(library, entity, _best(library, table), via, moved=True)


def _best(library: Library, table: str) -> LibraryField:
    """The field that the table has most to say about: where it stands first, or nearly."""
    ranks = [
        (place, n)
        for n, field in enumerate(library.fields)
        for place, source in enumerate(field.sources)
        if source.table == table
    ]
    return library.fields[min(ranks, default=(0, 0))[1]]


def _choice(
    library: Library, entity: str, field: LibraryField, via: str, *, moved: bool
) -> TraceChoice:
    return TraceChoice(
        thing=f"{thing_of(library, entity)}/{field.name}",
        via=via,
        heading=entity,
        field_title=both(field.title, field.title_en),
        moved=moved,
    )


def _offered(
    actor: Actor, library: Library, fields: frozenset[str], via: str
) -> Iterator[TraceChoice]:
    if not wiring.may(actor, "lake.read", f"table:{library.table}"):
        return
    store, city = wiring.store(), wiring.city()
    found = moved(store, city, library.name, fields=fields, limit=CHOICES)
    first = next((f.name for f in library.fields if f.name in fields), library.fields[0].name)
    pairs = found or [(entity, first) for entity in some(store, city, library.name)]
    for entity, field in pairs:
        yield _choice(library, entity, library.field(field), via, moved=bool(found))


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
