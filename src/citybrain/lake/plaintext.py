"""Texts that are written as the lake itself would write their values: one look is enough.

Each function is given a text and the name of what a cast made of it, and returns SQL: true where
that is the text's value without a doubt, or where there is none; never null.
"""

from collections.abc import Callable


def _same(text: str, reading: str) -> str:
    return f"coalesce({reading}::VARCHAR = {text}, {text} IS NULL)"


def _same_day(text: str, reading: str) -> str:
    return _same_inside(text, reading, "DATE", "9999-12-31")


def _same_moment(text: str, reading: str) -> str:
    return _same_inside(text, reading, "TIMESTAMP", "9999-12-31 23:59:59.999999")


def _same_inside(text: str, reading: str, kind: str, last: str) -> str:
    # Infinity and years of five digits are written as they are read, too.
    inside = f"{reading} BETWEEN {kind} '0001-01-01' AND {kind} '{last}'"
    return f"coalesce({reading}::VARCHAR = {text} AND {inside}, {text} IS NULL)"


def _no_grouping(text: str, reading: str) -> str:
    return f"CASE WHEN {reading} IS NULL THEN {text} IS NULL ELSE NOT contains({text}, '_') END"


PLAIN: dict[str, Callable[[str, str], str]] = {
    "int": _same,
    "long": _same,
    "decimal": _same,
    "float": _no_grouping,
    "double": _no_grouping,
    "date": _same_day,
    "timestamp": _same_moment,
}
# a plain text of these types is just how the lake writes its value (0.10 is a double, too)
WRITTEN_ALIKE = frozenset({"int", "long", "decimal", "date", "timestamp"})
