"""Which pairs are compared: those that share a key which few others have."""

from typing import TYPE_CHECKING

from citybrain.lake.resolve.spec import Rule, Spec

if TYPE_CHECKING:
    import duckdb


def with_entities(connection: "duckdb.DuckDBPyConnection", spec: Spec, *, late: bool) -> None:
    """Make ``resolve_pair`` (l, r): loose nodes and the entities they might belong to.

    With ``late``, only nodes of ``resolve_unsure`` by the late rules, without pairs that
    ``resolve_direct`` has already.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_found (l UBIGINT, r UBIGINT)")
    among = "resolve_unsure" if late else "resolve_scope"
    rules = [r for r in spec.rules if r.late == late] if _any(connection, among) else []
    for rule in rules:
        right = "resolve_entity"
        if rule.of == "mentions":
            right = "(SELECT *, hash(number) AS node FROM resolve_mention WHERE number IS NOT NULL)"
        left = f"(FROM {_left(rule)} SEMI JOIN {among} USING (node))"
        _collect(connection, rule, left, right, "")
    _distinct(connection, "ANTI JOIN resolve_direct USING (l, r)" if late else "")


def among_loose(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """Make ``resolve_pair``: nodes of ``resolve_open`` with other loose nodes, each pair once.

    In a pair of two open nodes the smaller comes first.
    """
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_found (l UBIGINT, r UBIGINT)")
    for rule in spec.rules if _any(connection, "resolve_open") else ():
        left = f"(FROM {_left(rule)} SEMI JOIN resolve_open USING (node))"
        _collect(connection, rule, left, _left(rule), "AND l.node <> r.node")
    connection.execute(
        """
        DELETE FROM resolve_found WHERE l > r AND r IN (SELECT node FROM resolve_open);"""
    )
    _distinct(connection, "")


def sharing(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """Make ``resolve_pair``: loose nodes (l) that share a key with what changed (r)."""
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_found (l UBIGINT, r UBIGINT)")
    for rule in spec.rules if _any(connection, "resolve_changed") else ():
        if rule.of == "mentions":
            right = "(SELECT *, hash(number) AS node FROM resolve_fresh)"
        else:
            right = (
                "(FROM resolve_entity WHERE node IN (SELECT hash(number) FROM resolve_changed) "
                "UNION ALL FROM resolve_lone WHERE node IN (SELECT node FROM resolve_loose "
                "SEMI JOIN resolve_changed USING (mention)))"
            )
        _collect(connection, rule, _left(rule), right, "")
    _distinct(connection, "")


def beside(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    """Make ``resolve_pair``: nodes of ``resolve_bare`` (l) that share a key with the scope (r)."""
    connection.execute("CREATE OR REPLACE TEMP TABLE resolve_found (l UBIGINT, r UBIGINT)")
    for rule in spec.rules if _any(connection, "resolve_bare") else ():
        left = f"(FROM {_left(rule)} SEMI JOIN resolve_bare USING (node))"
        right = f"(FROM {_left(rule)} SEMI JOIN resolve_scope USING (node))"
        _collect(connection, rule, left, right, "")
    _distinct(connection, "")


def _any(connection: "duckdb.DuckDBPyConnection", table: str) -> bool:
    return connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None


def _left(rule: Rule) -> str:
    return "resolve_loose" if rule.of == "mentions" else "resolve_lone"


def _collect(
    connection: "duckdb.DuckDBPyConnection", rule: Rule, left: str, right: str, also: str
) -> None:
    known = f"({rule.key}) IS NOT NULL"
    if rule.long:
        known += f" AND length(number) >= {rule.long}"
    connection.execute(
        f"""
        INSERT INTO resolve_found
        WITH l AS MATERIALIZED (
          SELECT DISTINCT node, hash({rule.key}) AS key FROM {left} WHERE {known}),
        r AS MATERIALIZED (
          SELECT DISTINCT node, key
          FROM (SELECT node, hash({rule.key}) AS key FROM {right} WHERE {known})
          SEMI JOIN l USING (key)),
        few AS (SELECT key FROM r GROUP BY key HAVING count(*) <= {rule.cap})
        SELECT l.node, r.node FROM l JOIN few USING (key) JOIN r USING (key) WHERE true {also}"""
    )


def _distinct(connection: "duckdb.DuckDBPyConnection", without: str) -> None:
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_pair AS "
        f"SELECT DISTINCT l, r FROM resolve_found {without}; "
        "DROP TABLE resolve_found"
    )
