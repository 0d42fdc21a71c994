"""From DuckDB's types to the lake's: what a model's columns are stored as."""

import re
from collections.abc import Iterable, Mapping, Sequence

from citybrain.base.errors import CityError
from citybrain.lake.models.model import ColumnNote
from citybrain.lake.types import parse
from citybrain.lake.views import Column

_STORED = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "TINYINT": "int",
    "SMALLINT": "int",
    "INTEGER": "int",
    "UTINYINT": "int",
    "USMALLINT": "int",
    "BIGINT": "long",
    "UINTEGER": "long",
    "UBIGINT": "ulong",
    "HUGEINT": "long",  # what a sum of whole numbers is; beyond a long the build says so
    "FLOAT": "float",
    "DOUBLE": "double",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_S": "timestamp",
    "TIMESTAMP_MS": "timestamp",
    "TIMESTAMP_NS": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "TIME": "time",
    "BLOB": "binary",
    "UUID": "string",
    "JSON": "string",
}
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


def columns_of(
    described: Mapping[str, str], notes: Mapping[str, ColumnNote], model: str
) -> list[Column]:
    """The lake's columns for a SELECT's; ``CityError`` for a type that cannot be stored."""
    return [
        Column(name=name, type=_stored(name, kind, model), doc=_doc(notes.get(name)))
        for name, kind in described.items()
    ]


def stored(described: Mapping[str, str], model: str) -> dict[str, str]:
    """A SELECT's columns with the DuckDB types in which readers will find them."""
    return {n: parse(_stored(n, kind, model)).duckdb for n, kind in described.items()}


def fits(have: Iterable[Column], want: Sequence[Column]) -> bool:
    """Whether a table's columns are those wanted, whatever they are called for people."""
    return {c.name: str(parse(c.type)) for c in have} == {c.name: str(parse(c.type)) for c in want}


def _doc(note: ColumnNote | None) -> str:
    return note.title if note else ""


def _stored(name: str, kind: str, model: str) -> str:
    if kind in _STORED:
        return _STORED[kind]
    match = _DECIMAL.fullmatch(kind)
    if match:
        return f"decimal({match[1]},{match[2]})"
    if kind.startswith("ENUM"):
        return "string"
    raise CityError(
        f"The column {name} of {model} cannot be stored",
        why=f"its type is {kind}, which other readers of the lake do not read alike",
        do="Cast it in the SELECT, for example to VARCHAR with to_json",
        where=model,
    )
