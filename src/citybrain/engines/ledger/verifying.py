"""Recompute everything and name every difference. Works on evidence; no database here.

The tiles say which leaf each entry had; the signed checkpoints say whether the tiles are
true; the hot copy says what an edited entry held. Only who also holds the signing key and
both copies of the checkpoints could rewrite all of it together.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from citybrain.engines.ledger import checkpoints, merkle
from citybrain.engines.ledger.content import FIELDS, content, purpose_digest, values_of
from citybrain.engines.ledger.problems import Problem, Verification, problem
from citybrain.engines.ledger.tiles import SPAN, Tiles, hashed, split_hashes

LISTED = 200  # problems named one by one; the others are counted
Values = Sequence[Any]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that verification looks at.

    ``rows`` are (number, *FIELDS) in the order of their numbers; ``copy`` opens the hot
    copy's lines; ``purposes`` are (number, digest, salt, words) of the entries that have
    words; ``notes`` the checkpoints' texts by where they are kept.
    """

    size: int
    rows: Iterable[Values]
    tiles: Tiles
    copy: Iterable[bytes]
    notes: Mapping[str, Sequence[str]]
    public: bytes
    purposes: Iterable[tuple[int, str, str | None, str | None]] = ()


@dataclass
class _Walk:
    """What was seen on the way through all entries."""

    found: list[Problem] = field(default_factory=list)
    unlisted: int = 0
    entries: int = 0
    copied: int = 0
    copied_leaves: list[bytes] = field(default_factory=list)  # joined, 256 at a time

    def add(self, one: Problem) -> None:
        if len(self.found) < LISTED:
            self.found.append(one)
        else:
            self.unlisted += 1


def examine(evidence: Evidence) -> Verification:
    """Every problem of the evidence: entries in their order, then tree and checkpoints."""
    walk = _Walk()
    size = leaf_count(evidence.tiles)
    _walk_entries(evidence, size, walk)
    signed = checkpoints.read(evidence.notes, evidence.public)
    unfitting = checkpoints.unfitting(signed, evidence.tiles, size)
    if unfitting and _copy_is_true(signed, walk):
        walk.found = [_as_edit(one) for one in walk.found]
    walk.found = _named_as_moved(walk.found)
    for one in (
        *_truncation(evidence, signed, size, walk),
        *_words(evidence),
        *_inner_tiles(evidence.tiles),
        *signed.problems,
        *unfitting,
    ):
        walk.add(one)
    if size and not signed.roots:
        walk.add(problem("no-checkpoint", size))
    if walk.unlisted:
        walk.found.append(problem("more", walk.unlisted))
    return Verification(
        entries=walk.entries, size=size, root=_root(evidence.tiles, size),
        checkpoints=len(signed.roots), problems=tuple(walk.found),
    )  # fmt: skip


def leaf_count(tiles: Tiles) -> int:
    """How many leaves the tiles hold."""
    positions = [position for level, position in tiles if level == 0]
    if not positions:
        return 0
    return max(positions) * SPAN + len(tiles[0, max(positions)]) // merkle.WIDTH


def _root(tiles: Tiles, size: int) -> str:
    try:
        return (hashed(tiles)(0, size) if size else merkle.EMPTY_ROOT).hex()
    except KeyError:
        return ""


