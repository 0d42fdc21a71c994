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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.lake.sources import Reject

CHUNK = 4 << 20
MAX_RECORD = 2_000_000  # bytes; DuckDB's own limit for a line is a little more
_MAX_LINES = 200  # of one record whose quotation mark stays open
_BLANK = re.compile(rb"\n(?=\r?\n)")
_SHOWN = 500
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


def careful(path: Path, shape: CsvShape, width: int, staging: Path) -> Readable:
    """Record by record into a clean copy; whatever cannot be read becomes a reject.

    ``CityError`` when the file ends in the middle of a record: then it was cut off, and
    nothing of it is trusted.
    """
    if shape.wide:
        path, shape = (
            _rewritten(path, shape, staging),
            CsvShape(delimiter=shape.delimiter, header_row=shape.header_row),
        )
    target = staging / f"{path.stem}.clean.csv"
    rejects: list[Reject] = []
    records = 0
    with path.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        for number, record in enumerate(_records(file, shape, width), 1 - shape.header_row):
            if number <= 0:
                continue
            if isinstance(record, Reject):
                rejects.append(_numbered(record, number))
                continue
            out.write(record)
            records += 1
    return Readable(path=target, skip=0, records=records, rejects=tuple(rejects))


def _numbered(reject: Reject, number: int) -> Reject:
    from dataclasses import replace

    return replace(reject, number=number)


def _rewritten(path: Path, shape: CsvShape, staging: Path) -> Path:
    target = staging / f"{path.stem}.utf8.csv"
    try:
        with (
            path.open(encoding=shape.encoding, newline="") as file,
            target.open("w", encoding="utf-8", newline="") as out,
        ):
            while text := file.read(CHUNK):
                out.write(text)
    except UnicodeError as error:
        raise _cut_off(path, str(error)) from error
    return target


def _records(file: io.BufferedReader, shape: CsvShape, width: int) -> Iterator[str | Reject]:
    """Texts of good records (ended by one line feed), and rejects, in order."""
    lines: list[tuple[int, bytes]] = []
    source = _lines(file)
    head = shape.header_row
    while True:
        line = lines.pop(0) if lines else next(source, None)
        if line is None:
            return
        at, data = line
        if head > 0:
            head -= 1
            yield ""
            continue
        if not data.strip(b"\r\n") and width > 1:
            continue
        if len(data) > MAX_RECORD:
            yield _too_long(at, data)
            continue
        record = [line]
        while sum(part.count(b'"') for _at, part in record) % 2 and len(record) < _MAX_LINES:
            following = lines.pop(0) if lines else next(source, None)
            if following is None:
                break
            record.append(following)
        whole = b"".join(part for _at, part in record)
        text = _text(whole, shape, width)
        if text is not None:
            yield text
            continue
        lines = record[1:] + lines
        if not data.endswith(b"\n") and not lines and _is_cut(data, shape, width):
            raise _cut_off(Path(str(file.name)), "its last record is not complete")
        yield _reject(at, data, shape, width)


def _lines(file: io.BufferedReader) -> Iterator[tuple[int, bytes]]:
    at = 0
    if file.peek(3)[:3] == codecs.BOM_UTF8:
        at = len(file.read(3))
    while data := file.readline(MAX_RECORD + 1):
        begin, size = at, len(data)
        while len(data) > MAX_RECORD and not data.endswith(b"\n"):
            more = file.readline(CHUNK)
            size += len(more)
            if not more or more.endswith(b"\n"):
                break
        yield begin, data
        at = begin + size


def _text(data: bytes, shape: CsvShape, width: int) -> str | None:
    """The record in plain form, or None when it does not have ``width`` readable fields."""
    try:
        text = data.decode(shape.encoding)
    except UnicodeDecodeError:
        return None
    if "\0" in text:
        return None
    body = text.rstrip("\r\n")
    if '"' not in body:
        return body + "\n" if body.count(shape.delimiter) + 1 == width else None
    try:
        rows = list(
            csv.reader(io.StringIO(body, newline=""), delimiter=shape.delimiter, strict=True)
        )
    except csv.Error:
        return None
    return body + "\n" if len(rows) == 1 and len(rows[0]) == width else None


def _is_cut(data: bytes, shape: CsvShape, width: int) -> bool:
    fields = data.count(shape.delimiter.encode()) + 1
    if fields < width or data.count(b'"') % 2:
        return True
    try:
        data.decode(shape.encoding)
    except UnicodeDecodeError as error:
        return error.end >= len(data) - 3
    return False


def _cut_off(path: Path, why: str) -> CityError:
    return CityError(
        f"The file {path.name} was cut off",
        why=why,
        do="Nothing was changed in the lake; ask the department to deliver the whole file",
        where=path.name,
    )


def _too_long(at: int, data: bytes) -> Reject:
    return Reject(
        first_byte=at,
        last_byte=at + len(data),
        text=data[:_SHOWN].decode("utf-8", "replace"),
        rule="record",
        sentence=f"这一行超过 {MAX_RECORD} 字节，无法作为一条记录读取，请核对原文件。",
        sentence_en=f"This line is longer than {MAX_RECORD} bytes and is no record. Please check.",
    )


def _reject(at: int, data: bytes, shape: CsvShape, width: int) -> Reject:
    sentence, sentence_en = _reason(data, shape, width)
    where = f"（原文件第 {at} 至 {at + len(data)} 字节）"
    return Reject(
        first_byte=at,
        last_byte=at + len(data),
        text=data.rstrip(b"\r\n")[:_SHOWN].decode(shape.encoding, "backslashreplace"),
        rule="record",
        sentence=sentence + where,
        sentence_en=f"{sentence_en} (bytes {at} to {at + len(data)} of the file)",
    )


def _reason(data: bytes, shape: CsvShape, width: int) -> tuple[str, str]:
    try:
        text = data.decode(shape.encoding)
    except UnicodeDecodeError as error:
        wrong = data[error.start : error.end].hex()
        return (
            f"这一行含有不是 {shape.encoding} 编码的字节（{wrong}），请按约定编码重新导出。",
            f"This line holds bytes that are not {shape.encoding} ({wrong}). Please export again.",
        )
    if text.count('"') % 2:
        return (
            "这一行的引号没有成对，无法分清各列，请补上或去掉引号。",
            "A quotation mark in this line is never closed, so its columns cannot be told apart.",
        )
    found = text.count(shape.delimiter) + 1
    return (
        f"这一行有 {found} 列，表头有 {width} 列，请核对。",
        f"This line has {found} columns and the header {width}. Please check.",
    )
