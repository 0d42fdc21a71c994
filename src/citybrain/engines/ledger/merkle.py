"""The Merkle tree of RFC 9162: hashes, proofs, and verifying them. Pure functions.

Subtree proofs follow draft-ietf-plants-merkle-tree-certs. Hashes are 32 bytes; a proof is a
sequence of hashes. A verifier returns whether the proof holds and never raises for a bad one.

>>> leaves = [leaf_hash(bytes([n])) for n in range(5)]
>>> proof = inclusion_proof(3, 5, ranges(leaves))
>>> verify_inclusion(3, 5, leaves[3], proof, root_of(leaves))
True
"""

import hashlib
from collections.abc import Callable, Sequence

WIDTH = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
RangeHash = Callable[[int, int], bytes]  # (start, end) of leaves → root of that subtree

_sha256 = hashlib.sha256


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf with this content."""
    return _sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return _sha256(b"\x01" + left + right).digest()


def split(count: int) -> int:
    """The largest power of two smaller than ``count`` (which is at least 2)."""
    return 1 << ((count - 1).bit_length() - 1)


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, from the bottom up."""
    if not leaves:
        return EMPTY_ROOT
    row = list(leaves)
    while len(row) > 1:
        # An odd last node moves up unhashed, which yields exactly RFC 9162's tree.
        odd = [row[-1]] if len(row) % 2 else []
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [_sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return row[0]


def ranges(leaves: Sequence[bytes]) -> RangeHash:
    """Subtree roots over leaves in memory."""
    return lambda start, end: root_of(leaves[start:end])


def inclusion_proof(index: int, size: int, hashed: RangeHash) -> list[bytes]:
    """PATH(index, D[size]); ``ValueError`` when the tree has no such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    start, end, path = 0, size, []
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            path.append(hashed(middle, end))
            end = middle
        else:
            path.append(hashed(start, middle))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, hashed: RangeHash) -> list[bytes]:
    """PROOF(first, D[second]); ``ValueError`` unless 0 < first <= second."""
    if not 0 < first <= second:
        raise ValueError(f"no tree of {second} leaves extends one of {first}")
    start, end, known, path = 0, second, True, []
    while first != end:
        middle = start + split(end - start)
        if first <= middle:
            path.append(hashed(middle, end))
            end = middle
        else:
            path.append(hashed(start, middle))
            start, known = middle, False
    if not known:
        path.append(hashed(start, end))
    return path[::-1]


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``leaf`` is leaf ``index`` of the tree of ``size`` leaves with this root."""
    if not 0 <= index < size or not _hashes(leaf, root, *proof):
        return False
    return root_from_inclusion(index, size, leaf, proof) == root


def root_from_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The root that the path leads to; None when its length does not fit the place."""
    inner = (index ^ (size - 1)).bit_length()
    border = (index >> inner).bit_count()
    if len(proof) != inner + border:
        return None
    return _chain_border(_chain_inner(leaf, proof[:inner], index), proof[inner:])


def verify_consistency(
    first: int, second: int, proof: Sequence[bytes], first_root: bytes, second_root: bytes
) -> bool:
    """Whether the tree of ``second`` leaves extends the one of ``first``."""
    if not 0 < first <= second:
        return False  # everything extends the empty tree: such a proof says nothing
    if first == second:
        return not proof and first_root == second_root
    return _hashes(first_root, second_root, *proof) and _consistent(
        first, second, list(proof), first_root, second_root
    )


def _consistent(first: int, second: int, proof: list[bytes], one: bytes, two: bytes) -> bool:
    shift = (first & -first).bit_length() - 1
    inner = ((first - 1) ^ (second - 1)).bit_length()
    border = ((first - 1) >> inner).bit_count()
    inner -= shift
    whole = first == 1 << shift
    if len(proof) != inner + border + (not whole):
        return False
    seed = one if whole else proof.pop(0)
    mask = (first - 1) >> shift
    older = _chain_border(_chain_inner_right(seed, proof[:inner], mask), proof[inner:])
    newer = _chain_border(_chain_inner(seed, proof[:inner], mask), proof[inner:])
    return older == one and newer == two


def valid_subtree(start: int, end: int) -> bool:
    """Whether ``[start, end)`` is a subtree: its start is a multiple of its rounded width."""
    return 0 <= start < end and start % (1 << (end - start - 1).bit_length()) == 0


def verify_subtree_inclusion(
    index: int, bounds: tuple[int, int], leaf: bytes, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``leaf`` is leaf ``index`` of the subtree ``bounds`` with this root."""
    start, end = bounds
    if not valid_subtree(start, end) or not start <= index < end:
        return False
    return verify_inclusion(index - start, end - start, leaf, proof, root)


def verify_subtree_consistency(
    bounds: tuple[int, int], size: int, proof: Sequence[bytes], subtree_root: bytes, root: bytes
) -> bool:
    """Whether the subtree ``bounds`` with its root is part of the tree of ``size`` leaves."""
    start, end = bounds
    if 0 <= start == end <= size:
        return not proof and subtree_root == EMPTY_ROOT  # the empty subtree is in every tree
    if not valid_subtree(start, end) or end > size:
        return False
    if (start, end) == (0, size):
        return not proof and subtree_root == root
    if not _hashes(subtree_root, root, *proof):
        return False
    return _subtree_consistent(bounds, size, list(proof), subtree_root, root)


def _subtree_consistent(
    bounds: tuple[int, int], size: int, proof: list[bytes], subtree_root: bytes, root: bytes
) -> bool:
    low, high, last = bounds[0], bounds[1] - 1, size - 1
    while low != high and (high == last or high & 1):
        low, high, last = low >> 1, high >> 1, last >> 1
    if low != high and not proof:
        return False
    older = newer = subtree_root if low == high else proof.pop(0)
    for sibling in proof:
        if last == 0:
            return False
        if high & 1 or high == last:
            older = node_hash(sibling, older) if low < high else older
            newer = node_hash(sibling, newer)
            while not high & 1 and high:
                low, high, last = low >> 1, high >> 1, last >> 1
        else:
            newer = node_hash(newer, sibling)
        low, high, last = low >> 1, high >> 1, last >> 1
    return last == 0 and older == subtree_root and newer == root


def _hashes(*values: bytes) -> bool:
    return all(len(value) == WIDTH for value in values)


def _chain_inner(seed: bytes, proof: Sequence[bytes], index: int) -> bytes:
    for level, sibling in enumerate(proof):
        right = index >> level & 1
        seed = node_hash(sibling, seed) if right else node_hash(seed, sibling)
    return seed


def _chain_inner_right(seed: bytes, proof: Sequence[bytes], index: int) -> bytes:
    for level, sibling in enumerate(proof):
        if index >> level & 1:
            seed = node_hash(sibling, seed)
    return seed


def _chain_border(seed: bytes, proof: Sequence[bytes]) -> bytes:
    for sibling in proof:
        seed = node_hash(sibling, seed)
    return seed
