"""The one sequencer: gives entries their number, grows the tree, signs checkpoints.

It runs from the worker and whenever somebody wants to see numbers. Order: the database
first (numbers and tree in one transaction), then the hot copy, then the checkpoint; after a
crash in between, the next run finishes what is missing.
"""

import logging
from collections.abc import Iterator, MutableMapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from citybrain.base.clock import Clock
from citybrain.engines.ledger import copies, merkle, notes, tiles
from citybrain.engines.ledger.content import FIELDS, content
from citybrain.engines.ledger.models import Checkpoint, Entry, Tile, Tree, microseconds, moment

logger = logging.getLogger(__name__)
# What damaged rows and tiles raise; a number that is taken, where the tree's count was lowered.
UNSOUND = (KeyError, TypeError, ValueError, IntegrityError)
SIGN_EVERY = timedelta(seconds=10)
BATCH = 20_000  # entries of one transaction: half a second of holding SQLite's write lock


class StoredTiles(MutableMapping[tuple[int, int], bytes]):
    """The tiles in the database; reads are kept for the life of this object."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bytes] = {}

    def __getitem__(self, place: tuple[int, int]) -> bytes:
        if place not in self._known:
            row = Tile.objects.filter(level=place[0], position=place[1]).first()
            if row is None:
                raise KeyError(place)
            self._known[place] = bytes(row.hashes)
        return self._known[place]

    def __setitem__(self, place: tuple[int, int], hashes: bytes) -> None:
        Tile.objects.update_or_create(
            level=place[0], position=place[1], defaults={"hashes": hashes}
        )
        self._known[place] = hashes

    def __delitem__(self, place: tuple[int, int]) -> None:
        raise TypeError("a tile is never removed")

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(Tile.objects.values_list("level", "position"))

    def __len__(self) -> int:
        return Tile.objects.count()


def signer() -> notes.Signer:
    """The key of this installation's ledger."""
    return notes.Signer(keys=copies.places().keys, origin=settings.CITYBRAIN_LEDGER_ORIGIN)


def sequence(*, clock: Clock, sign: bool = False) -> int:
    """Give every committed entry its number; how many were numbered.

    A checkpoint is signed when the newest is older than ``SIGN_EVERY``, or with ``sign``.
    Does nothing, and returns 0, inside somebody's transaction: what might yet be rolled back
    has no place in the tree.
    """
    if _inside_a_transaction():
        return 0
    due = _checkpoint_due(clock=clock, sign=sign)
    if not (due or Entry.objects.filter(number__isnull=True).exists()):
        return 0
    places = copies.places()
    numbered = 0
    with copies.alone(places.folder):
        try:
            while added := _number_some():
                numbered += added
            _follow(places)
            if _checkpoint_due(clock=clock, sign=sign):
                _checkpoint(places, clock=clock)
        except UNSOUND as error:
            # Acts go on being recorded; verification names what was damaged.
            logger.exception("The ledger cannot be sequenced: %s", type(error).__name__)
    return numbered


def _checkpoint_due(*, clock: Clock, sign: bool) -> bool:
    newest, size = newest_checkpoint(), tree_size()
    if newest is None or newest.size >= size:
        return size > 0 and newest is None
    # A clock that was set back must not keep checkpoints from being signed.
    return sign or abs(clock.now() - moment(newest.at)) >= SIGN_EVERY


def _inside_a_transaction() -> bool:
    blocks = connection.atomic_blocks
    return bool(blocks) and not getattr(blocks[-1], "_from_testcase", False)


def tree_size() -> int:
    """How many entries have a number."""
    return Tree.objects.filter(pk=1).values_list("size", flat=True).first() or 0


def _number_some() -> int:
    with transaction.atomic():
        Tree.objects.get_or_create(pk=1)
        tree = Tree.objects.select_for_update().get(pk=1)
        pending = Entry.objects.filter(number__isnull=True).order_by("id")
        rows = list(pending.values_list("id", *FIELDS)[:BATCH])
        if not rows:
            return 0
        leaves = [merkle.leaf_hash(content(row[1:])) for row in rows]
        _write_numbers([(tree.size + n, row[0]) for n, row in enumerate(rows, 1)])
        tiles.append(StoredTiles(), tree.size, leaves)
        tree.size += len(rows)
        tree.save()
    return len(rows)


