"""The contract's type grammar, and what each type is in Iceberg and in DuckDB.

A type is stored so that every reader of the lake sees the same value: no TIME, UUID or JSON
types (Spark refuses them or statistics fail), no unsigned 64-bit integer (bounds overflow).

>>> parse("decimal(12,2)").duckdb, parse("ulong").duckdb, parse("time").duckdb
('DECIMAL(12,2)', 'DECIMAL(20,0)', 'VARCHAR')
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError

if TYPE_CHECKING:
    from pyarrow import DataType
    from pyiceberg.types import IcebergType

_DUCKDB = {
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "int": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "timestamptz": "TIMESTAMP WITH TIME ZONE",
    "binary": "BLOB",
}
_STORED_AS = {"json": "string", "time": "string", "ulong": "decimal(20,0)"}
_ARROW = {
    "large_string": "string",
    "bool": "boolean",
    **dict.fromkeys(("int8", "int16", "int32", "uint8", "uint16"), "int"),
    "uint32": "long",
    "int64": "long",
    "uint64": "ulong",
    "date32[day]": "date",
    "time64[us]": "time",
    "large_binary": "binary",
}
_DECIMAL = re.compile(r"decimal\((\d{1,2}),\s*(\d{1,2})\)")
# What Iceberg lets a column become without rewriting its files.
_WIDENS = {("int", "long"), ("float", "double")}


@dataclass(frozen=True)
class LakeType:
    """One stored type; ``precision`` and ``scale`` are those of a decimal, else 0."""

    name: str
    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        return f"decimal({self.precision},{self.scale})" if self.name == "decimal" else self.name

    @property
    def duckdb(self) -> str:
        """The type's name in DuckDB."""
        return str(self).upper() if self.name == "decimal" else _DUCKDB[self.name]

    def iceberg(self) -> "IcebergType":
        """The type in Iceberg v2."""
        from pyiceberg import types

        if self.name == "decimal":
            return types.DecimalType(self.precision, self.scale)
        plain = {
            "string": types.StringType(),
            "boolean": types.BooleanType(),
            "int": types.IntegerType(),
            "long": types.LongType(),
            "float": types.FloatType(),
            "double": types.DoubleType(),
            "date": types.DateType(),
            "timestamp": types.TimestampType(),
            "timestamptz": types.TimestamptzType(),
            "binary": types.BinaryType(),
        }
        return plain[self.name]

    def widens_to(self, other: "LakeType") -> bool:
        """Whether a column of this type may become ``other`` with its old files kept.

        A decimal keeps its scale: files of another scale would be pruned by wrong bounds and
        lose rows without an error.
        """
        if self == other or (self.name, other.name) in _WIDENS:
            return True
        decimals = self.name == other.name == "decimal"
        return decimals and self.scale == other.scale and self.precision < other.precision


def parse(text: str) -> LakeType:
    """The stored type of a contract's type; ``CityError`` when the grammar has no such type."""
    text = _STORED_AS.get(text.strip(), text.strip())
    if text in _DUCKDB:
        return LakeType(text)
    match = _DECIMAL.fullmatch(text)
    if match and 0 < int(match[1]) <= 38 and int(match[2]) <= int(match[1]):
        return LakeType("decimal", int(match[1]), int(match[2]))
    raise CityError(
        f"The type {text!r} is not known",
        why="a contract's types are string, boolean, int, long, ulong, float, double, "
        "decimal(p,s), date, timestamp, timestamptz, time, binary and json",
        do="Correct citybrain.type in the contract",
    )


def of_arrow(stored: "DataType") -> str:
    """What a column of an answer is called, in the contract's words where it has one for it."""
    text = str(stored)
    if text.startswith("timestamp"):
        return "timestamptz" if "tz=" in text else "timestamp"
    if text.startswith("decimal"):
        return "decimal" + text[text.index("(") :].replace(" ", "")
    return _ARROW.get(text, text)


def of_iceberg(stored: "IcebergType") -> LakeType:
    """The stored type of an Iceberg column; ``CityError`` for one that we never write."""
    return parse(str(stored).replace(" ", ""))
