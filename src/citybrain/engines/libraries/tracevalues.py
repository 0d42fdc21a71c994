"""The lower steps of a trace, which show a person's value: library field, row, cell."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from citybrain.base.errors import CityError
from citybrain.city.contracts import Contract, Field
from citybrain.engines.catalogue.service import EMPTY
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.records import code_title, source_row
from citybrain.engines.libraries.tracesteps import TITLES, fact
from citybrain.engines.libraries.views_library import SourceRow
from citybrain.engines.libraries.views_trace import TraceFact, TraceGrid, TraceStep
from citybrain.engines.libraries.wiring import Text, both, placed
from citybrain.lake.connections import resolve, variable
from citybrain.lake.libraries.expressions import columns
from citybrain.lake.libraries.names import classes
from citybrain.lake.libraries.record import Place, Record, SourceRecord, Value
from citybrain.lake.mask import mask_value
from citybrain.lake.provenance import FileProof, file_of_row, table_proof
from citybrain.lake.sourcecells import SourceCell, key_of, letters, source_cell

_CELL_HASH = {
    True: both("源文件现在的 SHA-256", "SHA-256 of the department's file as it is now"),
    False: both(
        "源库不可复读；随之送达的文件的 SHA-256",
        "A database cannot be read again: SHA-256 of the file it was delivered in",
    ),
}
SHOWN = 5  # columns of a row, around the one that is meant: as many as fit a desk's width


@dataclass(frozen=True, kw_only=True)
class Descent:
    """The steps below a library: field, row, cell, or the last two alone.

    ``ref`` is the record's name of the row and ``column`` the contract's of the cell; without
    a ``contract`` the value has no row.
    """

    steps: tuple[TraceStep, ...]
    contract: Contract | None = None
    ref: str = ""
    column: str = ""


def descent(shown: Record, whole: Record, name: str, *, ref: str) -> Descent | None:
    """Field, row and cell of a record's value; ``whole`` is the same record unmasked.

    With a ``ref`` the row and cell of a column of that row; None when there is no such row.
    """
    if ref:
        row = next((one for one in whole.sources if one.place.ref == ref), None)
        contract = wiring.city().contracts.get(row.place.table) if row else None
        if row is None or contract is None:
            return None
        return _down((), shown, whole, row.place, contract, contract.field(name))
    value = next(one for one in shown.values if one.field.name == name)
    held = next(one for one in whole.values if one.field.name == name)
    above = (_field(shown, value),)
    contract = wiring.city().contracts.get(held.place.table) if held.place else None
    if held.place is None or not held.place.row or contract is None:
        return Descent(steps=above)
    told = _column(contract, held, _delivered(whole, held.place))
    return _down(above, shown, whole, held.place, contract, told)


def _down(
    above: tuple[TraceStep, ...],
    shown: Record,
    whole: Record,
    place: Place,
    contract: Contract,
    told: Field,
) -> Descent:
    proof = file_of_row(wiring.store(), contract.lake_table, place.row)
    row = _row(shown, place, contract, told, proof)
    cell = _cell(place, contract, told, shown, proof, revealed=shown is whole)
    return Descent(
        steps=(*above, row, cell),
        contract=contract,
        ref=place.ref,
        column=told.name,
    )


def _field(record: Record, value: Value) -> TraceStep:
    library, field = record.library, value.field
    proof = table_proof(wiring.store(), library.table)
    code = code_title(field, value.value)
    place = source_row(value.place) if value.place else None
    said = f"{value.value} {code.zh}".strip() if value.value is not None else "—"
    told = [fact(both("规则", "Rule"), library.file, code=True)]
    if place:
        told.insert(0, fact(both("采信", "Kept"), *_whose(place)))
    for one in value.losers:
        lost = [f"{one.value or '—'} {whose}" for whose in _whose(source_row(one.place))]
        told.append(fact(both("未采信", "Not kept"), *lost))
    return TraceStep(
        number=0,
        kind="field",
        kind_title=TITLES["field"],
        title=both(f"{field.title} = {said}", f"{field.title_en or field.title} = {said}"),
        value=value.value,
        detail=both(f"{library.table}.{field.name}"),
        at=record.committed_at,
        hash=proof.digest if proof else "",
        hash_title=both("快照的散列", "Digest of the snapshot"),
        verdict=proof.verdict if proof else "",
        facts=tuple(told),
        masked=value.masked,
    )


def _whose(place: SourceRow) -> tuple[str, str]:
    """Department and table, in both languages."""
    return (
        f"{place.department_title.zh} · {place.table_title.zh}",
        f"{place.department_title.en} · {place.table_title.en}",
    )


def _column(contract: Contract, held: Value, row: SourceRecord | None) -> Field:
    """The contract's field that the value was taken from.

    Of the columns that the sources of the table read, in the role that the entity has in the
    row, the one that holds the value; else the first.
    """
    roles = ("", *(row.roles if row else ()))
    sources = [s for s in held.field.sources if s.table == contract.id]
    mine = [s for s in sources if s.role in roles] or sources
    read = [f for s in mine for f in contract.fields if f.name in columns(s.value)]
    values = row.values if row else {}
    same = [f for f in read if held.value is not None and values.get(f.name) == held.value]
    named = [f for f in contract.fields if f.name == held.field.name]
    return next(iter([*same, *read, *named]), contract.fields[0])


def _delivered(record: Record, place: Place) -> SourceRecord | None:
    """The record's row of that place, as its department delivered it."""
    here = (place.table, place.ref)
    return next((s for s in record.sources if (s.place.table, s.place.ref) == here), None)


