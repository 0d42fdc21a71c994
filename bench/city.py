"""A whole city's delivery: as many tables as the source document counts, each under contract.

    python bench/city.py [--tables 149] [--rows 1395000] [--described-by 298800] [--to DIR]

The source document counts 1,494 tables of 36 departments with 1.395 billion rows; ``--tables 1494
--rows 139500000`` is its tables with a tenth of its rows. Every department is a system of Parquet
files; ``discover`` writes the contracts, ``apply`` and ``collect`` run as a person runs them, in
processes of their own. Tables are of very different size: half of the rows lie in a twentieth of
them. Beside it, in the same run, DuckDB's own COPY of the same files, without any check. Files of
one size are the same file under several names, so that only the lake takes room. ``discover``
reads whole files for keys and classes: with ``--described-by`` it is shown as many rows of the
same tables, and the large files come in their place. Afterwards the pages are asked for, as
``bench/queries.py`` does.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.queries import prepare, seconds, signed_in

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "cities" / "xuancheng"
COMMAND = Path(sys.executable).with_name("citybrain")
TAKEN = ("city.yml", "calendar", "codelists", "departments", "divisions", "quality", "roles")
# Shares of the tables, and of the rows that lie in them.
SIZES = ((0.05, 0.5), (0.15, 0.3), (0.3, 0.15), (0.5, 0.05))
COLUMNS = """
    i AS id, (341800 + i % 9)::VARCHAR AS division, '事项' || (i * 7919 % 100003) AS title,
    (1 + i % 7)::VARCHAR AS state, DATE '2015-01-01' + (i % 2300)::INTEGER AS accepted_on,
    ((i * 7907 % 1000000) / 100.0)::DECIMAL(12,2) AS amount,
    TIMESTAMP '2020-01-01 00:00:00' + INTERVAL (i % 31536000) SECOND AS updated_at"""
PAGES = (
    "/steward/", "/steward/tables", "/steward/systems", "/steward/runs", "/steward/quality",
    "/steward/standards", "/steward/record", "/cockpit/data-centre", "/cockpit/data-centre/live",
)  # fmt: skip


def departments() -> list[str]:
    """The city's departments, of which each delivers its share."""
    return sorted(p.stem for p in (CITY / "departments").glob("*.yml"))[:36]


def tables(count: int, rows: int) -> Iterator[tuple[str, str, int]]:
    """System, table and rows of each, dealt out to the departments in turn."""
    owners, made = departments(), 0
    for place, (share, held) in enumerate(SIZES):
        many = round(count * share) if place + 1 < len(SIZES) else count - made
        for n in range(many):
            yield owners[(made + n) % len(owners)], f"t{made + n:04}", int(rows * held / many)
        made += many


def generate(of: list[tuple[str, str, int]], to: Path) -> None:
    """The departments' folders of files; one file for each size."""
    with duckdb.connect() as engine:
        for system, table, rows in of:
            size = to / f"{rows}.parquet"
            if not size.exists():
                select = f"SELECT {COLUMNS} FROM range({rows}) t(i)"
                engine.execute(f"COPY ({select}) TO '{size}' (COMPRESSION zstd)")
            (to / system).mkdir(exist_ok=True)
            (to / system / f"{table}.parquet").hardlink_to(size)


def describe(folder: Path, systems: Path) -> None:
    """A city's folder with nothing delivered yet."""
    folder.mkdir()
    for name in TAKEN:
        source = CITY / name
        if source.is_dir():
            shutil.copytree(source, folder / name)
        elif source.exists():
            shutil.copy(source, folder / name)


