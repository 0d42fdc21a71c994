"""Libraries whose rows are no entities: their rows found, chosen, sorted; masked by class.

A masked value is shown by its mask alone. It is asked for whole or not at all, and is neither
sorted, counted nor chosen by: else it could be found by trying.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from django.conf import settings

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.records import code_title, declared, heading_of, table_title
from citybrain.engines.libraries.rowids import id_of, thing_of
from citybrain.engines.libraries.scoring import rule_of
from citybrain.engines.libraries.seriesviews import series_views
from citybrain.engines.libraries.views_rows import (
    Facet,
    LibraryLine,
    RowCell,
    RowColumn,
    RowsView,
    SeriesView,
    SourceTable,
)
from citybrain.engines.libraries.wiring import Text, both, department
from citybrain.lake.libraries import browse
from citybrain.lake.libraries.browse import KEY, NUMBERS, Counts, open_field
from citybrain.lake.libraries.codes import titles
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.names import department as department_of
from citybrain.lake.libraries.rows import SCORE
from citybrain.lake.mask import mask_value
from citybrain.lake.types import parse

LISTED, FACETS, PAGE, WHOLE = 8, 8, 25, 1000
DEEPEST = 10_000
_NUMERIC = ("int", "long", "float", "double", "decimal")
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class RowsAsked:
    """What a reader asks for; fields that may not be asked about are left out."""

    query: str = ""
    where: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    order: str = ""
    descending: bool = False
    offset: int = 0


def is_of_rows(library: str) -> bool:
    """Whether a library's rows are no people or companies, so that they are listed."""
    return declared(library).entity == "none"


def browse_library(
    actor: Actor, library: str, asked: RowsAsked, *, whole: bool = False
) -> RowsView:
    """A page of 25 rows, or with ``whole`` the first 1,000; one entry with how many were shown.

    A row found by a masked number that was asked for whole is an entry of its own. Refuses who
    may not read the library, and a library that is damaged.
    """
    found = declared(library)
    thing = f"table:{found.table}"
    if not wiring.store().exists(found.table):
        wiring.require(actor, "lake.read", thing)
        return _view(found, asked, browse.Rows(rows=(), total=0), Counts(facets=_NONE), (), "")
    with looking(actor, thing, found.table) as done:
        told = _asked(found, asked, whole=whole)
        read = browse.browse(wiring.store(), found, told)
        counted = browse.counts(wiring.store(), found)
        drawn = () if whole else _series(found, told, counted)
        done.count = len(read.rows)
    for row in read.rows:
        if _by_number(found, row, told.query):
            with looking(actor, thing_of(found, row[KEY]), found.table) as seen:
                seen.count = 1
    return _view(found, asked, read, counted, drawn, done.entries[0], every=whole)


_NONE: Mapping[str, tuple[tuple[str, int], ...]] = MappingProxyType({})


def _asked(library: Library, asked: RowsAsked, *, whole: bool) -> browse.Asked:
    free = {one.name for one in library.fields if open_field(one)}
    sortable = free | ({SCORE} if library.score else set())
    query = asked.query.strip()
    return browse.Asked(
        query=query,
        where={name: value for name, value in asked.where.items() if name in free and value},
        codes={one.name: codes for one in library.fields if (codes := _codes(one, query))},
        order=asked.order if asked.order in sortable else "",
        descending=asked.descending,
        offset=0 if whole else min(max(asked.offset, 0), DEEPEST),
        limit=WHOLE if whole else PAGE,
        salt=str(settings.SECRET_KEY),
    )


def _codes(one: LibraryField, query: str) -> tuple[str, ...]:
    """The codes of an unmasked field whose titles hold the query."""
    if not query or not open_field(one):
        return ()
    folded = query.casefold()
    told = titles(wiring.city(), one).items()
    return tuple(code for code, of in told if any(folded in title.casefold() for title in of))


def _by_number(library: Library, row: Mapping[str, Any], query: str) -> bool:
    return bool(query) and any(
        row.get(one.name) == query
        for one in library.fields
        if not open_field(one) and one.masking in NUMBERS
    )


def _series(library: Library, asked: browse.Asked, counted: Counts) -> tuple[SeriesView, ...]:
    """The series of what is chosen; where nothing is, of the commonest value of each part."""
    of = library.series
    if of is None:
        return ()
    chosen = {name: asked.where[name] for name in of.by if name in asked.where}
    for name in of.by[1:]:
        if name not in chosen and (told := counted.facets.get(name)):
            chosen[name] = told[0][0]
    return series_views(library, of, chosen)


