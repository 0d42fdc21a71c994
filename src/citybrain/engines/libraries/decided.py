"""The decisions by hand that are in force about one record; its mentions are not shown."""

from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.views_library import Override
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.record import golden
from citybrain.lake.resolve import overrides

KINDS = {"person": "people", "company": "companies"}


def overrides_of(library: Library, entity_id: str) -> tuple[Override, ...]:
    """Newest first; the look at the record is the caller's to record."""
    if library.entity not in KINDS:
        return ()
    found = overrides.in_force(wiring.store(), kind=KINDS[library.entity])
    if not found:
        return ()
    whole = golden(wiring.store(), wiring.city(), library.name, entity_id, reveal=True)
    mine = {edge.mention for edge in whole.edges} if whole else set()
    return tuple(
        Override(
            at=one.at or wiring.clock().now(),
            same=one.verdict == "together",
            other="、".join(sorted({m.split("/", 1)[0] for m in one.mentions if m not in mine})),
            by=one.by,
            reason=one.why,
        )
        for one in reversed(found)
        if mine.intersection(one.mentions)
    )
