"""What a file holds, for ``discover``: encoding, columns, types and key, by reading all of it."""

import codecs
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.systems import Fetch
from citybrain.lake.connections import path_of
from citybrain.lake.files import Opened, Relation, open_delivery
from citybrain.lake.guess import guess
from citybrain.lake.inference import infer
from citybrain.lake.sources import (
    Connection,
    DescribedColumn,
    Doubtful,
    Reader,
    ReadRequest,
    SourceTable,
)
from citybrain.lake.sqltext import name as quoted
from citybrain.lake.types import parse
from citybrain.lake.untold import without_values

_SAMPLE = 400
_CHUNK = 1 << 20


def described(reader: Reader, connection: Connection, table: SourceTable) -> SourceTable:
    """The table with its columns, types, key and rows; ``CityError`` when it cannot be read.

    Records that are damaged are counted in ``damaged``, and described without.
    """
    fetch = table.fetch
    if fetch.format in ("csv", "tsv"):
        fetch = replace(fetch, encoding=encoding_of(path_of(connection) / fetch.source))
    with tempfile.TemporaryDirectory(prefix="citybrain-discover-") as folder:
        request = ReadRequest(table=table.name, fetch=fetch, staging=Path(folder))
        engine = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": folder})
        try:
            opened = open_delivery(reader.read(connection, request), engine, Path(folder))
            return _inspected(engine, table, fetch, opened)
        except (duckdb.Error, Doubtful, OSError, UnicodeError) as error:
            said = without_values(str(error).strip().partition("\n")[0])
            raise _unreadable(fetch.source, said) from error
        finally:
            engine.close()
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir(exist_ok=True)


def _unreadable(source: str, why: str) -> CityError:
    return CityError(
        f"The file {source} cannot be read",
        why=why,
        do="Ask the department to deliver it again, or take it out of the folder",
        where=source,
    )


def encoding_of(path: Path) -> str:
    """``utf-8``, ``gb18030`` or ``utf-16``, as ``encoding`` of a system's table takes it.

    A text that is UTF-8 throughout is UTF-8: chance makes no GB18030 text so but the shortest.
    Where some lines are damaged, the encoding that more of the lines have decides.
    """
    with path.open("rb") as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    if _is_throughout(path, "utf-8"):
        return "utf-8"
    utf8 = other = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                fits = _fits(line, "utf-8")
                utf8, other = utf8 + fits, other + (not fits and _fits(line, "gb18030"))
    return "gb18030" if other > utf8 else "utf-8"


def _is_throughout(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _inspected(engine: Any, table: SourceTable, fetch: Fetch, opened: Opened) -> SourceTable:
    columns = [c.name for c in opened.columns]
    try:
        types, rejects = _types(engine, opened), opened.rejects
    except (duckdb.Error, Doubtful):
        if opened.repaired is None:
            raise
        again = opened.repaired()
        types, rejects = _types(engine, again), again.rejects
    (rows,) = engine.execute("SELECT count(*) FROM texts").fetchone()
    if rejects and not rows:
        what = f"none of its {counted(len(rejects), 'record')} can be read: "
        raise _unreadable(fetch.source, what + rejects[0].sentence_en)
    facts = {c: _facts(engine, c) for c in columns}
    key = _key(columns, types, facts, rows)
    return replace(
        table,
        fetch=fetch,
        rows=rows,
        damaged=len(rejects),
        columns=tuple(
            DescribedColumn(
                name=c,
                type=str(parse(types[c])) if types[c].startswith("decimal") else types[c],
                nullable=facts[c][0] < rows or not rows,
                key=1 if c == key else 0,
            )
            for c in columns
        ),
        sample=_sample(engine, columns),
    )


def _types(engine: Any, opened: Opened) -> dict[str, str]:
    columns = [c.name for c in opened.columns]
    relation: Relation = opened.relation(columns)
    if relation.tap is not None:
        engine.register("delivered", relation.tap.reader())
    stated = {c.name: c.stated for c in opened.columns if c.stated}
    return _codes_stay_text(engine, infer(engine, relation, columns)) | stated


def _sample(engine: Any, columns: list[str]) -> tuple[dict[str, str | None], ...]:
    texts = ", ".join(f"CAST({quoted(c)} AS VARCHAR)" for c in columns)
    rows = engine.execute(f"SELECT {texts} FROM texts LIMIT {_SAMPLE}").fetchall()
    return tuple(dict(zip(columns, row, strict=True)) for row in rows)


def _codes_stay_text(engine: Any, types: dict[str, str]) -> dict[str, str]:
    """Phone and ID numbers are digits, but nobody adds them up."""
    found = dict(types)
    for column, kind in types.items():
        if kind == "long":
            x = quoted(column)
            rows = engine.execute(f"SELECT {x} FROM texts WHERE {x} IS NOT NULL LIMIT {_SAMPLE}")
            held = guess("", "string", [str(row[0]) for row in rows.fetchall()])
            found[column] = "string" if held.masking != "none" else kind
    return found


def _facts(engine: Any, column: str) -> tuple[int, int]:
    x = quoted(column)
    row = engine.execute(f"SELECT count({x}), count(DISTINCT {x}) FROM texts").fetchone()
    return int(row[0]), int(row[1])


def _key(
    columns: list[str], types: dict[str, str], facts: dict[str, tuple[int, int]], rows: int
) -> str:
    """The first column that could be the key: never empty, never twice, no measure or date."""
    for column in columns:
        whole = facts[column] == (rows, rows)
        if rows and whole and types[column] in ("string", "long", "int", "ulong"):
            return column
    return ""