class Commands:
    """Commands as a person types them, each with its seconds and its most memory."""

    def __init__(self, home: Path, city: Path) -> None:
        self._environment = os.environ | {
            "CITYBRAIN_HOME": str(home),
            "CITYBRAIN_CITY": str(city),
            "CITYBRAIN_REHEARSAL": "1",
        }

    def run(self, *words: str, quiet: bool = False) -> float:
        """Seconds; ends the benchmark when the command does not end well."""
        started = time.perf_counter()
        done = subprocess.run(
            [str(COMMAND), *words], env=self._environment, check=False, capture_output=True,
            text=True,
        )  # fmt: skip
        passed = time.perf_counter() - started
        if done.returncode:
            sys.exit(f"citybrain {' '.join(words)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
        if not quiet:
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
            print(f"{' '.join(words)[:40]:40} {passed:8.1f} s   {most:5.2f} GB at most", flush=True)
        return passed


def raw(of: list[tuple[str, str, int]], systems: Path, to: Path) -> float:
    """DuckDB's COPY of every file, one after the other with all its threads."""
    started = time.perf_counter()
    with duckdb.connect() as engine:
        for system, table, _rows in of:
            source = systems / system / f"{table}.parquet"
            engine.execute(f"COPY (FROM '{source}') TO '{to}' (COMPRESSION zstd)")
    to.unlink()
    return time.perf_counter() - started


def main() -> None:
    """Make, describe, collect, look; print every figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tables", type=int, default=149)
    parser.add_argument("--rows", type=int, default=1_395_000)
    parser.add_argument("--described-by", type=int, default=0, help="rows that discover is shown")
    parser.add_argument("--runs", type=int, default=20, help="requests of each page")
    parser.add_argument("--to", type=Path, help="keep everything here, for looking at it")
    asked = parser.parse_args()
    folder = asked.to or Path(tempfile.mkdtemp(prefix="citybrain-city-"))
    try:
        shown = list(tables(asked.tables, asked.described_by or asked.rows))
        measure(folder, list(tables(asked.tables, asked.rows)), asked.runs, shown)
    finally:
        if not asked.to:
            shutil.rmtree(folder)


def measure(
    folder: Path, of: list[tuple[str, str, int]], runs: int, shown: list[tuple[str, str, int]]
) -> None:
    """One city in the folder; ``shown`` are its tables as ``discover`` sees them."""
    systems, city, home = folder / "systems", folder / "city", folder / "home"
    systems.mkdir(parents=True)
    rows = sum(one[2] for one in of)
    print(f"{len(of):,} tables, {rows:,} rows, of {len({one[0] for one in of})} departments")
    generate(shown, systems)
    describe(city, systems)
    commands = Commands(home, city)
    found = sum(
        commands.run("discover", f"files://{systems / name}", "--system", name,
                     "--department", name, quiet=True)
        for name in dict.fromkeys(one[0] for one in of)
    )  # fmt: skip
    print(f"{'discover, all departments':40} {found:8.1f} s")
    if shown != of:
        shutil.rmtree(systems)
        systems.mkdir()
        generate(of, systems)
    for words in (("check", str(city)), ("apply", str(city))):
        commands.run(*words)
    collected = commands.run("collect", "--all")
    plain = raw(of, systems, folder / "raw.parquet")
    size = sum(p.stat().st_size for p in home.rglob("*") if p.is_file())
    print(
        f"{rows / collected:,.0f} rows a second; DuckDB's COPY took {plain:.1f} s, "
        f"{plain / collected:.2f} of ours; the home takes {size / 1e9:.2f} GB"
    )
    commands.run("collect", "--all")
    commands.run("status")
    look(home, of, runs)


def look(home: Path, of: list[tuple[str, str, int]], runs: int) -> None:
    """The pages of this home at the 95th percentile."""
    from citybrain.config.settling import keep

    prepare(home)
    largest = max(of, key=lambda one: one[2])
    pages = (*PAGES, f"/steward/tables/{largest[0]}.{largest[1]}")
    client = signed_in("engineer")
    for address in pages:
        client.get(address)
    keep()
    for address in pages:
        taken, size = seconds(client, address, runs)
        p95 = sorted(taken)[max(0, round(0.95 * len(taken)) - 1)]
        print(f"{address:52} p95 {p95 * 1000:7.1f} ms   {size / 1024:7.1f} KB")


if __name__ == "__main__":
    main()
