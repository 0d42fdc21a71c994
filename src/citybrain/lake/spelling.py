"""Numbers that are right but for how they are written: wide digits, blanks, small letters."""

from collections.abc import Callable

from citybrain.lake.standardise.text import tight


def plain(value: str, right: Callable[[str], bool]) -> str | None:
    """The same number without blanks, wide and small letters, where that makes it right."""
    found = tight(value).upper()
    return found if found != value and right(found) else None


def said(title: str, title_en: str, value: str, written: str | None) -> tuple[str, str] | None:
    """What to say where only wide letters or blanks are wrong: on a page they look right."""
    if written is None or value.upper() == written:
        return None
    return (
        f"{title}里有全角字符或空格（“{value}”），应写作{written}，请核对。",
        f"{title_en} has full-width characters or blanks (“{value}”); "
        f"it should be written {written}. Please check.",
    )
