"""Two thousand random ways to tamper with a small ledger; each must be found."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest

from citybrain.base.clock import CITY_ZONE, FixedClock
from citybrain.engines.ledger import content, merkle, notes, tiles
from citybrain.engines.ledger.verifying import Evidence, examine

SIZE = 280
LATER = datetime(2021, 7, 1, tzinfo=CITY_ZONE)
CHECKPOINTS = (40, 256, SIZE)


@cache
def _signer() -> notes.Signer:
    return notes.Signer(keys=Path(mkdtemp()), origin="test.invalid/ledger")


def _row(number: int, dice: random.Random) -> list[object]:
    return [
        number, f"{number:032x}", 1_623_000_000_000_000 + dice.randrange(10**9), f"u{number % 7}",
        "civil_affairs", "lake.read", f"table:civil.t{number % 5}", "done",
        dice.choice([True, False, None]), dice.choice([None, number]), "", "",
    ]  # fmt: skip


def sound(clock: FixedClock) -> Evidence:
    """A ledger of 280 entries with three checkpoints, kept in all three places."""
    dice = random.Random(1)
    rows = [_row(n, dice) for n in range(1, SIZE + 1)]
    lines = [content.content(row[1:]) for row in rows]
    leaves = [merkle.leaf_hash(line) for line in lines]
    store: dict[tuple[int, int], bytes] = {}
    tiles.append(store, 0, leaves)
    signed = [
        _signer().sign(size=size, root=merkle.root_of(leaves[:size]), at=clock.now())
        for size in CHECKPOINTS
    ]
    kept = {place: list(signed) for place in ("database", "copy", "witness")}
    return Evidence(
        size=SIZE, rows=rows, tiles=store, copy=lines, notes=kept, public=_signer().public()
    )


def changed(value: object, field: str, dice: random.Random) -> object:
    """Another value of the field, as somebody with a database shell would write it."""
    if field == "masked":
        return dice.choice([one for one in (True, False, None) if one is not value])
    if field in {"at", "count"}:
        return (value if isinstance(value, int) else 0) + dice.choice([-1, 1, 10**6])
    return f"{value}{dice.choice('abc0')}"


def edit(evidence: Evidence, dice: random.Random) -> Evidence:
    rows = [list(row) for row in evidence.rows]
    at = dice.randrange(SIZE)
    field = dice.randrange(len(content.FIELDS))
    rows[at][field + 1] = changed(rows[at][field + 1], content.FIELDS[field], dice)
    return replace(evidence, rows=rows)


def delete(evidence: Evidence, dice: random.Random) -> Evidence:
    rows = list(evidence.rows)
    del rows[dice.randrange(SIZE)]
    return replace(evidence, rows=rows)


def delete_and_close_the_gap(evidence: Evidence, dice: random.Random) -> Evidence:
    rows = [list(row) for row in evidence.rows]
    del rows[dice.randrange(SIZE)]
    for number, row in enumerate(rows, 1):
        row[0] = number
    return replace(evidence, rows=rows)


def reorder(evidence: Evidence, dice: random.Random) -> Evidence:
    rows = [list(row) for row in evidence.rows]
    one, other = dice.sample(range(SIZE), 2)
    rows[one][1:], rows[other][1:] = rows[other][1:], rows[one][1:]
    return replace(evidence, rows=rows)


def insert(evidence: Evidence, dice: random.Random) -> Evidence:
    number = SIZE + dice.randint(1, 300)
    return replace(evidence, rows=[*evidence.rows, _row(number, dice)])


def rebuilt(evidence: Evidence, rows: list[list[object]]) -> Evidence:
    """Entries and tree written anew, as somebody would who knows how the tree is made."""
    for number, row in enumerate(rows, 1):
        row[0] = number
    store: dict[tuple[int, int], bytes] = {}
    tiles.append(store, 0, [merkle.leaf_hash(content.content(row[1:])) for row in rows])
    return replace(evidence, rows=rows, tiles=store, size=len(rows))


def truncate(evidence: Evidence, dice: random.Random) -> Evidence:
    return rebuilt(evidence, [list(row) for row in evidence.rows][: dice.randrange(SIZE)])


def rewrite(evidence: Evidence, dice: random.Random) -> Evidence:
    """Edit an entry, write the tree anew, and edit the hot copy too."""
    rows = [list(row) for row in edit(evidence, dice).rows]
    lines = [content.content(row[1:]) for row in rows]
    copy = lines if dice.random() < 0.5 else evidence.copy
    return replace(rebuilt(evidence, rows), copy=copy)


def fork(evidence: Evidence, dice: random.Random) -> Evidence:
    """Rewrite everything in the database and sign it anew with the stolen key."""
    rewritten = rewrite(evidence, dice)
    root = tiles.hashed(rewritten.tiles)
    signed = [_signer().sign(size=size, root=root(0, size), at=LATER) for size in CHECKPOINTS]
    return replace(rewritten, notes={**evidence.notes, "database": signed, "copy": signed})


def flip_a_tile(evidence: Evidence, dice: random.Random) -> Evidence:
    store = dict(evidence.tiles)
    place = dice.choice(sorted(store))
    blob = bytearray(store[place])
    blob[dice.randrange(len(blob))] ^= 1 << dice.randrange(8)
    store[place] = bytes(blob)
    return replace(evidence, tiles=store)


def touch_a_checkpoint(evidence: Evidence, dice: random.Random) -> Evidence:
    place = dice.choice(sorted(evidence.notes))
    texts = list(evidence.notes[place])
    at = dice.randrange(len(texts))
    if dice.random() < 0.5:
        del texts[at]
    else:
        position = dice.randrange(len(texts[at]) - 1)
        other = "A" if texts[at][position] != "A" else "B"
        texts[at] = texts[at][:position] + other + texts[at][position + 1 :]
    return replace(evidence, notes={**evidence.notes, place: texts})


def touch_the_copy(evidence: Evidence, dice: random.Random) -> Evidence:
    lines = list(evidence.copy)
    at = dice.randrange(SIZE)
    kind = dice.randrange(3)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines[at] = lines[at][:-1] + b" }"
    else:
        lines.insert(at, lines[at])
    return replace(evidence, copy=lines)


TAMPERS: list[Callable[[Evidence, random.Random], Evidence]] = [
    edit, edit, edit, delete, delete_and_close_the_gap, reorder, insert, truncate, rewrite, fork,
    flip_a_tile, touch_a_checkpoint, touch_the_copy,
]  # fmt: skip


def test_a_sound_ledger_has_no_problems(clock: FixedClock) -> None:
    found = examine(sound(clock))
    assert (found.problems, found.entries, found.checkpoints) == ((), SIZE, len(CHECKPOINTS))


# The short suite tries five hundred of them.
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(5, 20))]


@pytest.mark.parametrize("seed", SEEDS)
def test_random_tampering_is_always_found(seed: int, clock: FixedClock) -> None:
    evidence, dice = sound(clock), random.Random(seed)
    missed = []
    for turn in range(100):
        tamper = dice.choice(TAMPERS)
        if not examine(tamper(evidence, dice)).problems:
            missed.append((turn, tamper.__name__))
    assert missed == []
