"""Deliveries since a moment, of all tables at once: one statement, whatever their number."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from citybrain.lake.database import reading
from citybrain.lake.runs import BatchRow, batch_row
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from citybrain.lake.store import Store


def deliveries(store: "Store", *, since: datetime) -> list[BatchRow]:
    """Every batch that ended at or after ``since``, failed ones too, oldest first."""
    statement = (
        select(batches)
        .where(batches.c.finished_at >= since.isoformat())
        .order_by(batches.c.finished_at)
    )
    with reading(store.engine) as connection:
        return [batch_row(row) for row in connection.execute(statement)]
