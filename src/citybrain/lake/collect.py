"""Collecting tables of a city: which are due, several at a time, each on its own.

One table failing never stops the others: its error is a sentence in its result.
"""

import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from sqlalchemy import insert

from citybrain.base.clock import Clock, Stopwatch
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.model import City
from citybrain.lake import connections as places
from citybrain.lake.database import writing
from citybrain.lake.due import due
from citybrain.lake.files import open_delivery
from citybrain.lake.journal import Journal, Progress, Stopped
from citybrain.lake.mends import came_by_upload, tell_replaced
from citybrain.lake.results import RunResult, TableResult
from citybrain.lake.sources import Connection, Reader, Readers
from citybrain.lake.store import Store
from citybrain.lake.tables import batches
from citybrain.lake.tablework import Source, Table, collect_table
from citybrain.lake.untold import without_values

__all__ = ["RunResult", "TableResult", "collect", "due", "named", "new_run_id"]

Resolve = Callable[[str], Connection]


def new_run_id(now: datetime) -> str:
    """A run's id: sortable by time, unique."""
    return f"{now:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"


def named(city: City, words: Sequence[str]) -> list[str]:
    """Table ids from what a person named: tables, or whole systems; ``CityError`` for others."""
    found: list[str] = []
    for word in words:
        tables = [t for t in city.contracts if t == word or t.partition(".")[0] == word]
        if not tables:
            raise CityError(
                f"There is no table or system {word}",
                why=f"the city has these systems: {', '.join(sorted(city.systems))}",
                do="Write system.table, for example "
                + (next(iter(city.contracts), "civil.marriages")),
                where=word,
            )
        found.extend(t for t in tables if t not in found)
    return found


def collect(  # noqa: PLR0913 - the agreed interface
    store: Store,
    city: City,
    tables: Sequence[str],
    *,
    readers: Readers,
    connections: Resolve | Mapping[str, Connection] | None = None,
    clock: Clock,
    progress: Callable[[Progress], None] | None = None,
    run_id: str = "",
    workers: int = 2,
    by: str = "",
) -> RunResult:
    """Collect ``tables`` (ids); the results in their order, errors as sentences in them.

    ``connections`` finds a connection by name: a mapping, a function, or (None) the
    environment and the home. The run is written to the lake's database as it goes.
    """
    run_id = run_id or new_run_id(clock.now())
    journal = Journal(store.engine, run_id, clock=clock, progress=progress)
    journal.begin(tables, by=by)
    find = _finder(store, connections)
    threads = max(1, (os.cpu_count() or 2) // max(1, min(workers, len(tables))))

    def one(table: str) -> TableResult:
        return _one(store, city, table, readers, find, journal, run_id, threads)

    with (
        store.engine.connect(),  # the last to close a SQLite file folds its log: not at every step
        ThreadPoolExecutor(max_workers=max(1, workers), thread_name_prefix="collect") as pool,
    ):
        results = list(pool.map(one, tables))
    journal.finish(state=_state(results))
    return RunResult(run_id=run_id, results=results)


def _state(results: Sequence[TableResult]) -> str:
    errors = [r.error for r in results if r.error]
    if any("asked the run to stop" in e for e in errors):
        return "stopped"
    return "failed" if errors else "done"


def _finder(store: Store, given: Resolve | Mapping[str, Connection] | None) -> Resolve:
    """Connections by name."""

    def find(name: str) -> Connection:
        if given is None:
            return places.resolve(name, store.home, os.environ)
        return given[name] if isinstance(given, Mapping) else given(name)

    return find


def table_of(city: City, table: str) -> Table:
    """What is needed to collect a table; ``CityError`` when the city does not say."""
    system = city.systems.get(table.partition(".")[0])
    contract = city.contracts.get(table)
    fetch = system.tables.get(table.partition(".")[2]) if system else None
    if system is None or contract is None or fetch is None:
        raise CityError(
            f"There is no table {table}",
            why="no contract or no system of the city names it",
            do="Write system.table as in the folders sources and systems",
            where=table,
        )
    return Table(city=city, system=system, fetch=fetch, contract=contract)


def source_of(reader: Reader, where: Connection) -> Source:
    """The source that a reader serves."""
    return lambda request, engine: open_delivery(
        reader.read(where, request), engine, request.staging, beside=True
    )


def reader_of(readers: Readers, where: Connection) -> Reader:
    """The reader of the connection's kind; ``CityError`` when there is none."""
    reader = readers.get(where.scheme)
    if reader is None:
        raise CityError(
            f"There is no reader for {where.scheme} sources",
            why=f"this installation reads {', '.join(sorted(readers))}",
            do="Correct the connection's address",
            where=where.name,
        )
    return reader


def _one(
    store: Store,
    city: City,
    table: str,
    readers: Readers,
    find: Resolve,
    journal: Journal,
    run_id: str,
    threads: int,
) -> TableResult:
    watch, started = Stopwatch(), journal_time(store)
    try:
        journal.raise_if_stopped(table)
        what = table_of(city, table)
        where = find(what.system.connection or what.system.name)
        places.refuse_own(where, store.home, os.environ, files=what.fetch.source)
        uploaded = came_by_upload(store, table)
        result = collect_table(
            store,
            what,
            source=source_of(reader_of(readers, where), where),
            batch_id=f"{run_id}/{table}",
            run_id=run_id,
            journal=journal,
            threads=threads,
        )
    except Exception as error:
        return _failed(store, table, error, journal, run_id, started, watch.seconds())
    journal.done(result, phase="done")
    _say(journal, result)
    if uploaded:
        tell_replaced(journal, result)
    return result


def journal_time(store: Store) -> datetime:
    """The present moment by the store's clock."""
    return store.clock.now()


def _say(journal: Journal, result: TableResult) -> None:
    zh = f"读取 {result.read:,} 行，入库 {result.accepted:,} 行"
    en = f"{counted(result.read, 'row')} read, {result.accepted:,} accepted"
    if result.quarantined:
        zh += f"，{result.quarantined:,} 行待修正"
        en += f", {result.quarantined:,} set aside"
    if result.removed:
        zh += f"，移走 {result.removed:,} 行"
        en += f", {result.removed:,} taken out of the table"
    level = "warn" if result.quarantined else "info"
    journal.log(level, result.table, zh + "。", en + ".")


def _failed(
    store: Store,
    table: str,
    error: Exception,
    journal: Journal,
    run_id: str,
    started: datetime,
    seconds: float,
) -> TableResult:
    said = (str(error).strip().splitlines() or ["no details"])[0]
    known = (
        error
        if isinstance(error, CityError)
        else CityError(
            f"{table} was not collected",
            why=f"{type(error).__name__}: {without_values(said)}",
            do="Nothing of it was changed; run citybrain doctor and collect again",
            where=table,
        )
    )
    result = TableResult(
        table=table, error=str(known), seconds=round(seconds, 3), batch_id=f"{run_id}/{table}"
    )
    journal.done(result, phase="stopped" if isinstance(error, Stopped) else "failed")
    journal.log("bad", table, f"{table} 未能汇聚：{known}", str(known))
    with writing(store.engine) as connection:
        connection.execute(
            insert(batches)
            .prefix_with("OR REPLACE", dialect="sqlite")
            .values(
                batch_id=result.batch_id,
                table=table,
                run_id=run_id,
                mode="",
                contract="",
                started_at=started.isoformat(),
                finished_at=store.clock.now().isoformat(),
                seconds=result.seconds,
                error=result.error,
            )
        )
    return result