def _row(
    shown: Record, place: Place, contract: Contract, told: Field, proof: FileProof | None
) -> TraceStep:
    lake_table = contract.lake_table
    mine = _delivered(shown, place)
    values = dict(mine.values) if mine else {}
    names = _around([f.name for f in contract.fields], told.name)
    titles = {f.name: f.title or f.name for f in contract.fields}
    return TraceStep(
        number=0,
        kind="row",
        kind_title=TITLES["row"],
        title=both(f"{lake_table} #{place.ref.rpartition('/')[2]}"),
        value=values.get(told.name),
        detail=both(*_whose(source_row(place))),
        at=proof.added_at if proof else None,
        hash=proof.sha256 if proof else "",
        hash_title=both("它所在文件的 SHA-256", "SHA-256 of the file it lies in"),
        verdict=proof.verdict if proof else "",
        facts=_row_facts(proof, contract),
        grid=TraceGrid(
            heads=tuple(titles[n] for n in names),
            names=tuple(names),
            rows=(tuple(values.get(n) for n in names),),
            at=(0, names.index(told.name)),
        ),
        thing=f"model:{lake_table}",
        masked=bool(mine and told.name in mine.masked),
    )


def _row_facts(proof: FileProof | None, contract: Contract) -> tuple[TraceFact, ...]:
    found = [fact(both("合同", "Contract"), f"{contract.id} v{contract.version}", code=True)]
    if proof:
        found.append(fact(both("批次", "Batch"), proof.batch_id, code=True))
        found.append(fact(both("文件", "File"), proof.path, code=True))
    return tuple(found)


def _around(names: list[str], name: str) -> list[str]:
    at = names.index(name)
    start = max(0, min(at - SHOWN // 2, len(names) - SHOWN))
    return names[start : start + SHOWN]


def _cell(
    place: Place,
    contract: Contract,
    told: Field,
    record: Record,
    proof: FileProof | None,
    *,
    revealed: bool,
) -> TraceStep:
    """The cell in the department's file; of a database its column, known by the delivery."""
    system = wiring.city().systems[contract.system]
    fetch = system.tables[contract.table]
    key = key_of(place.row, contract)
    cell, missing = None, EMPTY
    try:
        if key:
            connection = resolve(system.connection, wiring.home(), os.environ)
            cell = source_cell(connection, fetch, contract, key=list(key.values()), field=told.name)
    except CityError:
        missing = _not_found(system.connection)
    owner = source_row(place)
    person = record.library.entity == "person"
    kept = classes(wiring.city(), contract.id, person=person)
    by_head = {f.source: kept[f.name] for f in contract.fields}
    where = [
        fact(both("系统", "System"), system.title or system.name, system.title_en),
        fact(both("物理表", "Physical table"), cell.file if cell else fetch.source, code=True),
        fact(both("物理列", "Physical column"), told.source, code=True),
    ]
    if cell and cell.sheet:
        where.insert(2, fact(both("工作表", "Sheet"), cell.sheet))
    return TraceStep(
        number=0,
        kind="cell",
        kind_title=TITLES["cell"],
        title=both(cell.at if cell else f"{fetch.source}.{told.source}"),
        value=None,
        detail=owner.department_title,
        at=cell.changed_at if cell else proof.added_at if proof else placed(place.seen_at),
        hash=cell.sha256 if cell else proof.sha256 if proof else "",
        hash_title=_CELL_HASH[cell is not None],
        verdict="",
        facts=tuple(where),
        grid=_cell_grid(cell, by_head, revealed=revealed) if cell else None,
        masked=not revealed,
        missing=missing,
    )


def _not_found(connection: str) -> Text:
    """Of a source that only the machine that collects may know, the trace tells all the rest."""
    own = variable(connection)
    return both(
        f"这一格本身看不到：这里不知道连接 {connection} 在哪里。请设置 {own}（演练可设置 "
        "CITYBRAIN_SYSTEMS），或把它写进安装目录的 connections.yml。",
        f"The cell itself is not shown, because it is not known here where the connection "
        f"{connection} leads. Set {own} (for a rehearsal, CITYBRAIN_SYSTEMS), or name it in the "
        "home's connections.yml.",
    )


def _cell_grid(
    cell: SourceCell, by_head: Mapping[str, tuple[str, int]], *, revealed: bool
) -> TraceGrid:
    """The cells around, masked by the class of each column.

    Revealed is the row that is meant alone: the rows beside it are about other people.
    """
    start = max(0, min(cell.column - 1 - SHOWN // 2, len(cell.heads) - SHOWN))
    span = range(len(cell.heads))[start : start + SHOWN]
    rows = []
    for number, values in cell.rows:
        shown: list[str | None] = [str(number)]
        for column in span:
            value = values[column] if column < len(values) else ""
            masking, level = by_head.get(cell.heads[column], ("secret", 4))
            bare = (revealed and number == cell.row) or not value
            shown.append(value if bare else mask_value(value, masking, level))
        rows.append(tuple(shown))
    at = next(n for n, (number, _v) in enumerate(cell.rows) if number == cell.row)
    return TraceGrid(
        heads=("", *(f"{letters(c + 1)} {cell.heads[c]}" for c in span)),
        names=("", *(cell.heads[c] for c in span)),
        rows=tuple(rows),
        at=(at, span.index(cell.column - 1) + 1),
    )
