"""The evidence of this installation: database rows, tiles, files."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from citybrain.base.clock import Stopwatch
from citybrain.engines.ledger import copies
from citybrain.engines.ledger.content import FIELDS
from citybrain.engines.ledger.models import Checkpoint, Entry, Purpose, Tile
from citybrain.engines.ledger.problems import Verification
from citybrain.engines.ledger.sequencing import signer, tree_size
from citybrain.engines.ledger.verifying import Evidence, examine

_STEP = 20_000


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


def _rows() -> Iterator[tuple[Any, ...]]:
    """Numbered entries in order, as the database's driver gives them: models cost seconds."""
    quote = connection.ops.quote_name
    columns = ", ".join(quote(name) for name in ("number", *FIELDS))
    query = (
        f"SELECT {columns} FROM {quote(Entry._meta.db_table)}"  # noqa: S608  # our own names
        f" WHERE number > %s AND number <= %s ORDER BY number"
    )
    ends = Entry.objects.filter(number__isnull=False).order_by("number")
    first, last = ends.first(), ends.last()
    if first is None or last is None or first.number is None or last.number is None:
        return
    for start in range(first.number - 1, last.number, _STEP):
        with connection.cursor() as cursor:
            cursor.execute(query, [start, start + _STEP])
            rows = cursor.fetchall()
        yield from rows


def _purposes() -> Iterator[tuple[int, str, str | None, str | None]]:
    """Number, digest, salt and words of every entry that has a purpose."""
    quote = connection.ops.quote_name
    entry, purpose = quote(Entry._meta.db_table), quote(Purpose._meta.db_table)
    query = (
        f"SELECT e.number, e.purpose, p.salt, p.text FROM {entry} e"  # noqa: S608  # our own names
        f" LEFT JOIN {purpose} p ON p.uid = e.uid"
        f" WHERE e.number > %s AND e.number <= %s AND e.purpose <> '' ORDER BY e.number"
    )
    for start in range(0, tree_size(), _STEP):
        with connection.cursor() as cursor:
            cursor.execute(query, [start, start + _STEP])
            rows = cursor.fetchall()
        yield from rows


def verify() -> Verification:
    """Recompute entries, tree and checkpoints; name each difference."""
    watch = Stopwatch()
    found = examine(evidence())
    return Verification(
        entries=found.entries, size=found.size, root=found.root, checkpoints=found.checkpoints,
        problems=found.problems, seconds=watch.seconds(),
    )  # fmt: skip
