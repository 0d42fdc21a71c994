"""Writing Excel so that no value can act: whatever was delivered stays text.

A cell that begins with ``= + - @`` is a formula to a spreadsheet. Here every value is written
as a text cell with Excel's own mark that it is one.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ACTS = ("=", "+", "-", "@", "\t", "\r")
_REASON_WIDTH = 60
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
        width = _REASON_WIDTH if ours else max(12, min(2 * len(text) + 4, 40))
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.freeze_panes = "A2"


def write_rows(
    path: Path,
    names: Sequence[str],
    rows: Iterable[Sequence[str | None]],
    *,
    own: int = 3,
    title: str = "",
) -> None:
    """A workbook of one sheet with these rows as texts."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has no sheet")
    sheet.title = sheet_name(title)
    header(sheet, names, own=own)
    for number, row in enumerate(rows, 2):
        for position, value in enumerate(row, 1):
            as_text(sheet.cell(number, position), value)
    book.save(path)


def sheet_name(title: str) -> str:
    """A title as Excel allows it for a sheet."""
    allowed = "".join(c for c in title if c not in r"[]:*?/\'")
    return allowed[:31] or "Sheet1"
