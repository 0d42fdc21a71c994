"""The evidence of this installation: database rows, tiles, files."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from citybrain.base.clock import Stopwatch
from citybrain.engines.ledger import copies
from citybrain.engines.ledger.models import Checkpoint, Tile, Tree
from citybrain.engines.ledger.problems import Verification
from citybrain.engines.ledger.sequencing import signer
from citybrain.engines.ledger.verifying import Evidence, examine

_STEP = 20_000
# In the order of FIELDS. The CASE keeps SQLite's driver from calling Python for each value.
_SELECT = (
    "SELECT number, uid, at, actor, department, action, thing, outcome,"
    " CASE WHEN masked IS NULL THEN NULL WHEN masked THEN 1 ELSE 0 END,"
    " count, purpose, digest FROM ledger_entry WHERE number > %s"
)
_ENTRIES = _SELECT + " ORDER BY number LIMIT %s"
_ENTRIES_WITHIN = _SELECT + " AND number <= %s ORDER BY number LIMIT %s"
_PURPOSES = (
    "SELECT e.number, e.purpose, p.salt, p.text FROM ledger_entry e"
    " LEFT JOIN ledger_purpose p ON p.uid = e.uid"
    " WHERE e.number > %s AND e.number <= %s AND e.purpose <> '' ORDER BY e.number"
)


def evidence() -> Evidence:
    """Everything that verification looks at, as of one moment.

    The sequencer is kept waiting only while tiles and notes are read; entries that it numbers
    afterwards lie beyond ``size`` and are left out. Whatever lay there before is a stray.
    """
    places = copies.places()
    with copies.alone(places.folder), transaction.atomic():
        # The row's lock keeps sequencers of other machines out, too.
        tree = Tree.objects.select_for_update().filter(pk=1).first()
        size = tree.size if tree else 0
        strays = _fetch(_ENTRIES, [size, _STEP])
        tiles = all_tiles()
        kept = {
            "database": list(Checkpoint.objects.order_by("size").values_list("note", flat=True)),
            "copy": copies.notes_of(places.checkpoints[0]),
            "witness": copies.notes_of(places.checkpoints[1]),
        }
        copied = places.entries.stat().st_size if places.entries.exists() else 0
    return Evidence(
        size=size,
        rows=itertools.chain(_rows(size), map(_with_a_number, strays)),
        tiles=tiles,
        copy=copies.lines_of(places.entries, limit=copied),
        notes=kept,
        public=signer().public(),
        purposes=_purposes(size),
    )


def all_tiles() -> dict[tuple[int, int], bytes]:
    """Every tile: 32 bytes for each entry."""
    rows = Tile.objects.values_list("level", "position", "hashes")
    return {(level, position): bytes(hashes) for level, position, hashes in rows.iterator()}


def _rows(size: int) -> Iterator[Sequence[Any]]:
    """Numbered entries in order, as the database's driver gives them: models cost seconds."""
    start = -(2**63)
    while rows := _fetch(_ENTRIES_WITHIN, [start, size, _STEP]):
        start = rows[-1][0]
        yield from rows


def _with_a_number(row: Sequence[Any]) -> Sequence[Any]:
    """Only a shell can write a number that is none; SQLite sorts it behind all others."""
    return row if isinstance(row[0], int) else (2**62, *row[1:])


def _purposes(size: int) -> Iterator[tuple[int, str, str | None, str | None]]:
    """Number, digest, salt and words of every entry that has a purpose."""
    for start in range(0, size, _STEP):
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
