"""Corrections that came with an upload, kept as those made on a page are.

What an officer changed in the grid, and what she mended in a workbook of rows that were set
aside, would be undone as soon as the source delivers the same wrong value again. Kept as
corrections, they hold for as long as it does. They are written in the transaction that brings
their rows in, so that no end of the process comes between.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import duckdb
from sqlalchemy import Connection, select

from citybrain.base.wording import counted
from citybrain.city.contracts import Contract
from citybrain.lake import corrections
from citybrain.lake.database import reading
from citybrain.lake.journal import Journal
from citybrain.lake.plan import Given, addressed
from citybrain.lake.quarantine import REASON, count
from citybrain.lake.results import TableResult
from citybrain.lake.sources import NUMBER
from citybrain.lake.sqltext import name
from citybrain.lake.store import Store
from citybrain.lake.tables import batches, runs

Edits = Sequence[tuple[int, str]]  # row number and field
Mend = tuple[str, str, str | None, str | None]  # address, field, as delivered, as corrected


@dataclass
class Mends:
    """What one upload mends, by whom and why; filled while it is read, put down as it comes in."""

    store: Store
    contract: Contract
    by: str = ""
    reason: str = ""
    found: list[Mend] = field(default_factory=list)
    kept: list[Mend] = field(default_factory=list)

    def look(self, engine: duckdb.DuckDBPyConnection, edited: Edits, *, before: bool) -> None:
        """Look at the table ``uploaded``, before and after the edits are put over it."""
        have = {row[0] for row in engine.execute("DESCRIBE uploaded").fetchall()}
        if before:
            rows = _addressed(engine, self.contract, have)
            engine.execute(f"CREATE OR REPLACE TEMP TABLE unmended AS {rows}")
            return
        self.found += _edited(engine, self.contract, have, edited)
        if REASON in have and count(self.store, self.contract.id):
            aside = self.store.scan_sql(self.contract.quarantine_table)
            known = {c.name for c in self.store.columns(self.contract.quarantine_table)}
            self.found += _sent_back(engine, self.contract, have, aside, known)

    def settle(self, aside: Collection[str]) -> None:
        """Choose what to keep; what is set aside, at one of these addresses, mends nothing."""
        kept = {m[:2]: m for m in self.found if m[0] not in aside and m[2] != m[3]}
        self.kept = list(kept.values())

    def put(self, connection: Connection) -> None:
        """Write down what is kept, in the transaction that brings it in."""
        corrections.put(
            connection, self.contract.id, self.kept, by=self.by, reason=self.reason,
            now=self.store.clock.now(),
        )  # fmt: skip

    def tell(self, journal: Journal) -> None:
        """Say in the run's log how much is kept."""
        if self.kept:
            journal.log(
                "info",
                self.contract.id,
                f"{len(self.kept)} 格修正已记下：数源再交来同样的错值时，仍按修正入库。",
                f"{counted(len(self.kept), 'corrected cell')} will hold while the source delivers "
                "the same wrong value.",
            )


def _addressed(engine: duckdb.DuckDBPyConnection, contract: Contract, have: set[str]) -> str:
    given = {
        f.source: Given(name=f.source, encoding="text", duckdb_type="VARCHAR")
        for f in contract.fields
        if f.source in have
    }
    texts = ", ".join(f"t{i} AS {name(f.name)}" for i, f in enumerate(contract.fields))
    layer = addressed(contract, relation="uploaded", given=given)
    return f"SELECT _address, {NUMBER} AS _at, {texts} FROM ({layer})"


def _edited(
    engine: duckdb.DuckDBPyConnection, contract: Contract, have: set[str], edited: Edits
) -> list[Mend]:
    """Changed cells of the grid, under the address that the row was delivered with."""
    found: list[Mend] = []
    for number, field_ in edited:
        source = contract.field(field_).source
        if source in have:
            found += engine.execute(
                f"SELECT b._address, ?, b.{name(field_)}, u.{name(source)} FROM unmended b "
                f"JOIN uploaded u ON u.{NUMBER} = b._at WHERE b._at = ?",
                [field_, number],
            ).fetchall()
    return found


def _sent_back(
    engine: duckdb.DuckDBPyConnection, contract: Contract, have: set[str], aside: str,
    known: set[str],
) -> list[Mend]:  # fmt: skip
    """Cells of rows set aside that came back with another value; only where a key tells them."""
    rows = _addressed(engine, contract, have)
    found: list[Mend] = []
    for one in contract.fields:
        if one.source in have and one.name in known and one.name not in contract.key:
            found += engine.execute(
                f"SELECT q._row, '{one.name}', q.{name(one.name)}, n.{name(one.name)} "
                f"FROM ({aside}) q JOIN ({rows}) n ON n._address = q._row "
                f"WHERE q._raw IS NULL AND q.{name(one.name)} IS DISTINCT FROM n.{name(one.name)} "
                f"AND q._row NOT IN (SELECT split_part(_row, '#', 1) FROM ({aside}) "
                "WHERE contains(_row, '#'))"
            ).fetchall()
    return found


def came_by_upload(store: Store, table: str) -> bool:
    """Whether the newest delivery of the table was a spreadsheet that someone put in."""
    newest = (
        select(runs.c.scope)
        .join(batches, batches.c.run_id == runs.c.run_id)
        .where(batches.c.table == table, batches.c.error.is_(None))
        .order_by(batches.c.finished_at.desc())
        .limit(1)
    )
    with reading(store.engine) as connection:
        return str(connection.scalar(newest) or "").startswith("upload:")


def tell_replaced(journal: Journal, result: TableResult) -> None:
    """Say in the run's log what a collect changed of a table that had come by upload."""
    if not (result.inserted or result.updated or result.removed):
        return
    journal.log(
        "warn",
        result.table,
        f"上一版由上传的表格交来，这次以数源的表为准：更新 {result.updated} 行、"
        f"新增 {result.inserted} 行、移走 {result.removed} 行。"
        "要保留上传的内容，请把它也交到数源。",
        "The last version came by upload; the source's own table counts now: "
        f"{counted(result.updated, 'row')} updated, {result.inserted} new, {result.removed} "
        "removed. To keep what was uploaded, hand it to the source too.",
    )
