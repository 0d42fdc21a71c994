"""A small city of two departments whose libraries are built in memory or into a lake.

Links are made by the number alone here: what resolution does with the rest is its own matter.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.libraries import generated
from citybrain.lake.models.model import Model
from citybrain.lake.standardise import generated as standardised
from citybrain.lake.store import Store
from citybrain.lake.types import parse
from citybrain.lake.views import Column

Rows = Mapping[str, list[Mapping[str, object]]]
LINKS = {
    "person": "coalesce(id_number, mention)",
    "company": "coalesce(uscc, name, mention)",
}


@contextmanager
def a_lake(city: City, rows: Rows) -> Iterator[duckdb.DuckDBPyConnection]:
    """The city's ``ods`` tables with these rows, in memory; ``_row`` is made of the key."""
    with duckdb.connect() as connection:
        for layer in ("ods", "dwd", "lib", "theme", "ads"):
            connection.execute(f"ATTACH ':memory:' AS {layer}")
        for contract in city.contracts.values():
            _table(connection, city, contract.id)
            for values in rows.get(contract.id, ()):
                _put(connection, city, contract.id, values)
        yield connection


def built(connection: duckdb.DuckDBPyConnection, city: City) -> dict[str, Model]:
    """Build every generated model in the connection, in the order they need each other."""
    models = {**standardised(city), **generated(city)}
    pending = [name for name, model in models.items() if not model.native]
    while pending:
        left = [name for name in pending if not _made(connection, models[name])]
        assert len(left) < len(pending), f"nothing can be built of {left}"
        pending = left
    return models


def published(store: Store, connection: duckdb.DuckDBPyConnection, batch: str) -> None:
    """Commit every table of the connection's layers into the store."""
    named = connection.execute(
        "SELECT database_name, schema_name, table_name FROM duckdb_tables() "
        "WHERE database_name IN ('ods', 'lib', 'theme')"
    ).fetchall()
    for layer, schema, table in named:
        name = f"{layer}.{table}" if schema == "main" else f"{layer}.{schema}.{table}"
        described = connection.execute(f"DESCRIBE {name}").fetchall()
        columns = [Column(name=row[0], type=_type(row[1])) for row in described]
        store.ensure(name, columns)
        with (
            store.lease(name, owner="test") as lease,
            store.change(name, batch_id=f"{batch}/{name}", lease=lease) as change,
        ):
            connection.execute(change.new_file().copy_sql(f"FROM {name}"))
            change.replace_all()
            change.commit()


def _type(duck: str) -> str:
    known = {"VARCHAR": "string", "INTEGER": "int", "BIGINT": "long", "HUGEINT": "decimal(38,0)"}
    return known.get(duck, duck.lower())


def _table(connection: duckdb.DuckDBPyConnection, city: City, name: str) -> None:
    contract = city.contracts[name]
    columns = [f"{sqltext.name(f.name)} {parse(f.type).duckdb}" for f in contract.fields]
    columns += ["_row VARCHAR", "_batch VARCHAR", "_contract VARCHAR"]
    for layer in ("ods", "dwd"):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}.{contract.system}")
    connection.execute(f"CREATE TABLE ods.{name} ({', '.join(columns)})")


def _put(
    connection: duckdb.DuckDBPyConnection, city: City, name: str, values: Mapping[str, object]
) -> None:
    key = "|".join(str(values[k]) for k in city.contracts[name].key)
    row = {**values, "_row": f"{name}/{key}", "_batch": f"R-20210611-143200-00aa/{name}"}
    marks = ", ".join("?" for _ in row)
    connection.execute(
        f"INSERT INTO ods.{name} ({sqltext.names(row)}) VALUES ({marks})",  # noqa: S608
        list(row.values()),
    )


def _made(connection: duckdb.DuckDBPyConnection, model: Model) -> bool:
    try:
        connection.execute(f"CREATE TABLE {model.name} AS {model.sql}")
    except duckdb.CatalogException:
        return False
    for entity, key in LINKS.items():
        if model.name == f"lib.{entity}_mentions":
            connection.execute(
                f'CREATE TABLE lib.{entity}_links AS SELECT mention, "_row", table_name, role, '  # noqa: S608
                f"'{entity[0]}-' || substr(md5({key}), 1, 8) AS entity_id, 'number' AS how, "
                "1.0 AS probability, CAST(NULL AS VARCHAR) AS closest_id, "
                f"CAST(NULL AS DOUBLE) AS closest_probability, seen_at FROM lib.{entity}_mentions"
            )
    return True


def shipped() -> Path:
    """The shipped city's folder."""
    return Path(__file__).parents[3] / "cities" / "xuancheng"
