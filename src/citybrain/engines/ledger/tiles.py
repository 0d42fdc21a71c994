"""The tree as it is kept: tiles of 256 hashes, so that an append touches a few rows.

A tile store maps (level, position) to the tile's hashes, joined. Level 0 holds leaves;
level ``k`` the roots of the complete tiles below. Everything else is computed from these.
"""

from collections.abc import Mapping, MutableMapping, Sequence

from citybrain.engines.ledger.merkle import WIDTH, RangeHash, node_hash, root_of, split

HEIGHT = 8
SPAN = 1 << HEIGHT
Place = tuple[int, int]  # level, position
Tiles = Mapping[Place, bytes]


def split_hashes(blob: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [blob[at : at + WIDTH] for at in range(0, len(blob), WIDTH)]


def append(tiles: MutableMapping[Place, bytes], size: int, leaves: Sequence[bytes]) -> None:
    """Add leaf hashes after the first ``size``; writes only the tiles that change."""
    fresh, level = list(leaves), 0
    while fresh:
        fresh, size = _append_level(tiles, level, size, fresh), size >> HEIGHT
        level += 1


def _append_level(
    tiles: MutableMapping[Place, bytes], level: int, count: int, hashes: Sequence[bytes]
) -> list[bytes]:
    """Add to one level that holds ``count`` hashes; the roots of tiles it completes."""
    position, filled = divmod(count, SPAN)
    blob = tiles[level, position][: filled * WIDTH] if filled else b""
    joined = blob + b"".join(hashes)
    complete = []
    for at in range(0, len(joined), SPAN * WIDTH):
        tile = joined[at : at + SPAN * WIDTH]
        tiles[level, position] = tile
        if len(tile) == SPAN * WIDTH:
            complete.append(root_of(split_hashes(tile)))
        position += 1
    return complete


def hashed(tiles: Tiles) -> RangeHash:
    """Subtree roots from tiles; ``KeyError`` when a tile is missing or short.

    Complete subtrees are remembered, so that the roots of many sizes cost little each.
    """
    known: dict[Place, bytes] = {}

    def root(start: int, end: int) -> bytes:
        width = end - start
        if width & (width - 1) == 0 and start % width == 0:
            place = (width.bit_length() - 1, start // width)
            if place not in known:
                known[place] = _perfect(tiles, *place)
            return known[place]
        middle = start + split(width)
        return node_hash(root(start, middle), root(middle, end))

    return root


def _perfect(tiles: Tiles, height: int, index: int) -> bytes:
    """The root of the complete subtree of ``2**height`` leaves at ``index``."""
    level, rest = divmod(height, HEIGHT)
    first = index << rest
    blob = _slice(tiles, level, first, 1 << rest)
    if len(blob) != WIDTH << rest:
        raise KeyError((level, first // SPAN))
    return root_of(split_hashes(blob))


def _slice(tiles: Tiles, level: int, first: int, count: int) -> bytes:
    position, offset = divmod(first, SPAN)
    return tiles[level, position][offset * WIDTH : (offset + count) * WIDTH]
