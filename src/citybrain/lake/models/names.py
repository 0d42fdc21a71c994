"""A SELECT with the table of each column named, as sqlglot needs it to be followed."""

from collections.abc import Mapping, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from citybrain.lake.locations import MADE


def full_name(parts: Sequence[str]) -> str:
    """The lake table of a name as it is written; one part is no lake table.

    >>> full_name(["lib", "population"]), full_name(["civil", "marriages"])
    ('lib.population', 'ods.civil.marriages')
    """
    if len(parts) == 2 and parts[0] not in MADE:
        parts = ["ods", *parts]
    return ".".join(parts)


def qualified(sql: str, tables: Mapping[str, Sequence[str]]) -> exp.Expr | None:
    """The query with each column's table named; None where names would mislead."""
    tree = sqlglot.parse_one(sql, read="duckdb")
    if _misleads(tree):
        return None
    for table in list(tree.find_all(exp.Table)):
        parts = [part.name.lower() for part in table.parts]
        if len(parts) > 1:
            alias = table.alias or parts[-1]
            flat = exp.Table(this=exp.to_identifier(full_name(parts), quoted=True))
            flat.set("alias", exp.TableAlias(this=exp.to_identifier(alias)))
            for key in ("joins", "laterals", "pivots", "sample"):
                flat.set(key, table.args.get(key))
            table.replace(flat)
    for column in tree.find_all(exp.Column):
        column.set("db", None)
        column.set("catalog", None)
    schema: dict[str, object] = {
        name: {c.lower(): "VARCHAR" for c in columns} for name, columns in tables.items()
    }
    return qualify(
        tree,
        schema=schema,
        dialect="duckdb",
        validate_qualify_columns=False,
        quote_identifiers=False,
    )


def _misleads(tree: exp.Expr) -> bool:
    """Whether columns may have other names here than their tables give them."""
    if tree.find(exp.Pivot):
        return True
    if any("." in one.alias for one in tree.find_all(exp.CTE)):
        return True
    return any(
        one.alias_column_names and isinstance(one.this, exp.Identifier)
        for one in tree.find_all(exp.Table)
    )
