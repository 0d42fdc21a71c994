"""Small words of sentences about mistakes."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'name'?`` or nothing, when no known word is near.

    >>> did_you_mean("citybrain.maskng", ["citybrain.masking", "citybrain.level"])
    "Did you mean 'citybrain.masking'?"
    """
    near = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean '{near[0]}'?" if near else ""


def shown(value: Any) -> str:
    """A value inside a sentence, short."""
    if isinstance(value, dict):
        return "A group of properties"
    if isinstance(value, list):
        return "A list"
    if value is None:
        return "Nothing"
    text = f"'{value}'" if isinstance(value, str) else str(value).lower()
    return text if len(text) <= 80 else f"{text[:77]}…'"
