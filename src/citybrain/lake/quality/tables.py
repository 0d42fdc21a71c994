"""What measuring writes into the lake's database. Every row can be measured again.

No value of any cell is kept: counts, and the shape of distributions in buckets that hold
codes, years, magnitudes and lengths.
"""

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from citybrain.lake.database import METADATA

measures = Table(
    "quality_measures",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("table", String(255), nullable=False),
    Column("snapshot_id", BigInteger, nullable=False),
    Column("quarantine_id", BigInteger, nullable=False),  # 0 while nothing was ever set aside
    Column("contract", String(80), nullable=False),  # version and digest of the promise
    Column("measured_at", String(40), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("looked_at", BigInteger, nullable=False),  # fewer than rows when a sample was taken
    Column("quarantined", BigInteger, nullable=False),
    Column("required_cells", BigInteger, nullable=False),
    Column("required_filled", BigInteger, nullable=False),
    Column("cells", BigInteger, nullable=False),
    Column("filled", BigInteger, nullable=False),
    Column("invalid_rows", BigInteger, nullable=False),
    Column("keyed_rows", BigInteger, nullable=False),  # 0 for a table without a key
    Column("repeated_rows", BigInteger, nullable=False),
    Column("seconds", Float, nullable=False),
    Index("quality_measures_by_table", "table", "measured_at"),
)
columns = Table(
    "quality_columns",
    METADATA,
    Column("measure", Integer, primary_key=True),
    Column("field", String(255), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("filled", BigInteger, nullable=False),
    Column("wrong", BigInteger, nullable=False),
    Column("psi", Float),
    Column("buckets", Text),  # JSON: bucket -> rows; kept for the newest measure only
)
rules = Table(
    "quality_rules",
    METADATA,
    Column("measure", Integer, primary_key=True),
    Column("field", String(255), primary_key=True),
    Column("rule", String(40), primary_key=True),
    Column("checked", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
)
