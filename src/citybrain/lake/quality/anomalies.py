"""Counts of rows that changed as they never did before."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from statistics import median
from typing import TYPE_CHECKING

from sqlalchemy import select

from citybrain.lake.database import reading
from citybrain.lake.quality.formula import Formula
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from citybrain.lake.store import Store

_KEPT = 60  # deliveries that make up the usual
_SCALE = 1.4826  # makes the median deviation comparable with a standard deviation
_LEAST_SPREAD = 0.001  # of a table that hardly ever changes, a tenth of a percent is no wonder


@dataclass(frozen=True, kw_only=True)
class RowJump:
    """The newest delivery changed the count from ``before`` to ``rows``.

    ``z`` is the robust z value among ``history`` former changes, None while these are too
    few and ``ratio``, the change as a share of the former count, decides.
    """

    table: str
    before: int
    rows: int
    ratio: float
    z: float | None
    history: int


def row_jumps(store: "Store", formula: Formula) -> tuple[RowJump, ...]:
    """Tables whose newest delivery changed their count unusually."""
    counts = row_counts(store)
    found = (row_jump(table, rows, formula) for table, rows in counts.items())
    return tuple(jump for jump in found if jump)


def row_counts(store: "Store") -> dict[str, list[int]]:
    """Rows after each good delivery of each table, oldest first."""
    statement = (
        select(batches.c.table, batches.c.rows_after)
        .where(batches.c.error.is_(None))
        .order_by(batches.c.table, batches.c.finished_at)
    )
    found: dict[str, list[int]] = {}
    with reading(store.engine) as connection:
        for table, rows in connection.execute(statement):
            found.setdefault(table, []).append(int(rows))
    return {table: rows[-_KEPT:] for table, rows in found.items()}


def row_jump(table: str, rows: Sequence[int], formula: Formula) -> RowJump | None:
    """The newest change when it is unusual; ``rows`` are counts, oldest first."""
    if len(rows) < 2 or rows[-1] == rows[-2]:
        return None
    changes = [log((now + 1) / (was + 1)) for was, now in pairwise(rows)]
    former, newest = changes[:-1], changes[-1]
    before, now = rows[-2], rows[-1]
    ratio = (now - before) / max(before, 1)
    z: float | None = None
    if len(former) >= formula.history:
        middle = median(former)
        spread = _SCALE * median(abs(change - middle) for change in former)
        z = (newest - middle) / max(spread, _LEAST_SPREAD)
        unusual = abs(z) >= formula.z and abs(ratio) >= formula.ratio / 10
    else:
        unusual = abs(ratio) >= formula.ratio
    if not unusual:
        return None
    return RowJump(table=table, before=before, rows=now, ratio=ratio, z=z, history=len(former))
