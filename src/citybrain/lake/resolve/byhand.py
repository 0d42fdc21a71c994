"""Decisions by hand applied to what the machine decided: together first, then apart."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from citybrain.lake.resolve.overrides import Override, groups

if TYPE_CHECKING:
    import duckdb


def apply(connection: "duckdb.DuckDBPyConnection", decisions: Sequence[Override]) -> None:
    """Make ``resolve_remap`` (root, to: whole clusters) and ``resolve_hand`` (mention, to).

    Reads ``resolve_loose``, ``resolve_decided`` and ``resolve_mention``. ``together`` joins
    the whole clusters of its mentions, unless an ``apart`` takes one of those away; ``apart``
    leaves a cluster to a mention that is there by its number, else to the one named last, and
    gives every other, with its group, a new one.
    """
    named = sorted({m for d in decisions for m in d.mentions})
    roots, numbered = _roots(connection, named)
    together, apart = groups(decisions), [d for d in decisions if d.verdict == "apart"]
    divided = {m for d in apart for m in _staying_first(d, roots, numbered)[1:]}
    divided |= {m for m, g in together.items() if any(together.get(x) == g for x in divided)}
    remap = _joined(roots, together, divided)
    hand = _moved(roots, remap, together, divided)
    _separate(hand, together, apart, numbered)
    _table(connection, "resolve_remap", "root UBIGINT, to_root UBIGINT", list(remap.items()))
    changed = [(m, r) for m, r in hand.items() if m in roots]
    _table(connection, "resolve_hand", "mention VARCHAR, to_root UBIGINT", changed)


def _roots(
    connection: "duckdb.DuckDBPyConnection", named: list[str]
) -> tuple[dict[str, int], set[str]]:
    """The cluster of each named mention that is still there, and those there by their number."""
    if not named:
        return {}, set()
    rows = connection.execute(
        """
        SELECT m.mention, coalesce(d.root, hash(m.number)), d.root IS NULL
        FROM (SELECT mention, number FROM resolve_mention WHERE list_contains(?, mention)) m
        LEFT JOIN resolve_loose l USING (mention) LEFT JOIN resolve_decided d USING (node)""",
        [named],
    ).fetchall()
    return {m: root for m, root, _ in rows}, {m for m, _, numbered in rows if numbered}


def _joined(roots: dict[str, int], together: dict[str, str], divided: set[str]) -> dict[int, int]:
    """Clusters that go into another: the least root of each group that nothing divides."""
    parent: dict[int, int] = {}

    def root(node: int) -> int:
        while parent.get(node, node) != node:
            node = parent[node]
        return node

    first: dict[str, int] = {}
    for mention, group in sorted(together.items()):
        if mention in divided or mention not in roots:
            continue
        low, high = sorted((root(roots[mention]), root(first.setdefault(group, roots[mention]))))
        if low != high:
            parent[high] = low
    return {node: root(node) for node in parent}


def _moved(
    roots: dict[str, int], remap: dict[int, int], together: dict[str, str], divided: set[str]
) -> dict[str, int]:
    """The cluster of every named mention, those of a divided group with the group's first."""
    found = {m: remap.get(r, r) for m, r in roots.items()}
    first: dict[str, int] = {}
    for mention, group in sorted(together.items()):
        if mention in divided and mention in found:
            found[mention] = first.setdefault(group, found[mention])
    return found


def _separate(
    hand: dict[str, int],
    together: dict[str, str],
    apart: Sequence[Override],
    numbered: set[str],
) -> None:
    members: dict[str, list[str]] = {}
    for mention, group in together.items():
        members.setdefault(group, []).append(mention)
    for decision in apart:
        taken: set[int] = set()
        for mention in _staying_first(decision, hand, numbered):
            if hand[mention] in taken:
                own = _own(mention)
                for one in members.get(together.get(mention, ""), [mention]):
                    hand[one] = own
            taken.add(hand[mention])


def _staying_first(decision: Override, there: Mapping[str, int], numbered: set[str]) -> list[str]:
    """The mentions of an ``apart`` that are still there; all but the first of them leave."""
    found = (m for m in reversed(decision.mentions) if m in there)
    return sorted(found, key=lambda m: m not in numbered)


def _own(mention: str) -> int:
    import hashlib

    return int.from_bytes(hashlib.sha256(mention.encode()).digest()[:8], "big")


def _table(
    connection: "duckdb.DuckDBPyConnection", name: str, columns: str, rows: Sequence[object]
) -> None:
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
    if rows:
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", rows)
