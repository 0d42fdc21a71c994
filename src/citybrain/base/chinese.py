"""Chinese text for search: words of two characters and more, pinyin and its initials.

An index keeps :func:`search_text` of a title, tokens separated by spaces; each word of
:func:`search_query` must begin one of the tokens. In SQL that is
``' ' || index LIKE '% ' || word || '%'`` for every word, in Python :func:`matches`.

>>> matches("住房公积金管理中心", "gjj")
True
>>> matches("住房公积金管理中心", "公积金 guanli")
True
>>> matches("住房公积金管理中心", "公交")
False
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
# A title's pinyin is indexed from every syllable on, which is quadratic; beyond this many
# syllables nobody types on.
_SYLLABLES = 12


def search_text(text: str) -> str:
    """The index of ``text``: its tokens, each once, separated by single spaces.

    For each run of Chinese characters: every pair, every single character, and from every
    syllable on the full pinyin (``ü`` as ``v``) and the initials. Latin words and numbers
    stay whole, in lower case. Empty for text without letters or digits.
    """
    tokens: dict[str, None] = {}
    for run in _runs(text):
        tokens.update(dict.fromkeys(_han_tokens(run) if _is_han(run) else [run]))
    return " ".join(tokens)


def search_query(query: str) -> list[str]:
    """The words of ``query``, in order; a text matches when each begins one of its tokens.

    A single Chinese character is a word; longer Chinese text becomes its pairs; anything
    else stays whole, in lower case.
    """
    words: list[str] = []
    for run in _runs(query):
        words += _pairs(run) if _is_han(run) and len(run) > 1 else [run]
    return words


def matches(text: str, query: str) -> bool:
    """Whether ``query`` finds ``text``; an empty query finds everything."""
    index = " " + search_text(text)
    return all(f" {word}" in index for word in search_query(query))


def pinyin(text: str) -> list[str]:
    """One syllable per Chinese character, lower case without tones, read in its phrase.

    >>> pinyin("银行"), pinyin("行人")
    (['yin', 'hang'], ['xing', 'ren'])
    """
    from pypinyin import lazy_pinyin  # 60 ms of dictionaries: only who searches pays

    return list(lazy_pinyin(text, errors=_unread))


def _unread(run: str) -> Any:
    # A list keeps one entry per character; the library takes it but declares only text.
    return [""] * len(run)


def _runs(text: str) -> list[str]:
    # NFKC folds the full-width letters and digits of Chinese forms into the plain ones.
    return _RUNS.findall(unicodedata.normalize("NFKC", text).casefold())


def _is_han(run: str) -> bool:
    return bool(re.match(rf"[{_HAN}]", run))


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


@lru_cache(maxsize=4096)
def _han_tokens(run: str) -> tuple[str, ...]:
    syllables = pinyin(run)
    tails = [syllables[i : i + _SYLLABLES] for i in range(len(syllables))]
    full = ["".join(tail) for tail in tails if tail[0]]
    initials = ["".join(s[:1] for s in tail) for tail in tails if tail[0]]
    return (*_pairs(run), *run, *full, *initials)
