"""One SELECT that turns delivered rows into typed, checked and addressed rows.

Its layers, from the source outwards: cells as delivered (``c``) and their texts (``t``),
corrections put over them (``x``), bare texts (``n``) or quick readings (``q``) and whether those
will do (``p``), typed values (``v``), one boolean per check (``w``). The result has
the contract's fields by name, and

=========  =================================================================================
_row       the row's address: table and key, or table and a hash of the content
_ok        whether every check holds
_away      the address of a wrong row, from its texts as delivered (null where ``_ok``)
_why       positions of the checks that do not (null where ``_ok``)
_raw       the cells' texts as delivered, by field (null where ``_ok``)
=========  =================================================================================
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from citybrain.city.contracts import Contract, Field
from citybrain.lake.cast import Cell, Names, cell, text_sql
from citybrain.lake.checks import (
    Check,
    CheckContext,
    birth_steps,
    checks,
    id_fields,
)
from citybrain.lake.longnumbers import SHEET
from citybrain.lake.sqltext import name, text
from citybrain.lake.types import parse

_UNIT = "chr(31)"


@dataclass(frozen=True, kw_only=True)
class Given:
    """A column of the relation that holds the delivered rows."""

    name: str
    encoding: str
    duckdb_type: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The SELECT, and the checks in the order that ``_why`` counts them."""

    sql: str
    checks: tuple[Check, ...]
    fields: tuple[Field, ...]
    numbered: bool
    relation: str


def plan(
    contract: Contract,
    *,
    relation: str,
    given: Mapping[str, Given],
    about: CheckContext,
    corrections: str = "",
    corrected: Sequence[str] = (),
    numbered: bool = False,
) -> Plan:
    """The plan for ``relation`` (a table function or name); ``given`` is by source name.

    A field whose column is not given is null. ``corrections`` names a relation (row, field,
    original, corrected) and ``corrected`` the fields that occur in it.
    """
    fields = contract.fields
    columns = [_given(field, given) for field in fields]
    layer = _delivered(columns, relation, numbered)
    if corrected:
        layer = _correct(contract, columns, layer, corrections, corrected)
        columns = [
            _as_text(c) if f.name in corrected else c for f, c in zip(fields, columns, strict=True)
        ]
    texts = [_text(c, i, "x") for i, c in enumerate(columns)]
    cells = {
        f.name: cell(
            f,
            f"c{i}",
            encoding=c.encoding,
            duckdb_type=c.duckdb_type,
            text=texts[i],
            names=Names(bare=f"n{i}", reading=f"q{i}", plain=f"p{i}", value=f"v{i}"),
        )
        for i, (f, c) in enumerate(zip(fields, columns, strict=True))
    }
    values = {f.name: f"v{i}" for i, f in enumerate(fields)}
    births = {n: f"b{i}" for i, n in enumerate(id_fields(contract))}
    about = replace(about, births=births)
    found = checks(contract, cells, values, about)
    typed = ", ".join(f"{cells[f.name].value} AS v{i}" for i, f in enumerate(fields))
    wrong = "".join(f", {check.sql} AS w{j}" for j, check in enumerate(found))
    layer = _looked_at(cells.values(), layer)
    layer = f"SELECT *, {typed} FROM ({layer})"
    for number, column in births.items():
        for step in birth_steps(values[number], column):
            layer = f"SELECT *, {step} FROM ({layer})"
    layer = f"SELECT *{wrong} FROM ({layer})"
    delivered = [_text(_given(f, given), i, "t") for i, f in enumerate(fields)]
    if corrected:  # the corrected columns were put in place of the delivered ones
        delivered = [f"t{i}" for i in range(len(fields))]
    sql = _outer(contract, layer, cells, len(found), delivered, bool(corrected), numbered)
    return Plan(sql=sql, checks=tuple(found), fields=fields, numbered=numbered, relation=relation)


def addressed(contract: Contract, *, relation: str, given: Mapping[str, Given]) -> str:
    """A SELECT of numbered rows as texts ``t0``, ``t1`` …, with ``_number`` and ``_address``."""
    columns = [_given(field, given) for field in contract.fields]
    return _with_address(contract, columns, _delivered(columns, relation, numbered=True))


def _looked_at(cells: Collection[Cell], layer: str) -> str:
    """The layers of readings and bare texts, and of whether the readings are plain."""
    first = [f", {c.reading} AS q{i}" for i, c in enumerate(cells) if c.reading]
    first += [f", {c.bare} AS n{i}" for i, c in enumerate(cells) if c.bare]
    plain = [f", {c.plain} AS p{i}" for i, c in enumerate(cells) if c.plain]
    return f"SELECT *{''.join(plain)} FROM (SELECT *{''.join(first)} FROM ({layer}))"


def _given(field: Field, given: Mapping[str, Given]) -> Given:
    missing = Given(name="", encoding="text", duckdb_type="VARCHAR")
    return given.get(field.source, missing)


def _text(column: Given, i: int, alias: str) -> str:
    """The cell's text: a column where it is one already, else an expression.

    An expression is evaluated only for the few rows that need it.
    """
    if column.encoding != "native" or column.duckdb_type == "VARCHAR":
        return f"{alias}{i}"
    return f"({text_sql(f'c{i}', column.encoding, column.duckdb_type)})"


def _as_text(column: Given) -> Given:
    encoding = SHEET if column.encoding == SHEET else "text"
    return Given(name=column.name, encoding=encoding, duckdb_type="VARCHAR")


