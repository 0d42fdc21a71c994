"""Which source columns each column of a SELECT comes from, and how; told by sqlglot.

A source is one of four kinds. ``direct``: the value itself. ``fallback``: one of several that
``coalesce`` tries, ``order`` says which. ``transform``: the value went through an expression.
``condition``: the value only decided; ``how`` says where: filter, join, group, case, window,
count. Of a transform ``how`` is ``statistic`` where many rows became one figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from citybrain.lake.locations import MADE

KINDS = ("direct", "fallback", "transform", "condition")
_COUNTS = (exp.Count, exp.CountIf, exp.ApproxDistinct)
_STATISTICS = (exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance)


@dataclass(frozen=True, kw_only=True, order=True)
class Source:
    """One column that another comes from; the module's text says what kind and how are."""

    table: str
    column: str
    kind: str
    how: str = ""
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Of each output column its sources; ``conditions`` decided which rows there are.

    ``known`` is False where the text is beyond the parser: then nothing is inherited.
    """

    columns: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    conditions: tuple[Source, ...] = ()
    known: bool = True

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def lineage_from(document: Mapping[str, Any]) -> Lineage:
    """The lineage that ``as_dict`` gave."""
    return Lineage(
        columns={n: tuple(Source(**s) for s in found) for n, found in document["columns"].items()},
        conditions=tuple(Source(**s) for s in document["conditions"]),
        known=document["known"],
    )


def lineage(sql: str, tables: Mapping[str, Sequence[str]], outputs: Sequence[str]) -> Lineage:
    """The lineage of one SELECT over tables with these columns; ``outputs`` are its own."""
    try:
        root = build_scope(_qualified(sql, tables))
    except (SqlglotError, RecursionError, ValueError):
        return Lineage(known=False)
    if root is None:
        return Lineage(known=False)
    names = _selects(root.expression)
    walker = _Walker(frozenset(tables))
    found = {}
    for place, output in enumerate(outputs):
        inner = names[place] if len(names) == len(outputs) else output
        found[output] = tuple(sorted(set(walker.column(root, inner))))
    return Lineage(columns=found, conditions=tuple(sorted(set(_conditions(root, walker)))))


def _selects(query: exp.Expr) -> list[str]:
    return list(query.named_selects) if isinstance(query, exp.Query) else []


def full_name(parts: Sequence[str]) -> str:
    """The lake table of a name as it is written; one part is no lake table.

    >>> full_name(["lib", "population"]), full_name(["civil", "marriages"])
    ('lib.population', 'ods.civil.marriages')
    """
    if len(parts) == 2 and parts[0] not in MADE:
        parts = ["ods", *parts]
    return ".".join(parts)


def _qualified(sql: str, tables: Mapping[str, Sequence[str]]) -> exp.Expr:
    tree = sqlglot.parse_one(sql, read="duckdb")
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


def _conditions(root: Scope, walker: "_Walker") -> Iterator[Source]:
    for scope in root.traverse():
        select = scope.expression
        if not isinstance(select, exp.Select):
            continue
        for key, how in (("where", "filter"), ("having", "filter"), ("qualify", "filter")):
            if part := select.args.get(key):
                yield from walker.walk(part, scope, "condition", how)
        for join in select.args.get("joins") or ():
            if on := join.args.get("on"):
                yield from walker.walk(on, scope, "condition", "join")
        for part in _grouped(select):
            yield from walker.walk(part, scope, "condition", "group")


def _grouped(select: exp.Select) -> list[exp.Expr]:
    """What a SELECT's rows are grouped by; with ``GROUP BY ALL`` all that is no aggregate."""
    group = select.args.get("group")
    if group is None:
        return []
    if not group.args.get("all"):
        return [group]
    return [one for one in select.expressions if not one.find(exp.AggFunc)]


