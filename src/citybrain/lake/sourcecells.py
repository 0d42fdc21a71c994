"""Where a row stands in its department's own spreadsheet or text file: file, row, column.

Only files can be pointed into; of a database the table, the column and the key are all there is.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from citybrain.base.clock import CITY_ZONE
from citybrain.base.hashing import sha256_file
from citybrain.city.contracts import Contract
from citybrain.city.systems import Fetch
from citybrain.lake.sources import Connection

LARGEST = 20 * 1024 * 1024  # bytes of a file that is looked into for one cell
AROUND = 1  # rows shown above and below
_LETTERS = 26


@dataclass(frozen=True, kw_only=True)
class SourceCell:
    """A cell with the rows around it, as text. ``at`` is its name, ``G37``.

    ``heads`` are the file's own column names; ``rows`` pairs of row number and values;
    ``row`` and ``column`` (both from 1) say which of them is meant. ``sha256`` is the hash of
    the whole file, ``changed_at`` when it was last written.
    """

    file: str
    sheet: str
    at: str
    row: int
    column: int
    heads: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    sha256: str
    changed_at: datetime


_Line = tuple[int, tuple[str, ...]]


def source_cell(
    connection: Connection, fetch: Fetch, contract: Contract, *, key: Sequence[str], field: str
) -> SourceCell | None:
    """The cell of a field in the row with that key; None where no file tells it.

    The newest file is looked into that has the row; one that is too large is passed over.
    """
    if connection.scheme != "files" or fetch.format not in ("excel", "csv", "tsv"):
        return None
    folder = Path(connection.url.removeprefix("files://"))
    for path in sorted(folder.glob(fetch.source), reverse=True):
        if path.stat().st_size > LARGEST:
            continue
        lines = list(_lines(path, fetch))
        if found := _find(path, fetch, contract, lines, list(key), field):
            return found
    return None


def letters(column: int) -> str:
    """A column's name in a spreadsheet.

    >>> letters(1), letters(27)
    ('A', 'AA')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, _LETTERS)
        name = chr(ord("A") + rest) + name
    return name


def _find(
    path: Path, fetch: Fetch, contract: Contract, lines: list[_Line], key: list[str], field: str
) -> SourceCell | None:
    place = next((n for n, (row, _v) in enumerate(lines) if row == fetch.header_row), -1)
    if place < 0:
        return None
    heads = tuple(value.strip() for value in lines[place][1])
    columns = {f.name: heads.index(f.source) for f in contract.fields if f.source in heads}
    if field not in columns or any(name not in columns for name in contract.key):
        return None
    rows = lines[place + 1 :]
    for n, (number, values) in enumerate(rows):
        if [_value(values, columns[name]) for name in contract.key] == key:
            around = rows[max(0, n - AROUND) : n + AROUND + 1]
            column = columns[field] + 1
            return SourceCell(
                file=path.name,
                sheet=fetch.sheet,
                at=f"{letters(column)}{number}",
                row=number,
                column=column,
                heads=heads,
                rows=tuple(around),
                sha256=sha256_file(path),
                changed_at=datetime.fromtimestamp(path.stat().st_mtime, CITY_ZONE),
            )
    return None


def _value(values: Sequence[str], column: int) -> str:
    return values[column].strip() if column < len(values) else ""


def _lines(path: Path, fetch: Fetch) -> Iterator[_Line]:
    if fetch.format == "excel":
        yield from _sheet(path, fetch)
        return
    delimiter = "\t" if fetch.format == "tsv" else fetch.delimiter
    with path.open(encoding=fetch.encoding, errors="replace", newline="") as file:
        reader, begins = csv.reader(file, delimiter=delimiter), 1
        for row in reader:
            yield begins, tuple(row)
            begins = reader.line_num + 1


def _sheet(path: Path, fetch: Fetch) -> Iterator[_Line]:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    name = fetch.sheet or book.sheet_names[0]
    if name not in book.sheet_names:
        return
    sheet = book.get_sheet_by_name(name)
    rows = sheet.to_python(skip_empty_area=False)
    for number, row in enumerate(islice(rows, None), start=1):
        yield number, tuple(_text(value) for value in row)


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def key_of(row: str, contract: Contract) -> Mapping[str, str]:
    """The key's values in a row's address; empty for a table without a key."""
    _table, _, rest = row.partition("/")
    parts = rest.split("|")
    if not contract.key or len(parts) != len(contract.key):
        return {}
    return dict(zip(contract.key, parts, strict=True))
