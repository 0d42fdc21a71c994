"""Excel: cells as texts, with what Excel hides brought into the open.

calamine reads values and cached results of formulas. Numbers with more digits than a cell keeps
are written in the form that shows it, so that no check takes them for what someone typed.
"""

import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.lake import longnumbers
from citybrain.lake.sources import NUMBER, Batches, Note, ReadRequest, SourceColumn

MAX_BYTES = 1 << 30  # unpacked, of the whole file
MAX_PART_BYTES = 512 << 20
MAX_RATIO = 200  # unpacked to packed, of a part that is large
MAX_CELL = 32_767  # Excel's own limit
_BATCH = 10_000
_UNCACHED = re.compile(
    rb'<c r="([A-Z]+\d+)"[^>]*>\s*<f(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>'
)


def read(path: Path, request: ReadRequest) -> Batches:
    """The worksheet's rows below its header; ``_number`` is the row as Excel numbers it."""
    import python_calamine

    check_zip(path)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            sheet = _sheet(book, path, request)
            index = book.sheet_names.index(sheet.name)
            grid = sheet.to_python(skip_empty_area=False)
            merged = sheet.merged_cell_ranges or []
    except CityError:
        raise
    except Exception as error:
        raise _unreadable(path, str(error)) from error
    head = request.fetch.header_row
    header = _header(grid, head, path, request)
    filled = _fill_down(grid, merged, head)
    formulas = _formulas(path, index)
    rows = _rows(grid, head, len(header))
    notes = (*_merged_note(filled), *_formula_note(formulas, path))
    return Batches(
        columns=tuple(SourceColumn(name=name, encoding=longnumbers.SHEET) for name in header),
        rows=lambda wanted: _batches(rows, header, wanted, path),
        count=lambda: (len(rows), len(rows)),
        notes=notes,
        expected=len(rows),
    )


def check_zip(path: Path) -> None:
    """Refuse a workbook that is cut off or unpacks to more than a sheet can hold."""
    if path.suffix.lower() == ".xls":
        return
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _unreadable(path, f"it is no whole Excel file ({error})") from error
    if sum(p.file_size for p in parts) > MAX_BYTES:
        raise _bomb(path, sum(p.file_size for p in parts))
    for part in parts:
        packed = max(part.compress_size, 1)
        suspicious = part.file_size > (32 << 20) and part.file_size / packed > MAX_RATIO
        if suspicious or part.file_size > MAX_PART_BYTES:
            raise _bomb(path, part.file_size)


def _bomb(path: Path, size: int) -> CityError:
    return CityError(
        f"The workbook {path.name} is refused",
        why=f"unpacked it would take {size >> 20} MiB, more than any worksheet of rows does",
        do="Save the rows as a plain table, or deliver them as CSV",
        where=path.name,
    )


def _unreadable(path: Path, why: str) -> CityError:
    return CityError(
        f"The workbook {path.name} cannot be read",
        why=why,
        do="Open it in Excel, save it again as .xlsx, and deliver it whole",
        where=path.name,
    )


def _sheet(book: Any, path: Path, request: ReadRequest) -> Any:
    wanted = request.fetch.sheet
    if not book.sheet_names or (wanted and wanted not in book.sheet_names):
        raise CityError(
            f"The workbook {path.name} has no sheet {wanted}",
            why=f"it has {', '.join(book.sheet_names) or 'none'}",
            do="Rename the sheet, or correct 'sheet' in the system's file",
            where=request.table,
        )
    return book.get_sheet_by_name(wanted or book.sheet_names[0])


def _header(grid: list[list[Any]], head: int, path: Path, request: ReadRequest) -> list[str]:
    row = grid[head - 1] if len(grid) >= head else []
    names = [_text(value) or "" for value in row]
    while names and not names[-1]:
        names.pop()
    names = [n.strip() for n in names]
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if not names or twice:
        raise CityError(
            f"The workbook {path.name} has no usable header in row {head}",
            why=f"{', '.join(twice)} stands there twice" if twice else "the row is empty",
            do="Put the column names, each once, into that row",
            where=request.table,
        )
    return [name or f"column {i}" for i, name in enumerate(names, 1)]


