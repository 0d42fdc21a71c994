"""The city's formula of quality: weights, grades and thresholds, from ``quality/score.yml``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from citybrain.city.folder import read_folder
from citybrain.city.model import City
from citybrain.city.shape import integer, mapping, text

FOLDER, FILE = "quality", "quality/score.yml"
PARTS = ("completeness", "validity", "uniqueness", "timeliness")


@dataclass(frozen=True, kw_only=True)
class Formula:
    """Weights of the four parts (they sum to 1), and the thresholds.

    ``good`` and ``poor`` are grades from 0 to 100. ``days`` is the window of timeliness.
    ``z``, ``ratio`` and ``history`` judge counts of rows; ``notice``, ``alarm`` and ``least``
    the drift (PSI, rows). ``first`` is the share of the greatest impact that makes a problem
    one to mend first. ``workdays`` is the limit for an answer to an objection.
    """

    title: str = ""
    title_en: str = ""
    completeness: float = 0.3
    validity: float = 0.3
    uniqueness: float = 0.2
    timeliness: float = 0.2
    every_field: bool = False
    days: int = 30
    good: float = 95.0
    poor: float = 85.0
    z: float = 6.0
    ratio: float = 0.3
    history: int = 5
    notice: float = 0.1
    alarm: float = 0.25
    least: int = 200
    first: float = 0.3
    workdays: int = 5
    law: str = ""
    file: str = ""

    def weights(self) -> Iterator[tuple[str, float]]:
        """Each part's name and weight, in their order."""
        for part in PARTS:
            yield part, float(getattr(self, part))

    def grade(self, value: float | None) -> str:
        """``good``, ``fair``, ``poor``, or ``none`` where nothing was to be checked."""
        if value is None:
            return "none"
        if value < self.poor:
            return "poor"
        return "fair" if value < self.good else "good"


def formula(city: City) -> Formula:
    """The formula of a city; one like the shipped city's where its folder has none."""
    return _formula(city.root, city.fingerprint)


@lru_cache(maxsize=8)
def _formula(root: Path, _fingerprint: str) -> Formula:
    document = read_folder(root).documents.get(FILE)
    return of_content(mapping(document.value)) if document else Formula()


def of_content(content: Mapping[str, Any]) -> Formula:
    """The formula of a parsed file; what is missing keeps its usual value."""
    usual = Formula()

    def number(group: str, key: str, default: float) -> float:
        value = mapping(content.get(group)).get(key, default)
        return float(value) if isinstance(value, (int, float)) else default

    return Formula(
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        **{part: number("weights", part, getattr(usual, part)) for part in PARTS},
        every_field=text(content, "completeness", "required") == "all",
        days=integer(content, "days", usual.days),
        good=number("grades", "good", usual.good),
        poor=number("grades", "poor", usual.poor),
        z=number("rows", "z", usual.z),
        ratio=number("rows", "ratio", usual.ratio),
        history=int(number("rows", "history", usual.history)),
        notice=number("drift", "notice", usual.notice),
        alarm=number("drift", "alarm", usual.alarm),
        least=int(number("drift", "least", usual.least)),
        first=number("mend", "first", usual.first),
        workdays=int(number("objection", "workdays", usual.workdays)),
        law=text(mapping(content.get("objection")), "law"),
        file=FILE,
    )