class _Walker:
    """Follows columns through scopes; what a column of a scope comes from is found once."""

    def __init__(self, tables: frozenset[str]) -> None:
        self.tables = tables
        self._found: dict[tuple[int, str], list[Source]] = {}

    def column(self, scope: Scope, name: str) -> list[Source]:
        """The sources of a scope's output column."""
        key = (id(scope), name)
        if key not in self._found:
            self._found[key] = []  # a recursive CTE meets itself here
            self._found[key] = list(self._column(scope, name))
        return self._found[key]

    def _column(self, scope: Scope, name: str) -> Iterator[Source]:
        if scope.set_operation_scopes:
            yield from self._union(scope, name)
            return
        select = scope.expression
        if not isinstance(select, exp.Select):
            for inner in select.find_all(exp.Column):
                yield from self._leaf(inner, scope.parent or scope, "transform", "", 0)
            return
        for projection in select.expressions:
            if projection.alias_or_name == name:
                yield from self.walk(projection, scope, "direct")
                return

    def _union(self, scope: Scope, name: str) -> Iterator[Source]:
        first, *others = scope.set_operation_scopes
        names = _selects(first.expression)
        place = names.index(name) if name in names else -1
        by_name = bool(scope.expression.args.get("by_name"))
        yield from self.column(first, name)
        for other in others:
            theirs = _selects(other.expression)
            if by_name or not 0 <= place < len(theirs):
                yield from self.column(other, name)
            else:
                yield from self.column(other, theirs[place])

    def walk(
        self, node: exp.Expr, scope: Scope, kind: str, how: str = "", order: int = 0
    ) -> Iterator[Source]:
        """All sources below an expression, which is of that kind itself."""
        if isinstance(node, exp.Column):
            yield from self._leaf(node, scope, kind, how, order)
        elif isinstance(node, exp.Subquery):
            yield from self.walk(node.this, scope, kind, how, order)
        elif isinstance(node, exp.Query):
            yield from self._subquery(node, scope, kind, how)
        else:
            for child, inner, inner_how, place in _children(node, kind, how, order):
                yield from self.walk(child, scope, inner, inner_how, place)

    def _subquery(self, node: exp.Expr, scope: Scope, kind: str, how: str) -> Iterator[Source]:
        for inner in scope.subquery_scopes:
            if inner.expression is node:
                names = _selects(node)
                for source in self.column(inner, names[0]) if names else ():
                    yield _through(source, _worse(kind, "transform"), how, 0)
                return

    def _leaf(
        self, column: exp.Column, scope: Scope, kind: str, how: str, order: int
    ) -> Iterator[Source]:
        at: Scope | None = scope
        while at is not None and column.table not in at.sources:
            at = at.parent
        source = at.sources[column.table] if at else None
        if isinstance(source, exp.Table) and source.name in self.tables:
            yield Source(table=source.name, column=column.name, kind=kind, how=how, order=order)
        elif isinstance(source, Scope):
            for inner in self.column(source, column.name):
                yield _through(inner, kind, how, order)


def _worse(first: str, second: str) -> str:
    return max(first, second, key=KINDS.index)


def _through(source: Source, kind: str, how: str, order: int) -> Source:
    """A source of a column that is used in this way."""
    worse = _worse(source.kind, kind)
    told = source if source.kind == worse and source.how else None
    return Source(
        table=source.table,
        column=source.column,
        kind=worse,
        how=told.how if told else how,
        order=order or source.order if worse == "fallback" else 0,
    )


_Child = tuple[exp.Expr, str, str, int]


def _children(node: exp.Expr, kind: str, how: str, order: int) -> Iterator[_Child]:
    """The parts of an expression, and how each of them is used."""
    if kind == "condition" or isinstance(node, exp.Alias | exp.Paren):
        return _same(node, kind, how, order)
    if isinstance(node, _COUNTS):
        return _same(node, "condition", "count", 0)
    if isinstance(node, exp.Exists | exp.In) and node.find(exp.Query):
        return _same(node, "condition", "case", 0)
    for form, parts in _FORMS.items():
        if isinstance(node, form):
            return parts(node, kind, how)
    statistic = "statistic" if isinstance(node, _STATISTICS) else how
    return _same(node, _worse(kind, "transform"), statistic, 0)


def _coalesce(node: exp.Expr, kind: str, how: str) -> Iterator[_Child]:
    for place, part in enumerate([node.this, *node.expressions], 1):
        yield part, _worse(kind, "fallback"), how, place


def _window(node: exp.Expr, kind: str, how: str) -> Iterator[_Child]:
    carried = _worse(kind, "transform")
    figure = node.this
    if isinstance(figure, exp.Filter):
        yield figure.expression, "condition", "filter", 0
        figure = figure.this
    if isinstance(figure, _STATISTICS):
        yield from _same(figure, carried, how, 0)  # a window may be as narrow as one row
    else:
        yield figure, carried, how, 0
    for part in [*(node.args.get("partition_by") or ()), node.args.get("order")]:
        if part:
            yield part, "condition", "window", 0


def _filtered(node: exp.Expr, kind: str, how: str) -> Iterator[_Child]:
    yield node.this, kind, how, 0
    yield node.expression, "condition", "filter", 0


def _if(node: exp.Expr, kind: str, how: str) -> Iterator[_Child]:
    yield node.this, "condition", "case", 0
    for key in ("true", "false"):
        if part := node.args.get(key):
            yield part, _worse(kind, "transform"), how, 0


def _case(node: exp.Expr, kind: str, how: str) -> Iterator[_Child]:
    carried = _worse(kind, "transform")
    if node.this:
        yield node.this, "condition", "case", 0
    for branch in node.args.get("ifs") or ():
        yield branch, carried, how, 0
    if default := node.args.get("default"):
        yield default, carried, how, 0


def _same(node: exp.Expr, kind: str, how: str, order: int) -> Iterator[_Child]:
    for child in node.iter_expressions():
        yield child, kind, how, order


_FORMS = {
    exp.Coalesce: _coalesce,
    exp.Case: _case,
    exp.If: _if,
    exp.Window: _window,
    exp.Filter: _filtered,
}
