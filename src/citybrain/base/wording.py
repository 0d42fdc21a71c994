"""A sentence for people in both languages: Chinese first, English beside it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Text:
    """One sentence or label in both languages; ``en`` falls back to ``zh`` when empty."""

    zh: str
    en: str = ""


def both(chinese: str, english: str = "") -> Text:
    """A text in both languages; Chinese where there is no English."""
    return Text(zh=chinese, en=english or chinese)


def counted(number: int, noun: str) -> str:
    """A number with its English noun, in the plural where it is not one.

    >>> counted(1, "row"), counted(1_200, "row"), counted(0, "entry"), counted(2, "day")
    ('1 row', '1,200 rows', '0 entries', '2 days')
    """
    if number != 1:
        ending = noun.endswith("y") and noun[-2] not in "aeiou"
        noun = f"{noun[:-1]}ies" if ending else f"{noun}s"
    return f"{number:,} {noun}"
