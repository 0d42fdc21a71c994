"""A job's setup: the tables a statement may see, and nothing else."""

from collections.abc import Iterable, Mapping

from citybrain.lake import sqltext
from citybrain.lake.jail.job import Statement
from citybrain.lake.locations import Warehouse
from citybrain.lake.scan import scan
from citybrain.lake.views import TableView


def place(lake_table: str) -> tuple[str, str]:
    """Quoted schema and quoted full name of a lake table in a database of a jailed process.

    >>> place("lib.population")
    ('"lib"."main"', '"lib"."main"."population"')
    """
    layer, *system, name = lake_table.split(".")
    schema = ".".join(sqltext.name(part) for part in (layer, *(system or ["main"])))
    return schema, f"{schema}.{sqltext.name(name)}"


def layers_of(tables: Iterable[str]) -> tuple[str, ...]:
    """The layers that must be attached for these tables; ``ods`` always."""
    return tuple(sorted({"ods", *(table.split(".")[0] for table in tables)}))


def view_of(lake_table: str, select: str) -> tuple[Statement, ...]:
    """Setup that makes a SELECT readable under the table's name."""
    schema, name = place(lake_table)
    return (
        Statement(kind="setup", sql=f"CREATE SCHEMA IF NOT EXISTS {schema}"),
        Statement(kind="setup", sql=f"CREATE OR REPLACE VIEW {name} AS {select}"),
    )


def masked_scan(view: TableView, hidden: Mapping[str, str], warehouse: Warehouse) -> str:
    """The snapshot's rows, of the columns in ``hidden`` that expression instead."""
    shown = ", ".join(
        f"{hidden.get(c.name, sqltext.name(c.name))} AS {sqltext.name(c.name)}"
        for c in view.columns
    )
    return f"SELECT {shown} FROM ({scan(view, warehouse)})"


def files_of(views: Iterable[TableView], warehouse: Warehouse) -> tuple[str, ...]:
    """The data files of snapshots, as paths."""
    return tuple(str(warehouse.root / f.path) for view in views for f in view.files)
