"""Answers of the command line: JSON for scripts, aligned tables for people."""

import os
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from citybrain.base.plainjson import dumps

_NUMBERS = (int, float, Decimal, type(None))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")  # str() would write a zero of ten places as 0E-10
    if isinstance(value, bytes):
        return value.hex()
    return str(value)


def print_json(value: Any) -> None:
    """Write one JSON document; decimals, times and what is no number as text."""
    sys.stdout.write(dumps(value, default=_plain, indent=1) + "\n")


def say(text: str) -> None:
    """A line for the reader on standard output."""
    sys.stdout.write(text + "\n")


def warn(text: str) -> None:
    """A line on standard error, so that it never mixes with an answer."""
    sys.stderr.write(text + "\n")


def width(text: str) -> int:
    """Columns that a terminal needs for the text; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _counted(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return str(value)


def exact(value: Any) -> str:
    """A value of the lake as it is: to the last digit and second, a year without a comma.

    >>> [exact(v) for v in (2021, 0.001, True, datetime(2021, 6, 11, 12, 34, 56), bytes([255]))]
    ['2021', '0.001', 'true', '2021-06-11 12:34:56', 'ff']
    >>> exact({"seen": [date(2021, 6, 11), None]})
    '{"seen": ["2021-06-11", null]}'
    """
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, bool | float | list | dict):
        return dumps(value, default=_plain).strip('"')
    return str(_plain(value))


def table(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str, null: str = "",
    cell: Callable[[Any], str] = _counted,
) -> str:  # fmt: skip
    """An aligned text table; numbers to the right; ``empty`` when there are no rows.

    ``null`` is written where there is no value. Counts and times are written to be read;
    ``cell=exact`` writes values as they are.
    """
    body = [[row.get(column) for column in columns] for row in rows]
    if not body:
        return empty
    numeric = [all(isinstance(r[i], _NUMBERS) for r in body) for i in range(len(columns))]
    texts = [
        [null if value is None else cell(value).replace("\n", " ") for value in row] for row in body
    ]
    widths = [max(width(name), *(width(row[i]) for row in texts)) for i, name in enumerate(columns)]
    lines = [_line(columns, widths, numeric), "  ".join("-" * w for w in widths)]
    lines += [_line(row, widths, numeric) for row in texts]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    padded = []
    for text, size, right in zip(cells, widths, numeric, strict=True):
        gap = " " * (size - width(text))
        padded.append(gap + text if right else text + gap)
    return "  ".join(padded).rstrip()


class ProgressBar:
    """One line on a terminal's standard error; a line per tenth where it is not one."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._live = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._last = -1

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show ``done`` of ``total`` (0 when unknown)."""
        share = min(done / total, 1.0) if total else 0.0
        if self._live:
            filled = int(share * 30)
            bar = "█" * filled + "·" * (30 - filled)
            sys.stderr.write(f"\r\x1b[K{self._label} {bar} {share:4.0%} {note}")
            sys.stderr.flush()
        elif int(share * 4) > self._last:
            self._last = int(share * 4)
            sys.stderr.write(f"{self._label}: {share:.0%} {note}\n")

    def close(self) -> None:
        """Leave the terminal's line."""
        if self._live:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
