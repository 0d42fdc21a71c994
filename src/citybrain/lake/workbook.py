"""Writing Excel so that no value can act: whatever was delivered stays text.

A cell that begins with ``= + - @`` is a formula to a spreadsheet. Here every value is written
as a text cell with Excel's own mark that it is one.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ACTS = ("=", "+", "-", "@", "\t", "\r")
_REASON_WIDTH = 60
_WIDEST = 40  # characters of a column of values
_FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32)])


def as_text(cell: Any, value: str | None) -> None:
    """Put a text into a cell, never a formula or a number; None leaves it empty."""
    if value is None:
        return
    cell.value = value.translate(_FORBIDDEN)[:32_767]
    cell.data_type = "s"
    cell.number_format = "@"
    if value.startswith(ACTS):
        cell.quotePrefix = True


def header(sheet: Any, names: Sequence[str], *, own: int = 0) -> None:
    """The first row, bold and frozen; the last ``own`` columns are ours and shaded."""
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    for position, text in enumerate(names, 1):
        cell = sheet.cell(1, position)
        as_text(cell, text)
        cell.font = Font(bold=True)
        ours = position > len(names) - own
        if ours:
            cell.fill = PatternFill("solid", fgColor="FFF3CD")
        width = _REASON_WIDTH if ours else max(12, min(2 * len(text) + 4, _WIDEST))
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.freeze_panes = "A2"


def write_rows(
    path: Path,
    names: Sequence[str],
    rows: Iterable[tuple[Sequence[str | None], frozenset[int]]],
    *,
    own: int = 3,
    title: str = "",
) -> None:
    """A workbook of one sheet with these rows as texts.

    Beside a row's values are the places of those that are wrong, from 0: they are shaded. Each
    column is as wide as its widest value, so that none is cut off by its neighbour.
    """
    from openpyxl import Workbook
    from openpyxl.styles import PatternFill

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has no sheet")
    sheet.title = sheet_name(title)
    header(sheet, names, own=own)
    shade = PatternFill("solid", fgColor="F8D7DA")
    widest = [0] * (len(names) - own)
    for number, (row, wrong) in enumerate(rows, 2):
        for place, value in enumerate(row):
            cell = sheet.cell(number, place + 1)
            as_text(cell, value)
            if place in wrong:
                cell.fill = shade
            if place < len(widest):
                widest[place] = max(widest[place], _breadth(value or ""))
    _widen(sheet, widest)
    book.save(path)


def _widen(sheet: Any, widest: Sequence[int]) -> None:
    from openpyxl.utils import get_column_letter

    for position, breadth in enumerate(widest, 1):
        column = sheet.column_dimensions[get_column_letter(position)]
        column.width = max(column.width, min(breadth + 2, _WIDEST))


def _breadth(value: str) -> int:
    return sum(2 if char >= "\u2e80" else 1 for char in value[:_WIDEST])


def sheet_name(title: str) -> str:
    """A title as Excel allows it for a sheet."""
    allowed = "".join(c for c in title if c not in r"[]:*?/\'")
    return allowed[:31] or "Sheet1"
