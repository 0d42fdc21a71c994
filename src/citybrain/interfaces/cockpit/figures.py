"""Big numbers as they are said: 万 and 亿 in Chinese, thousands of thousands in English."""

from citybrain.interfaces.kit.figures import NONE

HUNDRED = 100  # from here on a digit after the point says nothing
_CHINESE = ((100_000_000, "亿", 2), (100_000, "万", 1))
_ENGLISH = ((1_000_000_000, "bn", 2), (1_000_000, "M", 1))


def split(value: float | None, *, english: bool, decimals: int = 0) -> tuple[str, str]:
    """The digits, and the word that goes before the unit; digits are exact while few.

    >>> split(1_347_000_000, english=False), split(40_024, english=False)
    (('13.47', '亿'), ('40,024', ''))
    """
    if value is None:
        return NONE, ""
    for least, word, digits in _ENGLISH if english else _CHINESE:
        if abs(value) >= least:
            shown = value / (10_000 if word == "万" else least)
            return f"{shown:,.{digits if abs(shown) < HUNDRED else 0}f}", word
    whole = float(value).is_integer() and abs(value) >= HUNDRED
    return f"{value:,.{0 if whole else decimals}f}", ""


def breadth(text: str) -> float:
    """How wide a text is, in Chinese characters."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.5 for sign in text)


def clip(text: str, room: float) -> str:
    """The text, or its beginning with the sign that more follows; a Chinese character is 1."""
    if breadth(text) <= room:
        return text
    kept = len(text)
    while kept and breadth(text[:kept]) > room - 1:
        kept -= 1
    return f"{text[:kept].rstrip()}…"


def folded(text: str, room: float) -> tuple[str, str]:
    """The text on one line, or broken at a space into two; each clipped where it must be.

    >>> folded("Government services", 7), folded("政务服务", 7)
    (('Government', 'services'), ('政务服务', ''))
    """
    place = text.rfind(" ", 0, int(2 * room) + 1)
    if breadth(text) <= room or place < 1:
        return clip(text, room), ""
    return clip(text[:place], room), clip(text[place + 1 :], room)


def amount(value: float | None, *, english: bool) -> str:
    """A whole number as one word."""
    digits, word = split(value, english=english)
    return f"{digits} {word}".strip()
