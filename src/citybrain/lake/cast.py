"""From a delivered cell to a typed value, exactly or not at all.

Every function returns SQL for DuckDB. A cast that would change a value (round a decimal, drop
the time from a date, shift a zone) is not a cast: the value is null and the cell is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from citybrain.city.contracts import Field
from citybrain.lake import longnumbers
from citybrain.lake.plaintext import PLAIN, WRITTEN_ALIKE
from citybrain.lake.sqltext import text as literal
from citybrain.lake.types import parse

_INTEGERS = frozenset(
    [
        "TINYINT",
        "SMALLINT",
        "INTEGER",
        "BIGINT",
        "UTINYINT",
        "USMALLINT",
        "UINTEGER",
        "UBIGINT",
        "HUGEINT",
    ]
)
_DIRECT = {
    "boolean": frozenset({"BOOLEAN"}),
    "int": _INTEGERS,
    "long": _INTEGERS,
    "ulong": _INTEGERS - {"HUGEINT"},
    "float": frozenset({"FLOAT"}),
    "double": frozenset({"FLOAT", "DOUBLE"}),
    "string": frozenset({"VARCHAR"}),
    "binary": frozenset({"BLOB"}),
}
_DATES = {
    "date": frozenset({"DATE"}),
    "timestamp": frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "DATE"}),
    "timestamptz": frozenset({"TIMESTAMP WITH TIME ZONE"}),
}
_TRUE = "('1','t','T','true','TRUE','True','y','Y','yes','是')"
_FALSE = "('0','f','F','false','FALSE','False','n','N','no','否')"
_TIME = r"-?\d{1,3}:\d{2}(:\d{2}(\.\d{1,6})?)?([+-]\d{2}(:?\d{2})?)?"
_MOMENT = (
    r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}([ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6}0*)?)?)?"
)
_ULONG_MAX = 2**64 - 1


@dataclass(frozen=True, kw_only=True)
class Names:
    """The columns that hold a field's bare text, its reading, whether that is plain, its value."""

    bare: str
    reading: str
    plain: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One field's SQL: its text as delivered, its typed value, and whether that value is exact.

    ``exact`` is only meaningful where the text is not empty and may be null. ``kept``: the
    value is what was delivered and null only where that is, so only ``exact`` can be false.

    Nearly every text is written as the lake itself would write its value, which one look finds:
    ``reading`` is what a cast makes of it, ``plain`` whether that, given the reading's name, is
    the value without a doubt (never null). All others are looked at with care.
    """

    text: str
    value: str
    exact: str
    empty: str  # true where there is nothing: null, or only spaces where no text is meant
    kept: bool = False
    reading: str = ""
    plain: str = ""
    sure: str = ""  # names what ``plain`` gave
    same: bool = False  # whether a plain text is just how the lake writes its value
    bare: str = ""  # the text without spaces around it, where the value asks for it by name
    cut: str = ""  # true where the source kept fewer digits than a number may have had

    @property
    def certain(self) -> bool:
        """Nothing can be wrong with it."""
        return self.kept and self.exact == "true"

    def written(self, value: str) -> str:
        """The value, named ``value``, as the lake writes it."""
        written = f"CAST({value} AS VARCHAR)"
        return (
            f"CASE WHEN {self.sure} THEN {self.text} ELSE {written} END" if self.same else written
        )


def text_sql(column: str, encoding: str, duckdb_type: str) -> str:
    """The cell's exact text; bytes are hexadecimal with backslash and x before them."""
    if encoding == "cell":
        payload = f"substr({column},2)"
        return (
            f"CASE left({column},1) WHEN 't' THEN "
            f"coalesce(try(decode(from_hex({payload}))), '\\x' || lower({payload})) "
            f"WHEN 'b' THEN '\\x' || lower({payload}) "
            # the shortest text that gives the same double: 0.3, not 0.29999999999999999
            f"WHEN 'r' THEN CAST(CAST({payload} AS DOUBLE) AS VARCHAR) ELSE {payload} END"
        )
    if encoding == "hex":
        return f"'\\x' || lower({column})"
    if duckdb_type == "BLOB":
        return f"'\\x' || lower(hex({column}))"
    if duckdb_type.startswith(("STRUCT", "MAP")) or duckdb_type.endswith("]"):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return column if duckdb_type == "VARCHAR" else f"CAST({column} AS VARCHAR)"


def cell(
    field: Field,
    column: str,
    *,
    encoding: str,
    duckdb_type: str,
    text: str,
    names: Names | None = None,
) -> Cell:
    """The field's value from ``column``; ``text`` is SQL for the cell's text.

    ``names`` are the columns in which the caller computes what is needed more than once, layer
    upon layer; without them everything is computed where it stands.
    """
    found = _cell(field, column, encoding, duckdb_type, text, names)
    cut = longnumbers.found_sql(text) if encoding == longnumbers.SHEET else ""
    return replace(found, cut=cut)


