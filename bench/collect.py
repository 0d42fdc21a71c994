"""Governed collect against raw read-and-write, same rows, same run.

    python -m bench.collect --rows 1000000 [--postgresql URL] [--repeat 3] [--json FILE]

Prints seconds and the ratio raw / governed (1.0: governing costs nothing). ``raw`` is the
fastest reader with DuckDB's COPY for PostgreSQL, and DuckDB's own COPY for CSV and Parquet.
The governed figure is one table's whole collection: lease, cast, checks, addresses,
duplicates, hash manifest, fsync and commit. dlt stands beside it when it is installed and a
PostgreSQL server is given.
"""

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from citybrain.adapters.readers import READERS
from citybrain.base.clock import Stopwatch, SystemClock
from citybrain.city.contracts import Contract, Field, Rule
from citybrain.city.model import City
from citybrain.city.systems import Fetch, System
from citybrain.lake.collect import collect
from citybrain.lake.connections import connection
from citybrain.lake.home import Home
from citybrain.lake.store import open_store

COLUMNS = (
    ("id", "long", "i"),
    ("id_number", "string", "'11010519491231002X'"),
    ("name", "string", "'姓名' || (i * 7919 % 100003)"),
    ("sex", "string", "CASE WHEN i % 2 = 0 THEN '1' ELSE '2' END"),
    ("born", "date", "DATE '1949-12-31'"),
    ("phone", "string", "(10000000000 + i * 104729 % 999999999)::VARCHAR"),
    ("address", "string", "'宣城市宣州区第' || (i * 31 % 10007) || '号'"),
    ("amount", "decimal(12,2)", "((i * 7907 % 1000000) / 100.0)::DECIMAL(12,2)"),
    ("updated_at", "timestamp", "TIMESTAMP '2020-01-01 00:00:00' + INTERVAL (i % 31536000) SECOND"),
    ("score", "double", "(i * 0.37)::DOUBLE"),
)
RULES = {
    "id_number": (Rule(name="id_number"),),
    "phone": (Rule(name="phone"),),
    "born": (Rule(name="birth_of", arguments={"id": "id_number"}),),
    "amount": (Rule(name="range", arguments={"min": 0}),),
}


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--postgresql", default=os.environ.get("CITYBRAIN_TEST_POSTGRESQL", ""))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="citybrain-bench-"))
    try:
        results = run(folder, rows=asked.rows, repeat=asked.repeat, server=asked.postgresql)
    finally:
        shutil.rmtree(folder)
    for line in results:
        print(
            f"{line['source']:<12} {line['way']:<10} {line['seconds']:8.2f} s   {line['ratio']:.2f}"
        )
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=1))


def run(folder: Path, *, rows: int, repeat: int, server: str) -> list[dict[str, Any]]:
    """All comparisons; each way's median seconds, and the ratio to raw."""
    shown = ", ".join(f"{sql} AS {name}" for name, _type, sql in COLUMNS)
    with duckdb.connect() as engine:
        select = f"SELECT {shown} FROM range({rows}) t(i)"
        engine.execute(f"COPY ({select}) TO '{folder}/t.parquet' (COMPRESSION zstd)")
        engine.execute(f"COPY ({select}) TO '{folder}/t.csv' (HEADER)")
    ways: dict[str, dict[str, Callable[[], None]]] = {
        "parquet": {
            "raw": lambda: _raw_file(folder, f"read_parquet('{folder}/t.parquet')"),
            "governed": lambda: _governed(folder, f"files://{folder}", "t.parquet", rows),
        },
        "csv": {
            "raw": lambda: _raw_file(folder, f"read_csv('{folder}/t.csv')"),
            "governed": lambda: _governed(folder, f"files://{folder}", "t.csv", rows),
        },
    }
    if server:
        _fill(server, rows, folder)
        ways["postgresql"] = {
            "raw": lambda: _raw_postgresql(folder, server),
            "governed": lambda: _governed(folder, server, "bench_collect", rows),
        }
        if importlib.util.find_spec("dlt"):
            ways["postgresql"]["dlt"] = lambda: _dlt(folder, server)
    try:
        return [line for source, each in ways.items() for line in _measured(source, each, repeat)]
    finally:
        if server:
            _drop(server)


