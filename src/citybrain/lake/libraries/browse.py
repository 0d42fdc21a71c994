"""Rows of a library without an entity: a page of them, what they are counted by, their series.

Nothing here is masked; the caller masks by class, and passes only what a masked value may be
asked: whole, never in part, in order or by count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from citybrain.lake import sqltext
from citybrain.lake.duck import shared
from citybrain.lake.home import Home
from citybrain.lake.libraries.model import Library, LibraryField, Series
from citybrain.lake.libraries.record import key_sql, plain
from citybrain.lake.libraries.rows import SCORE
from citybrain.lake.mask import is_masked
from citybrain.lake.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KEY = "key__"
FACET_VALUES = 150  # a field with more values than these is searched, not chosen from
NUMBERS = ("id_number", "account", "phone", "name")  # too many values to be tried one by one
_NOTHING: Mapping[str, str] = MappingProxyType({})
_TIE = "hash({key} || {salt})"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which rows: ``query`` in any field, ``where`` a field's exact value, and in which order.

    ``codes`` are the codes, by field, whose titles hold the query. ``salt`` orders rows whose
    key is masked, in an order that tells nothing of the key.
    """

    query: str = ""
    where: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    codes: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    order: str = ""
    descending: bool = False
    offset: int = 0
    limit: int = 25
    salt: str = ""


@dataclass(frozen=True, kw_only=True)
class Rows:
    """The rows asked for, each by column, its key under ``KEY``; ``total`` counts them all."""

    rows: tuple[Mapping[str, Any], ...]
    total: int


@dataclass(frozen=True, kw_only=True)
class Counts:
    """What the rows are counted by: value and rows of fields with few values, and of scores."""

    facets: Mapping[str, tuple[tuple[str, int], ...]]
    scores: tuple[tuple[int, int], ...] = ()


def open_field(one: LibraryField) -> bool:
    """Whether the field may be searched in part, sorted and counted by: it is not masked."""
    return not is_masked(one.masking, one.level)


def browse(store: Store, library: Library, asked: Asked) -> Rows:
    """One page of rows. ``KeyError`` for a field that is none or masked."""
    conditions, values = _conditions(library, asked)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    scan = store.scan_sql(library.table)
    with shared(store.home) as duck:
        rows = _fetch(
            duck,
            f"SELECT *, {key_sql(library)} AS {KEY} FROM ({scan}){where} "
            f"ORDER BY {_order(library, asked)} LIMIT {asked.limit:d} OFFSET {asked.offset:d}",
            values,
        )
        counted = duck.execute(f"SELECT count(*) FROM ({scan}){where}", values).fetchone()
    return Rows(rows=tuple(rows), total=counted[0] if counted else 0)


def counts(store: Store, library: Library) -> Counts:
    """How the rows of the library's newest snapshot are spread; remembered for that snapshot."""
    snapshot = store.snapshot(library.table)
    if snapshot is None:
        return Counts(facets=MappingProxyType({}))
    names = tuple(one.name for one in library.fields if _counted(one))
    scan = store.scan_sql(library.table, snapshot_id=snapshot.snapshot_id)
    return _counts(store.home.root, scan, names, SCORE if library.score else "")


def series(
    store: Store, library: Library, of: Series, where: Mapping[str, str]
) -> Iterator[tuple[Mapping[str, Any], ...]]:
    """The rows of each series, the oldest period first; ``where`` keeps some of the series."""
    conditions, values = _conditions(library, Asked(where=where))
    text = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    by = ", ".join(sqltext.name(name) for name in of.by)
    select = (
        f"SELECT *, {key_sql(library)} AS {KEY} FROM ({store.scan_sql(library.table)}){text} "
        f"ORDER BY {by}, {sqltext.name(of.period)}"
    )
    with shared(store.home) as duck:
        rows = _fetch(duck, select, values)
    held: list[Mapping[str, Any]] = []
    for row in rows:
        if held and any(row[name] != held[-1][name] for name in of.by):
            yield tuple(held)
            held = []
        held.append(row)
    if held:
        yield tuple(held)


