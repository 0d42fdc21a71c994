"""Where a module hands SQL to a database that it put together from pieces.

Text literals may be joined; everything else belongs into parameters. An f-string may hold
names of tables and columns that Django's ``quote_name`` has quoted, for which no database
takes a parameter.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_EXECUTES = {"execute", "executemany", "executescript", "raw", "RawSQL", "sql"}
_QUOTER = "quote_name"
_JOINS = {"format", "join", "replace"}


@dataclass(frozen=True, kw_only=True)
class _Names:
    """Names assigned in one scope: functions that quote, and quoted text."""

    quoters: frozenset[str]
    quoted: frozenset[str]


def built_sql(tree: ast.Module) -> Iterator[int]:
    """Lines of the calls that run such SQL, in no order."""
    shared = _built(list(_assigned(ast.Module(_statements(tree), []))))
    for scope in ast.walk(tree):
        if isinstance(scope, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Module)):
            assigned = list(_assigned(scope))
            names, built = _names(assigned), shared | _built(assigned)
            for call in _own_calls(scope):
                if called(call) in _EXECUTES and call.args:
                    first = call.args[0]
                    if _is_built(first, names) or getattr(first, "id", None) in built:
                        yield call.lineno


def _statements(tree: ast.Module) -> list[ast.stmt]:
    """The module's own statements: names they assign are seen in every function."""
    return [s for s in tree.body if isinstance(s, (ast.Assign, ast.If, ast.Try))]


def _built(assigned: list[tuple[str, ast.expr]]) -> set[str]:
    names = _names(assigned)
    return {name for name, value in assigned if _is_built(value, names)}


def called(call: ast.Call) -> str:
    """The last name of what is called: ``c`` in ``a.b.c()``; empty when it has none."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _own_calls(scope: ast.AST) -> Iterator[ast.Call]:
    """Calls of a scope itself, those of functions inside it left to them."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if isinstance(node, ast.Call):
            yield node
        yield from _own_calls(node)


def _assigned(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _pairs(target, node.value)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _pairs(one, other)


def _names(assigned: list[tuple[str, ast.expr]]) -> _Names:
    quoters = {_QUOTER} | {
        name
        for name, value in assigned
        if isinstance(value, ast.Attribute) and value.attr == _QUOTER
    }
    names = _Names(quoters=frozenset(quoters), quoted=frozenset())
    quoted = {name for name, value in assigned if _is_quoted(value, names)}
    return _Names(quoters=frozenset(quoters), quoted=frozenset(quoted))


def _is_built(node: ast.expr, names: _Names) -> bool:
    """Whether an expression joins text with values: f-string, ``+``, ``%``, format, join."""
    if isinstance(node, ast.JoinedStr):
        values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return not all(_is_quoted(value, names) for value in values)
    if isinstance(node, ast.BinOp):
        return not (_is_text(node.left) and _is_text(node.right))
    return isinstance(node, ast.Call) and called(node) in _JOINS and not _is_quoted(node, names)


def _is_quoted(node: ast.expr, names: _Names) -> bool:
    if isinstance(node, ast.Name):
        return node.id in names.quoted
    if not isinstance(node, ast.Call):
        return False
    if called(node) == "join" and isinstance(node.args[0], (ast.GeneratorExp, ast.ListComp)):
        return _is_quoted(node.args[0].elt, names)
    return called(node) in names.quoters


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_text(node.left) and _is_text(node.right)
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
