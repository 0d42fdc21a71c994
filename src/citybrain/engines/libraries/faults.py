"""What DuckDB or the guard said of a query, as sentences with the place they are about."""

import re
from collections.abc import Callable
from difflib import get_close_matches

from citybrain.base.errors import CityError
from citybrain.engines.libraries.views_query import QueryFault, Spot
from citybrain.engines.libraries.wiring import Text, both
from citybrain.lake.compared import MaskedError

_Made = Callable[[re.Match[str]], tuple[Text, Text]]
_CANDIDATES = re.compile(r"Candidate bindings: (.*)$")
_FIX = both("请改正后再运行。", "Correct it and run again.")


def _syntax(match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both(f"“{match[1]}”这里读不懂。", f"The text cannot be read at “{match[1]}”."),
        both("它前后不成一条 SELECT。", "What stands there does not make a SELECT."),
    )


def _ends(_match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both("这条查询没有写完。", "The query is not finished."),
        both("读到末尾时还缺东西。", "Something is missing at its end."),
    )


def _column(match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both(f"没有名为“{match[1]}”的列。", f"There is no column “{match[1]}”."),
        both("所查的表里没有它。", "None of the tables has it."),
    )


def _table(match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both(f"没有名为“{match[1]}”的表。", f"There is no table “{match[1]}”."),
        both(
            "表名写作 system.table，模型写作 lib.population。",
            "Tables are system.table, models are lib.population.",
        ),
    )


def _function(match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both(f"没有名为“{match[1]}”的函数。", f"There is no function “{match[1]}”."),
        both(
            "DuckDB 不认识它，或此处不允许用它。", "DuckDB does not know it or it is barred here."
        ),
    )


def _ungrouped(match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both(
            f"列“{match[1]}”既没有分组，也没有汇总。",
            f"“{match[1]}” is neither grouped nor summed.",
        ),
        both(
            "有 GROUP BY 时，每一列要么在其中，要么在汇总函数里。",
            "With GROUP BY every column is one or the other.",
        ),
    )


def _convert(match: re.Match[str]) -> tuple[Text, Text]:
    return (
        both(f"“{match[1]}”换不成所要的类型。", f"“{match[1]}” cannot be converted."),
        both("有一个值不是这种类型的写法。", "A value is not written as that type is."),
    )


_KNOWN: tuple[tuple[re.Pattern[str], _Made], ...] = (
    (re.compile(r'syntax error at or near "([^"]+)"'), _syntax),
    (re.compile(r"syntax error at end of input"), _ends),
    (re.compile(r'Referenced column "([^"]+)" not found'), _column),
    (re.compile(r'does not have a column named "([^"]+)"'), _column),
    (re.compile(r"Table with name (\S+) does not exist"), _table),
    (re.compile(r"Function with name (\S+) does not exist"), _function),
    (re.compile(r'column "([^"]+)" must appear in the GROUP BY'), _ungrouped),
    (re.compile(r"Could not convert string '([^']*)'"), _convert),
)


def fault(error: CityError, sql: str) -> QueryFault:
    """The refusal in both languages; what nobody translated is said as it was."""
    said = error.why or error.what
    if isinstance(error, MaskedError):
        word = error.columns[0].rpartition(".")[2]
        return QueryFault(**error.texts, spot=spot(sql, word))
    for pattern, made in _KNOWN:
        if match := pattern.search(said):
            what, why = made(match)
            word = match[1] if match.groups() else ""
            return QueryFault(what=what, why=why, do=_do(said, word), spot=spot(sql, word))
    return QueryFault(**error.texts, spot=_quoted(said, sql))


def _do(said: str, word: str) -> Text:
    near: list[str] = []
    if found := _CANDIDATES.search(said):
        names = [name.strip().strip('"') for name in found[1].split(",")]
        near = get_close_matches(word, names, n=3, cutoff=0.5) or names[:3]
    elif meant := re.search(r'Did you mean "([^"]+)"', said):
        near = [meant[1]]
    if not near:
        return _FIX
    return both(f"您是不是要 {'、'.join(near)}？", f"Did you mean {', '.join(near)}?")


def _quoted(said: str, sql: str) -> Spot | None:
    word = re.search(r'"([^"]+)"', said)
    return spot(sql, word[1]) if word else None


def spot(sql: str, word: str) -> Spot | None:
    r"""Where a word stands first in the text; the end of the text for no word.

    >>> spot("SELECT a,\n  b FROM t", "b")
    Spot(line=2, column=3, length=1)
    """
    if not word:
        lines = sql.rstrip().split("\n")
        return Spot(line=len(lines), column=len(lines[-1]) + 1, length=1)
    found = re.search(rf"(?<![\w.]){re.escape(word)}(?!\w)", sql, re.IGNORECASE)
    if found is None:
        return None
    before = sql[: found.start()]
    line_start = before.rfind("\n") + 1
    return Spot(
        line=before.count("\n") + 1, column=found.start() - line_start + 1, length=len(word)
    )
