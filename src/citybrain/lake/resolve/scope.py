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
_LINKS = {
    "mention": "VARCHAR",
    "entity_id": "VARCHAR",
    "how": "VARCHAR",
    "probability": "DOUBLE",
    "closest_id": "VARCHAR",
    "closest_probability": "DOUBLE",
    "anchor": "UBIGINT",
    "content": "UBIGINT",
}
LAST = ", ".join(_LINKS)  # the columns of links, in their order
_NO_LINKS = (
    f"SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in _LINKS.items())} WHERE false"
)


def remember(connection: "duckdb.DuckDBPyConnection", previous_sql: str) -> None:
    """Make ``resolve_last``, the last links or none, and ``resolve_changed`` of none."""
    last = f"SELECT {LAST} FROM ({previous_sql})" if previous_sql else _NO_LINKS
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_last AS {last};
        CREATE OR REPLACE TEMP TABLE resolve_changed (mention VARCHAR, number VARCHAR);
        CREATE OR REPLACE TEMP TABLE resolve_kept (node UBIGINT, root UBIGINT,
          probability DOUBLE, closest UBIGINT, closest_probability DOUBLE)"""
    )


def all_of_it(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make ``resolve_scope`` of every loose node: nothing is kept."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_scope AS SELECT node FROM resolve_lone"
    )


def narrow(
    connection: "duckdb.DuckDBPyConnection",
    spec: Spec,
    *,
    key: str,
    content: str,
    differing_sql: str,
) -> bool:
    """Make ``resolve_scope`` (nodes to weigh) and fill ``resolve_kept`` (decisions to keep).

    ``resolve_kept`` has the columns of ``resolve_decided``. Returns False, with neither, where
    too much changed.
    """
    if not _changes(connection, content, differing_sql):
        return False
    _touched(connection, key)
    pairs.sharing(connection, spec)
    _scope(connection)
    pairs.beside(connection, spec)
    connection.execute("INSERT INTO resolve_scope SELECT DISTINCT l FROM resolve_pair")
    _keep(connection, key)
    return True


def _changes(connection: "duckdb.DuckDBPyConnection", content: str, differing_sql: str) -> bool:
    """Make ``resolve_changed``; if those are few, which is told, ``resolve_fresh`` too.

    ``resolve_fresh`` has what the changed mentions say.
    """
    among = "resolve_mention"
    if differing_sql:
        # Only what may differ is hashed. What people decided is decided anew each time.
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE resolve_differing AS
            SELECT mention FROM ({differing_sql})
            UNION SELECT mention FROM resolve_last WHERE how = 'by_hand'"""
        )
        among = "(FROM resolve_mention SEMI JOIN resolve_differing USING (mention))"
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_changed AS
        SELECT mention, m.number FROM {among} m LEFT JOIN resolve_last p USING (mention)
        WHERE p.mention IS NULL OR p.content <> {content} OR p.how = 'by_hand'"""
    )
    found = connection.execute(
        "SELECT (SELECT count(*) FROM resolve_changed), (SELECT count(*) FROM resolve_last)"
    ).fetchone()
    if found is None or found[0] > _SHARE * found[1]:
        return False
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_fresh AS "
        "FROM resolve_mention SEMI JOIN resolve_changed USING (mention)"
    )
    return True


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
