"""Making a copy: golden rows by their id, numbers, and the words by which names are found.

Names are indexed once for each different name, not for each person: a city of millions has a
few hundred thousand of them. Nothing is visible before the pointer is swapped.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citybrain.base.chinese import search_text
from citybrain.base.errors import CityError
from citybrain.base.files import fsync_directory, fsync_file
from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.duck import connection
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.record import declared, key_sql
from citybrain.lake.serving import places
from citybrain.lake.serving.places import Version
from citybrain.lake.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 20_000
_PAGE = 8192
_TABLES = """
CREATE TABLE golden (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE number (value TEXT, id TEXT, PRIMARY KEY (value, id)) WITHOUT ROWID;
CREATE TABLE name (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE bearer (n INTEGER, id TEXT, PRIMARY KEY (n, id)) WITHOUT ROWID;
CREATE TABLE word (word TEXT, n INTEGER, PRIMARY KEY (word, n)) WITHOUT ROWID;
"""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publication did; ``fresh`` is False where the copy was already of this snapshot."""

    version: Version
    fresh: bool
    removed: tuple[str, ...] = ()


def publish(store: Store, city: City, library: str, *, now: datetime) -> Published:
    """Copy the library's current snapshot and let readers see it.

    ``CityError`` when the library is not declared or was never built. Running it again without
    a new snapshot changes nothing.
    """
    found = declared(city, library)
    with places.publishing(store.home, found.name) as place:
        return _publish(store, found, place, now)


def _publish(store: Store, library: Library, place: Path, now: datetime) -> Published:
    view = store.view(library.table) if store.exists(library.table) else None
    if view is None or view.snapshot is None:
        raise CityError(
            f"{library.title} cannot be served",
            why=f"{library.table} was not built yet",
            do="Run citybrain build first",
            where=library.table,
        )
    was = places.current(store.home, library.name)
    columns = tuple(c.name for c in view.columns)
    if was and (was.snapshot_id, was.columns) == (view.snapshot.snapshot_id, columns):
        return Published(version=was, fresh=False, removed=_swept(store, library))
    name = f"{view.snapshot.snapshot_id}-{secrets.token_hex(4)}.sqlite3"
    draft = place / f".{name}.tmp"
    try:
        rows = _write(store, library, columns, view.snapshot.snapshot_id, draft)
        draft.rename(place / name)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    fsync_directory(place)
    version = Version(
        library=library.name,
        table=library.table,
        snapshot_id=view.snapshot.snapshot_id,
        file=name,
        rows=rows,
        columns=columns,
        made=now.isoformat(),
    )
    places.swap(store.home, version)
    return Published(version=version, fresh=True, removed=_swept(store, library))


def _swept(store: Store, library: Library) -> tuple[str, ...]:
    return tuple(places.remove_old(store.home, library.name))


def _write(
    store: Store, library: Library, columns: tuple[str, ...], snapshot_id: int, file: Path
) -> int:
    """Fill the file; the number of rows."""
    scan = store.scan_sql(library.table, snapshot_id=snapshot_id)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with connection(store.home) as duck:
        copy = sqlite3.connect(file, isolation_level=None)
        try:
            # Nobody reads it yet and a failure throws it away: no journal is needed.
            copy.executescript(
                f"PRAGMA page_size = {_PAGE}; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                f"{_TABLES}"
            )
            copy.execute("BEGIN")
            rows = _golden(duck, copy, library, columns, scan)
            _numbers(duck, copy, library, scan)
            _names(duck, copy, library, scan)
            copy.execute("COMMIT")
            copy.execute("PRAGMA optimize")
        finally:
            copy.close()
    fsync_file(file)
    return rows


def _golden(
    duck: "DuckDBPyConnection",
    copy: sqlite3.Connection,
    library: Library,
    columns: tuple[str, ...],
    scan: str,
) -> int:
    """Every row as a JSON list of its values, in the order of the columns."""
    values = ", ".join(_json(c) for c in columns)
    # DuckDB writes the JSON: ten times faster than Python would.
    sql = (
        f"SELECT {key_sql(library)} AS id, CAST(to_json([{values}]) AS VARCHAR) "
        f"FROM ({scan}) ORDER BY id"
    )
    return _insert(duck, copy, sql, "INSERT INTO golden VALUES (?, ?)")


def _json(column: str) -> str:
    return f"CAST({sqltext.name(column)} AS VARCHAR)"


def _numbers(
    duck: "DuckDBPyConnection", copy: sqlite3.Connection, library: Library, scan: str
) -> None:
    for one in library.fields:
        if one.search == "number":
            sql = (
                f"SELECT CAST({sqltext.name(one.name)} AS VARCHAR) AS value, {key_sql(library)} "
                f"AS id FROM ({scan}) WHERE {sqltext.name(one.name)} IS NOT NULL ORDER BY ALL"
            )
            _insert(duck, copy, sql, "INSERT OR IGNORE INTO number VALUES (?, ?)")


def _names(
    duck: "DuckDBPyConnection", copy: sqlite3.Connection, library: Library, scan: str
) -> None:
    """Different names, who bears them, and the words by which each is found."""
    parts = [
        f"SELECT CAST({sqltext.name(f.name)} AS VARCHAR) AS text, {key_sql(library)} AS id "
        f"FROM ({scan}) WHERE {sqltext.name(f.name)} IS NOT NULL"
        for f in library.fields
        if f.search == "name"
    ]
    if not parts:
        return
    duck.execute(f"CREATE OR REPLACE TEMP TABLE borne AS {' UNION '.join(parts)}")
    duck.execute(
        "CREATE OR REPLACE TEMP TABLE named AS SELECT text, row_number() OVER (ORDER BY text) AS n "
        "FROM (SELECT DISTINCT text FROM borne)"
    )
    _insert(duck, copy, "SELECT n, text FROM named ORDER BY n", "INSERT INTO name VALUES (?, ?)")
    _insert(
        duck,
        copy,
        "SELECT n, id FROM borne JOIN named USING (text) ORDER BY n, id",
        "INSERT INTO bearer VALUES (?, ?)",
    )
    names = _fetched(duck.execute("SELECT text, n FROM named"))
    words = sorted((word, n) for text, n in names for word in search_text(text).split())
    copy.executemany("INSERT OR IGNORE INTO word VALUES (?, ?)", words)


def _insert(duck: "DuckDBPyConnection", copy: sqlite3.Connection, select: str, into: str) -> int:
    answer = duck.execute(select)
    done = 0
    while batch := answer.fetchmany(_BATCH):
        copy.executemany(into, batch)
        done += len(batch)
    return done


def _fetched(answer: "DuckDBPyConnection") -> Iterator[Any]:
    while batch := answer.fetchmany(_BATCH):
        yield from batch


def decoded(columns: Iterable[str], body: str) -> dict[str, str | None]:
    """The row that a body holds, values as text."""
    return dict(zip(columns, json.loads(body), strict=True))
