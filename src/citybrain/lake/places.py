"""Where in its source a row of a staged file stands.

A staged file holds the good rows in the order of the source and without their numbers: to carry
those along would cost every row for the sake of the few that are set aside afterwards. So they
are counted back: from the numbers that the source's rows have, and those of the rows that were
kept back.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy
from numpy.typing import NDArray

Span = tuple[int, int]  # a row's number, and how many rows follow each other from it


def follow(spans: list[Span], numbers: NDArray[numpy.int64]) -> None:
    """Add the numbers of the next rows, in the order of the source."""
    begins = [0, *(numpy.flatnonzero(numpy.diff(numbers) != 1) + 1).tolist()]
    ends = [*begins[1:], len(numbers)]
    for begin, end in zip(begins, ends, strict=True):
        if begin == end:  # no rows at all
            continue
        first = int(numbers[begin])
        if spans and sum(spans[-1]) == first:
            spans[-1] = (spans[-1][0], spans[-1][1] + end - begin)
        else:
            spans.append((first, end - begin))


@dataclass(frozen=True, kw_only=True)
class Places:
    """Tells the line at the source of a staged row; nothing is looked up before somebody asks.

    ``spans`` are the numbers of all rows that were read, ``wrong`` those of the rows kept back,
    ascending; ``line`` tells the line of a row's number.
    """

    spans: Callable[[], Sequence[Span]]
    wrong: Callable[[], Sequence[int]]
    line: Callable[[int], int] = int

    def at(self, spot: int) -> int:
        """The line of the staged row at ``spot``, counted from 0."""
        which = bisect_right(self._ends, spot)
        first, rows = self._spans[which]
        nth = spot - (self._ends[which - 1] if which else 0) + 1
        passed = bisect_left(self._wrong, first)

        def good(number: int) -> int:
            return number - first + 1 - (bisect_right(self._wrong, number) - passed)

        return self.line(first + bisect_left(range(first, first + rows), nth, key=good))

    @cached_property
    def _spans(self) -> Sequence[Span]:
        return self.spans()

    @cached_property
    def _wrong(self) -> Sequence[int]:
        return self.wrong()

    @cached_property
    def _ends(self) -> list[int]:
        """Good rows up to the end of each span."""
        wrong = self._wrong
        return list(
            accumulate(
                rows - (bisect_left(wrong, first + rows) - bisect_left(wrong, first))
                for first, rows in self._spans
            )
        )
