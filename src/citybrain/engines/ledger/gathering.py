"""The evidence of this installation: database rows, tiles, files."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection

from citybrain.base.clock import Stopwatch
from citybrain.engines.ledger import copies
from citybrain.engines.ledger.models import Checkpoint, Tile
from citybrain.engines.ledger.problems import Verification
from citybrain.engines.ledger.sequencing import signer, tree_size
from citybrain.engines.ledger.verifying import Evidence, examine

_STEP = 20_000
# In the order of FIELDS. The CASE keeps SQLite's driver from calling Python for each value.
_ENTRIES = (
    "SELECT number, uid, at, actor, department, action, thing, outcome,"
    " CASE WHEN masked IS NULL THEN NULL WHEN masked THEN 1 ELSE 0 END,"
    " count, purpose, digest FROM ledger_entry WHERE number > %s ORDER BY number LIMIT %s"
)
_PURPOSES = (
    "SELECT e.number, e.purpose, p.salt, p.text FROM ledger_entry e"
    " LEFT JOIN ledger_purpose p ON p.uid = e.uid"
    " WHERE e.number > %s AND e.number <= %s AND e.purpose <> '' ORDER BY e.number"
)


def evidence() -> Evidence:
    """Everything that verification looks at, as it is now."""
    places = copies.places()
    return Evidence(
        size=tree_size(),
        rows=_rows(),
        tiles=all_tiles(),
        copy=copies.lines_of(places.entries),
        notes={
            "database": list(Checkpoint.objects.order_by("size").values_list("note", flat=True)),
            "copy": copies.notes_of(places.checkpoints[0]),
            "witness": copies.notes_of(places.checkpoints[1]),
        },
        public=signer().public(),
        purposes=_purposes(),
    )


def all_tiles() -> dict[tuple[int, int], bytes]:
    """Every tile: 32 bytes for each entry."""
    rows = Tile.objects.values_list("level", "position", "hashes")
    return {(level, position): bytes(hashes) for level, position, hashes in rows.iterator()}


def _rows() -> Iterator[Sequence[Any]]:
    """Numbered entries in order, as the database's driver gives them: models cost seconds."""
    start: Any = -(2**63)
    while rows := _fetch(_ENTRIES, [start, _STEP]):
        start = rows[-1][0]
        if not isinstance(start, int):
            # Only a shell can write such a number; SQLite sorts it behind all others.
            rows = [row if isinstance(row[0], int) else (2**62, *row[1:]) for row in rows]
        yield from rows


def _purposes() -> Iterator[tuple[int, str, str | None, str | None]]:
    """Number, digest, salt and words of every entry that has a purpose."""
    for start in range(0, tree_size(), _STEP):
        yield from _fetch(_PURPOSES, [start, start + _STEP])


def _fetch(query: str, values: Sequence[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def verify() -> Verification:
    """Recompute entries, tree and checkpoints; name each difference."""
    watch = Stopwatch()
    found = examine(evidence())
    return Verification(
        entries=found.entries, size=found.size, root=found.root, checkpoints=found.checkpoints,
        problems=found.problems, seconds=watch.seconds(),
    )  # fmt: skip