def _measured(
    source: str, ways: dict[str, Callable[[], None]], repeat: int
) -> list[dict[str, Any]]:
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _round in range(repeat):  # turn about, so that a busy moment hits all alike
        for way, work in ways.items():
            watch = Stopwatch()
            work()
            seconds[way].append(watch.seconds())
    raw = statistics.median(seconds["raw"])
    return [
        {"source": source, "way": way, "seconds": statistics.median(all_), "all": all_,
         "ratio": raw / statistics.median(all_)}
        for way, all_ in seconds.items()
    ]  # fmt: skip


def _raw_file(folder: Path, relation: str) -> None:
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY (SELECT * FROM {relation}) TO '{folder}/raw.parquet' (COMPRESSION zstd)"
        )


def _raw_postgresql(folder: Path, server: str) -> None:
    import adbc_driver_postgresql.dbapi as adbc

    # Each column the quickest way that carries it: decimals as text (the driver's own numbers
    # took twice as long), all others natively, in batches of 1 MB (16 MB took 5 % longer).
    shown = ", ".join(
        f"{name}::text AS {name}" if kind.startswith("decimal") else name
        for name, kind, _sql in COLUMNS
    )
    typed = ", ".join(
        f"CAST({name} AS {kind}) AS {name}" if kind.startswith("decimal") else name
        for name, kind, _sql in COLUMNS
    )
    with adbc.connect(server) as database, database.cursor() as cursor, duckdb.connect() as engine:
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(1 << 20)})
        cursor.execute(f"SELECT {shown} FROM bench_collect")
        engine.register("delivered", cursor.fetch_record_batch())
        engine.execute(
            f"COPY (SELECT {typed} FROM delivered) TO '{folder}/raw.parquet' (COMPRESSION zstd)"
        )


def _governed(folder: Path, url: str, source: str, rows: int) -> None:
    fields = tuple(
        Field(name=n, source=n, type=t, key=int(n == "id"), rules=RULES.get(n, ()))
        for n, t, _sql in COLUMNS
    )
    contract = Contract(system="bench", table="t", version="1.0.0", title="t", fields=fields)
    city = City(
        name="bench",
        title="bench",
        root=folder,
        fingerprint="",
        contracts={contract.id: contract},
        systems={
            "bench": System(
                name="bench", title="b", connection="bench", tables={"t": Fetch(source=source)}
            )
        },
    )
    home = Home(Path(tempfile.mkdtemp(dir=folder))).create()
    clock = SystemClock()
    result = collect(
        open_store(home, clock=clock),
        city,
        [contract.id],
        readers=READERS,
        connections={"bench": connection("bench", url)},
        clock=clock,
    ).results[0]
    assert (result.error, result.inserted) == (None, rows), result
    shutil.rmtree(home.root)


def _fill(server: str, rows: int, folder: Path) -> None:
    import psycopg

    kinds = {"long": "bigint", "string": "text", "double": "float8"}
    columns = ", ".join(
        f"{n} {kinds.get(t, t.replace('decimal', 'numeric'))}" for n, t, _s in COLUMNS
    )
    _drop(server)
    with psycopg.connect(server) as database, (folder / "t.csv").open("rb") as file:
        database.execute(f"CREATE TABLE bench_collect ({columns})")
        with database.cursor().copy("COPY bench_collect FROM STDIN (FORMAT csv, HEADER)") as copy:
            while chunk := file.read(1 << 20):
                copy.write(chunk)
    assert rows


def _drop(server: str) -> None:
    import psycopg

    with psycopg.connect(server) as database:
        database.execute("DROP TABLE IF EXISTS bench_collect")


def _dlt(folder: Path, server: str) -> None:
    """Load with dlt: connectorx and Parquet files, its fastest documented way, into DuckDB."""
    import dlt
    from dlt.sources.sql_database import sql_table

    home = Path(tempfile.mkdtemp(dir=folder))
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=str(home / "pipelines"),
        destination=dlt.destinations.duckdb(str(home / "t.duckdb")),
        dataset_name="bench",
    )
    table = sql_table(credentials=server, table="bench_collect", backend="connectorx")
    pipeline.run(table, loader_file_format="parquet")
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