def _walk_entries(evidence: Evidence, size: int, walk: _Walk) -> None:
    copy = iter(evidence.copy)
    groups = _grouped(evidence.rows)
    held = next(groups, None)
    for position in range((size + SPAN - 1) // SPAN):
        rows: list[Values] = []
        while held is not None and held[0] <= position:
            rows += held[1]
            held = next(groups, None)
        lines = list(itertools.islice(copy, SPAN))
        count = min(SPAN, size - position * SPAN)
        _walk_tile(evidence.tiles.get((0, position), b""), position, count, rows, lines, walk)
        walk.entries += len(rows)
        walk.copied += len(lines)
    while held is not None:
        for row in held[1]:
            walk.entries += 1
            walk.add(problem("inserted", row[0]))
        held = next(groups, None)
    walk.copied += sum(1 for _ in copy)


def _grouped(rows: Iterable[Values]) -> Iterator[tuple[int, list[Values]]]:
    for position, group in itertools.groupby(rows, key=lambda row: (row[0] - 1) // SPAN):
        yield position, list(group)


def _walk_tile(
    blob: bytes, position: int, count: int, rows: list[Values], lines: list[bytes], walk: _Walk
) -> None:
    """Compare up to 256 entries at once, and one by one only where something differs."""
    first = position * SPAN + 1
    if [row[0] for row in rows] == list(range(first, first + count)):
        try:
            contents = [content(row[1:]) for row in rows]
        except (TypeError, ValueError, KeyError):
            contents = []
        leaves = b"".join([merkle.leaf_hash(one) for one in contents])
        if leaves == blob and lines[:count] == contents:
            walk.copied_leaves.append(blob)
            return
    walk.copied_leaves.append(b"".join([merkle.leaf_hash(line) for line in lines[:count]]))
    stored = split_hashes(blob)
    by_number = {row[0]: row for row in rows}
    for number in range(first, first + count):
        at = number - first
        leaf = stored[at] if at < len(stored) else None
        line = lines[at] if at < len(lines) else None
        _walk_one(number, by_number.pop(number, None), leaf, line, walk)
    for number in sorted(by_number):
        walk.add(problem("inserted", number))


def _walk_one(
    number: int, row: Values | None, leaf: bytes | None, line: bytes | None, walk: _Walk
) -> None:
    copied = merkle.leaf_hash(line) if line is not None else None
    good = copied is not None and copied == leaf
    facts: dict[str, Any] = {"then": _fields_of(line) if good else None, "restorable": good}
    if row is None:
        walk.add(problem("deleted", number, stored=leaf, **facts))
        return
    computed = _leaf_of(row)
    now = dict(zip(FIELDS, row[1:], strict=True))
    if computed is None:
        walk.add(problem("unreadable", number, stored=leaf, now=now, **facts))
    elif computed != leaf:
        walk.add(problem("edited", number, stored=leaf, computed=computed, now=now, **facts))
    elif copied is not None and copied != leaf:
        then = _fields_of(line)
        walk.add(problem("copy", number, stored=leaf, computed=copied, then=then, now=now))


def _leaf_of(row: Values) -> bytes | None:
    try:
        return merkle.leaf_hash(content(row[1:]))
    except (TypeError, ValueError, KeyError):
        return None


def _fields_of(line: bytes | None) -> dict[str, Any] | None:
    try:
        return dict(zip(FIELDS, values_of(line or b""), strict=True))
    except ValueError:
        return None


def _copy_is_true(signed: checkpoints.Signed, walk: _Walk) -> bool:
    """Whether the hot copy, unlike the tree, is what was signed."""
    leaves = split_hashes(b"".join(walk.copied_leaves))
    newest = checkpoints.newest_true(signed, (one for one in signed.roots if one <= len(leaves)))
    return newest is not None and merkle.root_of(leaves[: newest[0]]) == newest[1]


def _as_edit(one: Problem) -> Problem:
    """Tree and entry were rewritten together: then the copy is right, and they are wrong."""
    if one.kind != "copy":
        return one
    stored, computed = bytes.fromhex(one.computed), bytes.fromhex(one.stored)
    return problem(
        "edited", one.number, stored=stored, computed=computed, then=one.then, now=one.now,
        restorable=True,
    )  # fmt: skip


def _named_as_moved(found: list[Problem]) -> list[Problem]:
    """Call it reordered where an entry's content belongs to another edited entry's place."""
    places = {one.stored: one.number for one in found if one.kind in {"edited", "deleted"}}
    moved = []
    for one in found:
        other = places.get(one.computed) if one.kind == "edited" else None
        if other is None:
            moved.append(one)
            continue
        said = problem("reordered", one.number, other=other)
        moved.append(
            replace(one, kind=said.kind, sentence=said.sentence, sentence_en=said.sentence_en)
        )
    return moved


def _truncation(
    evidence: Evidence, signed: checkpoints.Signed, size: int, walk: _Walk
) -> Iterator[Problem]:
    most = max((*signed.roots, evidence.size, walk.copied))
    if most > size:
        yield problem("truncated", size, other=most, restorable=walk.copied >= most)
    if evidence.size < size:
        yield problem("size", evidence.size, other=size)
    if walk.copied < size:
        yield problem("copy-short", walk.copied, other=size)


def _words(evidence: Evidence) -> Iterator[Problem]:
    for number, digest, salt, words in evidence.purposes:
        if salt is None or words is None or purpose_digest(salt, words) != digest:
            yield problem("purpose", number)


def _inner_tiles(tiles: Tiles) -> Iterator[Problem]:
    """Tiles whose hashes are not the roots of the tiles below them."""
    fresh: dict[tuple[int, int], bytes] = {}
    size = leaf_count(tiles)
    level, count = 0, size
    while count:
        for position in range((count + SPAN - 1) // SPAN):
            blob = tiles.get((level, position), b"")
            wanted = min(SPAN, count - position * SPAN) * merkle.WIDTH
            expected = fresh.get((level, position), blob)
            if len(blob) != wanted or blob != expected:
                yield problem("tree", position, other=level)
            if len(blob) == SPAN * merkle.WIDTH:
                above = (level + 1, position // SPAN)
                fresh[above] = fresh.get(above, b"") + merkle.root_of(split_hashes(blob))
        level, count = level + 1, count // SPAN
