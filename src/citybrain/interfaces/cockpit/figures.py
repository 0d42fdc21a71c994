"""Big numbers as they are said: 万 and 亿 in Chinese, thousands of thousands in English."""

from citybrain.interfaces.kit.figures import NONE

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
            divisor = 10_000 if word == "万" else least
            return f"{value / divisor:,.{digits}f}", word
    return f"{value:,.{decimals}f}", ""


def amount(value: float | None, *, english: bool) -> str:
    """A whole number as one word."""
    digits, word = split(value, english=english)
    return f"{digits} {word}".strip()
