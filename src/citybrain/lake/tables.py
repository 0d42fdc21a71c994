"""What collecting writes down in the lake's database: batches, runs, cursors, corrections.

All of it is a projection: the truth about what is in the lake is the snapshots' summaries.
"""

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, String, Table, Text

from citybrain.lake.database import METADATA

batches = Table(
    "batches",
    METADATA,
    Column("batch_id", String(255), primary_key=True),
    Column("table", String(255), primary_key=True),
    Column("run_id", String(255), nullable=False),
    Column("mode", String(20), nullable=False),
    Column("contract", String(40), nullable=False),
    *(
        Column(name, BigInteger, nullable=False, default=0)
        for name in (
            "read",
            "accepted",
            "inserted",
            "updated",
            "unchanged",
            "superseded",
            "removed",
            "quarantined",
            "rows_after",
            "quarantined_after",
        )
    ),
    Column("snapshot_id", BigInteger),
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40), nullable=False),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("error", Text),
    Column("problems", Text),  # JSON: rows set aside by field:rule
    Index("batches_by_table", "table", "started_at"),
)
runs = Table(
    "runs",
    METADATA,
    Column("run_id", String(255), primary_key=True),
    Column("started_at", String(40), nullable=False),
    Column("finished_at", String(40)),
    Column("state", String(20), nullable=False),  # waiting, running, done, failed, stopped
    Column("by", String(255), nullable=False, default=""),
    Column("scope", Text, nullable=False, default=""),
    Column("stop_requested", Boolean, nullable=False, default=False),
    Index("runs_by_start", "started_at"),
)
run_tables = Table(
    "run_tables",
    METADATA,
    Column("run_id", String(255), primary_key=True),
    Column("table", String(255), primary_key=True),
    Column("position", Integer, nullable=False, default=0),
    Column("phase", String(20), nullable=False),  # waiting reading writing done failed stopped
    Column("rows_expected", BigInteger),
    Column("rows_read", BigInteger, nullable=False, default=0),
    *(
        Column(name, BigInteger, nullable=False, default=0)
        for name in ("accepted", "inserted", "updated", "unchanged", "superseded", "quarantined")
    ),
    Column("seconds", Float, nullable=False, default=0.0),
    Column("started_at", String(40)),
    Column("updated_at", String(40)),
    Column("error", Text),
)
run_log = Table(
    "run_log",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run_id", String(255), nullable=False),
    Column("at", String(40), nullable=False),
    Column("level", String(10), nullable=False),  # info, warn, bad
    Column("table", String(255), nullable=False, default=""),
    Column("sentence_zh", Text, nullable=False),
    Column("sentence_en", Text, nullable=False),
    Index("run_log_by_run", "run_id", "id"),
)
cursors = Table(
    "cursors",
    METADATA,
    Column("table", String(255), primary_key=True),
    Column("value", Text, nullable=False),
    Column("batch_id", String(255), nullable=False),
    Column("at", String(40), nullable=False),
)
corrections = Table(
    "corrections",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("table", String(255), nullable=False),
    Column("row", String(500), nullable=False),  # the row's address as it was delivered
    Column("field", String(255), nullable=False),
    Column("original", Text),  # None: the cell was empty
    Column("corrected", Text),
    Column("by", String(255), nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("at", String(40), nullable=False),
    Column("retired_at", String(40)),
    Column("retired_because", Text),
    Index("corrections_by_table", "table", "retired_at"),
)
