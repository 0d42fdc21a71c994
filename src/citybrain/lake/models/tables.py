"""What models write down in the lake's database: what was read of them, states, runs."""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from citybrain.lake.database import METADATA

readings = Table(  # a cache: what was read from a model's text, by what it depends on
    "model_readings",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)
statements = Table(  # a cache: the tables that a text reads, by the text's hash
    "model_statements",
    METADATA,
    Column("key", String(64), primary_key=True),
    Column("document", Text, nullable=False),
)
protections = Table(  # a cache: the classes of all tables of one city
    "model_classes",
    METADATA,
    Column("city", String(64), primary_key=True),
    Column("lake_table", String(255), primary_key=True),
    Column("classes", Text, nullable=False),
)
states = Table(
    "model_states",
    METADATA,
    Column("model", String(255), primary_key=True),
    Column("status", String(20), nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of the published table
    Column("made_by", String(64), nullable=False),  # how it was made, whatever from
    Column("inputs", Text, nullable=False),  # JSON: table → content it was made from
    Column("snapshot_id", BigInteger),
    Column("rows", BigInteger, nullable=False, default=0),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("published_at", String(40)),
    Column("tried_at", String(40), nullable=False),
    Column("tried", String(64), nullable=False),  # batch id of the last attempt
    Column("sql", Text, nullable=False),  # as it was published, for the plan's difference
    Column("error", Text),
    Column("expectations", Text, nullable=False),  # JSON: name → rows that break it
    Column("sample", Text, nullable=False),  # JSON: offending rows of failed expectations
)
history = Table(
    "model_runs",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(64), nullable=False),
    Column("model", String(255), nullable=False),
    Column("status", String(20), nullable=False),
    Column("how", String(20), nullable=False),  # full, incremental
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("snapshot_id", BigInteger),
    Column("error", Text),
    Column("expectations", Text, nullable=False),
    Index("model_runs_by_model", "model", "id"),
)
tests = Table(
    "model_tests",
    METADATA,
    Column("model", String(255), primary_key=True),
    Column("name", String(255), primary_key=True),
    Column("key", String(64), nullable=False),  # of the test and of the model's text
    Column("passed", Boolean, nullable=False),
    Column("said", Text, nullable=False),  # JSON: what is missing, too much, or an error
    Column("at", String(40), nullable=False),
)
