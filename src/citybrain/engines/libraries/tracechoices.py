"""Where a trace may go on: the cells that changed last, the other cells of a row, records."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from citybrain.city.contracts import Contract
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import flows, wiring
from citybrain.engines.libraries.rowids import thing_of
from citybrain.engines.libraries.touching import roles_of
from citybrain.engines.libraries.tracesteps import title_of
from citybrain.engines.libraries.views_trace import TraceAside, TraceChoice
from citybrain.engines.libraries.wiring import both
from citybrain.lake import quarantine
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.moved import counted_in, moved, some
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.record import ref_of
from citybrain.lake.libraries.touches import Touch, mentioned, touched

CHOICES = 12
NOTHING: Mapping[str, Collection[str]] = MappingProxyType({})


def choices(actor: Actor, start: flows.Column, via: str) -> tuple[TraceChoice, ...]:
    """Cells and records to go on with: what changed last, else some that are counted.

    Asked in this order: rows that the departments delivered last, rows of the model that
    changed, rows of the libraries that it reads, any delivered row.
    """
    fields = columns_above(start)
    held = [one for one in libraries(wiring.city()).values() if one.entity != "none"]
    delivered = [name for name in fields if name.startswith("ods.")]
    told = {one.thing: one for one in _cells(actor, touched(wiring.store(), delivered), via)}
    for library in held:
        for one in _counted(actor, library, fields, via):
            told.setdefault(one.thing, one)
        if library.table in fields and not told:
            named = frozenset(fields[library.table]) & {one.name for one in library.fields}
            told |= {one.thing: one for one in offered(actor, library, named, via)}
    if not told:
        wanted = {name.partition(".")[2]: fields[name] for name in delivered}
        cells = _cells(actor, mentioned(wiring.store(), delivered), via, wanted)
        told = {one.thing: one for one in islice(cells, CHOICES)}
    return tuple(told.values())[:CHOICES]


def columns_above(start: flows.Column) -> dict[str, set[str]]:
    """The tables that a column is made of, nearest first, each with the columns that matter."""
    fields: dict[str, set[str]] = {}
    for flow in flows.flows().upstream(start):
        fields.setdefault(flow.source[0], set()).add(flow.source[1])
    return fields


def aside(actor: Actor, start: flows.Column) -> tuple[TraceAside, ...]:
    """Tables that a number comes of, of which rows are set aside and not counted."""
    tables = [n.partition(".")[2] for n in columns_above(start) if n.startswith("ods.")]
    return tuple(
        TraceAside(table=table, title=title_of(f"ods.{table}"), rows=rows)
        for table in tables
        if wiring.may(actor, "lake.read", f"table:{table}")
        and (rows := quarantine.count(wiring.store(), table))
    )


def cells_of(
    thing: str, contract: Contract, ref: str, *, via: str, but: str = ""
) -> tuple[TraceChoice, ...]:
    """The cells of one row of a record, without the one called ``but``."""
    return tuple(
        TraceChoice(
            thing=f"{thing}/{ref}/{field.name}",
            via=via,
            heading=f"{contract.lake_table}.{field.name}",
            field_title=both(field.title or field.name, field.title_en),
            moved=False,
        )
        for field in contract.fields
        if field.name != but
    )


def _cells(
    actor: Actor,
    touches: Iterable[Touch],
    via: str,
    wanted: Mapping[str, Collection[str]] = NOTHING,
) -> Iterator[TraceChoice]:
    """The cell that changed last in each row, else the first that is wanted of its table."""
    held = {
        one.entity: one
        for one in libraries(wiring.city()).values()
        if one.identity and wiring.may(actor, "lake.read", f"table:{one.table}")
    }
    led: set[str] = set()
    for one in touches:
        library, contract = held.get(one.entity), wiring.city().contracts.get(one.table)
        if library is None or contract is None or one.row in led:
            continue  # one way to a cell is enough, though its row is about two people
        if one.role not in roles_of(library, one.table, one.field):
            continue
        ref = ref_of(wiring.store(), wiring.city(), library.name, one.entity_id, one.row)
        if ref:
            led.add(one.row)
            yield _cell(one, library, contract, ref, via=via, wanted=wanted.get(one.table, ()))


def _cell(
    one: Touch, library: Library, contract: Contract, ref: str, *, via: str, wanted: Collection[str]
) -> TraceChoice:
    names = [f.name for f in contract.fields]
    likely = [one.field, *(n for n in names if n in wanted), *(n for n in names
              if n not in contract.key), *names]  # fmt: skip
    field = next(contract.field(name) for name in likely if name in names)
    table, title = title_of(contract.lake_table), both(field.title or field.name, field.title_en)
    return TraceChoice(
        thing=f"{thing_of(library, one.entity_id)}/{ref}/{field.name}",
        via=via,
        heading=one.entity_id,
        field_title=both(f"{table.zh} · {title.zh}", f"{table.en} · {title.en}"),
        moved=bool(one.field),
    )


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


def offered(
    actor: Actor, library: Library, fields: frozenset[str], via: str
) -> Iterator[TraceChoice]:
    """Records of a library whom the last build changed in one of these fields; else some."""
    if not wiring.may(actor, "lake.read", f"table:{library.table}"):
        return
    store, city = wiring.store(), wiring.city()
    found = moved(store, city, library.name, fields=fields, limit=CHOICES)
    first = next((f.name for f in library.fields if f.name in fields), library.fields[0].name)
    pairs = found or [(entity, first) for entity in some(store, city, library.name)]
    for entity, field in pairs:
        yield _choice(library, entity, library.field(field), via, moved=bool(found))