def _delivered(columns: Sequence[Given], relation: str, numbered: bool) -> str:
    cells = ", ".join(
        f"{name(c.name) if c.name else 'NULL::VARCHAR'} AS c{i}" for i, c in enumerate(columns)
    )
    texts = ", ".join(
        f"{text_sql(f'c{i}', c.encoding, c.duckdb_type)} AS t{i}" for i, c in enumerate(columns)
    )
    same = ", ".join(f"t{i} AS x{i}" for i in range(len(columns)))
    number = ", _number" if numbered else ""
    inner = f"SELECT {cells}{number} FROM {relation}"
    return f"SELECT *, {same} FROM (SELECT *, {texts} FROM ({inner}))"


def _correct(
    contract: Contract,
    columns: Sequence[Given],
    layer: str,
    corrections: str,
    corrected: Sequence[str],
) -> str:
    """Put corrected texts in place of wrong ones, only where the wrong one is still delivered."""
    positions = {f.name: i for i, f in enumerate(contract.fields)}
    joins, replaced = [], []
    for field in corrected:
        i = positions[field]
        alias = f"k{i}"
        joins.append(
            f"LEFT JOIN (SELECT * FROM {corrections} WHERE field = {text(field)}) {alias} "
            f"ON {alias}.row = d._address AND {alias}.original IS NOT DISTINCT FROM d.t{i}"
        )
        now = f"CASE WHEN {alias}.row IS NOT NULL THEN {alias}.corrected ELSE d.t{i} END"
        replaced.append(f"{now} AS x{i}, {now} AS c{i}")
    change = f"d.* REPLACE ({', '.join(replaced)})"
    return f"SELECT {change} FROM ({_with_address(contract, columns, layer)}) d {' '.join(joins)}"


def _with_address(contract: Contract, columns: Sequence[Given], layer: str) -> str:
    """The layer with ``_address``: where each row lies, by its texts as they were delivered."""
    positions = {f.name: i for i, f in enumerate(contract.fields)}
    parts = [
        f"coalesce(CAST({_value(contract.field(k), columns[positions[k]], positions[k])} "
        f"AS VARCHAR), t{positions[k]})"
        for k in contract.key
    ]
    address = _address(contract, parts, [f"t{i}" for i in range(len(columns))])
    return f"SELECT *, {address} AS _address FROM ({layer})"


def _value(field: Field, column: Given, i: int) -> str:
    found = cell(
        field, f"c{i}", encoding=column.encoding, duckdb_type=column.duckdb_type, text=f"t{i}"
    )
    return found.value


def _address(contract: Contract, keys: Sequence[str], contents: Sequence[str]) -> str:
    """The address of a row whose key's texts are ``keys``, or of its contents without a key."""
    if not keys:
        return _hashed(contract, contents)
    every = " AND ".join(f"{k} IS NOT NULL" for k in keys)
    return f"CASE WHEN {every} THEN {_keyed(contract, keys)} ELSE {_hashed(contract, contents)} END"


def _standing(contract: Contract, keys: Sequence[str], contents: Sequence[str]) -> str:
    """The address of a right row, which has its whole key; of a wrong one it may be null."""
    return _keyed(contract, keys) if keys else _hashed(contract, contents)


def _keyed(contract: Contract, keys: Sequence[str]) -> str:
    parts = [f"replace(replace({k}, '\\', '\\\\'), '|', '\\|')" for k in keys]
    joined = keys[0] if len(keys) == 1 else f"concat_ws('|', {', '.join(parts)})"
    return f"{_prefix(contract)} || {joined}"


def _hashed(contract: Contract, contents: Sequence[str]) -> str:
    listed = ", ".join(f"coalesce({c}, chr(0))" for c in contents)
    return f"{_prefix(contract)} || '~' || md5(concat_ws({_UNIT}, {listed}))"


def _prefix(contract: Contract) -> str:
    return text(contract.id + "/")


def _outer(
    contract: Contract,
    layer: str,
    cells: Mapping[str, Cell],
    checks_count: int,
    texts: Sequence[str],
    corrected: bool,
    numbered: bool,
) -> str:
    fields = contract.fields
    shown = ", ".join(
        f"v{i}::{parse(f.type).duckdb} AS {name(f.name)}" for i, f in enumerate(fields)
    )
    positions = {f.name: i for i, f in enumerate(fields)}
    typed = [cells[k].written(f"v{positions[k]}") for k in contract.key]
    contents = [
        f"hex(v{i})" if f.type == "binary" else cells[f.name].written(f"v{i}")
        for i, f in enumerate(fields)
    ]
    loose = [
        f"coalesce({k}, {texts[positions[n]]})" for k, n in zip(typed, contract.key, strict=True)
    ]
    delivered = "_address" if corrected else _address(contract, loose, texts)
    wrong = " OR ".join(f"w{j}" for j in range(checks_count)) or "false"
    why = ", ".join(f"CASE WHEN w{j} THEN {j} END" for j in range(checks_count)) or "NULL::INTEGER"
    raw = ", ".join(f"{name(f.name)} := {texts[i]}" for i, f in enumerate(fields))
    number = ", _number" if numbered else ""
    return (
        f"SELECT {shown}, {_standing(contract, typed, contents)} AS _row, _ok, "
        f"CASE WHEN NOT _ok THEN {delivered} END AS _away, "
        f"CASE WHEN NOT _ok THEN [{why}] END AS _why, "
        f"CASE WHEN NOT _ok THEN struct_pack({raw}) END AS _raw{number} "
        f"FROM (SELECT *, NOT ({wrong}) AS _ok FROM ({layer}))"
    )
