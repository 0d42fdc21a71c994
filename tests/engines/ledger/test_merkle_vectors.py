"""Published vectors, and another implementation, must agree with our tree."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.engines.ledger import merkle, tiles
from tests.shared import shared

KINDS = ("inclusion", "consistency", "subtreeinclusion", "subtreeconsistency")


def _bytes(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def _holds(kind: str, vector: dict[str, Any]) -> bool:
    proof = [_bytes(item) for item in vector["proof"] or []]
    if kind == "inclusion":
        return merkle.verify_inclusion(
            vector["leafIdx"], vector["treeSize"], _bytes(vector["leafHash"]), proof,
            _bytes(vector["root"]),
        )  # fmt: skip
    if kind == "consistency":
        return merkle.verify_consistency(
            vector["size1"], vector["size2"], proof, _bytes(vector["root1"]),
            _bytes(vector["root2"]),
        )  # fmt: skip
    bounds = (vector["start"], vector["end"])
    if kind == "subtreeinclusion":
        return merkle.verify_subtree_inclusion(
            vector["leafIdx"], bounds, _bytes(vector["leafHash"]), proof, _bytes(vector["root"])
        )
    return merkle.verify_subtree_consistency(
        bounds, vector["size"], proof, _bytes(vector["root1"]), _bytes(vector["root2"])
    )


def _vectors(kind: str) -> list[Path]:
    return sorted(shared("merkle", "testdata", kind).rglob("*.json"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_published_vector_is_judged_as_published(kind: str) -> None:
    wrong = []
    for path in _vectors(kind):
        vector = json.loads(path.read_text(encoding="utf-8"))
        if _holds(kind, vector) == vector["wantErr"]:
            wrong.append(f"{path.relative_to(path.parents[2])}: {vector['desc']}")
    assert wrong == []


def test_all_518_vectors_are_there() -> None:
    assert sum(len(_vectors(kind)) for kind in KINDS) == 518


def _tree(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(n).encode()) for n in range(count)]


def test_pymerkle_computes_the_same_roots_and_accepts_our_proofs() -> None:
    from pymerkle import InmemoryTree

    other = InmemoryTree(algorithm="sha256")
    leaves: list[bytes] = []
    for n in range(130):
        other.append_entry(str(n).encode())
        leaves.append(merkle.leaf_hash(str(n).encode()))
        assert other.get_root() == merkle.root_of(leaves)


def test_tiles_give_the_roots_and_proofs_of_the_plain_tree() -> None:
    store: dict[tuple[int, int], bytes] = {}
    leaves = _tree(700)
    size = 0
    for step in (1, 2, 253, 1, 255, 100, 88):
        tiles.append(store, size, leaves[size : size + step])
        size += step
        hashed = tiles.hashed(store)
        assert hashed(0, size) == merkle.root_of(leaves[:size])
        for index in {0, size // 2, size - 1}:
            plain = merkle.inclusion_proof(index, size, merkle.ranges(leaves))
            assert merkle.inclusion_proof(index, size, hashed) == plain


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_true_proofs_hold_and_no_mutation_of_one_is_accepted(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    leaves = _tree(size)
    index = data.draw(st.integers(0, size - 1))
    first = data.draw(st.integers(1, size))
    root, older = merkle.root_of(leaves), merkle.root_of(leaves[:first])
    path = merkle.inclusion_proof(index, size, merkle.ranges(leaves))
    link = merkle.consistency_proof(first, size, merkle.ranges(leaves))
    assert merkle.verify_inclusion(index, size, leaves[index], path, root)
    assert merkle.verify_consistency(first, size, link, older, root)
    forged = _mutated(data, path)
    assert forged == path or not merkle.verify_inclusion(index, size, leaves[index], forged, root)
    elsewhere = data.draw(st.integers(-2, size + 2))
    if elsewhere != index:
        assert not merkle.verify_inclusion(elsewhere, size, leaves[index], path, root)
    forged = _mutated(data, link)
    assert forged == link or not merkle.verify_consistency(first, size, forged, older, root)
    other = data.draw(st.integers(-1, size + 1))
    if other != first:
        assert not merkle.verify_consistency(other, size, link, older, root)


def _mutated(data: st.DataObject, proof: list[bytes]) -> list[bytes]:
    kind = data.draw(st.sampled_from(["flip", "drop", "add", "swap", "short"]))
    forged = list(proof)
    if kind == "add" or not forged:
        forged.insert(data.draw(st.integers(0, len(forged))), data.draw(st.binary(max_size=33)))
        return forged
    at = data.draw(st.integers(0, len(forged) - 1))
    if kind == "flip":
        bit = data.draw(st.integers(0, 255))
        changed = int.from_bytes(forged[at], "big") ^ (1 << bit)
        forged[at] = changed.to_bytes(32, "big")
    elif kind == "drop":
        del forged[at]
    elif kind == "swap":
        forged.reverse()
    else:
        forged[at] = forged[at][:-1]
    return forged
