"""Bring a damaged entry back from the hot copy, and only if it is what was signed."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.engines.ledger import copies, merkle, notes, tiles
from citybrain.engines.ledger.content import FIELDS, content, values_of
from citybrain.engines.ledger.models import Checkpoint, Entry, Tree
from citybrain.engines.ledger.sequencing import StoredTiles, signer


def restore_entry(number: int) -> Sequence[Any]:
    """Write entry ``number`` back as it was; the values of ``FIELDS`` that it now has.

    The copy's line must hash to the recorded leaf, and the recorded leaf must lead to a
    signed root; where the tree itself was rewritten, the whole copy must lead there, and the
    tree is written anew from it. Raises :class:`CityError` when no true copy is left.
    """
    line = _line(number)
    with transaction.atomic():
        Tree.objects.select_for_update().filter(pk=1).first()  # no sequencer meanwhile
        if not _recorded(number, merkle.leaf_hash(line)):
            _rebuild_tree()
        values = values_of(line)
        if content(values) != line or not _recorded(number, merkle.leaf_hash(line)):
            raise _lost(
                number,
                both(
                    "热备副本中的这一行也与签名的树不符",
                    "the hot copy of it does not lead to the signed tree either",
                ),
            )
        fields = dict(zip(FIELDS, values, strict=True))
        _make_room(number, fields["uid"])
        if not Entry.objects.filter(number=number).update(**fields):
            Entry.objects.create(number=number, **fields)
    return values


def _make_room(number: int, uid: str) -> None:
    """Where the entry stands at another number, let it and the one in its place change places."""
    elsewhere = Entry.objects.filter(uid=uid).exclude(number=number).first()
    if elsewhere is None:
        return
    place = elsewhere.number
    in_place = Entry.objects.filter(number=number).first()
    Entry.objects.filter(pk=elsewhere.pk).update(number=None)
    if in_place is not None:
        Entry.objects.filter(pk=in_place.pk).update(number=place)
    Entry.objects.filter(pk=elsewhere.pk).update(number=number)


def _line(number: int) -> bytes:
    for at, line in enumerate(copies.lines_of(copies.places().entries), 1):
        if at == number:
            return line
    raise _lost(number, both("热备副本中没有这一行", "the hot copy does not hold it"))


def _lost(number: int, why: Text) -> CityError:
    return CityError(
        both(f"第 {number} 条记录无法恢复", f"Entry {number} cannot be restored"),
        why=why,
        do=both("请从备份恢复整个留痕", "Restore the whole ledger from a backup"),
    )


def _recorded(number: int, leaf: bytes) -> bool:
    """Whether the tree holds this leaf there, and the tree is the signed one."""
    signed = _newest_signed(number)
    stored = StoredTiles()
    position, offset = divmod(number - 1, tiles.SPAN)
    try:
        held = tiles.split_hashes(stored[0, position])
        root = tiles.hashed(stored)
        path = merkle.inclusion_proof(number - 1, signed.size, root)
    except (KeyError, ValueError):
        return False
    if offset >= len(held) or held[offset] != leaf:
        return False
    return merkle.verify_inclusion(number - 1, signed.size, leaf, path, signed.root)


def _newest_signed(number: int) -> notes.Note:
    """The newest checkpoint over the entry whose signature is this ledger's."""
    kept = list(Checkpoint.objects.filter(size__gte=number).values_list("note", flat=True))
    for path in copies.places().checkpoints:
        kept += copies.notes_of(path)
    public = signer().public()
    found = []
    for text in set(kept):
        try:
            note = notes.parse(text)
        except ValueError:
            continue
        if note.size >= number and notes.signed_by(note, public):
            found.append(note)
    if not found:
        raise _lost(number, both("没有一个签名的检查点包含它", "no signed checkpoint contains it"))
    return max(found, key=lambda note: note.size)


def _rebuild_tree() -> None:
    """Write the tiles anew from the hot copy, if the copy leads to the newest signed root."""
    newest = _newest_signed(1)
    lines = copies.lines_of(copies.places().entries)
    leaves = [merkle.leaf_hash(line) for line in lines][: newest.size]
    if merkle.root_of(leaves) != newest.root:
        raise _lost(
            newest.size,
            both("热备副本与签名的树不符", "the hot copy does not lead to the signed tree"),
        )
    later = StoredTiles()
    fresh: dict[tuple[int, int], bytes] = {}
    tiles.append(fresh, 0, leaves)
    for place, hashes in fresh.items():
        held = later.get(place, b"")
        # Leaves numbered after the newest checkpoint are in the last tiles only: keep them.
        later[place] = hashes + held[len(hashes) :]
