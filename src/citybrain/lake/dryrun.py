"""An uploaded file against its contract: tried without writing, then delivered as one batch.

The file is taken into a table of texts, one column per field's header, so that an officer's
edits can be put over it cell by cell; from there it goes the way of every delivery.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from citybrain.base.clock import Clock, Stopwatch
from citybrain.base.errors import CityError
from citybrain.city.contracts import Contract
from citybrain.city.model import City
from citybrain.city.systems import Fetch
from citybrain.lake import corrections, modes
from citybrain.lake.change import NewFile
from citybrain.lake.collect import new_run_id, table_of
from citybrain.lake.duck import connection as duckdb_connection
from citybrain.lake.explain import CellProblem
from citybrain.lake.handing import Handed
from citybrain.lake.intake import Job, about, take_in
from citybrain.lake.journal import Journal
from citybrain.lake.mends import Mends
from citybrain.lake.quarantine import REASON
from citybrain.lake.results import TableResult
from citybrain.lake.sources import NUMBER, Readers, ReadRequest
from citybrain.lake.sqltext import name
from citybrain.lake.store import Store
from citybrain.lake.tablework import collect_table, columns, scratch
from citybrain.lake.uploads import Edits, fetch_of, is_patch, uploaded

SHOWN_GONE = 20  # rows that would be removed and are named


@dataclass(frozen=True, kw_only=True)
class RowView:
    """A row of the file: its number there, its texts by field, and what is wrong with it.

    One that could not be told into columns is ``unread`` and has no values.
    """

    row_number: int
    values: Mapping[str, str | None]
    problems: tuple[CellProblem, ...] = ()
    unread: bool = False


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """What delivering the file would do.

    ``cells`` holds wrong and edited rows with one row of context on each side, by number;
    ``first_row`` is the number of the first row of data. ``gone`` holds the first rows that
    would be removed, as texts by field; ``rows_before`` is how many the table has now.
    """

    read: int
    accepted: int
    inserted: int
    updated: int
    unchanged: int
    removed: int
    superseded: int
    quarantined: int
    first_row: int
    cells: tuple[RowView, ...]
    rows_before: int = 0
    gone: tuple[Mapping[str, str | None], ...] = ()

    @property
    def clean_between(self) -> tuple[int, ...]:
        """Clean rows left out before each row of ``cells``, and after the last."""
        counts, expected = [], self.first_row
        for row in self.cells:
            counts.append(max(0, row.row_number - expected))
            expected = row.row_number + 1
        return (*counts, max(0, self.first_row + self.read - expected))


def dry_run(
    store: Store,
    city: City,
    table: str,
    path: Path,
    *,
    edits: Edits | None = None,
    readers: Readers,
    clock: Clock,
) -> DryRun:
    """Try a file against its contract and the lake; writes nothing there.

    Raises ``CityError`` when the file cannot be read or lacks a column.
    """
    what = table_of(city, table)
    with ExitStack() as stack:
        staging = stack.enter_context(scratch(store))
        engine = stack.enter_context(duckdb_connection(store.home))
        engine.execute("SET TimeZone = 'UTC'")
        held = corrections.active(store, table)
        corrections.register(engine, held)
        corrected = {c.field for c in held}
        request = ReadRequest(table=table, fetch=fetch_of(what.fetch, path), staging=staging)
        opened = uploaded(path, what, readers, edits or {})(request, engine)
        job = Job(
            contract=what.contract,
            fetch=what.fetch,
            drift=what.system.drift,
            about=about(city, clock.now().date()),
            batch_id="dry-run",
            staging=staging,
            corrected=tuple(f.name for f in what.contract.fields if f.name in corrected),
        )
        intake, _files = take_in(
            engine, job, opened, target=_nowhere(staging), seen=lambda _rows, _of: None
        )
        whole = what.fetch.mode == "full" and not _is_patch(engine)
        outcome, gone = _compare(store, engine, intake.contract, intake.settled.select, whole)
        wrong = _wrong(engine, str(intake.aside.path))
        first = min([_first_row(engine, what.fetch), *wrong])
        return DryRun(
            read=intake.read,
            accepted=intake.settled.rows + intake.settled.superseded,
            inserted=outcome.inserted,
            updated=outcome.updated,
            unchanged=outcome.unchanged,
            removed=outcome.removed,
            superseded=intake.settled.superseded,
            quarantined=intake.aside.rows,
            first_row=first,
            cells=_cells(engine, intake.contract, wrong, edits or {}),
            rows_before=outcome.removed + outcome.updated + outcome.unchanged,
            gone=gone,
        )


def deliver(  # noqa: PLR0913 - the agreed interface
    store: Store,
    city: City,
    table: str,
    path: Path,
    *,
    edits: Edits | None = None,
    batch_id: str,
    readers: Readers,
    clock: Clock,
    run_id: str = "",
    by: str = "",
    reason: str = "",
    removing: int | None = None,
) -> TableResult:
    """Deliver a file as one batch; the same ``batch_id`` again changes nothing.

    What was corrected in it is kept as corrections by ``by`` for ``reason``. With ``removing``
    it is refused when it would take another number of rows out of the table by then.

    A workbook of rows that were set aside (it has the column of reasons) mends those rows and
    leaves the others alone. An error is a sentence in the result, as in ``collect``.
    """
    run_id = run_id or new_run_id(clock.now())
    watch = Stopwatch()
    journal = Journal(store.engine, run_id, clock=clock)
    journal.begin([table], by=by, kind="upload")
    try:
        what = table_of(city, table)
        mends = Mends(store, what.contract, by, reason)
        source = uploaded(path, what, readers, edits or {}, mends=mends)
        if is_patch(path, what, readers):
            what = replace(what, fetch=replace(what.fetch, mode="upsert", cursor=""))
        result = collect_table(
            store, what, source=source, batch_id=batch_id, run_id=run_id, journal=journal,
            threads=2, handed=Handed(mends=mends, removing=removing),
        )  # fmt: skip
        mends.tell(journal)
    except CityError as error:
        result = TableResult(
            table=table, error=str(error), batch_id=batch_id, seconds=watch.seconds()
        )
    journal.done(result, phase="failed" if result.error else "done")
    journal.finish(state="failed" if result.error else "done")
    return result


def _nowhere(staging: Path) -> Callable[[Contract], Callable[[str], NewFile]]:
    """Files that only this dry run sees."""

    def target(contract: Contract) -> Callable[[str], NewFile]:
        numbered = tuple(replace(c, id=i) for i, c in enumerate(columns(contract), 1))
        return lambda role: NewFile(
            path=staging / f"{role}.parquet", role="base", sequence=0, columns=numbered
        )

    return target


def _is_patch(engine: duckdb.DuckDBPyConnection) -> bool:
    return REASON in {row[0] for row in engine.execute("DESCRIBE uploaded").fetchall()}


def _compare(
    store: Store, engine: duckdb.DuckDBPyConnection, contract: Contract, staged: str, whole: bool
) -> tuple[modes.Outcome, tuple[Mapping[str, str | None], ...]]:
    """What the rows would change, and the first of those that would go."""
    fits = store.exists(contract.lake_table) and {f.name for f in contract.fields} <= {
        c.name for c in store.columns(contract.lake_table)
    }
    if not fits:
        row = engine.execute(f"SELECT count(*) FROM ({staged})").fetchone()
        return modes.Outcome(inserted=int(row[0]) if row else 0), ()
    current = store.scan_sql(contract.lake_table)
    outcome = modes.compare(engine, contract, staged=staged, current=current, whole=whole)
    if not outcome.removed:
        return outcome, ()
    fields = [f.name for f in contract.fields]
    gone = modes.gone(engine, fields, staged=staged, current=current, limit=SHOWN_GONE)
    return outcome, tuple(gone)


def _first_row(engine: duckdb.DuckDBPyConnection, fetch: Fetch) -> int:
    row = engine.execute(f"SELECT min({NUMBER}) FROM uploaded").fetchone()
    return int(row[0]) if row and row[0] is not None else fetch.header_row + 1


def _wrong(engine: duckdb.DuckDBPyConnection, path: str) -> dict[int, tuple[CellProblem, ...]]:
    """Problems by row number."""
    import json

    found = engine.execute(
        "SELECT _number, _problems FROM read_parquet(?) WHERE _number IS NOT NULL", [path]
    ).fetchall()
    return {
        int(number): tuple(CellProblem(**p) for p in json.loads(problems))
        for number, problems in found
    }


def _cells(
    engine: duckdb.DuckDBPyConnection,
    contract: Contract,
    wrong: Mapping[int, tuple[CellProblem, ...]],
    edits: Edits,
) -> tuple[RowView, ...]:
    about = set(wrong) | {number for number, _field in edits}
    near = sorted({n + step for n in about for step in (-1, 0, 1)})
    have = {row[0] for row in engine.execute("DESCRIBE uploaded").fetchall()}
    fields = [f for f in contract.fields if f.source in have]
    shown = ", ".join(name(f.source) for f in fields)
    engine.execute("CREATE OR REPLACE TEMP TABLE near (n BIGINT)")
    if near:
        engine.executemany("INSERT INTO near VALUES (?)", [[n] for n in near])
    rows = engine.execute(
        f"SELECT {NUMBER}, {shown} FROM uploaded SEMI JOIN near ON {NUMBER} = n ORDER BY 1"
    ).fetchall()
    read = [
        RowView(
            row_number=int(row[0]),
            values=dict(zip((f.name for f in fields), row[1:], strict=True)),
            problems=wrong.get(int(row[0]), ()),
        )
        for row in rows
    ]
    unread = [
        RowView(row_number=number, values={}, problems=wrong[number], unread=True)
        for number in set(wrong) - {row.row_number for row in read}
    ]
    return tuple(sorted([*read, *unread], key=lambda row: row.row_number))
