"""Following a column of a SELECT to the columns it comes from, through sqlglot's scopes.

A source is one of four kinds. ``direct``: the value itself. ``fallback``: one of several that
``coalesce`` tries, ``order`` says which. ``transform``: the value went through an expression.
``condition``: the value only decided; ``how`` says where: filter, join, group, case, window,
count. Of a transform ``how`` is ``statistic`` where many rows became one figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

KINDS = ("direct", "fallback", "transform", "condition")
_COUNTS = (exp.Count, exp.CountIf, exp.ApproxDistinct)
_STATISTICS = (exp.Sum, exp.Avg, exp.Stddev, exp.StddevPop, exp.StddevSamp, exp.Variance)
# Leaves that bring no value of any row; any other leaf than a column is not followed.
_CONSTANTS = (
    exp.Literal,
    exp.Boolean,
    exp.Null,
    exp.Var,
    exp.DataType,
    exp.Identifier,
    exp.Func,
    exp.Interval,
)


@dataclass(frozen=True, kw_only=True, order=True)
class Source:
    """One column that another comes from; the module's text says what kind and how are."""

    table: str
    column: str
    kind: str
    how: str = ""
    order: int = 0


def is_unknown(source: Source) -> bool:
    """Whether it stands for what could not be followed."""
    return not source.table


def _unknown(kind: str, how: str) -> Source:
    return Source(table="", column="", kind=kind, how=how)


def columns_of(scope: Scope) -> list[str]:
    """The names of a scope's columns, in their order."""
    if not scope.set_operation_scopes:
        return _selects(scope.expression)
    first, *others = (columns_of(one) for one in scope.set_operation_scopes)
    if scope.expression.args.get("by_name"):
        return list(dict.fromkeys([*first, *(name for more in others for name in more)]))
    return first


def _selects(query: exp.Expr) -> list[str]:
    return list(query.named_selects) if isinstance(query, exp.Query) else []


def grouped(select: exp.Select) -> list[exp.Expr]:
    """What a SELECT's rows are grouped by; with ``GROUP BY ALL`` all that is no aggregate."""
    group = select.args.get("group")
    if group is None:
        return []
    if not group.args.get("all"):
        return [group]
    return [one for one in select.expressions if not one.find(exp.AggFunc)]


class Walker:
    """Follows columns through scopes; what a column of a scope comes from is found once."""

    def __init__(self, root: Scope, tables: Mapping[str, Sequence[str]]) -> None:
        self.scopes = {id(scope.expression): scope for scope in root.traverse()}
        self.tables = {name: {c.lower() for c in columns} for name, columns in tables.items()}
        self._found: dict[tuple[int, int], list[Source]] = {}
        self._open: dict[tuple[int, int], int] = {}
        self._met = 0  # how many of the open ones a recursive CTE left whole

    def output(self, scope: Scope, place: int) -> list[Source]:
        """The sources of a scope's output column, by its place from 0."""
        key = (id(scope), place)
        if key in self._found:
            return self._found[key]
        depth = len(self._open)
        if key in self._open:  # a recursive CTE meets itself here
            self._met = min(self._met, self._open[key])
            return []
        self._open[key] = depth
        before, self._met = self._met, depth + 1
        found = list(self._output(scope, place))
        del self._open[key]
        if self._met >= depth:  # nothing within waits for what is still open
            self._found[key] = found
        self._met = min(before, self._met)
        return found

    def _output(self, scope: Scope, place: int) -> Iterator[Source]:
        if scope.set_operation_scopes:
            yield from self._union(scope, place)
            return
        select = scope.expression
        if isinstance(select, exp.Select):
            yield from self.walk(select.expressions[place], scope, "direct")
        else:
            yield _unknown("direct", "")

    def _union(self, scope: Scope, place: int) -> Iterator[Source]:
        if not scope.expression.args.get("by_name"):
            for one in scope.set_operation_scopes:
                yield from self.output(one, place)
            return
        name = columns_of(scope)[place]
        for one in scope.set_operation_scopes:
            names = columns_of(one)
            if name in names:
                yield from self.output(one, names.index(name))

    def _named(self, scope: Scope, name: str) -> Iterator[Source]:
        """The sources of a column of a scope that another reads."""
        scope = self._whole(scope)
        names = columns_of(scope)
        made = scope.expression
        if name in names:
            yield from self.output(scope, names.index(name))
        elif isinstance(made, exp.Query) or made.find(exp.Query):
            yield _unknown("transform", "")
        else:  # unnest, VALUES and the like: any of their columns may hold any of the values
            yield from self.walk(made, scope.parent or scope, "transform")

    def _whole(self, scope: Scope) -> Scope:
        """Of a recursive CTE that reads itself the whole, where sqlglot gives its first part."""
        if self.scopes.get(id(scope.expression)) is scope:
            return scope
        return self.scopes.get(id(scope.expression.parent), scope)

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
        elif _is_opaque(node):
            yield _unknown(kind, how)
        else:
            for child, inner, inner_how, place in _children(node, kind, how, order):
                yield from self.walk(child, scope, inner, inner_how, place)

    def _subquery(self, node: exp.Expr, scope: Scope, kind: str, how: str) -> Iterator[Source]:
        for inner in scope.subquery_scopes:
            if inner.expression is node and columns_of(inner):
                for source in self.output(inner, 0):
                    yield _through(source, _worse(kind, "transform"), how, 0)
                return
        yield _unknown(kind, how)

    def _leaf(
        self, column: exp.Column, scope: Scope, kind: str, how: str, order: int
    ) -> Iterator[Source]:
        at: Scope | None = scope
        while at is not None and column.table not in at.sources:
            at = at.parent
        source = at.sources[column.table] if at else None
        if isinstance(source, Scope):
            for inner in self._named(source, column.name):
                yield _through(inner, kind, how, order)
        elif source is not None and column.name in self.tables.get(source.name, ()):
            yield Source(table=source.name, column=column.name, kind=kind, how=how, order=order)
        elif source is not None and isinstance(source.this, exp.GenerateSeries):
            yield from self.walk(source.this, scope, "transform", how)
        else:
            yield _unknown(kind, how)


def _is_opaque(node: exp.Expr) -> bool:
    """Whether values of rows may come through an expression that names no columns."""
    if isinstance(node, exp.Columns | exp.TableColumn | exp.PositionalColumn):
        return True
    if isinstance(node, exp.Dot):  # a column or a whole row before a method: name.upper()
        return isinstance(node.this, exp.Identifier)
    if isinstance(node, exp.Star) and isinstance(node.parent, exp.Count):
        return False  # count(*)
    return next(node.iter_expressions(), None) is None and not isinstance(node, _CONSTANTS)


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
