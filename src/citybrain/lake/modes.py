"""How a batch's rows change a table: full, append and upsert, each as one snapshot at most.

Rows are compared by address and by a hash of their content, so that a delivery that says
nothing new commits nothing. Small tables, and changes that touch much, are rewritten at once;
a small change of a large table is a small delta, and after a few deltas the table is rewritten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from citybrain.city.contracts import Contract
from citybrain.lake.change import Change, NewFile
from citybrain.lake.sqltext import name, names

SMALL_ROWS = 250_000  # rewriting so many rows takes well under a second
DELTAS = 5
MUCH = 0.3  # of the table's rows


@dataclass(kw_only=True)
class Outcome:
    """What a batch did to the table; ``changed`` says whether there is anything to commit."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    rows_after: int = 0

    @property
    def changed(self) -> bool:
        """Whether the table differs from before."""
        return bool(self.inserted or self.updated or self.removed)


def compare(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    *,
    staged: str,
    current: str,
    whole: bool,
) -> Outcome:
    """Count what ``staged`` changes in ``current``; ``whole`` when absent rows are removed."""
    content = f"hash({names(f.name for f in contract.fields)})"
    join = "FULL" if whole else "LEFT"
    row = connection.execute(
        f"""
        SELECT count(*) FILTER (o._row IS NULL), count(*) FILTER (n._row IS NULL),
               count(*) FILTER (n.content <> o.content), count(*) FILTER (n.content = o.content)
        FROM (SELECT _row, {content} AS content FROM ({staged})) n
        {join} JOIN (SELECT _row, {content} AS content FROM ({current})) o ON n._row = o._row
        """
    ).fetchone()
    inserted, removed, updated, unchanged = map(int, row or (0, 0, 0, 0))
    return Outcome(inserted=inserted, removed=removed, updated=updated, unchanged=unchanged)


def gone(
    connection: duckdb.DuckDBPyConnection, fields: Sequence[str], *,
    staged: str, current: str, limit: int,
) -> list[dict[str, str | None]]:  # fmt: skip
    """Rows of ``current`` that ``staged`` no longer holds, as texts, ``limit`` of them at most."""
    shown = ", ".join(f"CAST(o.{name(f)} AS VARCHAR) AS {name(f)}" for f in fields)
    found = connection.execute(
        f"SELECT {shown} FROM ({current}) o ANTI JOIN ({staged}) n ON n._row = o._row "
        f"ORDER BY o._row LIMIT {int(limit)}"
    ).fetchall()
    return [dict(zip(fields, row, strict=True)) for row in found]


def apply(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    change: Change,
    *,
    whole: bool,
    staged: str,
    staged_rows: int,
    staged_file: NewFile | None,
    current: str,
) -> Outcome:
    """Write what changed into ``change``, not yet committed.

    ``staged`` reads the batch's rows; ``staged_file`` is the file of the change that already
    holds exactly them, when there is one.
    """
    rows_before = change.base.snapshot.rows if change.base.snapshot else 0
    if not change.base.files:
        outcome = Outcome(inserted=staged_rows)
    else:
        outcome = compare(connection, contract, staged=staged, current=current, whole=whole)
    outcome.rows_after = rows_before + outcome.inserted - outcome.removed
    if not outcome.changed:
        _drop(change, staged_file)
        return outcome
    if whole or not change.base.files:
        if change.base.files:
            change.replace_all()
        _base(connection, change, staged_file, staged)
        return outcome
    _drop(change, staged_file)
    _merge(connection, contract, change, outcome, staged=staged, current=current)
    return outcome


def _base(
    connection: duckdb.DuckDBPyConnection, change: Change, ready: NewFile | None, select: str
) -> None:
    if ready is None:
        connection.execute(change.new_file("base").copy_sql(select))


def _drop(change: Change, file: NewFile | None) -> None:
    if file is not None:
        file.path.unlink(missing_ok=True)
        change.files.remove(file)


def _merge(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    change: Change,
    outcome: Outcome,
    *,
    staged: str,
    current: str,
) -> None:
    content = f"hash({names(f.name for f in contract.fields)})"
    fresh = (
        f"SELECT s.* FROM ({staged}) s ANTI JOIN "
        f"(SELECT _row, {content} AS content FROM ({current})) o "
        f"ON o._row = s._row AND o.content = {content}"
    )
    deltas = sum(f.role == "delta" for f in change.base.files)
    if not outcome.updated and outcome.rows_after > SMALL_ROWS:
        connection.execute(change.new_file("base").copy_sql(fresh))
        return
    touched = outcome.inserted + outcome.updated
    small = outcome.rows_after <= SMALL_ROWS
    if small or deltas + 1 >= DELTAS or touched > MUCH * outcome.rows_after:
        change.replace_all()
        kept = f"SELECT c.* FROM ({current}) c ANTI JOIN ({fresh}) f ON c._row = f._row"
        connection.execute(change.new_file("base").copy_sql(f"{kept} UNION ALL BY NAME {fresh}"))
        return
    connection.execute(change.new_file("delta").copy_sql(fresh))
