"""Which line of a text file a record begins in.

Blank lines are no records, and a record whose text has line ends takes several: a record's own
number is not its line, by which people find it. The lines are told as jumps: pairs of a record's
number (from 1, below the header) and how far its line is from it, for every record at which that
distance changes.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

Jumps = Sequence[tuple[int, int]]
_CHUNK = 4 << 20


def jumps(path: Path, *, header_row: int, records: int, single: bool) -> list[tuple[int, int]]:
    """The jumps of a file whose records are whole; ``single``: it has one column.

    ``records`` is how many there are: when there are as many lines, nothing is looked for.
    """
    if _lines(path) == records + header_row:
        return [(1, header_row)]
    found = Found()
    inside = False
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if number <= header_row:
                continue
            begins = not inside and (single or bool(line.strip(b"\r\n")))
            inside ^= line.count(b'"') % 2 == 1
            if begins:
                found.add(number)
    return found.jumps


class Found:
    """Jumps as records are found one after another."""

    def __init__(self) -> None:
        self.records = 0
        self.jumps: list[tuple[int, int]] = []

    def add(self, line: int) -> None:
        """The next record, and its line."""
        self.records += 1
        away = line - self.records
        if not self.jumps or self.jumps[-1][1] != away:
            self.jumps.append((self.records, away))


def line_of(known: Callable[[], Jumps]) -> Callable[[int], int]:
    """Record number to line; the jumps are asked for once somebody wants to know."""
    held: list[tuple[int, int]] = []

    def line(record: int) -> int:
        if not held:
            held.extend(known() or [(1, 0)])
        at = bisect_right(held, record, key=lambda jump: jump[0])
        return record + held[max(at - 1, 0)][1]

    return line


def _lines(path: Path) -> int:
    ends, last = 0, b"\n"
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            ends += chunk.count(b"\n")
            last = chunk[-1:]
    return ends + (last != b"\n")
