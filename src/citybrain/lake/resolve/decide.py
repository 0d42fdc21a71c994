"""Who a loose node is: the best of its candidates, if it beats doubt and every rival.

A node's candidates share one certainty: with odds ``2^weight / persons`` for each, candidate i
has ``odds_i / (1 + sum of all odds)``. Two equally good ones have less than half each, so a tie
never links; what stays below the threshold is its own entity.
"""

from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING

from citybrain.lake.resolve import pairs, weigh
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb

_HIGHEST = 300.0  # bits; 2 to the power of more leaves the range of a double


@dataclass(frozen=True, kw_only=True)
class _Forest:
    """Union-find over nodes; a root is the least node of its tree, whatever the order."""

    parent: dict[int, int]

    def root(self, node: int) -> int:
        parent = self.parent
        while (above := parent.get(node, node)) != node:
            parent[node] = parent.get(above, above)
            node = above
        return node

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self.parent[high] = low


def decide(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """Make ``resolve_decided``: node, root, probability, closest, closest_probability.

    ``root`` is the node of an entity, or the least node of a cluster without a number.
    """
    persons = _persons(connection)
    weigher = weigh.Weigher(connection, spec, persons=persons)
    pairs.with_entities(connection, spec, late=False)
    _weighed(weigher, "resolve_direct")
    _posterior(connection, spec, persons, "FROM resolve_direct", "resolve_decided")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_unsure AS SELECT node FROM resolve_decided "
        f"WHERE root IS NULL OR probability < {spec.sure}"
    )
    pairs.with_entities(connection, spec, late=True)
    _weighed(weigher, "resolve_late")
    connection.execute("INSERT INTO resolve_direct FROM resolve_late")
    _posterior(connection, spec, persons, "FROM resolve_direct", "resolve_decided")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_open AS "
        "SELECT node FROM resolve_decided WHERE root IS NULL"
    )
    connection.execute("INSERT INTO resolve_decided FROM resolve_kept")
    pairs.among_loose(connection, spec)
    _weighed(weigher, "resolve_among", entities=False)
    _through_others(connection, spec, persons)
    _clusters(connection, spec, persons)


def _persons(connection: "duckdb.DuckDBPyConnection") -> int:
    """How many entities there are; where no number tells, as many as there are nodes."""
    found = connection.execute(
        "SELECT coalesce(nullif((SELECT count(*) FROM resolve_entity), 0), "
        "(SELECT count(*) FROM resolve_lone))"
    ).fetchone()
    return max(2, int(found[0])) if found else 2


def _weighed(weigher: weigh.Weigher, to: str, *, entities: bool = True) -> None:
    connection = weigher.connection
    some = connection.execute("SELECT count(*) FROM resolve_pair").fetchone()
    if not some or not some[0]:
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {to} (l UBIGINT, r UBIGINT, weight DOUBLE)"
        )
        return
    weigh.profiles(connection, weigher.spec, entities=entities)
    weigher.weigh(to)


def _posterior(
    connection: "duckdb.DuckDBPyConnection", spec: Spec, persons: int, weights: str, to: str
) -> None:
    """Decide every loose node by the candidates' weights; the least node wins equal weights."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {to} AS
        WITH odds AS (
          SELECT l, r, weight, pow(2, least(weight, {_HIGHEST}) - {log2(persons)}) AS o
          FROM ({weights})),
        ranked AS (
          SELECT l, r, o, o / (1 + sum(o) OVER (PARTITION BY l)) AS p,
            row_number() OVER (PARTITION BY l ORDER BY weight DESC, r) AS place
          FROM odds QUALIFY place <= 2),
        best AS (
          SELECT l, max(r) FILTER (WHERE place = 1) AS r1, max(p) FILTER (WHERE place = 1) AS p1,
            max(r) FILTER (WHERE place = 2) AS r2, max(p) FILTER (WHERE place = 2) AS p2
          FROM ranked GROUP BY l)
        SELECT n.node, CASE WHEN p1 >= {spec.threshold} THEN r1 END AS root,
          CASE WHEN p1 >= {spec.threshold} THEN p1 END AS probability,
          CASE WHEN p1 >= {spec.threshold} THEN r2 ELSE r1 END AS closest,
          CASE WHEN p1 >= {spec.threshold} THEN p2 ELSE p1 END AS closest_probability
        FROM resolve_scope n LEFT JOIN best ON best.l = n.node"""
    )


def _through_others(connection: "duckdb.DuckDBPyConnection", spec: Spec, persons: int) -> None:
    """Nodes still open may resemble a loose one that was decided: its entity is a candidate."""
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_between AS
        SELECT l, r, weight FROM resolve_among UNION ALL
        SELECT r, l, weight FROM resolve_among WHERE r IN (FROM resolve_open)"""
    )
    weights = """
        SELECT l, r, max(weight) AS weight FROM (
          SELECT l, r, weight FROM resolve_direct SEMI JOIN resolve_open ON l = node
          UNION ALL
          SELECT b.l, d.root, b.weight FROM resolve_between b
          JOIN resolve_decided d ON d.node = b.r AND d.root IS NOT NULL) GROUP BY 1, 2"""
    _posterior(connection, spec, persons, weights, "resolve_second")
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_decided AS
        SELECT node, coalesce(d.root, s.root) AS root,
          CASE WHEN d.root IS NULL THEN s.probability ELSE d.probability END AS probability,
          CASE WHEN d.root IS NULL THEN s.closest ELSE d.closest END AS closest,
          CASE WHEN d.root IS NULL THEN s.closest_probability ELSE d.closest_probability END
            AS closest_probability
        FROM resolve_decided d LEFT JOIN resolve_second s USING (node)"""
    )


def _clusters(connection: "duckdb.DuckDBPyConnection", spec: Spec, persons: int) -> None:
    """Nodes without an entity join each other where they are likely the same."""
    least = log2(spec.threshold / (1 - spec.threshold)) + log2(persons)
    edges = connection.execute(
        f"""
        SELECT l, r, weight FROM resolve_among
        JOIN resolve_decided x ON x.node = l AND x.root IS NULL
        JOIN resolve_decided y ON y.node = r AND y.root IS NULL
        WHERE weight >= {least}"""
    ).fetchall()
    forest, strongest = _Forest(parent={}), dict[int, float]()
    for one, other, weight in edges:
        forest.join(one, other)
        for node in (one, other):
            strongest[node] = max(weight, strongest.get(node, weight))
    rows = [[n, forest.root(n), _probability(w, persons)] for n, w in strongest.items()]
    _keep(connection, rows)


def _probability(weight: float, persons: int) -> float:
    return float(1 / (1 + 2 ** (log2(persons) - min(weight, _HIGHEST))))


def _keep(connection: "duckdb.DuckDBPyConnection", rows: list[list[float]]) -> None:
    import pyarrow as pa

    nodes, roots, sure = zip(*rows, strict=True) if rows else ((), (), ())
    made = pa.table(
        [pa.array(nodes, pa.uint64()), pa.array(roots, pa.uint64()), pa.array(sure, pa.float64())],
        names=["node", "root", "probability"],
    )
    connection.register("resolve_joined", made)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_decided AS
        SELECT d.node, coalesce(d.root, j.root, d.node) AS root,
          coalesce(d.probability, j.probability) AS probability, d.closest, d.closest_probability
        FROM resolve_decided d LEFT JOIN resolve_joined j USING (node)"""
    )
    connection.unregister("resolve_joined")
