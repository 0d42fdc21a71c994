"""Splink alone: its ready-made comparisons over all mentions, no stage for numbers, no rivals."""

import duckdb


def resolve(connection: duckdb.DuckDBPyConnection) -> str:
    """Train without truth, predict, cluster; the links as a SELECT (mention, entity_id)."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="mention",
        retain_matching_columns=False,
        blocking_rules_to_generate_predictions=[
            block_on("id_number"),
            block_on("name", "birth_date"),
            block_on("phone", "substr(name, 1, 1)"),
            block_on("address", "substr(name, 1, 1)"),
            block_on("substr(id_raw, 1, 14)", "substr(name, 1, 1)"),
            block_on("substr(id_raw, 7, 12)"),
        ],
        comparisons=[
            cl.LevenshteinAtThresholds("id_raw", [1, 2]),
            cl.JaroWinklerAtThresholds("name", [0.92, 0.8]).configure(
                term_frequency_adjustments=True
            ),
            cl.AbsoluteDateDifferenceAtThresholds(
                "birth_date", input_is_string=False, metrics=["month", "year"], thresholds=[1, 1]
            ),
            cl.ExactMatch("sex"),
            cl.LevenshteinAtThresholds("phone", [1]),
            cl.JaroWinklerAtThresholds("address", [0.95, 0.9]),
        ],
    )
    connection.execute("CREATE TABLE told AS FROM mentions")
    linker = Linker(DuckDBAPI(connection).register("told"), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("id_number")], recall=0.95)
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    for block in (block_on("id_number"), block_on("name", "birth_date")):
        training.estimate_parameters_using_expectation_maximisation(block, max_pairs=2e6)
    found = linker.inference.predict(threshold_match_probability=0.8)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        found, threshold_match_probability=0.8
    )
    return f"SELECT mention, cluster_id AS entity_id FROM {clusters.physical_name}"
