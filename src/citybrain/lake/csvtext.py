"""CSV before DuckDB sees it: its encoding, its records counted, and damaged records cut out.

Two ways. The quick one reads bytes once: it decodes strictly, counts records (line ends
outside quotation marks: a count by other means than the reader's), and rewrites only what is
not UTF-8. Where anything is wrong, the careful one goes record by record, keeps what can be
read in a clean copy, and gives every other record back with its place in the source file.

The byte values of comma, quotation mark and line end occur in UTF-8 and GB18030 only as
themselves, so records are found before they are decoded.
"""

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.lake.sources import Reject

CHUNK = 4 << 20
MAX_RECORD = 2_000_000  # bytes; DuckDB's own limit for a line is a little more
_BLANK = re.compile(rb"\n(?=\r?\n)")
_UTF8 = ("utf-8", "utf8", "utf-8-sig", "utf_8", "ascii")


@dataclass(frozen=True, kw_only=True)
class CsvShape:
    """How the file is written. ``header_row`` counts lines from 1."""

    encoding: str = "utf-8"
    delimiter: str = ","
    header_row: int = 1

    @property
    def is_utf8(self) -> bool:
        """Whether DuckDB can read the file as it is."""
        return self.encoding.lower() in _UTF8

    @property
    def wide(self) -> bool:
        """Whether a character may hold a line end's byte: then it is rewritten first."""
        return self.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))


@dataclass(frozen=True, kw_only=True)
class Readable:
    """A UTF-8 file DuckDB can read, skipping ``skip`` lines, and how many records it holds."""

    path: Path
    skip: int
    records: int
    rejects: tuple[Reject, ...] = ()


class Doubtful(Exception):  # noqa: N818 - not an error: it asks for the careful way
    """The quick way cannot vouch for the file."""


def header(path: Path, shape: CsvShape) -> list[str]:
    """The column names; ``CityError`` when there are none, or one stands twice."""
    with path.open("rb") as file:
        text = _decode_head(file.read(CHUNK), shape, path)
    lines = io.StringIO(text.removeprefix("\ufeff"), newline="")
    names: list[str] = []
    for number, row in enumerate(csv.reader(lines, delimiter=shape.delimiter), 1):
        if number == shape.header_row:
            names = [cell.strip() for cell in row]
            break
    twice = sorted({n for n in names if names.count(n) > 1})
    if not any(names) or twice:
        raise CityError(
            f"The file {path.name} has no usable header",
            why=f"{', '.join(twice)} stands in it twice" if twice else "it is empty there",
            do="Put the column names, each once, into that line",
            where=path.name,
        )
    return names


def _decode_head(data: bytes, shape: CsvShape, path: Path) -> str:
    decoder = codecs.getincrementaldecoder(shape.encoding)("replace")
    text = decoder.decode(data)
    first = "\n".join(text.split("\n")[: shape.header_row])
    if "\ufffd" in first:
        raise CityError(
            f"The file {path.name} is not written in {shape.encoding}",
            why="its header cannot be read in that encoding",
            do="Correct 'encoding' in the system's file (utf-8 or gb18030), or save it again",
            where=path.name,
        )
    return text


def quick(path: Path, shape: CsvShape, staging: Path) -> Readable:
    """Vouch for the whole file in one pass; ``Doubtful`` when something is not plain."""
    target = None if shape.is_utf8 else staging / f"{path.stem}.utf8.csv"
    count = _Counter()
    decoder = codecs.getincrementaldecoder(shape.encoding)("strict")
    out = target.open("wb") if target else None
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                text = decoder.decode(chunk)
                data = text.encode() if out else chunk
                if out:
                    out.write(data)
                count.add(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Doubtful from error
    finally:
        if out:
            out.close()
    records = count.records() - shape.header_row
    if records < 0:
        raise Doubtful
    return Readable(path=target or path, skip=shape.header_row, records=records)


class _Counter:
    """Counts records as they stream by, minding quotation marks across chunks."""

    def __init__(self) -> None:
        self._inside = False
        self._lines = 0
        self._quotes = False
        self._tail = b"\n"  # so that an empty first line counts as blank
        self._blank = 0
        self._since = 0

    def add(self, data: bytes) -> None:
        """The next bytes of the file, in UTF-8."""
        if b"\0" in data:
            raise Doubtful
        joined = self._tail + data
        self._blank += len(_BLANK.findall(joined)) - len(_BLANK.findall(self._tail))
        self._tail = joined[-2:]
        lines = self._count(data)
        self._since = 0 if lines else self._since + len(data)
        if self._since > MAX_RECORD:
            raise Doubtful
        self._lines += lines

    def _count(self, data: bytes) -> int:
        if b'"' not in data:
            return 0 if self._inside else data.count(b"\n")
        self._quotes = True
        pieces = data.split(b'"')
        begin = 1 if self._inside else 0
        self._inside ^= len(pieces) % 2 == 0
        return sum(piece.count(b"\n") for piece in pieces[begin::2])

    def records(self) -> int:
        """Records with the header; ``Doubtful`` where the count would be a guess."""
        if self._inside or (self._blank and self._quotes):
            raise Doubtful
        unfinished = 0 if self._tail.endswith(b"\n") else 1
        return self._lines + unfinished - self._blank
