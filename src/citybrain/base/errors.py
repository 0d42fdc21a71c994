"""The one error type: what happened, why, what to do, and where.

>>> print(CityError("The file is refused", why="it is empty", do="Upload it again", where="a.csv"))
The file is refused, because it is empty. Upload it again. (a.csv)
>>> print(CityError("文件未被接受", why="它是空的", do="请重新上传", where="a.csv"))
文件未被接受：它是空的。请重新上传。（a.csv）
>>> print(CityError("The workbook 救助.xlsx cannot be read", why="it is empty"))
The workbook 救助.xlsx cannot be read, because it is empty.
"""

import re

_CHINESE = re.compile("[\u4e00-\u9fff]")
# A Chinese file name does not make a sentence Chinese; these words make it English.
_ENGLISH = re.compile(r"\b(?:the|is|are|was|be|has|have|not|no|cannot|of|to)\b", re.IGNORECASE)


class CityError(Exception):
    """An error that is a full sentence for the person who reads it.

    ``what`` says what went wrong, ``why`` the cause, ``do`` the next step of the
    reader, ``where`` the file, line, table or page it is about. All are plain text.
    """

    def __init__(self, what: str, *, why: str = "", do: str = "", where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.do = do
        self.where = where

    def __str__(self) -> str:
        chinese = bool(_CHINESE.search(self.what)) and not _ENGLISH.search(self.what)
        because, stop, space, before, after = (
            ("：", "。", "", "（", "）") if chinese else (", because ", ".", " ", "(", ")")
        )
        sentence = _bare(self.what) + (because + _bare(self.why) if self.why else "")
        parts = [sentence + stop]
        if self.do:
            parts.append(_bare(self.do) + stop)
        if self.where:
            parts.append(before + self.where + after)
        return space.join(parts)

    def as_dict(self) -> dict[str, str]:
        """The four parts, for machine-readable output."""
        return {"what": self.what, "why": self.why, "do": self.do, "where": self.where}


def _bare(text: str) -> str:
    """The text without its full stop, so that sentences can be joined."""
    return text.rstrip(".。 ")
