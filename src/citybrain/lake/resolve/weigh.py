"""How likely two profiles are the same: Splink's Fellegi-Sunter weights in bits.

Splink is given the pairs and the probabilities and gives back weights without the prior; the
prior and rivals belong to the decision.
"""

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from citybrain.lake import sqltext
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb
    from splink import DuckDBAPI, Linker

_q = sqltext.name
EVEN = 0.5  # Splink's prior is set to even odds, whose weight is 0 bits


def profiles(connection: "duckdb.DuckDBPyConnection", spec: Spec, *, entities: bool) -> None:
    """Make ``resolve_profile``: what is known of every node in ``resolve_pair``.

    Besides what a node has once, ``said`` holds a token for every value any of its mentions
    has, and each column of ``several`` one value and its token. A left side has one value of
    each, so that "the same" is its token among what the right side said. Without
    ``entities`` both sides are loose, which saves reading all mentions.
    """
    columns = dict.fromkeys([*spec.names, *spec.several.values()])
    said = ", ".join(_q(c) for c in columns)
    tokens = ", ".join(token(c) for c in columns)
    one = "".join(f", min({_q(c)}) AS {_q(k)}" for k, c in spec.several.items())
    several = "".join(
        f", {_q(k)}, {token(c, k)} AS {_q(k + '_token')}" for k, c in spec.several.items()
    )
    named = "".join(
        f", hash('{n}', said.{_q('any_' + n)}) AS {_q(n + '_token')}" for n in spec.names
    )
    some = "".join(f", any_value({_q(n)}) AS {_q('any_' + n)}" for n in spec.names)
    tf = "".join(f", {_q('tf_' + c)}" for c in frequencies(spec))
    joins = " ".join(
        f"LEFT JOIN {_q('resolve_tf_' + c)} USING ({_q(c)})" for c in frequencies(spec)
    )
    _frequent(connection, spec)
    connection.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE resolve_node AS
        SELECT l AS node FROM resolve_pair UNION SELECT r FROM resolve_pair;
        CREATE OR REPLACE TEMP TABLE resolve_profile AS
        WITH rows AS MATERIALIZED (
          {_of_entities(said) if entities else ""}
          SELECT node, {said} FROM resolve_loose SEMI JOIN resolve_node USING (node)),
        told AS (SELECT node, list(t) FILTER (WHERE t IS NOT NULL) AS said
          FROM (SELECT node, unnest([{tokens}]) AS t FROM rows) GROUP BY node),
        said AS (SELECT node{one}{some} FROM rows GROUP BY node),
        side AS (FROM resolve_entity SEMI JOIN resolve_node USING (node)
          UNION ALL FROM resolve_lone SEMI JOIN resolve_node USING (node))
        SELECT side.*, coalesce(told.said, []) AS said{named}{several}{tf}
        FROM side JOIN said USING (node) JOIN told USING (node) {joins}"""
    )


def _of_entities(said: str) -> str:
    # Doubtful numbers are few and were set aside: the rest is read without its mentions' names.
    return f"""
          SELECT hash(number) AS node, {said} FROM resolve_mention
          WHERE number IS NOT NULL AND hash(number) IN (FROM resolve_node)
            AND hash(number) NOT IN (SELECT node FROM resolve_strange)
          UNION ALL
          SELECT node, {said} FROM resolve_near ANTI JOIN resolve_doubt USING (mention)
          WHERE node IN (FROM resolve_node)
          UNION ALL"""


def token(column: str, name: str = "") -> str:
    """SQL for a value's token: NULL without a value, else a hash of column and value."""
    value = _q(name or column)
    return f"CASE WHEN {value} IS NOT NULL THEN hash('{column}', {value}) END"


def frequencies(spec: Spec) -> list[str]:
    """The profile columns whose value is the rarer the weightier."""
    found = [level.get("frequency") for c in spec.comparisons for level in c["levels"]]
    return list(dict.fromkeys(f for f in found if f))


def _frequent(connection: "duckdb.DuckDBPyConnection", spec: Spec) -> None:
    for column in frequencies(spec):
        name = _q(column)
        connection.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE {_q("resolve_tf_" + column)} AS
            WITH side AS (
              SELECT {name} FROM resolve_entity UNION ALL SELECT {name} FROM resolve_lone)
            SELECT {name},
              count(*)::DOUBLE / (SELECT count({name}) FROM side) AS {_q("tf_" + column)}
            FROM side WHERE {name} IS NOT NULL GROUP BY 1"""
        )


class Weigher:
    """Splink over the pairs of one resolution, which asks it several times.

    ``persons`` is how many entities there are, for levels that so many share by chance.
    """

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", spec: Spec, *, persons: int
    ) -> None:
        self.connection, self.spec, self.persons = connection, spec, persons
        self._splink: tuple[DuckDBAPI, Linker] | None = None

    def weigh(self, to: str) -> None:
        """Make table ``to`` (l, r, weight in bits) of ``resolve_pair``."""
        api, linker = self._splink = self._splink or self._read()
        linker.table_management.invalidate_cache()  # its tables hold other rows than last time
        for column in frequencies(self.spec):
            table = api.register(f"resolve_tf_{column}")
            linker.table_management.register_term_frequency_lookup(table, column)
        self.connection.execute(
            "CREATE OR REPLACE TEMP VIEW resolve_blocked AS "
            "SELECT '0' AS match_key, l AS join_key_l, r AS join_key_r FROM resolve_pair"
        )
        linker.table_management.register_blocked_pairs_for_predict(api.register("resolve_blocked"))
        found = linker.inference.predict(warning_mode="never")
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {to} AS SELECT node_l AS l, node_r AS r, "
            f"match_weight AS weight FROM {found.physical_name}"
        )
        found.drop_table_from_database_and_remove_from_cache()

    def _read(self) -> "tuple[DuckDBAPI, Linker]":
        """Splink with these settings; reading them takes as long as weighing a few pairs."""
        from splink import DuckDBAPI, Linker

        logging.getLogger("splink").setLevel(logging.WARNING)
        api = DuckDBAPI(self.connection)
        linker = Linker(
            api.register("resolve_profile"),
            settings(self.spec, persons=self.persons),
            log_level=None,
            validate_settings=False,
        )
        return api, linker


def settings(spec: Spec, *, persons: int) -> dict[str, Any]:
    """Splink's settings for this spec and so many entities."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "node",
        "probability_two_random_records_match": EVEN,
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": False,
        "blocking_rules_to_generate_predictions": [],
        "comparisons": [_comparison(c, persons) for c in spec.comparisons],
    }


def _comparison(comparison: Mapping[str, Any], persons: int) -> dict[str, Any]:
    levels = [_level(level, persons) for level in comparison["levels"]]
    return {"output_column_name": comparison["name"], "comparison_levels": levels}


def _level(level: Mapping[str, Any], persons: int) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sql_condition": level.get("when", "ELSE"),
        "label_for_charts": level["label"],
    }
    if "m" not in level:
        return made | {"is_null_level": True}
    u = min(0.5, level["persons"] / persons) if "persons" in level else level["u"]
    made |= {"m_probability": float(level["m"]), "u_probability": float(u)}
    if "frequency" in level:
        made |= {
            "tf_adjustment_column": level["frequency"],
            "tf_minimum_u_value": 0.5 / persons,
            "disable_tf_exact_match_detection": True,
        }
    return made