def _conditions(library: Library, asked: Asked) -> tuple[list[str], list[str]]:
    conditions, values = [], []
    for name, value in asked.where.items():
        if not open_field(library.field(name)):
            raise KeyError(name)
        conditions.append(f"CAST({sqltext.name(name)} AS VARCHAR) = ?")
        values.append(value)
    if asked.query:
        found, told = _holding(library, asked)
        conditions.append(f"({' OR '.join(found)})" if found else "false")
        values += told
    return conditions, values


def _holding(library: Library, asked: Asked) -> tuple[list[str], list[str]]:
    """A field that holds the query, or whose code's title does; a masked one only whole."""
    found, values = [], []
    for one in library.fields:
        column = sqltext.name(one.name)
        if one.type != "string":
            continue
        if open_field(one):
            found.append(f"contains(lower({column}), lower(?))")
            values.append(asked.query)
        elif one.masking in NUMBERS:
            found.append(f"{column} = ?")
            values.append(asked.query)
        if codes := asked.codes.get(one.name):
            found.append(f"{column} IN ({', '.join('?' for _ in codes)})")
            values += codes
    return found, values


def _order(library: Library, asked: Asked) -> str:
    tie = _tie(library, asked)
    if not asked.order:
        newest = f"{sqltext.name(library.series.period)} DESC, " if library.series else ""
        return newest + tie
    if asked.order != SCORE and not open_field(library.field(asked.order)):
        raise KeyError(asked.order)
    turn = "DESC" if asked.descending else "ASC"
    return f"{sqltext.name(asked.order)} {turn} NULLS LAST, {tie}"


def _tie(library: Library, asked: Asked) -> str:
    if all(open_field(library.field(name)) for name in library.key):
        return ", ".join(sqltext.name(name) for name in library.key)
    return _TIE.format(key=key_sql(library), salt=sqltext.text(asked.salt))


def _counted(one: LibraryField) -> bool:
    return open_field(one) and one.type in ("string", "boolean")


@lru_cache(maxsize=64)
def _counts(root: Path, scan: str, names: tuple[str, ...], score: str) -> Counts:
    with shared(Home(root)) as duck:
        few = _few(duck, scan, names)
        facets = {name: _spread(duck, scan, name) for name in few}
        scores = _spread(duck, scan, score) if score else ()
    return Counts(
        facets=MappingProxyType({name: told for name, told in facets.items() if len(told) > 1}),
        scores=tuple(sorted((int(value), rows) for value, rows in scores)),
    )


def _few(duck: "DuckDBPyConnection", scan: str, names: Sequence[str]) -> list[str]:
    """Those with few values, by an estimate that is right for few."""
    if not names:
        return []
    told = ", ".join(f"approx_count_distinct({sqltext.name(name)})" for name in names)
    row = duck.execute(f"SELECT {told} FROM ({scan})").fetchone() or ()
    return [name for name, many in zip(names, row, strict=True) if many <= FACET_VALUES]


def _spread(duck: "DuckDBPyConnection", scan: str, name: str) -> tuple[tuple[str, int], ...]:
    column = sqltext.name(name)
    rows = duck.execute(
        f"SELECT CAST({column} AS VARCHAR), count(*) FROM ({scan}) WHERE {column} IS NOT NULL "
        f"GROUP BY ALL ORDER BY 2 DESC, 1"
    ).fetchall()
    return tuple((str(value), int(many)) for value, many in rows)


def _fetch(
    duck: "DuckDBPyConnection", select: str, values: Sequence[str]
) -> list[Mapping[str, Any]]:
    answer = duck.execute(select, list(values))
    names = [column[0] for column in answer.description or ()]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def shown(value: Any) -> str | None:
    """A value as text; a number without the zeros that only its type adds."""
    text = plain(value)
    if text is None or isinstance(value, str) or "." not in text or "e" in text.lower():
        return text
    return text.rstrip("0").rstrip(".") or "0"