def _fill_down(grid: list[list[Any]], merged: Sequence[Any], head: int) -> int:
    """Write a merged cell's value into the rows it spans, in its first column.

    A row that holds nothing else stays blank: the span was only drawn over it.
    """
    filled = 0
    for (top, left), (bottom, _right) in merged:
        for row in range(max(top + 1, head), min(bottom, len(grid) - 1) + 1):
            held = any(value not in ("", None) for value in grid[row])
            if top >= head and left < len(grid[row]) and held:
                grid[row][left] = grid[top][left]
                filled += 1
    return filled


def _rows(grid: list[list[Any]], head: int, width: int) -> list[tuple[int, list[Any]]]:
    """Rows that hold anything, with Excel's row numbers."""
    numbered = ((n, row) for n, row in enumerate(grid[head:], head + 1))
    return [(n, row) for n, row in numbered if any(v not in ("", None) for v in row[:width])]


def _batches(
    rows: list[tuple[int, list[Any]]], header: list[str], wanted: Sequence[str], path: Path
) -> Iterator[pa.RecordBatch]:
    places = {name: i for i, name in enumerate(header)}
    schema = pa.schema([*((name, pa.string()) for name in wanted), (NUMBER, pa.int64())])
    for start in range(0, max(len(rows), 1), _BATCH):
        part = rows[start : start + _BATCH]
        cells = [
            pa.array([_cell(row, places[name], n, path) for n, row in part], pa.string())
            for name in wanted
        ]
        numbers = pa.array([n for n, _row in part], pa.int64())
        yield pa.RecordBatch.from_arrays([*cells, numbers], schema=schema)


def _cell(row: list[Any], place: int, number: int, path: Path) -> str | None:
    text = _text(row[place]) if place < len(row) else None
    if text is not None and len(text) > MAX_CELL:
        raise _unreadable(path, f"a cell in row {number} holds {len(text)} characters")
    return text


def _text(value: Any) -> str | None:
    """A cell as text; an empty cell is None (Excel does not tell it from an empty text)."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        hours, rest = divmod(int(value.total_seconds()), 3600)
        return f"{hours:02}:{rest // 60:02}:{rest % 60:02}"
    return str(value)


def _number(value: float) -> str:
    if math.isfinite(value) and abs(value) >= longnumbers.LEAST:
        return longnumbers.written(value)
    return str(int(value)) if float(value).is_integer() else repr(value)


def _formulas(path: Path, index: int) -> tuple[int, list[str]]:
    """How many formulas the sheet has, and the cells whose result Excel never computed."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return 0, []
    with zipfile.ZipFile(path) as archive:
        name = _part(archive, index)
        if name not in archive.namelist():
            return 0, []
        xml = archive.read(name)
    found = xml.count(b"<f>") + xml.count(b"<f ")
    return found, [m.decode() for m in _UNCACHED.findall(xml)[:3]] if found else []


def _part(archive: zipfile.ZipFile, index: int) -> str:
    """The archive's name of the worksheet at ``index`` in the workbook's own order."""
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    links = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    ids = [m[1] for m in re.finditer(r'<(?:\w+:)?sheet\b[^>]*\br:id="([^"]+)"', book)]
    if index >= len(ids):
        return ""
    for link in re.finditer(r"<Relationship\b[^>]*>", links):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', link[0]))
        if attributes.get("Id") == ids[index]:
            target = attributes.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _merged_note(filled: int) -> tuple[Note, ...]:
    if not filled:
        return ()
    return (
        Note(
            sentence=f"合并单元格已按首格的值填入 {filled} 格。",
            sentence_en=f"Merged cells: {counted(filled, 'cell')} took the value of the first.",
        ),
    )


def _formula_note(formulas: tuple[int, list[str]], path: Path) -> tuple[Note, ...]:
    found, uncached = formulas
    if uncached:
        raise _unreadable(
            path, f"the formula in {', '.join(uncached)} has no result: it was never calculated"
        )
    if not found:
        return ()
    return (
        Note(
            sentence=f"表中有 {found} 个公式，按 Excel 上次保存的结果读取。",
            sentence_en=f"The sheet has {counted(found, 'formula')}; the last saved results count.",
        ),
    )
