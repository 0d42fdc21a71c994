"""What a standard finds wrong with a value, said so that an officer can act on it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding: the rule's slug and a full sentence in Chinese and in English.

    Each sentence names what was expected and what was found, and what to compare it with.
    """

    rule: str
    sentence: str
    sentence_en: str