def _view(
    library: Library, asked: RowsAsked, read: browse.Rows, counted: Counts,
    drawn: tuple[SeriesView, ...], entry: str, *, every: bool = False,
) -> RowsView:  # fmt: skip
    store = wiring.store()
    snapshot = store.snapshot(library.table) if store.exists(library.table) else None
    told = _asked(library, asked, whole=every)
    fields = library.fields if every else _listed(library)
    return RowsView(
        library=library.name,
        library_title=both(library.title, library.title_en),
        description=both(library.description, library.description_en),
        table=library.table,
        owner_title=department(library.owner),
        file=library.file,
        built_at=snapshot.committed_at if snapshot else None,
        whole=snapshot.rows if snapshot else 0,
        query=told.query,
        where=tuple(_chosen(library, name, value) for name, value in told.where.items()),
        order=told.order,
        descending=told.descending,
        offset=told.offset,
        limit=told.limit,
        total=read.total,
        columns=tuple(_column(one) for one in fields),
        rows=tuple(_line(library, fields, row) for row in read.rows),
        facets=_facets(library, told, counted),
        score=rule_of(library, counted.scores),
        series=drawn,
        sources=tuple(_sources(library)),
        entry=entry,
    )


def _listed(library: Library) -> tuple[LibraryField, ...]:
    """The fields of the list: those that the folder names, else the first that show anything."""
    if library.listed:
        return tuple(library.field(name) for name in library.listed)
    telling = (one for one in library.fields if open_field(one) or one.masking in NUMBERS)
    return tuple(one for one in telling if one.name not in library.heading)[:LISTED]


def _column(one: LibraryField) -> RowColumn:
    return RowColumn(
        name=one.name,
        title=both(one.title, one.title_en),
        level=one.level,
        number=parse(one.type).name in _NUMERIC,
        open=open_field(one),
    )


def _line(
    library: Library, fields: tuple[LibraryField, ...], row: Mapping[str, Any]
) -> LibraryLine:
    heading = [(one, _shown(one, row)) for one in map(library.field, library.heading)]
    return LibraryLine(
        id=id_of(library, row[KEY]),
        heading=heading_of(heading),
        cells=tuple(_cell(one, row) for one in fields),
        score=row.get(SCORE),
    )


def _cell(one: LibraryField, row: Mapping[str, Any]) -> RowCell:
    value = _shown(one, row)
    return RowCell(
        name=one.name,
        value=value,
        meaning=_yes_or_no(value) if one.type == "boolean" else code_title(one, value),
        masked=value is not None and not open_field(one),
    )


def _shown(one: LibraryField, row: Mapping[str, Any]) -> str | None:
    return mask_value(browse.shown(row[one.name]), one.masking, one.level)


def _chosen(library: Library, name: str, value: str) -> tuple[str, Text, str, Text]:
    one = library.field(name)
    return name, both(one.title, one.title_en), value, _meaning(one, value)


def _facets(library: Library, asked: browse.Asked, counted: Counts) -> tuple[Facet, ...]:
    parts = library.series.by if library.series else ()
    names = (*parts, *library.heading, *(one.name for one in _listed(library)))
    return tuple(
        Facet(
            name=one.name,
            title=both(one.title, one.title_en),
            chosen=asked.where.get(one.name, ""),
            values=tuple(
                (value, _meaning(one, value), rows) for value, rows in counted.facets[one.name]
            ),
        )
        for one in map(library.field, dict.fromkeys(names))
        if one.name in counted.facets
    )[:FACETS]


def _meaning(one: LibraryField, value: str) -> Text:
    """What a code means; what is yes or no in words, else the value itself."""
    if one.type == "boolean":
        return _yes_or_no(value)
    found = code_title(one, value)
    return found if found.zh else both(value)


def _yes_or_no(value: str | None) -> Text:
    if value is None:
        return both("")
    return both("是", "yes") if value in ("true", "1") else both("否", "no")


def _sources(library: Library) -> Iterator[SourceTable]:
    """The delivered tables of a library that says them; a SELECT's are on the lineage page."""
    for table in dict.fromkeys(rows.table for rows in library.rows):
        yield SourceTable(
            table=table,
            title=table_title(table),
            department_title=department(department_of(wiring.city(), table)),
        )
