"""How right a resolution is: pairwise precision, recall and F1 against a known truth.

For tests and benchmarks; the lake itself never sees a truth.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, kw_only=True)
class Score:
    """Of the pairs with at least one counted mention: joined, truly the same, and both."""

    joined: int
    true: int
    right: int

    @property
    def precision(self) -> float:
        """The share of joined pairs that are truly the same; 1 where none was joined."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """The share of truly same pairs that were joined; 1 where there is none."""
        return self.right / self.true if self.true else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def score(
    connection: "duckdb.DuckDBPyConnection", links_sql: str, truth_sql: str, where: str = "true"
) -> Score:
    """Score ``links_sql`` (mention, entity_id) by ``truth_sql`` (mention, truth, …).

    ``where`` is SQL over the truth's columns that says which mentions count; a pair counts
    when at least one of its two does.
    """
    joined, true, right = (
        _pairs(connection, links_sql, truth_sql, where, group)
        for group in ("entity_id", "truth", "entity_id, truth")
    )
    return Score(joined=joined, true=true, right=right)


def _pairs(
    connection: "duckdb.DuckDBPyConnection", links: str, truth: str, where: str, group: str
) -> int:
    # Of n mentions, k of which count: all pairs less those of two that do not count.
    found = connection.execute(
        f"""
        SELECT coalesce(sum(n * (n - 1) // 2 - (n - k) * (n - k - 1) // 2), 0)::BIGINT FROM (
          SELECT count(*) AS n, count(*) FILTER (WHERE {where}) AS k
          FROM ({truth}) JOIN ({links}) USING (mention) GROUP BY {group})"""
    ).fetchone()
    return int(found[0]) if found else 0
