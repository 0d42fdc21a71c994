"""The one error type: what happened, why, what to do, and where.

>>> print(CityError("The file is refused", why="it is empty", do="Upload it again", where="a.csv"))
The file is refused, because it is empty. Upload it again. (a.csv)
>>> print(CityError("The workbook 救助.xlsx cannot be read", why="it is empty"))
The workbook 救助.xlsx cannot be read, because it is empty.
>>> print(CityError("There is no model ads.citys", do="Did you mean 'ads.cities'?"))
There is no model ads.citys. Did you mean 'ads.cities'?

What an engine refuses is read on pages and on terminals, so it is said in both languages:

>>> refused = CityError(both("文件未被接受", "The file is refused"), where="a.csv")
>>> print(refused)
文件未被接受。（a.csv）
>>> print(refused.in_english())
The file is refused. (a.csv)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from citybrain.base.wording import Text, both

_CHINESE = re.compile("[\u4e00-\u9fff]")
# A Chinese file name does not make a sentence Chinese; these words make it English.
_ENGLISH = re.compile(r"\b(?:the|is|are|was|be|has|have|not|no|cannot|of|to)\b", re.IGNORECASE)

_ENDS = ("?", "？", "!", "！", "…")


class Found(Protocol):
    """One of several mistakes behind an error: a sentence of its own, and its parts."""

    def as_dict(self) -> Mapping[str, str | int]:
        """The parts, for machine-readable output."""


class CityError(Exception):
    """An error that is a full sentence for the person who reads it.

    ``what`` says what went wrong, ``why`` the cause, ``do`` the next step of the
    reader, ``where`` the file, line, table or page it is about. What is given in both
    languages is Chinese in the attributes; ``texts`` keeps both. Where several mistakes
    are the cause, ``findings`` holds all of them.
    """

    def __init__(
        self,
        what: str | Text,
        *,
        why: str | Text = "",
        do: str | Text = "",
        where: str = "",
        findings: Sequence[Found] = (),
    ) -> None:
        self.texts = {"what": _text(what), "why": _text(why), "do": _text(do)}
        self.what, self.why, self.do = (text.zh for text in self.texts.values())
        self.where = where
        self.findings = tuple(findings)
        super().__init__(self.what)

    def __str__(self) -> str:
        return _sentence(**self.as_dict())

    def in_english(self) -> str:
        """The whole sentence in English, for a terminal; as it was said where that is all."""
        return _sentence(**self.as_dict(english=True))

    def as_dict(self, *, english: bool = False) -> dict[str, str]:
        """The four parts, for machine-readable output and for pages."""
        parts = {name: text.en if english else text.zh for name, text in self.texts.items()}
        return {**parts, "where": self.where}


def _text(part: str | Text) -> Text:
    return both(part) if isinstance(part, str) else both(part.zh, part.en)


def _sentence(what: str, why: str, do: str, where: str) -> str:
    chinese = is_chinese(what)
    because, stop, space, before, after = (
        ("：", "。", "", "（", "）") if chinese else (", because ", ".", " ", "(", ")")
    )
    parts = [ended(_bare(what) + because + why if why else what, stop)]
    if do:
        parts.append(ended(do, stop))
    if where:
        parts.append(before + where + after)
    return space.join(parts)


def is_chinese(sentence: str) -> bool:
    """Whether the sentence is Chinese; a Chinese name in an English one does not make it so."""
    return bool(_CHINESE.search(sentence)) and not _ENGLISH.search(sentence)


def ended(text: str, stop: str = ".") -> str:
    """The text with one mark at its end: its own where it asks or calls, else ``stop``.

    >>> ended("Did you mean 'lib.population'?"), ended("It is full."), ended("文件是空的", "。")
    ("Did you mean 'lib.population'?", 'It is full.', '文件是空的。')
    """
    bare = _bare(text)
    return bare if bare.endswith(_ENDS) else bare + stop


def _bare(text: str) -> str:
    """The text without its full stop, so that sentences can be joined."""
    return text.rstrip(".。 ")
