"""Probabilities learned from the mentions themselves: Splink's EM, no truth, the same each time.

``u`` comes from pairs drawn at random, ``m`` from expectation maximisation within blocks; a
block teaches nothing of what it is made of, so several are used and their medians taken.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from citybrain.lake.resolve import prepare, weigh
from citybrain.lake.resolve.spec import Spec

if TYPE_CHECKING:
    import duckdb

SEED = 1
_LEAST = 1e-5  # what was never seen among the pairs is rare, not impossible


def train(
    connection: "duckdb.DuckDBPyConnection",
    spec: Spec,
    *,
    mentions_sql: str,
    blocks: Sequence[str],
    pairs: float = 2e6,
) -> dict[str, dict[str, dict[str, float]]]:
    """Learn ``levels`` (comparison, label, m and u or persons) as the settings take them.

    ``blocks`` are SQL conditions over ``l`` and ``r``; ``pairs`` bounds the random pairs and
    each block. Levels that no pair reached keep what the spec says.
    """
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    prepare.prepare(connection, spec, mentions_sql)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_pair AS SELECT node AS l, node AS r "
        "FROM (SELECT node FROM resolve_lone UNION SELECT node FROM resolve_entity)"
    )
    weigh.profiles(connection, spec, entities=True)
    found = connection.execute("SELECT count(*) FROM resolve_profile").fetchone()
    persons = max(2, found[0] if found else 2)
    api = DuckDBAPI(connection)
    # Splink draws by the position of rows: sorted, so that the same mentions teach the same.
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE resolve_taught AS FROM resolve_profile ORDER BY node"
    )
    linker = Linker(
        api.register("resolve_taught"),
        weigh.settings(spec, persons=persons),
        log_level=None,
        validate_settings=False,
    )
    for column in weigh.frequencies(spec):
        table = api.register(f"resolve_tf_{column}")
        linker.table_management.register_term_frequency_lookup(table, column)
    linker.training.estimate_u_using_random_sampling(max_pairs=pairs, seed=SEED)
    for block in blocks:
        linker.training.estimate_parameters_using_expectation_maximisation(
            block, max_pairs=pairs, estimate_without_term_frequencies=True
        )
    model = linker.misc.save_model_to_json()
    api.delete_tables_created_by_splink_from_db()
    return {
        said["name"]: _levels(said["levels"], learned["comparison_levels"], persons)
        for said, learned in zip(spec.comparisons, model["comparisons"], strict=True)
    }


def _levels(
    said: Sequence[Mapping[str, Any]], learned: Sequence[Mapping[str, Any]], persons: int
) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for level, taught in zip(said, learned, strict=True):
        if "m" not in level:
            continue
        m = max(_LEAST, taught.get("m_probability") or level["m"])
        given = level["persons"] / persons if "persons" in level else level["u"]
        u = max(1e-9, taught.get("u_probability") or given)
        wide = (
            {"persons": round(u * persons, 3)} if "persons" in level else {"u": float(f"{u:.3g}")}
        )
        found[level["label"]] = {"m": float(f"{m:.3g}")} | wide
    return found
