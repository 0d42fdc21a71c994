"""One golden record as a page shows it: values, sources, life, findings, who looked."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import lives, wiring
from citybrain.engines.libraries.decided import overrides_of
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.finding import findings_of
from citybrain.engines.libraries.ids import ids_of
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.rowids import entity_of, id_of, thing_of
from citybrain.engines.libraries.views_library import (
    ChangeRow,
    FindingRow,
    GoldenField,
    Lost,
    MentionRow,
    RecordView,
    SourceField,
    SourceRow,
    SourceView,
)
from citybrain.engines.libraries.wiring import Text, both, department, placed
from citybrain.lake.libraries.codes import title
from citybrain.lake.libraries.history import Changed, changes
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.record import Edge, Loser, Place, Record, SourceRecord, Value, golden

WHY = {
    "rank": both("另有更优先的来源", "Another source stands before it"),
    "older": both("同一来源有更新的一行", "A newer row of the same source"),
    "invalid": both("不合这个字段的规则", "Not a valid value of the field"),
}
HOW = {
    "number": both("号码一致", "Same number"),
    "probability": both("按概率匹配", "By probability"),
    "alone": both("只此一条", "Stands alone"),
    "by_hand": both("人工认定", "By hand"),
}
CHANGES = 12


def declared(name: str) -> Library:
    """The library of that name; refuses one that the city does not declare."""
    found = libraries(wiring.city()).get(name)
    if found is None:
        raise Unknown(
            both(f"没有名为 {name} 的库", f"There is no library {name}"),
            do=both("请在“基础库”页面中查找", "The page “Libraries” lists them"),
            where=name,
        )
    return found


def record(
    actor: Actor, library: str, entity_id: str, *, reveal: bool = False, purpose: str = "",
    as_of: datetime | None = None,
) -> RecordView:  # fmt: skip
    """The record of one entity now, or as it was believed ``as_of``; one entry about it.

    Refuses who may not read the library, a reveal without purpose, and an unknown entity.
    """
    found = declared(library)
    entity_id = entity_of(found, entity_id)
    thing = thing_of(found, entity_id)
    with looking(actor, thing, found.table, reveal=reveal, purpose=purpose) as done:
        read = golden(
            wiring.store(), wiring.city(), found.name, entity_id, reveal=reveal, as_of=as_of
        )
        done.count = 1 if read else 0
        changed = (
            changes(wiring.store(), wiring.city(), found.name, entity_id, reveal=reveal)
            if read
            else []
        )
        told = findings_of(found.name, entity_id, reveal=reveal) if read else ()
        decided = overrides_of(found, entity_id) if read else ()
    if read is None:
        raise _unknown(found, entity_id, as_of)
    view = _view(actor, read, changed, told, as_of, reveal, purpose, done.entries[0])
    return replace(view, overrides=decided)


def _view(
    actor: Actor, read: Record, changed: Iterable[Changed], told: tuple[FindingRow, ...],
    as_of: datetime | None,
    reveal: bool, purpose: str, entry: str,
) -> RecordView:  # fmt: skip
    library, thing = read.library, thing_of(read.library, read.entity_id)
    return RecordView(
        thing=thing,
        library=library.name,
        library_title=both(library.title, library.title_en),
        table=library.table,
        entity=library.entity,
        id=id_of(library, read.entity_id),
        heading=heading(read),
        born=_born(read),
        believed_at=read.committed_at,
        as_of=as_of,
        records=read.records,
        departments=len(read.departments),
        disagreements=read.disagreements,
        fields=tuple(_field(value) for value in read.values),
        events=lives.events(library, read.sources),
        mentions=tuple(_mention(library, edge) for edge in read.edges),
        sources=tuple(_source(library, one) for one in read.sources),
        findings=told,
        changes=tuple(_change(one) for one in list(changed)[:CHANGES]),
        overrides=(),
        ids=ids_of(library, read.entity_id),
        seen=catalogue.seen_by(actor, thing, limit=8),
        now=wiring.clock().now(),
        revealed=reveal,
        purpose=purpose,
        entry=entry,
        may_reveal=wiring.may(actor, "lake.reveal", thing),
        beyond=tuple(read.beyond.items()),
        may_override=as_of is None and wiring.may(actor, "library.override", thing),
    )


def heading(read: Record) -> str:
    """The name as the reader may see it; what a row that is no entity is headed by; the id."""
    if read.library.entity == "none":
        held = {v.field.name: v for v in read.values}
        return heading_of((held[n].field, held[n].value) for n in read.library.heading).zh
    named = (v.value for v in read.values if v.field.masking == "name" or v.field.name == "name")
    return next((name for name in named if name), read.entity_id)


def heading_of(shown: Iterable[tuple[LibraryField, str | None]]) -> Text:
    """What a row that is no entity is headed by: values as they are shown, codes by titles."""
    told = [(code_title(field, value), value) for field, value in shown if value]
    return both(
        " · ".join(title.zh or value for title, value in told),
        " · ".join(title.en or value for title, value in told),
    )


def source_row(place: Place) -> SourceRow:
    """A place of the lake with its titles."""
    return SourceRow(
        table=place.table,
        table_title=table_title(place.table),
        department=place.department,
        department_title=department(place.department),
        ref=place.ref,
        at=placed(place.seen_at),
    )


def table_title(table: str) -> Text:
    """What the contract calls a table."""
    contract = wiring.city().contracts.get(table)
    return both(contract.title or table, contract.title_en) if contract else both(table)


def code_title(field: LibraryField, value: str | None) -> Text:
    """What a code means; empty for what is no code."""
    return both(*title(wiring.city(), field, value))


def _field(value: Value) -> GoldenField:
    field = value.field
    return GoldenField(
        name=field.name,
        title=both(field.title, field.title_en),
        level=field.level,
        value=value.value,
        code_title=code_title(field, value.value),
        masked=value.masked,
        source=source_row(value.place) if value.place else None,
        lost=tuple(_lost(field, one) for one in value.losers),
    )


def _lost(field: LibraryField, one: Loser) -> Lost:
    title = code_title(field, one.value)
    return Lost(
        value=title.zh or one.value,
        source=source_row(one.place),
        why=one.why,
        why_title=WHY.get(one.why, both(one.why)),
    )


def _mention(library: Library, edge: Edge) -> MentionRow:
    return MentionRow(
        mention=edge.mention,
        role=edge.role,
        role_title=role_title(library, edge.place.table, edge.role),
        source=source_row(edge.place),
        how=edge.how,
        how_title=HOW.get(edge.how, both(edge.how)),
        probability=edge.probability,
        closest=edge.closest_id,
        closest_probability=edge.closest_probability,
    )


def role_title(library: Library, table: str, role: str) -> Text:
    """What a mention is called, by the home of its identity."""
    homes = [library, *libraries(wiring.city()).values()]
    for one in (m for home in homes for m in home.identity):
        if one.table == table and one.role == role:
            return both(one.title or role, one.title_en)
    return both(role)


def _source(library: Library, one: SourceRecord) -> SourceView:
    contract = wiring.city().contracts.get(one.place.table)
    fields = {f.name: f for f in contract.fields} if contract else {}
    return SourceView(
        source=source_row(one.place),
        roles=tuple(role_title(library, one.place.table, role) for role in one.roles),
        fields=tuple(
            SourceField(
                name=name,
                title=both(fields[name].title or name, fields[name].title_en),
                value=value,
                masked=name in one.masked,
            )
            for name, value in one.values.items()
            if name in fields
        ),
    )


def _change(one: Changed) -> ChangeRow:
    return ChangeRow(
        at=one.at,
        field=one.field.name,
        field_title=both(one.field.title, one.field.title_en),
        before=code_title(one.field, one.before).zh or one.before,
        after=code_title(one.field, one.after).zh or one.after,
        table=one.table,
        table_title=table_title(one.table),
    )


def _born(read: Record) -> date | None:
    for value in read.values:
        if value.field.masking == "birth_date" and value.value and not value.masked:
            try:
                return datetime.fromisoformat(value.value).date()
            except ValueError:
                return None
    return None


def _unknown(library: Library, entity_id: str, as_of: datetime | None) -> Unknown:
    if as_of is not None:
        return Unknown(
            both(
                f"{as_of:%Y-%m-%d} 时，{library.title}里还没有这个主体",
                f"{library.name} did not hold it on {as_of:%Y-%m-%d}",
            ),
            do=both("请选一个更晚的日子", "Choose a later day"),
            where=entity_id,
        )
    return Unknown(
        both(f"{library.title}里没有这个主体", f"The library {library.name} does not hold it"),
        why=both("编号不存在，或库还没有构建", "no such id, or the library is not built yet"),
        do=both("请在库中查找", "Search for it in the library"),
        where=entity_id,
    )
