"""Which masked columns a SELECT works with instead of showing them: there, masks are compared.

Masks stand in the views, so that a predicate tells nothing of the value behind a mask. The
price is that filters, joins and counts over a masked column are about masks; who asks is told.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, build_scope

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.lake.models.follow import Source, Walker, columns_of, grouped, is_unknown
from citybrain.lake.models.names import qualified

# What DuckDB says where a text stands in the place of a date or a number.
_TYPE = re.compile(
    r"Cannot compare values of type|No function matches|Conversion Error|Could not convert|"
    r"Cannot mix values of type|explicit cast|explicit type cast"
)
_USES = ("WHERE", "JOIN", "GROUP BY", "DISTINCT", "aggregate", "window", "ORDER BY", "expression")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A masked column, ``system.table.column``, and in which parts of the query it is used."""

    column: str
    uses: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.column} ({', '.join(self.uses)})"


class MaskedError(CityError):
    """A query that fails only since a mask is text; ``columns`` are the masked ones it uses."""

    def __init__(self, said: str, found: Sequence[Compared]) -> None:
        self.columns = tuple(one.column for one in found)
        super().__init__(
            both("查询无法回答", "The query cannot be answered"),
            why=both(
                f"这些列已脱敏，脱敏后是文本，不能当日期或数字用：{'、'.join(map(str, found))}"
                f"（{said}）",
                f"these columns are masked, and a mask is text, no date or number: "
                f"{', '.join(map(str, found))} ({said})",
            ),
            do=both(
                "请写明用途后查看明文（命令行：--reveal --purpose '…'），或不用这些列",
                "Ask with --reveal --purpose '…' (on the page: state a purpose), which is "
                "recorded, or do without these columns",
            ),
        )


def compared(
    sql: str, tables: Mapping[str, Sequence[str]], masked: Mapping[str, Sequence[str]]
) -> tuple[Compared, ...]:
    """The masked columns that a SELECT over these tables filters, joins, groups or counts by.

    Both map full names of tables to columns. Where the text is beyond the parser, every masked
    column whose name stands in it is told, with ``expression``.
    """
    hidden = {(table, column.lower()) for table, columns in masked.items() for column in columns}
    if not hidden:
        return ()
    try:
        tree = qualified(sql, tables)
        root = build_scope(tree.unnest()) if tree else None
    except (SqlglotError, RecursionError, ValueError):
        root = None
    used = list(_used(root, tables)) if root else [_Used(None, "expression")]
    found: dict[str, set[str]] = {}
    for source, use in used:
        for table, column in _columns(source, sql, hidden):
            found.setdefault(f"{table.removeprefix('ods.')}.{column}", set()).add(use)
    return tuple(
        Compared(column=name, uses=tuple(sorted(uses, key=_USES.index)))
        for name, uses in sorted(found.items())
    )


def warning(found: Sequence[Compared]) -> Text:
    """One sentence beside an answer; empty for none."""
    if not found:
        return both("")
    said = ", ".join(map(str, found))
    return both(
        f"以下列已脱敏，查询比较、计数、计算的是掩码而不是原值，结果可能不对：{said}。",
        f"These columns are masked, and the query compares, counts or computes masks instead of "
        f"values, so that its result may be wrong: {said}.",
    )


def explained(error: CityError, found: Sequence[Compared]) -> CityError:
    """The same error; one of types over masked columns says that masks are the cause."""
    said = error.texts["why"].en
    if not found or not _TYPE.search(said):
        return error
    return MaskedError(said, found)


class _Used(NamedTuple):
    source: Source | None  # None where it cannot be told
    use: str


_Hidden = set[tuple[str, str]]


def _columns(source: Source | None, sql: str, hidden: _Hidden) -> Iterator[tuple[str, str]]:
    """The masked columns of a use: its source, or all whose name stands in the text."""
    if source is not None:
        if (source.table, source.column.lower()) in hidden:
            yield source.table, source.column
        return
    for table, column in hidden:
        if re.search(rf"(?<!\w){re.escape(column)}(?!\w)", sql, re.IGNORECASE):
            yield table, column


def _used(root: Scope, tables: Mapping[str, Sequence[str]]) -> Iterator[_Used]:
    walker = Walker(root, tables)
    for scope in root.traverse():
        query = scope.expression
        if isinstance(query, exp.SetOperation) and query.args.get("distinct"):
            for place in range(len(columns_of(scope))):
                yield from _told(walker.output(scope, place), "DISTINCT")
        if isinstance(query, exp.Select):
            for part, use in _parts(query):
                yield from _told(walker.walk(part, scope, "condition", ""), use)


def _told(sources: Iterator[Source] | list[Source], use: str) -> Iterator[_Used]:
    for source in sources:
        yield _Used(None if is_unknown(source) else source, use)


def _parts(select: exp.Select) -> Iterator[tuple[exp.Expr, str]]:
    """The parts of a SELECT that work with a column, and what they are called."""
    for key, use in (
        ("where", "WHERE"), ("having", "WHERE"), ("qualify", "WHERE"), ("order", "ORDER BY"),
    ):  # fmt: skip
        if part := select.args.get(key):
            yield from ((one, use) for one in _own(part, select) or [part])
    for join in select.args.get("joins") or ():
        if on := join.args.get("on"):
            yield on, "JOIN"
    for part in grouped(select):
        yield part, "GROUP BY"
    for projection in select.expressions:
        inner = projection.unalias()
        if select.args.get("distinct"):
            yield inner, "DISTINCT"
        yield from _computed(inner)


def _own(part: exp.Expr, select: exp.Select) -> list[exp.Expr]:
    """The columns of a part that names the SELECT's own by what they are called in the answer."""
    named = {one.alias_or_name: one.unalias() for one in select.expressions}
    columns = list(part.find_all(exp.Column))
    if all(column.table or column.name not in named for column in columns):
        return []
    return [column if column.table else named.get(column.name, column) for column in columns]


def _computed(inner: exp.Expr) -> Iterator[tuple[exp.Expr, str]]:
    """What a column of the answer computes; a mask of NULL is NULL, so it can be counted."""
    figures = list(inner.find_all(exp.AggFunc))
    windows = list(inner.find_all(exp.Window))
    for figure in figures:
        if not isinstance(figure, exp.Count) or figure.find(exp.Distinct):
            yield figure, "aggregate"
    for window in windows:
        yield window, "window"
    if not figures and not windows and not isinstance(inner, exp.Column | exp.Star):
        yield inner, "expression"
