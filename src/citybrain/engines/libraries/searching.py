"""Libraries in a list, and people and companies found in them by name, pinyin or number."""

import unicodedata
from functools import lru_cache
from pathlib import Path

from citybrain.base.chinese import pinyin
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import knowledge, wiring
from citybrain.engines.libraries.looking import looking
from citybrain.engines.libraries.records import code_title, declared
from citybrain.engines.libraries.rowids import thing_of
from citybrain.engines.libraries.views_library import Hit, LibraryRow, SearchView, SourceField
from citybrain.engines.libraries.wiring import both, department
from citybrain.lake.home import Home
from citybrain.lake.libraries.model import Library, LibraryField
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.mask import is_masked, mask_value
from citybrain.lake.serving import Hit as Found
from citybrain.lake.serving import Serving, current

SHOWN = 40
MOST = 200  # of which those are shown that tell nothing of what is masked
DETAILS = 4  # further fields that tell people of one name apart


def library_list(actor: Actor) -> tuple[LibraryRow, ...]:
    """Every library of the city; counts only, so nothing is recorded.

    Base ones first, and of these people and companies, for the others stand on them.
    """
    wiring.require(actor, "work.read", "lake:")
    found = libraries(wiring.city()).values()
    first = {"person": 0, "company": 1}
    order = sorted(found, key=lambda one: (one.kind, first.get(one.entity, 2), one.name))
    return tuple(_row(one) for one in order)


def search_library(actor: Actor, library: str, query: str) -> SearchView:
    """People or companies by name, pinyin or number; masked by class.

    A masked number is found when it is asked for whole, or by what its mask shows: else the
    rest could be found by trying. So is a masked name by who may never reveal it. One entry
    about the library, with how many were shown, and one about whom a whole masked number was
    of. Refuses who may not read the library.
    """
    found = declared(library)
    built = current(wiring.home(), found.name) is not None
    hits: list[Found] = []
    thing, query = f"table:{found.table}", query.strip()
    if not (query and built):
        wiring.require(actor, "lake.read", thing)
        return _answer(found, query, hits, built, "")
    with looking(actor, thing, found.table) as done:
        read = _serving(wiring.home().root, found.name).search(query, limit=MOST)
        free = wiring.may(actor, "lake.reveal", thing)
        hits = [one for one in read if _tells_nothing(found, one, query, names=free)]
        hits = sorted(hits, key=lambda one: _place(found, one))[: SHOWN + 1]
        done.count = min(len(hits), SHOWN)
    for one in hits:
        if _whole_number(found, one, query):
            with looking(actor, thing_of(found, one.id), found.table) as seen:
                seen.count = 1
    return _answer(found, query, hits, built, done.entries[0])


def _answer(library: Library, query: str, hits: list[Found], built: bool, entry: str) -> SearchView:
    row = _row(library)
    return SearchView(
        library=library.name,
        library_title=row.title,
        description=row.description,
        table=row.table,
        owner_title=row.owner_title,
        rows=row.rows,
        built_at=row.built_at,
        query=query,
        hits=tuple(_hit(library, one) for one in hits[:SHOWN]),
        complete=len(hits) <= SHOWN,
        built=built,
        entry=entry,
    )


def _tells_nothing(library: Library, found: Found, query: str, *, names: bool) -> bool:
    """Whether that it was found tells no more of a masked value than the mask and the query do."""
    field = _found_by(library, found)
    shown = mask_value(found.by, field.masking, field.level) or ""
    if field.search == "name" and names:
        return True
    return _folded(query) in _wholes(found.by) or _folded(shown).startswith(_folded(query))


def _place(library: Library, found: Found) -> str:
    """By its id where it was found by a masked number, whose order would tell of it."""
    field = _found_by(library, found)
    number = field.search == "number" and is_masked(field.masking, field.level)
    return found.id if number else ""


def _whole_number(library: Library, found: Found, query: str) -> bool:
    field = _found_by(library, found)
    masked = field.search == "number" and is_masked(field.masking, field.level)
    return masked and _folded(found.by) == _folded(query)


def _found_by(library: Library, found: Found) -> LibraryField:
    """The field whose value it was found by; the most masked one where several hold it."""
    held = [f for f in library.fields if f.search and str(found.row.get(f.name)) == found.by]
    return max(held or [f for f in library.fields if f.search], key=lambda field: field.level)


def _wholes(text: str) -> tuple[str, ...]:
    """A value as it may be written whole: as it is, or a name in pinyin."""
    return (_folded(text), _folded("".join(pinyin(text))))


def _folded(text: str) -> str:
    """Without what may be written either way: width, case, blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


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
    order = knowledge.analysis().graph
    read = [one.table, *order.upstream([one.table])]
    delivered = {t for m in read for t in order.inputs.get(m, ()) if t.startswith("ods.")}
    return LibraryRow(
        name=one.name,
        title=both(one.title, one.title_en),
        kind=one.kind,
        entity=one.entity,
        table=one.table,
        description=both(one.description, one.description_en),
        owner_title=department(one.owner),
        rows=snapshot.rows if snapshot else None,
        fields=len(one.fields),
        sources=len(delivered),
        built_at=snapshot.committed_at if snapshot else None,
        file=one.file,
    )
