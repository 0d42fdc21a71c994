"""Telling one harmless SELECT from all other text, and which tables it reads.

DuckDB itself parses the text (``json_serialize_sql``) and we walk its tree, so that what is
checked and what is run cannot be understood differently by two parsers. Everything not on a
list is refused: table functions (files, settings, ``query('…')``), metadata tables, functions
that tell about the installation, time travel that would go round the masks.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.lake.locations import DELIVERED, MADE, split

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RULES = 1  # raise it when another text would be refused, or other tables be read from one
LAYERS = (*DELIVERED, *MADE)
_TABLE_FUNCTIONS = frozenset({"range", "generate_series", "unnest"})
_FROM = frozenset(
    {"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EMPTY", "EMPTY_FROM", "EXPRESSION_LIST"}
)
# Functions that tell about the installation, change it, or only waste its time.
_TELLING = re.compile(
    r"current_(?!date|time|localtime)|pg_(?!size_pretty|typeof)|has_|inet_|txid|.*nextval|currval"
    r"|getvariable|getenv|.*_log|parse_duckdb|sleep|stats$|version$|user$|session_user"
    r"|json_serialize|json_deserialize|json_execute|__|in_search_path|.*obj_description"
    r"|col_description|get_block_size|finalize|combine|create_sort_key|getvar"
    r"|add_parquet_key|write_|read_|query|glob|which_secret"
)
_RESERVED = re.compile(r"duckdb_|pg_|sqlite_|pragma_|information_schema")


def tables_of(sql: str) -> tuple[str, ...]:
    """Full names of the lake tables that a statement reads, sorted.

    ``system.table`` is short for ``ods.system.table``, unless ``system`` is a layer of models.
    ``CityError`` for anything but one SELECT over tables of the lake.
    """
    nodes = list(_nodes(_parse(sql)))
    own = _cte_names(nodes)
    found: set[str] = set()
    for node in nodes:
        _check_function(node)
        kind = _from_kind(node)
        if kind is None:
            continue
        if kind == "SHOW_REF":
            raise _asked_about(node)
        if kind not in _FROM:
            raise _refused(f"{kind.replace('_', ' ').lower()} is not allowed in FROM")
        if kind == "BASE_TABLE":
            name = _table_name(node, own)
            if name:
                found.add(name)
        if kind == "TABLE_FUNCTION":
            _check_table_function(node)
    return tuple(sorted(found))


def mixes_totals(sql: str) -> bool:
    """Whether a statement totals groups (ROLLUP) and does not tell a total from an empty group.

    The row of a total has NULL where the group stands, and so has the row of those whose group
    is not known: only ``GROUPING`` tells them apart.
    """
    nodes = list(_nodes(_parse(sql)))
    totals = any(len(node.get("group_sets") or ()) > 1 for node in nodes)
    return totals and not any(node.get("type") == "GROUPING_FUNCTION" for node in nodes)


def _parse(sql: str) -> Any:
    with _parser().cursor() as cursor:
        row = cursor.execute("SELECT json_serialize_sql(CAST(? AS VARCHAR))", [sql]).fetchone()
    document: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if document.get("error"):
        message = str(document.get("error_message", "it cannot be read as SQL"))
        raise _refused(message if "SELECT" not in message else "it is not a SELECT")
    if len(document["statements"]) != 1:
        raise _refused(f"there are {len(document['statements'])} statements, one is allowed")
    return document["statements"][0]


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, dict):
            yield node
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)


def _from_kind(node: dict[str, Any]) -> str | None:
    """The kind of a node that stands in FROM; None for expressions and statements."""
    is_source = "sample" in node and "alias" in node and "class" not in node
    return str(node.get("type", "")) if is_source else None


def _cte_names(nodes: Sequence[dict[str, Any]]) -> frozenset[str]:
    names = set()
    for node in nodes:
        for entry in (node.get("cte_map") or {}).get("map", ()):
            names.add(str(entry["key"]).lower())
        if "cte_name" in node:
            names.add(str(node["cte_name"]).lower())
    for name in names:
        # In another scope the same word would mean DuckDB's own table.
        if _RESERVED.match(name) or name in _system_views():
            raise _refused(f"{name} is a name of the database itself")
    return frozenset(names)


def _table_name(node: dict[str, Any], own: frozenset[str]) -> str:
    """Full name of a lake table; empty for a name that the statement itself defines."""
    if node.get("at_clause"):
        raise _refused("AT is not allowed; ask as of a time with --as-of")
    given = [str(part).lower() for part in node["qualified_name"]["path"]]
    written = ".".join(given)
    if len(given) == 1 and given[0] in own:
        return ""
    if len(given) == 2 and given[0] not in MADE:
        given = ["ods", *given]
    fits = len(given) == 3 or (len(given) == 2 and given[0] in MADE)
    if not fits or given[0] not in LAYERS or _RESERVED.match(given[1]):
        raise _refused(f"{written} is not a table of the lake")
    split(".".join(given))
    return ".".join(given)


def _check_table_function(node: dict[str, Any]) -> None:
    function = (node.get("function") or {}).get("function_name", "")
    if str(function).lower() not in _TABLE_FUNCTIONS:
        raise _refused(f"the table function {function} is not allowed")


def _check_function(node: dict[str, Any]) -> None:
    if "function_name" not in node:
        return
    function = str(node["function_name"]).lower()
    if function in _TABLE_FUNCTIONS or (function in _functions() and not _TELLING.match(function)):
        return
    raise _refused(f"the function {function} is not allowed")


@cache
def _functions() -> frozenset[str]:
    """Names of DuckDB's scalar, aggregate, window and macro functions and operators."""
    return _names(
        "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE internal AND "
        "function_type IN ('scalar', 'aggregate', 'macro', 'window')"
    )


@cache
def _system_views() -> frozenset[str]:
    return _names("SELECT lower(view_name) FROM duckdb_views() WHERE internal")


def _names(sql: str) -> frozenset[str]:
    with _parser().cursor() as cursor:
        return frozenset(row[0] for row in cursor.execute(sql).fetchall())


@cache
def _parser() -> "DuckDBPyConnection":
    """An empty database that only ever parses; cursors of it may be used by many threads."""
    import duckdb

    return duckdb.connect(":memory:", config={"threads": 1})


def _asked_about(node: dict[str, Any]) -> CityError:
    """DESCRIBE, SHOW and SUMMARIZE: what to ask instead."""
    about = ((node.get("query") or {}).get("from_table") or {}).get("qualified_name") or {}
    table = ".".join(map(str, about.get("path") or ())) or "ods.system.table"
    return _refused(
        "DESCRIBE, SHOW and SUMMARIZE tell of tables, and only rows can be asked here",
        do=f"For the columns of a table ask SELECT * FROM {table} LIMIT 1;"
        " the tables are listed by citybrain status and on the page Tables",
    )


def _refused(
    why: str, do: str = "Write one SELECT over tables named like ods.system.table or lib.name"
) -> CityError:
    return CityError("The query is refused", why=why, do=do)
