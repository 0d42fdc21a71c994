"""150 models built, then built again where nothing changed, beside the runners one might take.

    .venv/bin/python bench/models.py [--models 150] [--sqlmesh DIR] [--dbt DIR]

Budget: the run in which nothing changed takes less than 2 s. ``--sqlmesh`` and ``--dbt`` name
virtual environments that hold ``sqlmesh[duckdb]`` and ``dbt-duckdb`` (they pin versions of
their own, so they are not installed here); they get the same SELECTs over the same rows, as
full tables in a DuckDB file, one thread more or less as they choose, two of ours. Also prints
what a jailed query costs beside the same query on a plain DuckDB connection.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import duckdb

from citybrain.base.clock import SystemClock
from citybrain.city import City, load
from citybrain.lake.home import Home
from citybrain.lake.models.build import build
from citybrain.lake.query import query
from citybrain.lake.store import Store, open_store
from citybrain.lake.views import Column

ROWS = 20_000
SOURCE = (
    f"SELECT range AS id, range % 97 AS place, range % 7 AS kind, 'n' || range AS name "
    f"FROM range({ROWS})"
)
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
version: 1.0.0
status: active
id: bench.rows
name: rows
customProperties:
- {property: citybrain.sharing, value: {type: unconditional}}
- {property: citybrain.retention, value: {period: P10Y}}
schema:
- name: rows
  properties:
"""
FOLDER = {
    "city.yml": "name: bench\ntitle: 试\ndivision: '341800'\n",
    "divisions/all.yml": "divisions:\n- {code: '341800', name: 试}\n",
    "departments/office.yml": "name: office\ntitle: 试\n",
    "systems/bench.yml": "name: bench\ntitle: 试\nkind: pull\nconnection: bench\n"
    "owners: [{department: office, since: '2020-01-01'}]\n"
    "tables: {rows: {source: rows, mode: full}}\n",
    "calendar/2021.yml": "year: 2021\nprovisional: true\nholidays: []\nmakeup: []\nlaw: 试\n",
}


def selects(count: int) -> dict[str, tuple[str, str]]:
    """SELECTs by name with the one table each reads: a third reads the source, others a model."""
    found: dict[str, tuple[str, str]] = {}
    for number in range(count):
        above = "" if number % 3 == 0 else f"m{number - 1:03}"
        columns = "id, place, kind, name" if number % 3 < 2 else "place, count(*) AS n"
        tail = "" if number % 3 < 2 else " GROUP BY place"
        found[f"m{number:03}"] = (
            f"SELECT {columns} FROM {{}} WHERE kind <> {number % 5}{tail}",
            above,
        )
    return found


def a_city(root: Path, count: int) -> City:
    """A city of one contract and these models."""
    fields = (("id", "long"), ("place", "long"), ("kind", "long"), ("name", "string"))
    lines = [
        f"  - name: {name}\n    logicalType: {'string' if kind == 'string' else 'integer'}\n"
        + (
            "    primaryKey: true\n    primaryKeyPosition: 1\n    required: true\n"
            if name == "id"
            else ""
        )
        + f"    customProperties:\n    - {{property: citybrain.type, value: {kind}}}\n"
        "    - {property: citybrain.level, value: 1}\n"
        for name, kind in fields
    ]
    files = FOLDER | {"sources/bench/rows.yaml": CONTRACT + "".join(lines)}
    for name, (sql, above) in selects(count).items():
        table = f"lib.{above}" if above else "bench.rows"
        files[f"models/lib/{name}.sql"] = f"/*\ntitle: {name}\n*/\n{sql.format(table)}\n"
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return load(root).city


def a_lake(root: Path) -> Store:
    """A lake with the source's rows."""
    store = open_store(Home(root), clock=SystemClock())
    table = "ods.bench.rows"
    columns = [Column(name=n, type="long") for n in ("id", "place", "kind")]
    columns += [Column(name=n, type="string") for n in ("name", "_row", "_batch", "_contract")]
    store.ensure(table, columns, key=("_row",))
    with (
        store.lease(table, owner="bench") as lease,
        store.change(table, batch_id="b1", lease=lease) as change,
        duckdb.connect() as connection,
    ):
        marks = "name AS _row, 'b1' AS _batch, '1.0.0' AS _contract"
        connection.execute(change.new_file().copy_sql(f"SELECT *, {marks} FROM ({SOURCE})"))
        change.commit()
    return store


def timed(work: Callable[[], object]) -> float:
    """Wall seconds."""
    began = perf_counter()
    work()
    return perf_counter() - began


def ours(root: Path, count: int) -> tuple[float, float]:
    """Seconds of the first ``citybrain build``, and of one where nothing changed (median)."""
    city, store = a_city(root / "city", count), a_lake(root / "home")
    command = [str(Path(sys.executable).with_name("citybrain"))]
    run([*command, "apply", str(root / "city"), "--home", str(root / "home")], root)
    first = timed(lambda: run([*command, "build", "--home", str(root / "home")], root))
    again = [
        timed(lambda: run([*command, "build", "--home", str(root / "home")], root)) for _ in "12345"
    ]
    inside = [timed(lambda: build(store, city)) for _ in "12345"]
    assert {r.status for r in build(store, city)} == {"unchanged"}
    print(f"without the command's start: nothing changed {statistics.median(inside):.3f} s")
    jail(store, city)
    return first, statistics.median(again)


