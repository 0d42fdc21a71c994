"""What has to be weighed again: what changed, and whatever a change may have touched.

A loose mention is weighed again when it changed, when its entity or its closest candidate lost
or gained a mention, or when it shares a key with something that changed. All others keep what
was decided before.
"""

from typing import TYPE_CHECKING

from citybrain.lake import sqltext
from citybrain.lake.resolve import pairs
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb

_SHARE = 0.05  # of the mentions; where more changed, all is weighed


def narrow(
    connection: "duckdb.DuckDBPyConnection",
    spec: Spec,
    *,
    key: str,
    content: str,
    previous_sql: str,
) -> None:
    """Make ``resolve_scope`` (nodes to weigh) and ``resolve_kept`` (decisions to keep).

    ``resolve_kept`` has the columns of ``resolve_decided``.
    """
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_kept (node UBIGINT, root UBIGINT,
          probability DOUBLE, closest UBIGINT, closest_probability DOUBLE)"""
    )
    if not previous_sql or not _changes(connection, content, previous_sql):
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE resolve_scope AS SELECT node FROM resolve_lone"
        )
        return
    _touched(connection)
    pairs.sharing(connection, spec)
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_scope AS
        SELECT DISTINCT node FROM resolve_loose SEMI JOIN resolve_changed USING (mention)
        UNION SELECT node FROM resolve_loose l JOIN resolve_last p USING (mention)
        WHERE p.entity_id IN (FROM resolve_touched) OR p.closest_id IN (FROM resolve_touched)
        UNION SELECT l FROM resolve_pair"""
    )
    _keep(connection, key)


def _changes(connection: "duckdb.DuckDBPyConnection", content: str, previous_sql: str) -> bool:
    """Make ``resolve_last`` and ``resolve_changed``; whether few enough changed."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_last AS
        SELECT mention, entity_id, how, probability, closest_id, closest_probability, anchor,
          content FROM ({previous_sql});
        CREATE OR REPLACE TEMP TABLE resolve_changed AS
        SELECT mention, m.number FROM resolve_mention m LEFT JOIN resolve_last p USING (mention)
        WHERE p.mention IS NULL OR p.content <> {content} OR p.how = 'by_hand'"""
    )
    found = connection.execute(
        "SELECT (SELECT count(*) FROM resolve_changed), (SELECT count(*) FROM resolve_last)"
    ).fetchone()
    return found is not None and found[0] <= _SHARE * found[1]


def _touched(connection: "duckdb.DuckDBPyConnection") -> None:
    connection.execute(
        """
        CREATE OR REPLACE TEMP TABLE resolve_touched AS
        SELECT DISTINCT entity_id FROM resolve_last SEMI JOIN resolve_changed USING (mention)
        UNION SELECT entity_id FROM resolve_last ANTI JOIN resolve_mention USING (mention)"""
    )


def _keep(connection: "duckdb.DuckDBPyConnection", key: str) -> None:
    """Decisions before, in today's nodes: an entity by its anchor, a cluster by its least node."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_place AS
        WITH numbered AS (SELECT node,
          md5_number_lower({sqltext.text(key)} || number) AS anchor FROM resolve_number),
        named AS (SELECT entity_id, any_value(anchor) AS anchor FROM resolve_last
          WHERE anchor IS NOT NULL GROUP BY 1)
        SELECT entity_id, coalesce(min(n.node), min(l.node)) AS root
        FROM resolve_last p LEFT JOIN named USING (entity_id)
        LEFT JOIN numbered n ON n.anchor = named.anchor
        LEFT JOIN resolve_loose l ON l.mention = p.mention
        GROUP BY 1;
        INSERT INTO resolve_kept
        SELECT l.node, min(r.root), max(p.probability), min(c.root), max(p.closest_probability)
        FROM resolve_loose l JOIN resolve_last p USING (mention)
        JOIN resolve_place r ON r.entity_id = p.entity_id
        LEFT JOIN resolve_place c ON c.entity_id = p.closest_id
        WHERE l.node NOT IN (FROM resolve_scope) AND r.root IS NOT NULL
        GROUP BY 1;
        INSERT INTO resolve_scope SELECT DISTINCT node FROM resolve_lone
        WHERE node NOT IN (FROM resolve_scope) AND node NOT IN (SELECT node FROM resolve_kept)"""
    )
