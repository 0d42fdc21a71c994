"""What the checkpoints say, read from every place that keeps them, and whether they agree."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from citybrain.engines.ledger import notes
from citybrain.engines.ledger.merkle import RangeHash
from citybrain.engines.ledger.problems import Problem, problem
from citybrain.engines.ledger.tiles import Tiles, hashed

PLACES = {
    "database": ("数据库", "the database"),
    "copy": ("检查点副本", "the copy of the checkpoints"),
    "witness": ("见证副本", "the witness copy"),
}


@dataclass
class Signed:
    """Sizes with their signed roots (more than one: a fork), and what was wrong on reading."""

    roots: dict[int, set[bytes]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read(kept: Mapping[str, Sequence[str]], public: bytes) -> Signed:
    """Read the notes of every place; name unsigned ones and those that one place lacks."""
    signed = Signed()
    judged: dict[str, notes.Note | None] = {}
    held: dict[str, set[int]] = {}
    for place, texts in kept.items():
        held[place] = set()
        for text in texts:
            if text not in judged:
                judged[text] = _judge(text, public)
            note = judged[text]
            if note is None:
                size = _size(text)
                signed.problems.append(problem("signature", size, where=_named(place)))
                continue
            held[place].add(note.size)
            signed.roots.setdefault(note.size, set()).add(note.root)
    for place, sizes in held.items():
        for size in sorted(signed.roots.keys() - sizes):
            signed.problems.append(problem("checkpoint-missing", size, where=_named(place)))
    return signed


def _named(place: str) -> tuple[str, str]:
    return PLACES.get(place, (place, place))


def _judge(text: str, public: bytes) -> notes.Note | None:
    try:
        note = notes.parse(text)
    except ValueError:
        return None
    return note if notes.signed_by(note, public) else None


def _size(text: str) -> int:
    lines = text.split("\n")
    return int(lines[1]) if len(lines) > 1 and lines[1].isdecimal() else 0


def unfitting(signed: Signed, tiles: Tiles, size: int) -> list[Problem]:
    """Checkpoints whose signed root is not the tree's at their size."""
    root = hashed(tiles)
    found = []
    for claimed, roots in sorted(signed.roots.items()):
        if not 0 < claimed <= size:
            continue
        computed = _try(root, claimed)
        found += [
            problem("forked", claimed, stored=one, computed=computed)
            for one in sorted(roots)
            if one != computed
        ]
    return found


def _try(root: RangeHash, size: int) -> bytes | None:
    try:
        return root(0, size)
    except KeyError:
        return None


def newest_true(signed: Signed, sizes: Iterable[int]) -> tuple[int, bytes] | None:
    """The largest of these sizes that exactly one root was signed for."""
    single = [size for size in sizes if len(signed.roots.get(size, ())) == 1]
    return (max(single), next(iter(signed.roots[max(single)]))) if single else None
