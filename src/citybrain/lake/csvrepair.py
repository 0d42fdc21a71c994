"""CSV with damage in it, record by record: what can be read is kept, the rest is named.

A quotation mark that is never closed costs one line, not the rest of the file: when a record
does not come out whole, its first line is given up and reading goes on with the second.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.lake.csvlines import Found
from citybrain.lake.csvtext import CHUNK, MAX_RECORD, CsvShape, Readable
from citybrain.lake.sources import Reject

_MAX_LINES = 200  # of one record whose quotation mark stays open
_SHOWN = 500
_Line = tuple[int, int, bytes]  # where it begins, its number from 1, and its bytes


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
    found = Found()
    with path.open("rb") as file, target.open("w", encoding="utf-8", newline="") as out:
        for number, record in _records(file, shape, width):
            if isinstance(record, Reject):
                rejects.append(replace(record, number=number))
                continue
            out.write(record)
            found.add(number)
    return Readable(
        path=target, skip=0, records=found.records, rejects=tuple(rejects), jumps=found.jumps
    )


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


class _Source:
    """Lines of a file that can be put back."""

    def __init__(self, file: io.BufferedReader) -> None:
        self.path = Path(str(file.name))
        self._lines = _lines(file)
        self._back: deque[_Line] = deque()

    def next(self) -> _Line | None:
        """The next line; None at the end."""
        return self._back.popleft() if self._back else next(self._lines, None)

    def put_back(self, lines: list[_Line]) -> None:
        """Lines to be read again."""
        self._back.extendleft(reversed(lines))

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was put back."""
        return not self._back


def _records(
    file: io.BufferedReader, shape: CsvShape, width: int
) -> Iterator[tuple[int, str | Reject]]:
    """Texts of good records (ended by one line feed), and rejects, in order, by line."""
    source = _Source(file)
    for _line in range(shape.header_row):
        source.next()
    while line := source.next():
        if line[2].strip(b"\r\n") or width == 1:
            yield line[1], _record(source, line, shape, width)


def _record(source: _Source, line: _Line, shape: CsvShape, width: int) -> str | Reject:
    """The record that begins with ``line``; ``CityError`` when the file ends inside it."""
    at, _number, data = line
    if len(data) > MAX_RECORD:
        return _too_long(at, data)
    lines = [line]
    while sum(part.count(b'"') for *_at, part in lines) % 2 and len(lines) < _MAX_LINES:
        following = source.next()
        if following is None:
            break
        lines.append(following)
    text = _text(b"".join(part for *_at, part in lines), shape, width)
    if text is not None:
        return text
    source.put_back(lines[1:])
    last = not data.endswith(b"\n") and source.is_fresh
    if last and _is_cut(data, shape, width):
        raise _cut_off(source.path, "its last record is not complete")
    return _reject(at, data, shape, width)


def _lines(file: io.BufferedReader) -> Iterator[_Line]:
    at = number = 0
    if file.peek(3)[:3] == codecs.BOM_UTF8:
        at = len(file.read(3))
    while data := file.readline(MAX_RECORD + 1):
        begin, size = at, len(data)
        while len(data) > MAX_RECORD and not data.endswith(b"\n"):
            more = file.readline(CHUNK)
            size += len(more)
            if not more or more.endswith(b"\n"):
                break
        number += 1
        yield begin, number, data
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
        f"This line has {counted(found, 'column')} and the header {width}. Please check.",
    )