def _cell(
    field: Field, column: str, encoding: str, duckdb_type: str, text: str, names: Names | None
) -> Cell:
    if encoding == "native" and duckdb_type in _DIRECT.get(field.type, ()):
        target = parse(field.type).duckdb
        value = column if duckdb_type == target else f"try_cast({column} AS {target})"
        kept = duckdb_type == target
        exact = "true" if kept else f"({value}) IS NOT NULL"
        return Cell(text=text, value=value, exact=exact, empty=f"{column} IS NULL", kept=kept)
    if encoding == "native" and duckdb_type in _DATES.get(field.type, ()):
        return _native_date(field, column, text, kept=duckdb_type == parse(field.type).duckdb)
    if encoding == "native" and _decimal_fits(field.type, duckdb_type):
        value = f"try_cast({column} AS {parse(field.type).duckdb})"
        return Cell(
            text=text, value=value, exact=f"({value}) IS NOT NULL", empty=f"{column} IS NULL"
        )
    if field.type == "string":
        return Cell(
            text=text,
            value=text,
            exact=_readable(column, encoding),
            empty=f"{text} IS NULL",
            kept=True,
        )
    if field.type == "binary":
        return _binary(column, encoding, text)
    return _from_text(field, text, names)


def _readable(column: str, encoding: str) -> str:
    """Whether a text column's cell is text: in SQLite it may be bytes, or not UTF-8."""
    if encoding != "cell":
        return "true"
    decoded = f"try(decode(from_hex(substr({column},2))))"
    kind = f"left({column},1)"
    return f"CASE {kind} WHEN 'b' THEN false WHEN 't' THEN {decoded} IS NOT NULL ELSE true END"


def _binary(column: str, encoding: str, text: str) -> Cell:
    if encoding == "cell":
        is_bytes = f"left({column},1) IN ('t','b')"
        value = f"CASE WHEN {is_bytes} THEN try(from_hex(substr({column},2))) END"
        return Cell(text=text, value=value, exact="true", empty=f"{column} IS NULL")
    value = f"CASE WHEN starts_with({text}, '\\x') THEN try(from_hex(substr({text},3))) END"
    return Cell(text=text, value=value, exact="true", empty=f"{column} IS NULL")


def _native_date(field: Field, column: str, text: str, *, kept: bool) -> Cell:
    target = parse(field.type).duckdb
    # The bounds leave out infinity too, which DuckDB writes and nobody reads.
    kind = {"DATE": "DATE", "TIMESTAMP": "TIMESTAMP"}.get(target, "TIMESTAMPTZ")
    zone = "+00" if kind == "TIMESTAMPTZ" else ""
    clock = ("", "") if kind == "DATE" else (f" 00:00:00{zone}", f" 23:59:59.999999{zone}")
    bounds = f"{kind} '0001-01-01{clock[0]}' AND {kind} '9999-12-31{clock[1]}'"
    inside = f"{column} BETWEEN {bounds}"
    empty = f"{column} IS NULL"
    if kept:
        return Cell(text=text, value=column, exact=inside, empty=empty, kept=True)
    value = f"CASE WHEN {inside} THEN {column}::{target} END"
    return Cell(text=text, value=value, exact="true", empty=empty)


def _decimal_fits(wanted: str, given: str) -> bool:
    if not wanted.startswith("decimal"):
        return False
    if given in _INTEGERS:
        return True
    if not given.startswith("DECIMAL"):
        return False
    return parse(given.lower().replace(" ", "")).scale <= parse(wanted).scale


def bare_sql(text: str) -> str:
    """A text without spaces around it; null where nothing else is left.

    Nearly every cell has none: one that begins and ends with something else, and is ASCII
    (trimming takes every space that Unicode knows), costs a third of trimming it.
    """
    plain = f"{text} >= '!' AND strlen({text}) = length({text}) AND NOT ends_with({text}, ' ')"
    return f"CASE WHEN {plain} THEN {text} ELSE nullif(trim({text}), '') END"


def _from_text(field: Field, text: str, names: Names | None) -> Cell:
    kind = "decimal" if field.type.startswith("decimal") else field.type
    # Formats say how a text is read even where it looks like the lake's own writing.
    if names is None or kind not in PLAIN or field.formats:
        return _careful(field, kind, text, names)
    careful = _careful(field, kind, text, None)
    return replace(
        careful,
        reading=f"try_cast({text} AS {parse(field.type).duckdb})",
        plain=PLAIN[kind](text, names.reading),
        sure=names.plain,
        same=kind in WRITTEN_ALIKE,
        value=f"CASE WHEN {names.plain} THEN {names.reading} ELSE {careful.value} END",
        empty=f"CASE WHEN {names.plain} THEN {text} IS NULL ELSE {careful.empty} END",
    )


