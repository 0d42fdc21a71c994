"""One row of a library without an entity: its record, its score, its series, where it leads."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.records import declared, heading_of, record
from citybrain.engines.libraries.rowids import id_of
from citybrain.engines.libraries.scoring import score_of
from citybrain.engines.libraries.seriesviews import series_views
from citybrain.engines.libraries.views_library import RecordView
from citybrain.engines.libraries.views_rows import Related, RowView, SeriesView
from citybrain.engines.libraries.wiring import both
from citybrain.lake.libraries.browse import Asked, browse, open_field
from citybrain.lake.libraries.model import ENTITIES, Library
from citybrain.lake.libraries.reading import libraries

Values = Mapping[str, str]


def library_row(
    actor: Actor, library: str, name: str, *, reveal: bool = False, purpose: str = "",
    as_of: datetime | None = None,
) -> RowView:  # fmt: skip
    """The row that an address names, as it is or was believed ``as_of``; one entry about it.

    Refuses as :func:`citybrain.engines.libraries.records.record` does.
    """
    found = declared(library)
    view = record(actor, library, name, reveal=reveal, purpose=purpose, as_of=as_of)
    open_ = {one.name for one in found.fields if open_field(one)}
    held = {one.name: one.value for one in view.fields if one.name in open_ and one.value}
    shown = {one.name: one.value for one in view.fields}
    return RowView(
        record=view,
        heading=heading_of((found.field(name), shown[name]) for name in found.heading),
        score=score_of(found, dict(view.beyond)),
        series=_series(found, held),
        related=(*_entities(found, view), *_others(actor, found, held)),
    )


def _series(library: Library, held: Values) -> SeriesView | None:
    """The series that the row is a figure of."""
    of = library.series
    if of is None or not all(name in held for name in of.by):
        return None
    return next(iter(series_views(library, of, {name: held[name] for name in of.by})), None)


def _entities(library: Library, view: RecordView) -> Iterator[Related]:
    """The person and the company that the row names."""
    held = {one.name: one.value for one in view.fields} | dict(view.beyond)
    homes = [one for one in libraries(wiring.city()).values() if one.identity]
    for home in homes:
        entity = held.get(home.entity_id)
        if home.entity in ENTITIES and entity:
            yield _related(home, name=entity)


def _others(actor: Actor, library: Library, held: Values) -> Iterator[Related]:
    """The row of another library that holds this one, and rows of others that belong to it."""
    for other in libraries(wiring.city()).values():
        if other.entity != "none" or other.name == library.name or not other.key:
            continue
        if not wiring.may(actor, "lake.read", f"table:{other.table}"):
            continue
        if _held_in(other, other.key, held) and _rows(other, {k: held[k] for k in other.key}):
            yield _related(other, name=id_of(other, "|".join(held[key] for key in other.key)))
        elif _held_in(other, library.key, held):
            where = {key: held[key] for key in library.key}
            if rows := _rows(other, where):
                yield _related(other, where=where, rows=rows)


def _held_in(other: Library, keys: tuple[str, ...], held: Values) -> bool:
    """Whether both have those fields, unmasked."""
    theirs = {one.name for one in other.fields if open_field(one)}
    return all(key in held and key in theirs for key in keys)


def _rows(other: Library, where: Values) -> int:
    if not wiring.store().exists(other.table):
        return 0
    return browse(wiring.store(), other, Asked(where=where, limit=0)).total


def _related(
    library: Library, *, name: str = "", where: Values | None = None, rows: int = 1
) -> Related:
    return Related(
        library=library.name,
        library_title=both(library.title, library.title_en),
        id=name,
        where=tuple((where or {}).items()),
        rows=rows,
    )
