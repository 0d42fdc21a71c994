"""Golden records of a whole city: seconds and memory of each table, beside one plain way.

    python bench/golden.py [--people 2500000]

Made-up standardised tables of nine departments (nobody is real) in the columns of the shipped
city's contracts; mentions, golden records, losers and findings are made by the very models that
``libraries/population.yml`` compiles to. Links are made by number here, ``bench/libraries.py``
measures resolving. The peer unites all sources into one long table and takes the best value of
each field by ``arg_min`` over a rank, as one would write it by hand; it gives the same names.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from citybrain.city import City, load
from citybrain.lake import sqltext
from citybrain.lake.change import LOOKUP_ROW_GROUP, in_parts
from citybrain.lake.libraries import generated, libraries
from citybrain.lake.libraries.names import dwd, home
from citybrain.lake.libraries.sources import plan, readers
from citybrain.lake.models.model import Model
from citybrain.lake.standardise import standardised

CITY = Path(__file__).parents[1] / "cities" / "xuancheng"
NUMBER = (
    "(341800 + {n} // 700000)::VARCHAR || (19300101 + {n} % 80 * 10000)::VARCHAR "
    "|| lpad(({n} // 80 % 8750)::VARCHAR, 4, '0')"
)
# Share of the people a table knows, and the columns by which it does, for the person number n.
TABLES: dict[str, tuple[float, dict[str, str]]] = {
    "household.persons": (1.0, {"id_number": "n", "name": "n", "birth_date": "", "sex": "",
        "address": "", "household_number": "", "marital_status": "", "updated_at": ""}),
    "household.households": (0.4, {"head_id_number": "n", "head_name": "n", "address": "",
        "updated_at": ""}),
    "medical.enrolled": (0.95, {"id_number": "n", "name": "n", "birth_date": "", "sex": "",
        "phone": "", "updated_at": ""}),
    "social_insurance.insured": (0.6, {"id_number": "n", "name": "n", "birth_date": "",
        "sex": "", "phone": "", "updated_at": ""}),
    "vehicles.licences": (0.35, {"id_number": "n", "name": "n", "birth_date": "", "sex": "",
        "phone": "", "address": "", "updated_at": ""}),
    "housing_fund.accounts": (0.3, {"id_number": "n", "name": "n", "phone": "",
        "updated_at": ""}),
    "students.students": (0.12, {"id_number": "n", "name": "n", "birth_date": "", "sex": "",
        "enrolled_on": "", "guardian_id_number": "p", "guardian_name": "p"}),
    "civil.marriages": (0.3, {"man_id_number": "n", "man_name": "n", "woman_id_number": "p",
        "woman_name": "p", "registered_on": "", "kind": ""}),
    "real_estate.titles": (0.3, {"holder_id_number": "n", "holder_name": "n",
        "registered_on": "", "holder_kind": ""}),
    "companies.companies": (0.08, {"legal_person_id_number": "n", "legal_person_name": "n",
        "updated_at": ""}),
    "tax.registrations": (0.07, {"legal_person_id_number": "n", "legal_person_name": "n",
        "registered_on": ""}),
}  # fmt: skip
VALUES = {
    "birth_date": "DATE '1930-01-01' + (n % 30000)::INTEGER",
    "sex": "(1 + n % 2)::VARCHAR",
    "address": "'宣城市宣州区洪林镇柏枝村' || n % 18 || '组' || n || '号'",
    "household_number": "(n // 3)::VARCHAR",
    "marital_status": "'20'",
    "phone": "'100' || lpad((n % 100000000)::VARCHAR, 8, '0')",
    "updated_at": "TIMESTAMP '2019-01-01' + to_seconds(n)",
    "registered_on": "DATE '2000-01-01' + (n % 7000)::INTEGER",
    "enrolled_on": "DATE '2015-09-01'",
    "kind": "'结婚'",
    "holder_kind": "'1'",
}


def generate(connection: duckdb.DuckDBPyConnection, city: City, people: int, to: Path) -> None:
    """Standardised tables of all contracts as Parquet files and views; most are empty."""
    for layer in ("dwd", "lib"):
        connection.execute(f"ATTACH ':memory:' AS {layer}")
    for name, contract in city.contracts.items():
        share, made = TABLES.get(name, (0.0, {}))
        values = [_column(f, f, made) for f in standardised(contract, city).columns]
        file = sqltext.text(to / f"{name}.parquet")
        connection.execute(
            f"COPY (SELECT {', '.join(values)}, '{name}/' || (n + 10000000) AS _row, "
            f"'R-20210611-143200-00aa/{name}' AS _batch FROM (SELECT n, (n * 7919 + 13) % {people}"
            f" AS p FROM range({int(people * share)}) AS r(n))) TO {file} (COMPRESSION zstd)"
        )
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS dwd.{contract.system}")
        types = ", ".join(
            f"CAST({sqltext.name(f.name)} AS {_type(f.type)}) AS {sqltext.name(f.name)}"
            for f in contract.fields
        )
        view = f"SELECT * REPLACE ({types}) FROM {file}"
        connection.execute(f"CREATE VIEW {dwd(name)} AS {view}")


def _type(text: str) -> str:
    from citybrain.lake.types import parse

    return parse(text).duckdb


def _column(name: str, field: str, made: dict[str, str]) -> str:
    who = made.get(field)
    if who is None:
        value = "CAST(NULL AS VARCHAR)"
    elif field.endswith("id_number"):
        value = NUMBER.format(n=who)
    elif field.endswith("name"):
        slip = "CASE WHEN n % 200 = 7 THEN '错' ELSE '' END" if who == "n" else "''"
        value = f"'王' || chr((20000 + {who} % 3000)::INTEGER) || {slip}"
    else:
        value = VALUES[field]
    return f"{value} AS {sqltext.name(name)}"


def timed(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    sql: str,
    to: Path,
    model: Model | None = None,
) -> float:
    """Make a table as a file; seconds, printed with rows and the most memory so far.

    With ``model`` as the lake writes what is looked up: in that order, in small row groups.
    """
    file = sqltext.text(to / f"{table}.parquet")
    started = time.perf_counter()
    ordered, groups = sql, ""
    if model and model.lookup:
        by = in_parts(model.lookup) if model.scattered else sqltext.names(model.lookup)
        ordered = f"SELECT * FROM ({sql}) ORDER BY {by}"
        groups = f", ROW_GROUP_SIZE {LOOKUP_ROW_GROUP}"
    connection.execute(f"COPY ({ordered}) TO {file} (COMPRESSION zstd{groups})")
    seconds = time.perf_counter() - started
    row = connection.execute(f"SELECT count(*) FROM {file}").fetchone()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"{table:28} {row[0] if row else 0:12,} rows {seconds:7.1f} s   {peak:5.1f} GB at most")
    connection.execute(f"CREATE OR REPLACE VIEW {table} AS FROM {file}")
    return seconds


def peer_sql(city: City) -> str:
    """All sources in one long table, the best value of each field by rank."""
    held = libraries(city)
    library = held["population"]
    told = home(held, "person")
    assert told is not None
    made = plan(library, told, city)
    parts, fields = [], [f.name for f in library.fields]
    for rowset, values in made.rowsets.items():
        if rowset.where or rowset.via or rowset.all:
            continue
        ranks = {f.name: list(readers(made, f)).index(rowset) if rowset in readers(made, f) else 99
                 for f in library.fields}  # fmt: skip
        shown = ", ".join(
            f"CAST({values.get(f, 'NULL')} AS VARCHAR) AS {f}, {ranks[f]} AS {f}__rank"
            for f in fields
        )
        parts.append(
            f"SELECT entity_id, _r, {shown} FROM (SELECT l.entity_id, d._row AS _r, d.* FROM "
            f"{dwd(rowset.table)} AS d JOIN lib.person_links AS l ON l._row = d._row "
            f"WHERE l.table_name = '{rowset.table}' AND l.role = '{rowset.role}')"
        )
    best = ", ".join(
        f"arg_min({f}, {f}__rank) FILTER (WHERE {f} IS NOT NULL) AS {f}, "
        f"arg_min(_r, {f}__rank) FILTER (WHERE {f} IS NOT NULL) AS {f}__row"
        for f in fields
    )
    union = " UNION ALL ".join(parts)
    return f"SELECT entity_id AS person_id, {best} FROM ({union}) GROUP BY entity_id"


def main() -> None:
    """Generate, build, and print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2_500_000)
    parser.add_argument("--peer", action=argparse.BooleanOptionalAction, default=True)
    arguments = parser.parse_args()
    city = load(CITY).city
    models = generated(city)
    with tempfile.TemporaryDirectory(prefix="golden-bench-") as folder:
        to = Path(folder)
        config = {
            "memory_limit": os.environ.get("CITYBRAIN_MEMORY", "4GB"),
            "temp_directory": str(to / "spill"),
            "preserve_insertion_order": "false",
        }
        with duckdb.connect(config=config) as connection:
            generate(connection, city, arguments.people, to)

            def made(name: str) -> float:
                return timed(connection, name, models[name].sql, to, models[name])

            made("lib.person_mentions")
            links = (
                "SELECT mention, _row, table_name, role, 'p-' || md5(id_number) AS entity_id, "
                "'number' AS how, seen_at FROM lib.person_mentions"
            )
            timed(connection, "lib.person_links", links, to, models["lib.person_links"])
            ours = made("lib.population")
            made("lib.population_conflicts")
            if arguments.peer:
                peer(connection, city, ours, to)


def peer(connection: duckdb.DuckDBPyConnection, city: City, ours: float, to: Path) -> None:
    """The plain way in the same run; a peer that runs out of memory has lost."""
    try:
        plain = timed(connection, "lib.plain", peer_sql(city), to)
    except duckdb.OutOfMemoryException as error:
        print(f"one long table: out of memory ({str(error).splitlines()[0]})")
        return
    same = connection.execute(
        "SELECT count(*) FROM lib.population AS a JOIN lib.plain AS b USING (person_id) "
        "WHERE a.name IS NOT DISTINCT FROM b.name"
    ).fetchone()
    print(
        f"one long table: {plain / ours:.1f} × our seconds, {same[0] if same else 0:,} same names"
    )


if __name__ == "__main__":
    sys.exit(main())
