"""The proof that one entry is in the signed tree, level by level."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.ledger import copies, merkle, notes, tiles
from citybrain.engines.ledger.content import content
from citybrain.engines.ledger.entries import words_of
from citybrain.engines.ledger.models import Checkpoint, Entry, moment
from citybrain.engines.ledger.reading import EntryView, view
from citybrain.engines.ledger.sequencing import StoredTiles, row_values, signer


class UnknownEntryError(CityError):
    """No checkpoint covers an entry of this number."""

    status = 404


@dataclass(frozen=True, kw_only=True)
class Step:
    """One level of the path: the neighbour on its side, and the hash above, then and now."""

    level: int
    side: str  # left or right
    neighbour: str
    then: str
    now: str


@dataclass(frozen=True, kw_only=True)
class ProofView:
    """A proof; hashes are hex. ``then`` follows the recorded leaf, ``now`` the entry as it is.

    ``entry`` is None where the entry was deleted; ``whole`` when the entry as it is leads to
    the signed root. ``witnesses`` counts the copies that hold the same checkpoint.
    """

    number: int
    size: int
    entry: EntryView | None
    content: str
    leaf_then: str
    leaf_now: str
    path: tuple[Step, ...]
    root_signed: str
    root_now: str
    whole: bool
    checkpoint: int
    checkpoint_at: datetime
    checkpoint_text: str
    witnesses: int
    key: str

    def as_dict(self) -> dict[str, Any]:
        """What ``tools/verify_ledger.py`` needs to check this one proof."""
        return {
            "number": self.number, "size": self.size, "content": self.content,
            "path": [step.neighbour for step in self.path],
            "checkpoint": self.checkpoint_text, "key": self.key,
        }  # fmt: skip

    def as_json(self) -> str:
        """The same as a file."""
        return json.dumps(self.as_dict(), indent=1, ensure_ascii=False) + "\n"


def proof(number: int) -> ProofView:
    """The proof of entry ``number`` under the newest checkpoint that covers it.

    Raises :class:`UnknownEntryError` when no checkpoint covers it yet.
    """
    signed = Checkpoint.objects.filter(size__gte=number).order_by("-size").first()
    if number < 1 or signed is None:
        raise UnknownEntryError(
            both(f"第 {number} 条记录还没有证明", f"Entry {number} has no proof yet"),
            why=both("没有检查点包含它", "no checkpoint contains it"),
            do=both("请核对编号，或稍后再试", "Check the number, or try again later"),
        )
    stored = StoredTiles()
    neighbours = merkle.inclusion_proof(number - 1, signed.size, tiles.hashed(stored))
    position, offset = divmod(number - 1, tiles.SPAN)
    then = tiles.split_hashes(stored[0, position])[offset]
    row = Entry.objects.filter(number=number).first()
    said = content(row_values(row)) if row else b""
    now = merkle.leaf_hash(said) if row else b""
    path = _steps(number - 1, signed.size, neighbours, then, now)
    root = path[-1].now if path else now.hex()
    return ProofView(
        number=number,
        size=signed.size,
        entry=view(row, words_of([row.uid]).get(row.uid, "")) if row else None,
        content=said.decode("ascii"),
        leaf_then=then.hex(),
        leaf_now=now.hex(),
        path=path,
        root_signed=notes.parse(signed.note).root.hex(),
        root_now=root,
        whole=root == notes.parse(signed.note).root.hex(),
        checkpoint=signed.number,
        checkpoint_at=moment(signed.at),
        checkpoint_text=signed.note,
        witnesses=_witnesses(signed.note),
        key=signer().verifier(),
    )


def _witnesses(note: str) -> int:
    paths = copies.places().checkpoints
    return sum(note in copies.notes_of(path) for path in paths)


def _steps(
    index: int, size: int, neighbours: list[bytes], then: bytes, now: bytes
) -> tuple[Step, ...]:
    """Climb twice, from the recorded leaf and from the entry as it is."""
    steps = []
    last = size - 1
    rest = iter(neighbours)
    level = 0
    while last:
        if index & 1 or index < last:
            left = bool(index & 1)
            sibling = next(rest)
            then = merkle.node_hash(sibling, then) if left else merkle.node_hash(then, sibling)
            now = merkle.node_hash(sibling, now) if left else merkle.node_hash(now, sibling)
            steps.append(
                Step(
                    level=level + 1,
                    side="left" if left else "right",
                    neighbour=sibling.hex(),
                    then=then.hex(),
                    now=now.hex(),
                )
            )
        index, last, level = index >> 1, last >> 1, level + 1
    return tuple(steps)
