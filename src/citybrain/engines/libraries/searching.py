"""Libraries in a list, and people and companies found in them by name, pinyin or number."""

from functools import lru_cache
from pathlib import Path

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.records import code_title, declared, thing_of
from citybrain.engines.libraries.views_library import Hit, LibraryRow, SearchView, SourceField
from citybrain.engines.libraries.wiring import both, department
from citybrain.lake.home import Home
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.mask import is_masked, mask_value
from citybrain.lake.serving import Hit as Found
from citybrain.lake.serving import Serving, current

SHOWN = 40
DETAILS = 4  # further fields that tell people of one name apart


def library_list(actor: Actor) -> tuple[LibraryRow, ...]:
    """Every library of the city, base ones first; counts only, so nothing is recorded."""
    wiring.require(actor, "work.read", "lake:")
    found = libraries(wiring.city()).values()
    return tuple(_row(one) for one in sorted(found, key=lambda one: (one.kind, one.name)))


def search_library(actor: Actor, library: str, query: str) -> SearchView:
    """People or companies by name, pinyin, or the beginning of a number; masked by class.

    One entry about the library, with how many were shown. Refuses who may not read it.
    """
    found = declared(library)
    built = current(wiring.home(), found.name) is not None
    hits: list[Found] = []
    thing, query = f"table:{found.table}", query.strip()
    if not (query and built):
        wiring.require(actor, "lake.read", thing)
        return _answer(found, query, hits, built, "")
    with looking(actor, thing, found.table) as done:
        hits = _serving(wiring.home().root, found.name).search(query, limit=SHOWN + 1)
        done.count = min(len(hits), SHOWN)
    return _answer(found, query, hits, built, done.entries[0])


def _answer(library: Library, query: str, hits: list[Found], built: bool, entry: str) -> SearchView:
    return SearchView(
        library=library.name,
        library_title=both(library.title, library.title_en),
        query=query,
        hits=tuple(_hit(library, one) for one in hits[:SHOWN]),
        complete=len(hits) <= SHOWN,
        built=built,
        entry=entry,
    )


@lru_cache(maxsize=16)
def _serving(root: Path, library: str) -> Serving:
    return Serving(Home(root), library)


def _hit(library: Library, found: Found) -> Hit:
    shown = [_field(library, found, field.name) for field in library.fields]
    named = next((one for one in shown if _is_name(library, one.name) and one.value), None)
    return Hit(
        thing=thing_of(library, found.id),
        id=found.id,
        heading=(named.value if named else None) or found.id,
        detail=tuple(one for one in shown if one is not named and one.value)[:DETAILS],
        records=int(found.row.get("records") or 0),
    )


def _is_name(library: Library, name: str) -> bool:
    return library.field(name).search == "name"


def _field(library: Library, found: Found, name: str) -> SourceField:
    field = library.field(name)
    value = found.row.get(name)
    title = code_title(field, value).zh
    masked = bool(value) and is_masked(field.masking, field.level)
    shown = mask_value(value, field.masking, field.level)
    return SourceField(
        name=name,
        title=both(field.title, field.title_en),
        value=shown if masked else title or shown,
        masked=masked,
    )


def _row(one: Library) -> LibraryRow:
    store = wiring.store()
    snapshot = store.snapshot(one.table) if store.exists(one.table) else None
    tables = {source.table for field in one.fields for source in field.sources}
    tables |= {rows.table for rows in one.rows}
    return LibraryRow(
        name=one.name,
        title=both(one.title, one.title_en),
        kind=one.kind,
        entity=one.entity,
        table=one.table,
        description=both(one.description),
        owner_title=department(one.owner),
        rows=snapshot.rows if snapshot else None,
        fields=len(one.fields),
        sources=len(tables),
        built_at=snapshot.committed_at if snapshot else None,
        file=one.file,
    )
