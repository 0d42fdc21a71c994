"""From counts to a score, with everything needed to show how it came about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from citybrain.lake.quality.formula import PARTS, Formula


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of a score: what passed of what was to be checked."""

    passed: int = 0
    checked: int = 0

    @property
    def value(self) -> float | None:
        """From 0 to 100; None where nothing was to be checked."""
        return 100.0 * self.passed / self.checked if self.checked else None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The four parts of one table, department or city."""

    completeness: Part = Part()
    validity: Part = Part()
    uniqueness: Part = Part()
    timeliness: Part = Part()

    def part(self, name: str) -> Part:
        """The part of that name."""
        found: Part = getattr(self, name)
        return found


@dataclass(frozen=True, kw_only=True)
class Term:
    """One term of the formula as it was filled in; ``value`` as shown, with one digit."""

    part: str
    weight: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """A score from 0 to 100 and its terms; ``value`` is None where no part could be judged.

    The terms' values are rounded to the digit that pages show, so that whoever adds them up
    by hand comes to the same score.
    """

    value: float | None
    terms: tuple[Term, ...]

    @property
    def weight(self) -> float:
        """What the weights of the terms sum to; below 1 where a part had nothing to check."""
        return sum(term.weight for term in self.terms)


def score(parts: Parts, formula: Formula) -> Score:
    """The weighted mean of the parts that had something to check.

    >>> full = Part(passed=1, checked=1)
    >>> score(Parts(completeness=full, validity=Part(passed=1, checked=2)), Formula()).value
    75.0
    """
    terms = tuple(
        Term(part=name, weight=weight, value=_shown(value))
        for name, weight in formula.weights()
        if (value := parts.part(name).value) is not None and weight > 0
    )
    weight = sum(term.weight for term in terms)
    if not weight:
        return Score(value=None, terms=())
    value = sum(term.weight * term.value for term in terms) / weight
    return Score(value=_shown(value), terms=terms)


def _shown(value: float) -> float:
    """One digit; what is not quite 100 never reads as 100, nor a grain above 0 as 0."""
    if value < 100:
        return min(round(value, 1), 99.9)
    return 100.0


def together(parts: Iterable[Parts]) -> Parts:
    """The parts of several tables, counted as one."""
    listed = tuple(parts)
    return Parts(**{name: _sum([one.part(name) for one in listed]) for name in PARTS})


def _sum(parts: Sequence[Part]) -> Part:
    return Part(passed=sum(p.passed for p in parts), checked=sum(p.checked for p in parts))
