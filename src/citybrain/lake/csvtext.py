"""CSV before DuckDB sees it: its encoding, its records counted, and damaged records cut out.

Two ways. The quick one reads bytes once: it checks the encoding strictly, counts records (line
ends outside quotation marks: a count by other means than the reader's), and rewrites only what
is not UTF-8. Where anything is wrong, the careful one goes record by record, keeps what can be
read in a clean copy, and gives every other record back with its place in the source file.

The byte values of comma, quotation mark and line end occur in UTF-8 and GB18030 only as
themselves, so records are found before they are decoded.
"""

import codecs
import csv
import io
import re
import struct
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy
import pyarrow as pa

from citybrain.base.errors import CityError
from citybrain.lake.csvlines import Jumps
from citybrain.lake.sources import Doubtful, Reject

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK = 4 << 20
MAX_RECORD = 2_000_000  # bytes; DuckDB's own limit for a line is a little more
_LINE_END = ord("\n")
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
    jumps: Jumps | None = None  # where they are known from reading it


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
    count = _Counter()
    readable = path if shape.is_utf8 else staging / f"{path.stem}.utf8.csv"
    if shape.is_utf8:
        _vouch(path, count)
    else:
        _rewrite(path, readable, shape.encoding, count)
    return Readable(path=readable, skip=shape.header_row, records=_below(shape, count))


class Beside:
    """Vouches for files in UTF-8 in a thread of its own, while somebody else reads them."""

    def __init__(self, paths: Sequence[Path], shape: CsvShape) -> None:
        self._left = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="vouch")
        self._records = self._thread.submit(self._look, paths, shape)

    def records(self) -> int:
        """How many records there are, once all was looked at; ``Doubtful`` as ``quick``."""
        return self._records.result()

    def records_if_known(self) -> int | None:
        """The same without waiting; None while it is not known, or in doubt."""
        if not self._records.done() or self._records.exception():
            return None
        return self._records.result()

    def close(self) -> None:
        """Leave off; at return nobody reads the files."""
        self._left.set()
        self._thread.shutdown()

    def _look(self, paths: Sequence[Path], shape: CsvShape) -> int:
        found = 0
        for path in paths:
            count = _Counter()
            _vouch(path, count, self._left.is_set)
            found += _below(shape, count)
        return found


def _below(shape: CsvShape, count: "_Counter") -> int:
    """The records below the header."""
    records = count.records() - shape.header_row
    if records < 0:
        raise Doubtful
    return records


def _vouch(path: Path, count: "_Counter", left: Callable[[], bool] = lambda: False) -> None:
    """Look at every byte of a file in UTF-8, which stays as it is; ``Doubtful`` once it is left."""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if left():
                raise Doubtful
            rest = file.readline(MAX_RECORD)
            # A line end is never a part of another character: whole lines stand alone.
            cut = chunk.rfind(b"\n") + 1
            _check_utf8(memoryview(chunk)[:cut])
            _check_utf8(chunk[cut:] + rest)
            count.add(chunk)
            count.add(rest)


def _check_utf8(data: bytes | memoryview) -> None:
    """``Doubtful`` where it is not: Arrow's check takes a seventh of the time of decoding."""
    ends = pa.py_buffer(struct.pack("=qq", 0, len(data)))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid as error:
        raise Doubtful from error


def _rewrite(path: Path, target: Path, encoding: str, count: "_Counter") -> None:
    """Write a file of another encoding again in UTF-8."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file, target.open("wb") as out:
            while chunk := file.read(CHUNK):
                data = decoder.decode(chunk).encode()
                out.write(data)
                count.add(data)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Doubtful from error


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
        ends = numpy.frombuffer(data, numpy.uint8) == _LINE_END
        self._blank += self._blank_lines(data, ends)
        self._tail = (self._tail + data[-2:])[-2:]
        lines = self._count(data, ends)
        self._since = 0 if lines else self._since + len(data)
        if self._since > MAX_RECORD:
            raise Doubtful
        self._lines += lines

    def _blank_lines(self, data: bytes, ends: "NDArray[numpy.bool_]") -> int:
        """Line ends that another follows, those before ``data`` that it follows among them."""
        seam = self._tail + data[:2]
        begun = sum(found.start() < len(self._tail) for found in _BLANK.finditer(seam))
        before = begun - len(_BLANK.findall(self._tail))
        near = bool((ends[1:] & ends[:-1]).any() or (ends[2:] & ends[:-2]).any())
        return before + (len(_BLANK.findall(data)) if near else 0)

    def _count(self, data: bytes, ends: "NDArray[numpy.bool_]") -> int:
        if b'"' not in data:
            return 0 if self._inside else int(numpy.count_nonzero(ends))
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