def _careful(field: Field, kind: str, text: str, names: Names | None) -> Cell:
    bare = names.bare if names else bare_sql(text)
    value, exact = _PARSERS[kind](bare, field, names.value if names else "")
    return Cell(
        text=text,
        value=value,
        exact=exact,
        empty=f"{bare} IS NULL",
        bare=bare_sql(text) if names else "",
    )


def _boolean(text: str, _field: Field, _typed: str) -> tuple[str, str]:
    return f"CASE WHEN {text} IN {_TRUE} THEN true WHEN {text} IN {_FALSE} THEN false END", "true"


def _integer(text: str, field: Field, typed: str) -> tuple[str, str]:
    value = f"try_cast({text} AS {parse(field.type).duckdb})"
    exact = (
        f"CASE WHEN ({typed or value})::VARCHAR = {text} THEN true "
        f"ELSE regexp_full_match({text}, '[+-]?\\d+(\\.0*)?') END"
    )
    if field.type == "ulong":
        exact = f"({exact}) AND ({typed or value}) BETWEEN 0 AND {_ULONG_MAX}"
    return value, exact


def _decimal(text: str, field: Field, typed: str) -> tuple[str, str]:
    scale = parse(field.type).scale
    value = f"try_cast({text} AS {parse(field.type).duckdb})"
    pattern = f"[+-]?(\\d+(\\.\\d{{0,{scale}}}0*)?|\\.\\d{{0,{scale}}}0*)"
    exact = (
        f"CASE WHEN ({typed or value})::VARCHAR = {text} THEN true "
        f"ELSE regexp_full_match({text}, '{pattern}') END"
    )
    return value, exact


def _floating(text: str, field: Field, _typed: str) -> tuple[str, str]:
    return f"try_cast({text} AS {parse(field.type).duckdb})", f"NOT contains({text}, '_')"


def _formats(text: str, field: Field) -> list[str]:
    return [f"try_strptime({text}, {literal(pattern)})" for pattern in field.formats]


def _date(text: str, field: Field, _typed: str) -> tuple[str, str]:
    # DuckDB would take 'infinity', a year of five digits, or drop the time of a timestamp.
    iso = f"CASE WHEN substr({text},5,1) IN ('-','/') AND (length({text}) <= 10 "
    iso += f"OR substr({text},11) IN (' 00:00:00','T00:00:00')) THEN try_cast({text} AS DATE) END"
    given = [f"try_cast({one} AS DATE)" for one in _formats(text, field)]
    return f"coalesce({', '.join([*given, iso])})" if given else iso, "true"


def _timestamp(text: str, field: Field, _typed: str) -> tuple[str, str]:
    # No zone behind the time, no year of five digits, nothing below the microsecond.
    iso = f"CASE WHEN regexp_full_match({text}, '{_MOMENT}') "
    iso += f"THEN try_cast({text} AS TIMESTAMP) END"
    given = _formats(text, field)
    return f"coalesce({', '.join([*given, iso])})" if given else iso, "true"


def _timestamptz(text: str, field: Field, typed: str) -> tuple[str, str]:
    # A text without a zone is city time: that is what a clerk who wrote it meant.
    zoned = f"CASE WHEN substr({text},5,1) IN ('-','/') AND "
    zoned += f"NOT regexp_matches({text}, '\\.\\d{{6}}\\d*[1-9]') "
    zoned += f"THEN try_cast({text} AS TIMESTAMPTZ) END"
    naive, _ = _timestamp(text, field, typed)
    local = f"timezone('Asia/Shanghai', {naive})"
    return f"CASE WHEN ({naive}) IS NOT NULL THEN {local} ELSE {zoned} END", "true"


def _time(text: str, _field: Field, _typed: str) -> tuple[str, str]:
    return f"CASE WHEN regexp_full_match({text}, '{_TIME}') THEN {text} END", "true"


def _json(text: str, _field: Field, _typed: str) -> tuple[str, str]:
    return f"CASE WHEN json_valid({text}) THEN {text} END", "true"


_PARSERS: dict[str, Callable[[str, Field, str], tuple[str, str]]] = {
    "boolean": _boolean,
    "int": _integer,
    "long": _integer,
    "ulong": _integer,
    "decimal": _decimal,
    "float": _floating,
    "double": _floating,
    "date": _date,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
    "time": _time,
    "json": _json,
}
