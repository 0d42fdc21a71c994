"""One thing that is wrong in a city's folder, said in full: where, what, and what to do."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """A mistake in one file.

    ``file`` is relative to the city's folder, ``line`` is 1-based (0 when the file itself
    is missing), ``key`` the dotted place within it, ``rule`` the slug of the broken rule.
    """

    file: str
    line: int
    key: str
    rule: str
    message: str
    remedy: str

    def as_dict(self) -> dict[str, str | int]:
        """``{file, line, key, rule, message, remedy}``."""
        return asdict(self)

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f" {self.key}:" if self.key else ""
        return f"{place}:{key} {self.message} {self.remedy} [{self.rule}]"


def dotted(path: Sequence[str | int]) -> str:
    """A place inside a file as one word.

    >>> dotted(("tables", "persons", "mode")), dotted(("schema", 0, "name"))
    ('tables.persons.mode', 'schema[0].name')
    """
    word = ""
    for part in path:
        if isinstance(part, int):
            word += f"[{part}]"
        else:
            word += f".{part}" if word else part
    return word
