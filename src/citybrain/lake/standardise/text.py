"""Texts in one form: what NFKC folds in Chinese forms, written as SQL and as Python.

DuckDB knows NFC but not NFKC. What departments' forms really contain are full-width letters,
digits and signs, and many kinds of blanks; those are translated, and NFC does the ideographs
that Unicode holds twice. A text of plain characters passes one regular expression and nothing
else. A property test holds both ways equal.

>>> tight("ＡＢ１２　路"), plain_name(" 阿依古丽．买买提 "), digits("+86 100-0000 1234")
('AB12路', '阿依古丽·买买提', '10000001234')
"""

import re
import unicodedata

from citybrain.lake import sqltext

HAN = "一-鿿"
DOT = "·"
_WIDE = "".join(chr(c) for c in range(0xFF01, 0xFF5F)) + "￥￡￠"
_NARROW = "".join(chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)) + "¥£¢"
_BLANK = r"[\s\p{Z}\x{200B}-\x{200D}\x{FEFF}]+"  # RE2
_DOTS = "•‧∙⋅・･●"
_FOLDED = str.maketrans(_WIDE, _NARROW)
_NO_WIDTH = "\u200b\u200c\u200d\ufeff"


def tight(value: str) -> str:
    """Full-width signs narrow, ideographs in their one form, no blanks."""
    folded = unicodedata.normalize("NFC", value.translate(_FOLDED))
    return "".join(c for c in folded if not is_blank(c))


def is_blank(letter: str) -> bool:
    """Whether a letter shows nothing."""
    return letter in "\t\n\f\r" + _NO_WIDTH or unicodedata.category(letter).startswith("Z")


def plain_name(value: str) -> str | None:
    """A person's name: tight, one middle dot; None when nothing is left."""
    dotted = re.sub(f"[{_DOTS}]", DOT, tight(value))
    return re.sub(f"([{HAN}])[.]", rf"\1{DOT}", dotted).strip(DOT) or None


def digits(value: str) -> str | None:
    """A telephone number: digits only, without the country's code; None when none is left."""
    found = re.sub("[^0-9]", "", value.translate(_FOLDED))
    return re.sub("^(?:0086|86)([0-9]{11})$", r"\1", found) or None


def fold_sql(column: str) -> str:
    """``tight`` of a VARCHAR expression; an empty text where nothing is left."""
    narrow = f"translate({column}, {sqltext.text(_WIDE)}, {sqltext.text(_NARROW)})"
    return f"regexp_replace(nfc_normalize({narrow}), '{_BLANK}', '', 'g')"


def tight_sql(column: str) -> str:
    """The same; NULL where nothing is left."""
    return _unless_plain(column, f"[!-~{HAN}]+", f"nullif({fold_sql(column)}, '')")


def name_sql(column: str) -> str:
    """``plain_name`` of a VARCHAR expression."""
    dotted = (
        f"translate({fold_sql(column)}, {sqltext.text(_DOTS)}, {sqltext.text(DOT * len(_DOTS))})"
    )
    ended = f"regexp_replace({dotted}, '([{HAN}])[.]', '\\1{DOT}', 'g')"
    return _unless_plain(column, f"[{HAN}]+", f"nullif(trim({ended}, '{DOT}'), '')")


def digits_sql(column: str) -> str:
    """``digits`` of a VARCHAR expression."""
    found = f"regexp_replace({fold_sql(column)}, '[^0-9]', '', 'g')"
    bare = f"regexp_replace({found}, '^(?:0086|86)([0-9]{{11}})$', '\\1')"
    return _unless_plain(column, "[0-9]{11}", f"nullif({bare}, '')")


def _unless_plain(column: str, plain: str, otherwise: str) -> str:
    """The column itself where it is plain already, as nearly all are."""
    return f"CASE WHEN regexp_full_match({column}, '{plain}') THEN {column} ELSE {otherwise} END"