def _write_numbers(numbers: list[tuple[int, int]]) -> None:
    """One prepared statement for all: the ORM's bulk update is forty times slower here."""
    table = connection.ops.quote_name(Entry._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(f"UPDATE {table} SET number = %s WHERE id = %s", numbers)  # noqa: S608  # our own table's name


def contents(first: int, last: int) -> Iterator[bytes]:
    """Canonical bytes of the numbered entries ``first`` to ``last``, in order."""
    rows = Entry.objects.filter(number__range=(first, last)).order_by("number")
    for row in rows.values_list(*FIELDS).iterator(chunk_size=5000):
        yield content(row)


def _follow(places: copies.Places) -> None:
    """Bring the hot copy up to the tree; its length is remembered to save counting lines."""
    tree = Tree.objects.filter(pk=1).first()
    if tree is None:
        return
    path = places.entries
    same = path.exists() and path.stat().st_size == tree.copied_bytes
    held = tree.copied if same else copies.whole_lines(path)
    for first in range(held + 1, tree.size + 1, BATCH):
        block = contents(first, min(first + BATCH - 1, tree.size))
        copies.append_durably(path, copies.join(block))
    if held < tree.size or not same:
        length = path.stat().st_size if path.exists() else 0
        Tree.objects.filter(pk=1).update(copied=max(held, tree.size), copied_bytes=length)


def _checkpoint(places: copies.Places, *, clock: Clock) -> None:
    size, hashed = tree_size(), tiles.hashed(StoredTiles())
    newest = newest_checkpoint()
    if newest and hashed(0, newest.size) != notes.parse(newest.note).root:
        logger.error("No checkpoint is signed: the tree no longer fits the newest one")
        return
    _adopt(places, hashed, after=newest.size if newest else 0, size=size)
    if not Checkpoint.objects.filter(size=size).exists():
        _keep(places, signer().sign(size=size, root=hashed(0, size), at=clock.now()))


def _keep(places: copies.Places, text: str) -> None:
    """Write a note to both files, then to the database: what the database has, all have."""
    for path in places.checkpoints:
        copies.keep_note(path, text)
    note = notes.parse(text)
    at = microseconds(datetime.fromisoformat(note.at))
    Checkpoint.objects.create(size=note.size, root=note.root.hex(), at=at, note=text)


def _adopt(places: copies.Places, hashed: merkle.RangeHash, *, after: int, size: int) -> None:
    """Keep everywhere what a crash left in one file: a signed note of this very tree."""
    for note in _in_files_only(places, after=after, size=size):
        if hashed(0, note.size) == note.root:
            logger.warning("The checkpoint over %d entries is put back from its copies", note.size)
            _keep(places, note.whole)


def _in_files_only(places: copies.Places, *, after: int, size: int) -> list[notes.Note]:
    """Signed notes at the end of the files that are newer than what the database has."""
    public, found = signer().public(), {}
    for path in places.checkpoints:
        for text in copies.last_notes(path):
            try:
                note = notes.parse(text)
            except ValueError:
                continue
            if after < note.size <= size and notes.signed_by(note, public):
                found[note.size] = note
    return sorted(found.values(), key=lambda one: one.size)


def missing_in_database() -> tuple[int, ...]:
    """Sizes of the newest checkpoints that only the files hold, and the next signing puts back."""
    places, newest = copies.places(), newest_checkpoint()
    with copies.alone(places.folder):
        after = newest.size if newest else 0
        found = _in_files_only(places, after=after, size=tree_size())
    return tuple(note.size for note in found)


def newest_checkpoint() -> Checkpoint | None:
    """The checkpoint of the largest tree."""
    return Checkpoint.objects.order_by("-size").first()


def row_values(entry: Entry) -> tuple[Any, ...]:
    """The values of ``FIELDS`` of a row."""
    return tuple(getattr(entry, name) for name in FIELDS)
