"""The text of a model as it may leave the house: without comments, and without people in it.

A model is written by hand, and a hand may write a person into it: the number that a row was
left out by, a name, a telephone number in a comment. Which literal is a person's cannot be
told from the text, so none is sent that could be one.
"""

import re
from collections.abc import Iterator

from sqlglot import Tokenizer, TokenType
from sqlglot.errors import SqlglotError

from citybrain.lake.mask import HIDDEN

# Telephone numbers and ID numbers, however they are divided; a date has eight digits and dashes.
_LONG = re.compile(r"\d{7}|(?:\d\D?){9}")


def without_people(sql: str) -> str:
    """The text without comments; literals beyond ASCII and long numbers are hidden.

    Empty for a text that cannot be told apart into its words.

    >>> without_people("SELECT n FROM ods.s.t WHERE id <> '341801199001011234' -- 王小明")
    "SELECT n FROM ods.s.t WHERE id <> '***'"
    >>> without_people("SELECT 姓名 WHERE 姓名 = '王小明' AND kind = '01' AND tel = 13812345678")
    "SELECT 姓名 WHERE 姓名 = '***' AND kind = '01' AND tel = '***'"
    """
    try:
        return "".join(_words(sql)).strip()
    except SqlglotError:
        return ""


def _words(sql: str) -> Iterator[str]:
    end = 0
    for token in Tokenizer(dialect="duckdb").tokenize(sql):
        gap = sql[end : token.start]  # blanks and comments
        yield gap if not gap or gap.isspace() else _blank(gap)
        end = token.end + 1
        yield _word(token.token_type, sql[token.start : end])


def _blank(gap: str) -> str:
    """What stands for a gap with a comment: its last line's blanks, or one blank."""
    _before, newline, last = gap.rpartition("\n")
    return newline + last if newline and not last.strip() else newline or " "


def _word(kind: TokenType, word: str) -> str:
    literal = kind is TokenType.NUMBER or kind.name.endswith("STRING")
    hide = literal and (not word.isascii() or _LONG.search(word))
    return f"'{HIDDEN}'" if hide else word
