"""What the resolution keeps in the lake's database: what people said, and what became of ids."""

from sqlalchemy import Column, Index, Integer, String, Table, Text

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
    "resolution_events",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(20), nullable=False),
    Column("event", String(10), nullable=False),  # merge, split, gone
    Column("from_id", String(60), nullable=False),
    Column("to_id", String(60), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(40), nullable=False),
    Index("resolution_events_from", "from_id"),
    Index("resolution_events_to", "to_id"),
)
