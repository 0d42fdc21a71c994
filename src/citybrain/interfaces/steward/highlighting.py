"""SQL as lines of coloured parts, made on the server: reading it needs no script.

What a word is, sqlglot's own list of DuckDB's keywords says; the text itself is never changed.
"""

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, lru_cache

from django.utils.safestring import SafeString, mark_safe

_PARTS = re.compile(
    # The browser reads it too: nothing in it that JavaScript reads differently.
    r"(?P<s>--[^\n]*|/\*.*?(?:\*/|$))|(?P<i>'[^']*(?:''[^']*)*'?)|(?P<q>\"[^\"]*\"?)"
    r"|(?P<n>\b\d[\d_.]*\b)|(?P<w>[A-Za-z_]\w*)|(?P<o>[^\w'\"/-]+|.)",
    re.DOTALL | re.ASCII,
)
_TAGS = {"s": "s", "i": "i", "b": "b", "u": "u", "n": "var"}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of code: its number (0 for one that is gone), its mark and its text.

    ``mark`` is ``+`` added, ``-`` gone, ``!`` the place of a fault, or empty.
    """

    number: int
    mark: str
    html: SafeString


_DOTS = Line(number=0, mark="", html=SafeString("⋯"))


@cache
def keywords() -> frozenset[str]:
    """DuckDB's keywords in capitals."""
    from sqlglot.dialects.duckdb import DuckDB

    words = {word for key in DuckDB.Tokenizer.KEYWORDS for word in re.findall(r"[A-Z_]+", key)}
    return frozenset(words | {"CASE", "WHEN", "THEN", "ELSE", "END", "QUALIFY", "OVER", "FILTER"})


def for_typing() -> tuple[str, str]:
    """The same expression as JavaScript reads it, groups in order, and the keywords."""
    return re.sub(r"\(\?P<\w>", "(", _PARTS.pattern), " ".join(sorted(keywords()))


def lines(sql: str, *, marks: Collection[int] = (), mark: str = "!") -> tuple[Line, ...]:
    """The text line by line; lines whose numbers are in ``marks`` carry the mark."""
    return tuple(
        Line(number=number, mark=mark if number in marks else "", html=shown)
        for number, shown in enumerate(_html(sql), start=1)
    )


def excerpt(whole: Sequence[Line], most: int) -> tuple[Line, ...]:
    """The marked lines, or all where none is: the first and the last, at most so many.

    A line of dots stands where others are left out.
    """
    chosen = [line for line in whole if line.mark] or list(whole)
    half = most // 2
    found: list[Line] = []
    for line in chosen if len(chosen) <= most else chosen[:half] + chosen[-half:]:
        if line.number != (found[-1].number if found else 0) + 1:
            found.append(_DOTS)
        found.append(line)
    return (*found, _DOTS) if found and found[-1].number < len(whole) else tuple(found)


def changes(before: str, after: str) -> tuple[Line, ...]:
    """The new text with what was added marked ``+`` and what is gone between, marked ``-``."""
    old, new = _html(before), _html(after)
    texts = (before.split("\n"), after.split("\n"))
    found: list[Line] = []
    for what, i, i_end, j, j_end in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if what in {"delete", "replace"}:
            found += [Line(number=0, mark="-", html=old[k]) for k in range(i, i_end)]
        mark = "" if what == "equal" else "+"
        found += [Line(number=k + 1, mark=mark, html=new[k]) for k in range(j, j_end)]
    return tuple(found)


@lru_cache(maxsize=256)  # models change rarely, and their texts are shown on many pages
def _html(sql: str) -> Sequence[SafeString]:
    """One piece of HTML per line; a part that spans lines is closed and opened again."""
    rows: list[list[str]] = [[]]
    for kind, text in _parts(sql):
        first, *others = text.split("\n")
        rows[-1].append(_part(kind, first))
        rows.extend([_part(kind, other)] for other in others)
    return tuple(mark_safe("".join(row)) for row in rows)  # noqa: S308 - escaped part by part


def _parts(sql: str) -> Iterator[tuple[str, str]]:
    for match in _PARTS.finditer(sql):
        kind = match.lastgroup or "o"
        if kind == "w":
            follows = sql[match.end() : match.end() + 1]
            kind = "b" if match[0].upper() in keywords() else "u" if follows == "(" else "o"
        yield kind, match[0]


def _part(kind: str, text: str) -> str:
    tag = _TAGS.get(kind)
    shown = html.escape(text)
    return f"<{tag}>{shown}</{tag}>" if tag and text else shown
