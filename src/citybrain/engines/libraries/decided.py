"""The decisions by hand about one record, also those withdrawn; its mentions are not shown."""

from collections.abc import Iterable

from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.views_library import Override
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.record import golden
from citybrain.lake.resolve import overrides

KINDS = {"person": "people", "company": "companies"}


def overrides_of(library: Library, entity_id: str) -> tuple[Override, ...]:
    """Newest first; the look at the record is the caller's to record."""
    if library.entity not in KINDS:
        return ()
    found = overrides.listed(wiring.store(), kind=KINDS[library.entity])
    if not found:
        return ()
    whole = golden(wiring.store(), wiring.city(), library.name, entity_id, reveal=True)
    mine = {edge.mention for edge in whole.edges} if whole else set()
    return tuple(
        Override(
            id=one.id,
            at=one.at or wiring.clock().now(),
            same=one.verdict == "together",
            tables=_titles({mention.split("/", 1)[0] for mention in one.mentions}),
            by=one.by,
            reason=one.why,
            withdrawn_at=one.removed_at,
            withdrawn_why=one.removed_why,
        )
        for one in reversed(found)
        if mine.intersection(one.mentions)
    )


def _titles(tables: Iterable[str]) -> Text:
    known = wiring.city().contracts
    found = [known[name] for name in sorted(tables) if name in known]
    return both(
        "、".join(one.title or one.id for one in found),
        ", ".join(one.title_en or one.title or one.id for one in found),
    )