def jail(store: Store, city: City) -> None:
    """What the jail costs a small query."""
    sql = "SELECT count(*) AS n FROM lib.m001"
    query(store, city, sql)
    jailed, plain = [], []
    for _turn in range(30):
        jailed.append(timed(lambda: query(store, city, sql)))
        plain.append(timed(lambda: _plain(store)))
        time.sleep(0.02)
    a, b = (statistics.median(x) * 1000 for x in (jailed, plain))
    print(f"jailed query {a:.0f} ms, plain DuckDB connection {b:.0f} ms, overhead {a - b:.0f} ms")


def _plain(store: Store) -> None:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        for layer in ("ods", "lib"):
            connection.execute(f"ATTACH ':memory:' AS {layer}")
        select = store.scan_sql("lib.m001")
        connection.sql(f"SELECT count(*) FROM ({select})").to_arrow_table()


def run(command: list[str], folder: Path, **more: str) -> None:
    """A peer's command, which must succeed."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def sqlmesh(environment: Path, root: Path, count: int) -> tuple[float, float]:
    """SQLMesh: the first plan applied, then a plan without differences and a run."""
    (root / "models").mkdir(parents=True)
    (root / "config.yaml").write_text(
        "gateways:\n  local:\n    connection: {type: duckdb, database: db.duckdb}\n"
        "default_gateway: local\nmodel_defaults: {dialect: duckdb, start: '2021-01-01'}\n"
    )
    _source(root / "db.duckdb", environment)
    for name, (sql, above) in selects(count).items():
        table = f"lib.{above}" if above else "raw.rows"
        head = f"MODEL (name lib.{name}, kind FULL, cron '@daily');\n"
        (root / "models" / f"{name}.sql").write_text(head + sql.format(table))
    command = [str(environment / "bin/sqlmesh")]
    quiet = {"SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true", "DO_NOT_TRACK": "1"}
    first = timed(lambda: run([*command, "plan", "--auto-apply", "--no-prompts"], root, **quiet))
    again = statistics.median(
        timed(lambda: run([*command, "run"], root, **quiet)) for _ in range(3)
    )
    return first, again


def dbt(environment: Path, root: Path, count: int) -> tuple[float, float]:
    """Of dbt: ``dbt run``, twice; it knows no rows, so it makes every table each time."""
    (root / "models").mkdir(parents=True)
    (root / "dbt_project.yml").write_text(
        "name: bench\nversion: '1.0.0'\nprofile: bench\nmodels: {bench: {+materialized: table}}\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )
    (root / "profiles.yml").write_text(
        "bench:\n  target: d\n  outputs:\n    d: {type: duckdb, path: db.duckdb, threads: 2}\n"
    )
    _source(root / "db.duckdb", environment)
    for name, (sql, above) in selects(count).items():
        table = f"{{{{ ref('{above}') }}}}" if above else "raw.rows"
        (root / "models" / f"{name}.sql").write_text(sql.format(table))
    command = [str(environment / "bin/dbt"), "run", "--profiles-dir", "."]
    first = timed(lambda: run(command, root, DO_NOT_TRACK="1"))
    return first, statistics.median(
        timed(lambda: run(command, root, DO_NOT_TRACK="1")) for _ in range(3)
    )


def _source(database: Path, environment: Path) -> None:
    """The source's rows, written by the peer's own DuckDB."""
    code = (
        f"import duckdb; c = duckdb.connect({str(database)!r}); c.execute('CREATE SCHEMA raw'); "
        f"c.execute({f'CREATE TABLE raw.rows AS {SOURCE}'!r})"
    )
    run([str(environment / "bin/python"), "-c", code], database.parent)


def size(environment: Path) -> float:
    """Megabytes of an environment."""
    files = (p for p in environment.rglob("*") if p.is_file() and not p.is_symlink())
    return sum(p.stat().st_size for p in files) / 1e6


def main() -> None:
    """Print first build, no-change run and ratio of each."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=int, default=150)
    parser.add_argument("--sqlmesh", type=Path, default=os.environ.get("CITYBRAIN_BENCH_SQLMESH"))
    parser.add_argument("--dbt", type=Path, default=os.environ.get("CITYBRAIN_BENCH_DBT"))
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    try:
        first, again = ours(root / "ours", options.models)
        print(
            f"citybrain  first build {first:6.1f} s   nothing changed {again:6.2f} s   (budget 2 s)"
        )
        for name, peer, place in (("SQLMesh", sqlmesh, options.sqlmesh), ("dbt", dbt, options.dbt)):
            if not place:
                print(f"{name:10} not measured: name an environment with --{name.lower()}")
                continue
            theirs, theirs_again = peer(Path(place).absolute(), root / name, options.models)
            print(
                f"{name:10} first build {theirs:6.1f} s   nothing changed {theirs_again:6.2f} s   "
                f"ratio {theirs_again / again:.1f}   environment {size(Path(place)):.0f} MB"
            )
    finally:
        shutil.rmtree(root)
    assert again < 2, "over budget"


if __name__ == "__main__":
    main()
