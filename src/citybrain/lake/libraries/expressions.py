"""What the folder writes as SQL: which columns an expression reads, and putting a value in."""

from collections.abc import Iterator
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECT = "duckdb"
VALUE = "value"


def columns(sql: str) -> frozenset[str]:
    """Names of the columns that an expression reads; ``SqlglotError`` for what is no SQL."""
    return frozenset(column.name for column in _parsed(sql).find_all(exp.Column))


def is_expression(sql: str) -> bool:
    """Whether it can be read as one expression."""
    try:
        _parsed(sql)
    except SqlglotError:
        return False
    return True


def is_alone(sql: str) -> bool:
    """Whether it is one expression over its own row: no other table is asked."""
    return is_expression(sql) and _parsed(sql).find(exp.Query) is None


@lru_cache(maxsize=4096)
def _parsed(sql: str) -> exp.Expression:
    # Read in parentheses within a SELECT: alone it might be read as a statement.
    select = sqlglot.parse_one(f"SELECT ({sql}) AS x", read=DIALECT)
    inner = select.expressions[0].this if isinstance(select, exp.Select) else None
    if not isinstance(inner, exp.Paren):
        raise SqlglotError(f"{sql!r} is not one expression")
    return inner.this if isinstance(inner.this, exp.Expression) else inner


def put(condition: str, value: str) -> str:
    """A condition over ``value`` with an expression in its place.

    >>> put("value > 0", "a + b")
    '(a + b) > 0'
    """
    made = _parsed(condition).copy()
    inner = exp.Paren(this=_parsed(value).copy())

    def replaced(node: exp.Expression) -> exp.Expression:
        return inner.copy() if isinstance(node, exp.Column) and node.name == VALUE else node

    return made.transform(replaced).sql(dialect=DIALECT)


def is_select(sql: str) -> bool:
    """Whether it can be read as one SELECT."""
    try:
        found = sqlglot.parse(sql, read=DIALECT)
    except SqlglotError:
        return False
    return len(found) == 1 and isinstance(found[0], exp.Query)


def outputs(sql: str) -> tuple[str, ...]:
    """Names of the columns that a SELECT gives, as far as it names them."""
    found = sqlglot.parse_one(sql, read=DIALECT)
    return tuple(found.named_selects) if isinstance(found, exp.Query) else ()


def told(sql: str, name: str) -> tuple[str, ...]:
    """The expressions that a SELECT gives out under a name: one for each part of a UNION.

    >>> told("SELECT upper(a) AS x, b FROM t UNION ALL SELECT c AS x, d FROM u", "x")
    ('UPPER(a)', 'c')
    """
    try:
        found = sqlglot.parse_one(sql, read=DIALECT)
    except SqlglotError:
        return ()
    return tuple(dict.fromkeys(_told(found, name)))


def _told(query: object, name: str) -> Iterator[str]:
    if isinstance(query, exp.SetOperation):
        yield from _told(query.this, name)
        yield from _told(query.expression, name)
    elif isinstance(query, exp.Select):
        for one in query.selects:
            if one.alias_or_name == name:
                yield one.unalias().sql(dialect=DIALECT)
