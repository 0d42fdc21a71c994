"""What the resolution keeps in the lake's database: what people said, and what became of ids."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from citybrain.lake.database import METADATA

overrides = Table(
    "resolution_overrides",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),  # people or companies
    Column("verdict", String(10), nullable=False),  # together or apart
    Column("mentions", Text, nullable=False),  # JSON list
    Column("by", String(255), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Column("removed_at", String(40), nullable=False, server_default=""),
    Column("removed_by", String(255), nullable=False, server_default=""),
    Column("removed_why", Text, nullable=False, server_default=""),
)
events = Table(
    "resolution_history",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("event", String(10), nullable=False),  # merge, split, gone
    Column("from_id", String(60), nullable=False),
    Column("to_id", String(60), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(40), nullable=False),
    # The content of the links that these events take away from. While it is the published one,
    # the run that found them has not been published, and they have not happened.
    Column("base", BigInteger, nullable=False),
    Index("resolution_history_from", "from_id"),
    Index("resolution_history_to", "to_id"),
    Index("resolution_history_base", "kind", "base"),
)
# Whose a mention was before people joined it to another, so that it can be parted again.
joined = Table(
    "resolution_joined",
    METADATA,
    Column("kind", String(20), primary_key=True),
    Column("mention", Text, primary_key=True),
    Column("entity_id", String(60), nullable=False),
)
