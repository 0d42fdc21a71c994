"""Point reads of a library from its served copy, beside plain SQLite and DuckDB.

    python bench/serving.py [--people 200000] [--seconds 5]

Made-up golden records in the columns of the shipped city's population library (nobody is
real) are published once, and one process reads them by id in random order. Peers hold the same
rows: SQLite with a table of the same columns and a primary key, DuckDB with an index, DuckDB
over the lake's own files. Each answers with the whole row as a dict.
"""

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from citybrain.base.clock import SystemClock
from citybrain.city import City, load
from citybrain.lake.home import Home
from citybrain.lake.libraries import libraries
from citybrain.lake.serving import Serving, publish
from citybrain.lake.store import Store, open_store
from citybrain.lake.views import Column

CITY = Path(__file__).parents[1] / "cities" / "xuancheng"
TABLE = "lib.population"
KNOWN = {
    "id_number": "'341891' || (19300101 + n % 80 * 10000) || lpad((n % 9999)::VARCHAR, 4, '0')",
    "name": "substr('王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗', 1 + n % 20, 1) || "
    "substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平', 1 + n // 20 % 20, 1) || "
    "substr('国建文华志玉桂海春小晓雪雨思佳子宇浩欣怡', 1 + n // 400 % 20, 1)",
    "address": "'宣城市宣州区洪林镇柏枝村' || n % 18 || '组' || n || '号'",
}


def made(store: Store, city: City, people: int) -> list[str]:
    """Commit a golden table with so many people; its columns."""
    fields = [f.name for f in libraries(city)["population"].fields]
    names = ["person_id", "records", *(n for f in fields for n in (f, f"{f}__row"))]
    store.ensure(TABLE, [Column(name=name, type="string") for name in names])
    values = ["'p-' || md5(n::VARCHAR) AS person_id", "'7' AS records"]
    for name in fields:
        values.append(f"{KNOWN.get(name, 'CAST(n % 97 AS VARCHAR)')} AS {name}")
        values.append(f"'household.persons/' || (n + 341800000000000000) AS {name}__row")
    sql = f"SELECT {', '.join(values)} FROM range({people}) AS r(n)"
    with (
        store.lease(TABLE, owner="bench") as lease,
        store.change(TABLE, batch_id="bench", lease=lease) as change,
    ):
        with duckdb.connect() as connection:
            connection.execute(change.new_file().copy_sql(sql))
        change.commit()
    return names


def measured(title: str, read: Callable[[str], object], ids: list[str], seconds: float) -> float:
    """Read until the time is over; print and return reads a second."""
    for one in ids[:50]:
        assert read(one), one
    took: list[float] = []
    end = time.perf_counter() + seconds
    at = 0
    while (before := time.perf_counter()) < end:
        read(ids[at % len(ids)])
        took.append(time.perf_counter() - before)
        at += 1
    took.sort()
    rate = len(took) / sum(took)
    p50, p99 = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.99))
    print(f"{title:38} {rate:10,.0f} reads/s   p50 {p50:7.3f} ms   p99 {p99:7.3f} ms")
    return rate


def plain_sqlite(file: Path, scan: str, names: list[str]) -> Callable[[str], object]:
    """The rows in an ordinary table with a primary key."""
    copy = sqlite3.connect(file)
    columns = ", ".join(f"{n} TEXT{' PRIMARY KEY' if n == 'person_id' else ''}" for n in names)
    copy.execute(f"CREATE TABLE golden ({columns})")
    marks = ", ".join("?" for _ in names)
    with duckdb.connect() as connection:
        answer = connection.execute(f"SELECT {', '.join(names)} FROM ({scan})")
        while rows := answer.fetchmany(20_000):
            copy.executemany(f"INSERT INTO golden VALUES ({marks})", rows)
    copy.commit()
    copy.row_factory = sqlite3.Row

    def read(one: str) -> object:
        row = copy.execute("SELECT * FROM golden WHERE person_id = ?", (one,)).fetchone()
        return dict(row)

    return read


def duck(scan: str, *, indexed: bool) -> Callable[[str], object]:
    """DuckDB over the lake's files, or over a table of its own with an index."""
    connection = duckdb.connect()
    source = f"({scan})"
    if indexed:
        connection.execute(f"CREATE TABLE golden AS {scan}")
        connection.execute("CREATE UNIQUE INDEX by_id ON golden (person_id)")
        source = "golden"
    sql = f"SELECT * FROM {source} WHERE person_id = ?"

    def read(one: str) -> object:
        answer = connection.execute(sql, [one])
        row = answer.fetchone()
        assert row
        return dict(zip([c[0] for c in answer.description or ()], row, strict=True))

    return read


def main() -> None:
    """Publish, read, and print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=5)
    arguments = parser.parse_args()
    city = load(CITY).city
    with tempfile.TemporaryDirectory(prefix="serving-bench-") as folder:
        store = open_store(Home(Path(folder) / "home"), clock=SystemClock())
        names = made(store, city, arguments.people)
        started = time.perf_counter()
        publish(store, city, "population", now=SystemClock().now())
        seconds = time.perf_counter() - started
        size = sum(f.stat().st_size for f in (store.home.lake_dir / "serving").rglob("*.sqlite3"))
        print(f"published {arguments.people:,} people in {seconds:.1f} s, {size / 1e6:,.0f} MB")
        scan = store.scan_sql(TABLE)
        with duckdb.connect() as connection:
            found = connection.execute(f"SELECT person_id FROM ({scan})").fetchall()
        ids = random.Random(7).sample([row[0] for row in found], min(len(found), 100_000))  # noqa: S311
        serving = Serving(store.home, "population")
        ours = measured("citybrain served copy, by id", serving.get, ids, arguments.seconds)
        queries = ["王伟国", "zhang", "341891193001", "lj", "陈丽"]
        measured("  search, 20 hits", serving.search, queries * 20, arguments.seconds / 2)
        peers = {
            "plain SQLite, table with primary key": plain_sqlite(
                Path(folder) / "plain.sqlite3", scan, names
            ),
            "DuckDB, table with index": duck(scan, indexed=True),
            "DuckDB over the lake's files": duck(scan, indexed=False),
        }
        for title, read in peers.items():
            rate = measured(title, read, ids, arguments.seconds / 2)
            print(f"{'':38} ours is {ours / rate:.1f} ×")


if __name__ == "__main__":
    main()
