"""JSON lines: every line kept as text, numbers kept digit by digit.

DuckDB's own reader turns a bad line into a row of nulls and a long number into a rounded one,
so the lines are read here and handed over as texts.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from citybrain.base.errors import CityError
from citybrain.lake.sources import NUMBER, Batches, Reject, SourceColumn

_BATCH = 20_000
MAX_LINE = 2_000_000
_SHOWN = 500


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def open_jsonl(paths: Sequence[Path]) -> Batches:
    """The files' rows; a first pass finds the columns, the rejects and the count."""
    columns: dict[str, None] = {}
    rejects: list[Reject] = []
    good = 0
    for number, path, first, data in _lines(paths):
        parsed = _parsed(data)
        if isinstance(parsed, dict):
            columns.update(dict.fromkeys(parsed))
            good += 1
            continue
        if not data.endswith(b"\n") and _incomplete(data):
            raise CityError(
                f"The file {path.name} was cut off",
                why="its last line is not complete",
                do="Nothing was changed in the lake; ask the department for the whole file",
                where=path.name,
            )
        rejects.append(_reject(first, data, parsed, number))
    return Batches(
        columns=tuple(SourceColumn(name=c) for c in columns),
        rows=lambda wanted: _batches(paths, wanted),
        count=lambda: (good, good),
        rejects=tuple(rejects),
        expected=good,
        open_ended=True,
    )


def _lines(paths: Iterable[Path]) -> Iterator[tuple[int, Path, int, bytes]]:
    """Lines that hold anything: number, file, first byte; blank ones are counted with them."""
    number = 0
    for path in paths:
        at = 0
        with path.open("rb") as file:
            while data := file.readline(MAX_LINE):
                begin, size = at, len(data)
                while len(data) == MAX_LINE and not data.endswith(b"\n"):
                    more = file.readline(MAX_LINE)
                    size += len(more)
                    if not more or more.endswith(b"\n"):
                        break
                at = begin + size
                number += 1
                if data.strip():
                    yield number, path, begin, data


def _parsed(data: bytes) -> "dict[str, Any] | str":
    """The object of a line, or why it is none."""
    if len(data) >= MAX_LINE:
        return "long"
    try:
        found = _load(data.decode("utf-8-sig"))
    except _TwiceError as error:
        return f"twice:{error}"
    except (ValueError, RecursionError):
        return "json"
    return found if isinstance(found, dict) else "object"


def _load(text: str) -> Any:
    return json.loads(
        text,
        parse_int=_Number,
        parse_float=_Number,
        parse_constant=_constant,
        object_pairs_hook=_object,
    )


def _constant(word: str) -> Any:
    raise ValueError(word)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise _TwiceError(next(n for n in names if names.count(n) > 1))
    return found


def _incomplete(data: bytes) -> bool:
    """Whether a last line without its end may be the front of a whole one."""
    return not data.rstrip().endswith(b"}")


def _batches(paths: Sequence[Path], wanted: Sequence[str]) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([*((n, pa.string()) for n in wanted), (NUMBER, pa.int64())])
    yield pa.RecordBatch.from_pylist([], schema=schema)
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, _path, _first, data in _lines(paths):
        parsed = _parsed(data)
        if isinstance(parsed, dict):
            rows.append((number, parsed))
        if len(rows) >= _BATCH:
            yield _batch(rows, wanted, schema)
            rows = []
    if rows:
        yield _batch(rows, wanted, schema)


def _batch(
    rows: list[tuple[int, dict[str, Any]]], wanted: Sequence[str], schema: pa.Schema
) -> pa.RecordBatch:
    cells = [pa.array([cell(row.get(n)) for _i, row in rows], pa.string()) for n in wanted]
    numbers = pa.array([i for i, _row in rows], pa.int64())
    return pa.RecordBatch.from_arrays([*cells, numbers], schema=schema)


def cell(value: Any) -> str | None:
    """A value as text: null is None, numbers digit by digit, objects and lists as JSON."""
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return _dump(value)


def _dump(value: Any) -> str:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, dict):
        inner = ", ".join(f"{_dump(k)}: {_dump(v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{', '.join(_dump(v) for v in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _reject(at: int, data: bytes, why: str, number: int) -> Reject:
    reasons: dict[str, Callable[[], tuple[str, str]]] = {
        "long": lambda: ("这一行过长", "This line is too long"),
        "object": lambda: ("这一行不是一个 JSON 对象", "This line is not one JSON object"),
        "json": lambda: ("这一行不是完整的 JSON", "This line is not complete JSON"),
    }
    if why.startswith("twice:"):
        zh, en = f"这一行的键“{why[6:]}”出现两次", f"The key “{why[6:]}” stands twice in this line"
    else:
        zh, en = reasons[why]()
    last = at + len(data)
    return Reject(
        first_byte=at,
        last_byte=last,
        text=data.rstrip(b"\r\n")[:_SHOWN].decode("utf-8", "backslashreplace"),
        rule="record",
        sentence=f"{zh}（原文件第 {at} 至 {last} 字节），请核对。",
        sentence_en=f"{en} (bytes {at} to {last} of the file). Please check.",
        number=number,
    )
