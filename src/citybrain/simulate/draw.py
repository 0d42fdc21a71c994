"""Drawing: named streams of chance, so that one topic or day never disturbs another."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")


def stream(*parts: object) -> Random:
    """A stream of chance of its own, the same for the same parts on every machine."""
    return Random("/".join(str(part) for part in parts))


def chooser(shares: Mapping[T, float]) -> "Chooser[T]":
    """A weighted choice among the keys; weights need not add up to one."""
    return Chooser(tuple(shares), tuple(accumulate(shares.values())))


class Chooser(Generic[T]):
    """A weighted choice, made ready once because it is drawn from very often."""

    __slots__ = ("_items", "_sums", "_total")

    def __init__(self, items: Sequence[T], sums: Sequence[float]) -> None:
        self._items = items
        self._sums = sums
        self._total = sums[-1]

    def __call__(self, rng: Random) -> T:
        """One item."""
        return self._items[bisect_left(self._sums, rng.random() * self._total)]


def count(rng: Random, mean: float) -> int:
    """How many of rare, independent happenings occur (Poisson; normal above thirty)."""
    if mean <= 0:
        return 0
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, happened = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        happened += 1
    return happened


def positions(rng: Random, rate: float) -> Iterator[int]:
    """Row positions hit by something of that rate, rising, without end.

    Skips by the geometric distribution, so that rare dirt costs nothing on clean rows,
    and a longer table is hit where the shorter one was.
    """
    if rate <= 0:
        return
    at = -1
    scale = math.log1p(-rate) if rate < 1 else -math.inf
    while True:
        at += 1 + int(math.log(1.0 - rng.random()) / scale)
        yield at


def some(
    rng: Random, things: Sequence[T], wanted: int, suits: Callable[[T], bool], *, tries: int = 8
) -> list[T]:
    """Up to ``wanted`` things that suit, drawn with replacement by asking at most ``tries`` each.

    Cheap for large crowds because nobody else is looked at; fewer come back where few suit.
    """
    found: list[T] = []
    if not things:
        return found
    size = len(things)
    for _ in range(wanted * tries):
        if len(found) >= wanted:
            break
        thing = things[int(rng.random() * size)]
        if suits(thing):
            found.append(thing)
    return found
