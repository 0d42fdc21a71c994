"""Which source columns each column of a SELECT comes from, and how; told by sqlglot.

What cannot be followed (a whole row as one value, ``COLUMNS``, renamed tables, pivots) makes a
column *unclear*: only what is made of constants may have no source.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.scope import Scope, build_scope

from citybrain.lake.models.follow import Source, Walker, columns_of, grouped, is_unknown
from citybrain.lake.models.names import qualified


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """Of each output column its sources; ``conditions`` decided which rows there are.

    ``known`` is False where the text is beyond the parser: then nothing is inherited. Columns
    in ``unclear`` hold values of which not every source could be told.
    """

    columns: Mapping[str, tuple[Source, ...]] = field(default_factory=dict)
    conditions: tuple[Source, ...] = ()
    known: bool = True
    unclear: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def lineage_from(document: Mapping[str, Any]) -> Lineage:
    """The lineage that ``as_dict`` gave."""
    return Lineage(
        columns={n: tuple(Source(**s) for s in found) for n, found in document["columns"].items()},
        conditions=tuple(Source(**s) for s in document["conditions"]),
        known=document["known"],
        unclear=tuple(document["unclear"]),
    )


def lineage(
    sql: str, tables: Mapping[str, Sequence[str]], outputs: Sequence[str] | None = None
) -> Lineage:
    """The lineage of one SELECT over tables with these columns.

    ``outputs`` are its own, as the database calls them; what the text calls them without.
    """
    try:
        tree = qualified(sql, tables)
        root = build_scope(tree.unnest()) if tree else None
    except (SqlglotError, RecursionError, ValueError):
        return Lineage(known=False)
    if root is None:
        return Lineage(known=False)
    outputs = columns_of(root) if outputs is None else outputs
    if len(columns_of(root)) != len(outputs):
        return Lineage(known=False)
    walker = Walker(root, tables)
    found = {name: set(walker.output(root, place)) for place, name in enumerate(outputs)}
    conditions = set(_conditions(root, walker))
    grouped = any(is_unknown(one) and one.how == "group" for one in conditions)
    return Lineage(
        columns={name: _told(sources) for name, sources in found.items()},
        conditions=_told(conditions),
        unclear=tuple(name for name, sources in found.items() if _is_unclear(sources, grouped)),
    )


def _told(sources: set[Source]) -> tuple[Source, ...]:
    return tuple(sorted(one for one in sources if not is_unknown(one)))


def _is_unclear(sources: set[Source], grouped: bool) -> bool:
    """Whether a value may be in the column whose source is unknown, or a figure of one row."""
    if grouped and any(one.how == "statistic" for one in sources):
        return True
    unknown = [one for one in sources if is_unknown(one)]
    return any(one.kind != "condition" or one.how == "case" for one in unknown)


def _conditions(root: Scope, walker: Walker) -> Iterator[Source]:
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
        for part in grouped(select):
            yield from walker.walk(part, scope, "condition", "group")
