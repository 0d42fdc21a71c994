"""Collecting one table, whole: lease, read, compare, quarantine, commit, books.

The order of the last steps matters. The quarantine is committed first and the table second,
with the cursor in the table's summary: a process killed between them delivers the same batch
again, finds its rows set aside already, and loses none.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from citybrain.base.clock import Stopwatch
from citybrain.city.contracts import Contract
from citybrain.city.model import City
from citybrain.city.systems import Fetch, System
from citybrain.lake import corrections, modes
from citybrain.lake.books import COUNTS, book, from_summary, keep_cursor, last_cursor
from citybrain.lake.change import Change, NewFile
from citybrain.lake.duck import connection as duckdb_connection
from citybrain.lake.files import Opened
from citybrain.lake.handing import Handed, Handing
from citybrain.lake.intake import Intake, Job, about, take_in
from citybrain.lake.journal import Journal
from citybrain.lake.lease import Lease
from citybrain.lake.manifest import committed
from citybrain.lake.results import TableResult
from citybrain.lake.sources import Cursor, ReadRequest
from citybrain.lake.sqltext import name
from citybrain.lake.store import Store
from citybrain.lake.tableaside import again, set_aside
from citybrain.lake.views import Column

META = ("_row", "_batch", "_contract")
Source = Callable[[ReadRequest, duckdb.DuckDBPyConnection], Opened]


@dataclass(frozen=True, kw_only=True)
class Table:
    """One table to collect: its contract, its system and how it is fetched."""

    city: City
    system: System
    fetch: Fetch
    contract: Contract


def columns(contract: Contract) -> list[Column]:
    """The lake's columns of a contract."""
    fields = [
        Column(name=f.name, type=f.type, doc=f.title, renamed_from=f.renamed_from)
        for f in contract.fields
    ]
    return [*fields, *(Column(name=n, type="string") for n in META)]


def collect_table(
    store: Store,
    table: Table,
    *,
    source: Source,
    batch_id: str,
    run_id: str,
    journal: Journal | None,
    threads: int,
    handed: Handed | None = None,
) -> TableResult:
    """Collect one table as one batch; raises ``CityError`` and then nothing changed.

    The same ``batch_id`` again changes nothing and returns the first delivery's figures.
    """
    lake_table, watch = table.contract.lake_table, Stopwatch()
    started = store.clock.now()
    with ExitStack() as stack:
        lease = stack.enter_context(store.lease(lake_table, owner=batch_id))
        done = committed(store.ground, lake_table, batch_id)
        if done:
            return from_summary(table.contract.id, done)
        staging = stack.enter_context(scratch(store))
        engine = stack.enter_context(duckdb_connection(store.home))
        engine.execute(f"SET TimeZone = 'UTC'; SET threads = {threads}")
        work = _Work(
            store, table, engine, staging, batch_id, lease, stack, journal, Handing(handed)
        )
        result = work.run(source)
    result.seconds = round(watch.seconds(), 3)
    book(
        store,
        result,
        mode=table.fetch.mode,
        contract=table.contract.version,
        run_id=run_id,
        started=started,
    )
    return result


