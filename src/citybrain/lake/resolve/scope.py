"""What has to be weighed again: what changed, and whatever a change may have touched.

A loose mention is weighed again when it changed, when its entity or its closest candidate lost
or gained a mention, when it shares a key with something that changed, when it was in doubt, and
when one of the same entity is weighed again. All others keep what was decided before.
"""

from typing import TYPE_CHECKING

from citybrain.lake import sqltext
from citybrain.lake.resolve import pairs
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb

_SHARE = 0.05  # of the mentions; where more changed, all is weighed
# A change anywhere moves the number of people and the frequency of names, and may take away a
# rival: what is neither as sure as this nor as hopeless is weighed again each time.
_SURE = 0.95
_HOPELESS = 0.01
# The columns of the last links, in the order of the links.
LAST = "mention, entity_id, how, probability, closest_id, closest_probability, anchor, content"


def narrow(
    connection: "duckdb.DuckDBPyConnection",
    spec: Spec,
    *,
    key: str,
    content: str,
    previous_sql: str,
) -> bool:
    """Make ``resolve_scope`` (nodes to weigh) and ``resolve_kept`` (decisions to keep).

    ``resolve_kept`` has the columns of ``resolve_decided``. Returns whether less than all is
    weighed; then ``resolve_last`` and ``resolve_changed`` are there too.
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
        return False
    _touched(connection, key)
    pairs.sharing(connection, spec)
    _scope(connection)
    pairs.beside(connection, spec)
    connection.execute("INSERT INTO resolve_scope SELECT DISTINCT l FROM resolve_pair")
    _keep(connection, key)
    return True


def _changes(connection: "duckdb.DuckDBPyConnection", content: str, previous_sql: str) -> bool:
    """Make ``resolve_last`` and ``resolve_changed``; whether few enough changed."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_last AS
        SELECT {LAST} FROM ({previous_sql});
        CREATE OR REPLACE TEMP TABLE resolve_changed AS
        SELECT mention, m.number FROM resolve_mention m LEFT JOIN resolve_last p USING (mention)
        WHERE p.mention IS NULL OR p.content <> {content} OR p.how = 'by_hand'"""
    )
    found = connection.execute(
        "SELECT (SELECT count(*) FROM resolve_changed), (SELECT count(*) FROM resolve_last)"
    ).fetchone()
    return found is not None and found[0] <= _SHARE * found[1]


def _touched(connection: "duckdb.DuckDBPyConnection", key: str) -> None:
    """Make ``resolve_touched``: entities that lost a mention, had one changed or gained one."""
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_touched AS
        SELECT DISTINCT entity_id FROM resolve_last SEMI JOIN resolve_changed USING (mention)
        UNION SELECT entity_id FROM resolve_last ANTI JOIN resolve_mention USING (mention)
        UNION SELECT entity_id FROM resolve_last WHERE anchor IN (
          SELECT md5_number_lower({sqltext.text(key)} || number) FROM resolve_changed
          WHERE number IS NOT NULL)"""
    )


def _scope(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make ``resolve_scope`` of what was touched, and ``resolve_bare``.

    ``resolve_bare`` has the other nodes that are with no number: they may follow one of the scope.
    """
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_scope AS
        SELECT DISTINCT node FROM resolve_loose SEMI JOIN resolve_changed USING (mention)
        UNION SELECT node FROM resolve_loose l JOIN resolve_last p USING (mention)
        WHERE p.entity_id IN (FROM resolve_touched) OR p.closest_id IN (FROM resolve_touched)
          OR ((EXISTS (FROM resolve_changed) OR EXISTS (FROM resolve_touched)) AND (
            p.probability < {_SURE} OR (p.how = 'alone' AND p.closest_probability > {_HOPELESS})))
        UNION SELECT l FROM resolve_pair;
        INSERT INTO resolve_scope
        WITH together AS (
          SELECT node, entity_id FROM resolve_loose JOIN resolve_last USING (mention))
        SELECT DISTINCT node FROM together WHERE node NOT IN (FROM resolve_scope) AND entity_id IN
          (SELECT entity_id FROM together SEMI JOIN resolve_scope USING (node));
        CREATE OR REPLACE TEMP TABLE resolve_bare AS
        SELECT DISTINCT node FROM resolve_loose JOIN resolve_last p USING (mention)
        WHERE p.anchor IS NULL AND node NOT IN (FROM resolve_scope)"""
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
