"""Values as each store holds them."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from citybrain.city.contracts import Contract, Field

Convert = Callable[[Any], Any]
_TO_SECONDS = len("2021-06-11 14:32:00")


def as_text(field: Field) -> Convert | None:
    """Text as in a text file or a text column; nothing to do where it is text already."""
    if field.type == "date":
        return _days(field.formats[0] if field.formats else "%Y-%m-%d")
    if field.type in ("timestamp", "timestamptz"):
        return lambda v: v if v is None or isinstance(v, str) else v.isoformat(" ")[:_TO_SECONDS]
    if field.type == "boolean":
        return lambda v: None if v is None else str(int(v))
    if field.type in ("int", "long"):
        return lambda v: None if v is None else str(v)
    return None


def as_number(field: Field) -> Convert | None:
    """As text, but whole numbers and decimals as numbers (a spreadsheet's cells)."""
    if field.type in ("int", "long"):
        return None
    if field.type.startswith("decimal"):
        return lambda v: None if v is None else float(v)
    return as_text(field)


def as_column(field: Field) -> Convert | None:
    """For a database column: numbers as numbers, decimals exact, days and moments as text."""
    return None if field.type in ("int", "long", "boolean") else as_text(field)


def as_arrow(field: Field) -> Convert | None:
    """For a typed columnar file; moments are the city's wall clock."""
    if field.type.startswith("decimal"):
        return lambda v: None if v is None else Decimal(v)
    if field.type == "timestamp":
        return lambda v: None if v is None else v.replace(tzinfo=None)
    return None


def cells(
    contract: Contract, convert: Callable[[Field], Convert | None]
) -> Callable[[dict[str, Any]], list[Any]]:
    """Turns a row by field name into the cells of a store, in the contract's order."""
    pick = itemgetter(*(f.name for f in contract.fields))
    found = [(at, convert(field)) for at, field in enumerate(contract.fields)]
    wanted = [(at, change) for at, change in found if change]

    def turn(row: dict[str, Any]) -> list[Any]:
        values = list(pick(row))
        for at, change in wanted:
            values[at] = change(values[at])
        return values

    return turn


def sql_type(field: Field, *, moment: str = "TIMESTAMP") -> str:
    """The column's type in a department's database, from its contract."""
    if field.type == "date":
        return "VARCHAR(8)" if field.formats else "DATE"
    fixed = {"int": "INTEGER", "long": "BIGINT", "timestamp": moment, "boolean": "BOOLEAN"}
    if field.type in fixed:
        return fixed[field.type]
    if field.type.startswith("decimal"):
        return field.type.upper()
    most = next(
        (r.arguments["max"] for r in field.rules if r.name == "length" and "max" in r.arguments),
        255,
    )
    # A column is a little wider than an ID number: that is how blanks get into it.
    return f"VARCHAR({20 if most == 18 else most})"


def keyed(contract: Contract) -> list[str]:
    """Names at the source of the key's columns."""
    return [contract.field(name).source for name in contract.key]


def _days(written: str) -> Convert:
    known: dict[Any, Any] = {None: None}

    def convert(value: date | datetime | str | None) -> Any:
        text = known.get(value)
        if text is None and value is not None:
            text = known[value] = value if isinstance(value, str) else value.strftime(written)
        return text

    return convert