@contextmanager
def scratch(store: Store) -> Iterator[Path]:
    """A folder of its own for files on their way in; gone at exit."""
    store.home.staging.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="collect-", dir=store.home.staging))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class _Work:
    """The moving parts of one table's collection."""

    store: Store
    table: Table
    engine: duckdb.DuckDBPyConnection
    staging: Path
    batch_id: str
    lease: Lease
    stack: ExitStack
    journal: Journal | None
    handing: Handing
    change: Change | None = None

    def run(self, source: Source) -> TableResult:
        """Everything from the first byte of the source to the books."""
        contract, fetch = self.table.contract, self.table.fetch
        held = corrections.active(self.store, contract.id)
        corrections.register(self.engine, held)
        job = self._job({c.field for c in held})
        request = ReadRequest(
            table=contract.id, fetch=fetch, staging=self.staging, cursor=self._cursor()
        )
        self._phase("reading")
        opened = source(request, self.engine)
        self._phase("reading", opened.expected())
        intake, files = take_in(
            self.engine,
            job,
            opened,
            target=self._target,
            seen=self._seen,
            again=again(self.store, contract) if held and not self.whole else "",
        )
        self._phase("writing")
        for level, sentence, sentence_en in intake.notes:
            if self.journal:
                self.journal.log(level, contract.id, sentence, sentence_en)
        return self._finish(intake, files)

    @property
    def whole(self) -> bool:
        """Whether the delivery is the whole table, so that absent rows are gone."""
        return self.table.fetch.mode == "full"

    def _job(self, corrected: set[str]) -> Job:
        contract = self.table.contract
        return Job(
            contract=contract,
            fetch=self.table.fetch,
            drift=self.table.system.drift,
            about=about(self.table.city, self.store.clock.now().date()),
            batch_id=self.batch_id,
            staging=self.staging,
            corrected=tuple(f.name for f in contract.fields if f.name in corrected),
        )

    def _phase(self, phase: str, expected: int | None = None) -> None:
        if self.journal:
            self.journal.phase(self.table.contract.id, phase, expected=expected)

    def _seen(self, rows: int, expected: int | None) -> None:
        if self.journal:
            self.journal.tick(self.table.contract.id, rows, expected=expected)

    def _cursor(self) -> Cursor | None:
        fetch, contract = self.table.fetch, self.table.contract
        if self.whole or not fetch.cursor:
            return None
        value = last_cursor(self.store, contract)
        if not value:
            return None
        return Cursor(column=contract.field(fetch.cursor).source, after=value)

    def _target(self, contract: Contract) -> Callable[[str], NewFile]:
        """Make the table fit the contract, open its change, and say where files go."""
        lake_table = contract.lake_table
        self.store.ensure(lake_table, columns(contract), key=("_row",))
        change = self.stack.enter_context(
            self.store.change(lake_table, batch_id=self.batch_id, lease=self.lease)
        )
        self.change = change

        def new_file(role: str) -> NewFile:
            if role == "base" and (self.whole or not change.base.files):
                return change.new_file("base")
            return NewFile(
                path=self.staging / f"{role}.parquet",
                role="base",
                sequence=0,
                columns=change.base.columns,
            )

        return new_file

    def _finish(self, intake: Intake, files: list[NewFile]) -> TableResult:
        change, settled = self.change, intake.settled
        if change is None:
            raise RuntimeError("rows were taken in without a change to hold them")
        ready = files[0] if files[0] in change.files else None
        exact = ready is not None and len(files) == 1 and not settled.rewritten
        # Before the rows are applied: what changes nothing is removed from the disk by that.
        cursor = self._cursor_after(settled.select)
        outcome = modes.apply(
            self.engine,
            intake.contract,
            change,
            whole=self.whole,
            staged=settled.select,
            staged_rows=settled.rows,
            staged_file=ready if exact else None,
            current=self.store.scan_sql(intake.contract.lake_table),
        )
        self.handing.refuse_other(intake.contract, removed=outcome.removed)
        if ready is not None and not exact:
            change.files.remove(ready)
        result = TableResult(
            table=intake.contract.id,
            batch_id=self.batch_id,
            read=intake.read,
            accepted=settled.rows + settled.superseded,
            inserted=outcome.inserted,
            updated=outcome.updated,
            unchanged=outcome.unchanged,
            superseded=settled.superseded,
            removed=outcome.removed,
            quarantined=intake.aside.rows,
            rows_after=outcome.rows_after,
            problems=dict(intake.aside.problems),
        )
        result.quarantined_after = set_aside(
            self.store,
            self.engine,
            intake,
            whole=self.whole,
            batch_id=self.batch_id,
            handing=self.handing,
        )
        self._commit(change, result, cursor, changed=outcome.changed)
        self.handing.put_down(self.store)
        if ready is not None and not exact:
            ready.path.unlink(missing_ok=True)
        if cursor:
            keep_cursor(self.store, self.table.contract.id, cursor, self.batch_id)
        return result

    def _commit(self, change: Change, result: TableResult, cursor: str, *, changed: bool) -> None:
        if not result.balances():
            raise AssertionError(f"the accounts of {result.table} do not balance: {result}")
        if not changed:
            result.snapshot = change.base.snapshot.snapshot_id if change.base.snapshot else None
            return
        counts = {n: str(getattr(result, n)) for n in COUNTS}
        change.summary = {
            **counts,
            "contract": self.table.contract.version,
            "mode": self.table.fetch.mode,
            **({"cursor": cursor} if cursor else {}),
        }
        result.snapshot = self.handing.commit(change)

    def _cursor_after(self, staged: str) -> str:
        fetch = self.table.fetch
        if self.whole or not fetch.cursor:
            return ""
        row = self.engine.execute(
            f"SELECT CAST(max({name(fetch.cursor)}) AS VARCHAR) FROM ({staged})"
        ).fetchone()
        return str(row[0]) if row and row[0] is not None else ""
