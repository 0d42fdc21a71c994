"""Writing a system and its contracts from what a source says of itself, and from its data.

Everything is written as a draft that passes ``citybrain check``: keys, nullability and types
from the source, titles from its comments, masking class and level guessed and said so.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.contracts import Contract, Field, Sharing
from citybrain.city.folder import read_folder
from citybrain.city.starting import begin
from citybrain.city.systems import Fetch, Owner, Schedule, System
from citybrain.lake.connections import address
from citybrain.lake.elements.element import of_folder
from citybrain.lake.elements.inference import bound
from citybrain.lake.files import Opened, open_delivery
from citybrain.lake.guess import guess
from citybrain.lake.inference import infer
from citybrain.lake.sources import (
    Connection,
    DescribedColumn,
    Reader,
    Readers,
    ReadRequest,
    SourceTable,
)
from citybrain.lake.sqltext import name as quoted
from citybrain.lake.types import parse

_SAMPLE = 400
# The measure that names the three types of sharing; which one it is, the department decides.
_LAW = "国发〔2016〕51号第九条（自动发现，待数源部门核定）"


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """The files that were written, and per table what was found, for a person to review."""

    system_file: Path
    contract_files: tuple[Path, ...]
    report: tuple[dict[str, Any], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "system_file": str(self.system_file),
            "contract_files": [str(path) for path in self.contract_files],
            "tables": list(self.report),
        }

    def render(self) -> str:
        """Lines for a person."""
        lines = [f"Wrote {self.system_file} and {counted(len(self.contract_files), 'contract')}."]
        for table in self.report:
            guessed = "; ".join(f"{n}: {why}" for n, why in table["guesses"].items())
            lines.append(
                f"  {table['table']}: {counted(table['rows'], 'row')}, "
                f"{counted(table['columns'], 'column')}, key {', '.join(table['key']) or 'none'}"
                + (f". To review: {guessed}" if guessed else "")
            )
        return "\n".join(lines)


def identifier(text: str) -> str:
    """A name of the source as one of ours: ``InvoiceLine`` and ``invoice_line`` are the same.

    >>> identifier("InvoiceLineId"), identifier("invoice_line_id"), identifier("Order Date")
    ('invoice_line_id', 'invoice_line_id', 'order_date')
    """
    from citybrain.base.chinese import pinyin

    plain = text
    if not text.isascii():
        plain = "_".join(pinyin(c)[0] if not c.isascii() and pinyin(c) else c for c in text)
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain).lower()
    snake = re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "_", snake)).strip("_")
    return snake if snake and snake[0].isalpha() else f"c_{snake}".rstrip("_")


def discover(
    readers: Readers,
    connection: Connection,
    *,
    system: str,
    department: str,
    city_root: Path,
    clock: Clock,
) -> Discovered:
    """Describe the source and write its system and contracts into the city's folder.

    Creates a minimal city and department where there are none. ``CityError`` when the
    source cannot be reached, holds no tables, or the system is already there.
    """
    from citybrain.city import write

    reader = readers.get(connection.scheme)
    if reader is None:
        raise CityError(f"There is no reader for {connection.scheme} sources", where=system)
    if (city_root / "systems" / f"{system}.yml").exists():
        raise CityError(
            f"The system {system} is already described",
            why="its file is in the city's folder, and an officer may have written into it",
            do="Choose another name, or remove the file to describe it anew",
            where=str(city_root / "systems" / f"{system}.yml"),
        )
    tables = list(_described(reader, connection))
    if not tables:
        raise CityError(
            f"{system} holds no tables",
            why=f"nothing that can be read was found at {address(connection)}",
            do="Check the address; for PostgreSQL the database's name, for files the folder",
            where=system,
        )
    begin(city_root, name=identifier(city_root.resolve().name), department=department)
    names = _unique_names([t.name for t in tables])
    known = of_folder(read_folder(city_root)).elements
    contracts = [bound(_contract(system, names[t.name], t), known) for t in tables]
    made = System(
        name=system,
        title=system,
        title_en=system.replace("_", " ").capitalize(),
        kind="pull",
        connection=connection.name,
        owners=(Owner(department=department, since=clock.now().date()),),
        drift="refuse",
        schedule=Schedule(cycle="daily"),
        tables={names[t.name]: t.fetch for t in tables},
    )
    return Discovered(
        system_file=write.write_system(city_root, made),
        contract_files=tuple(write.write_contract(city_root, c) for c in contracts),
        report=tuple(_report(c, t) for c, t in zip(contracts, tables, strict=True)),
    )


def _described(reader: Reader, connection: Connection) -> Iterator[SourceTable]:
    for table in reader.describe(connection):
        if connection.scheme == "files":
            yield _from_data(reader, connection, table)
        elif table.columns:
            yield table


def _unique_names(sources: list[str]) -> dict[str, str]:
    """Our name for each of the source's names, no two alike."""
    found: dict[str, str] = {}
    for source in sources:
        plain = identifier(source)
        taken = set(found.values())
        number = 2
        candidate = plain
        while candidate in taken:
            candidate, number = f"{plain}_{number}", number + 1
        found[source] = candidate
    return found


def _contract(system: str, table: str, source: SourceTable) -> Contract:
    names = _unique_names([c.name for c in source.columns])
    return Contract(
        system=system,
        table=table,
        version="0.1.0",
        title=source.comment or source.name,
        title_en=source.name,
        description=_references(source),
        status="draft",
        fields=tuple(_field(names[c.name], c, source) for c in source.columns),
        sharing=Sharing(type="conditional", law=_LAW),
        retention="permanent",
    )


def _references(source: SourceTable) -> str:
    named = [f"{c.name} → {c.references}" for c in source.columns if c.references]
    return "外键：" + "，".join(named) if named else ""


def _field(name: str, column: DescribedColumn, source: SourceTable) -> Field:
    values = [v for row in source.sample if (v := row.get(column.name)) is not None]
    # The source's own name may be Chinese, ours is its pinyin.
    known_as = name if column.name.isascii() else f"{name} {column.name}"
    guessed = guess(known_as, column.type, values)
    return Field(
        name=name,
        source=column.name,
        type=column.type,
        title=column.comment or column.name,
        title_en=column.name,
        required=not column.nullable or column.key > 0,
        key=column.key,
        unique=column.unique and column.key == 0,
        level=guessed.level,
        masking=guessed.masking,
        description=f"{guessed.because}，请复核" if guessed.because else "",
    )


def _report(contract: Contract, source: SourceTable) -> dict[str, Any]:
    return {
        "table": contract.id,
        "source": source.name,
        "rows": source.rows,
        "columns": len(contract.fields),
        "key": list(contract.key),
        "guesses": {
            f.name: f"{f.masking} (level {f.level})" for f in contract.fields if f.masking != "none"
        },
    }


def _from_data(reader: Reader, connection: Connection, table: SourceTable) -> SourceTable:
    """A file's columns, types, key and rows, found by reading all of it."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="citybrain-discover-") as folder:
        for encoding in ("utf-8", "gb18030"):
            fetch = replace(table.fetch, encoding=encoding)
            request = ReadRequest(table=table.name, fetch=fetch, staging=Path(folder))
            engine = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": folder})
            try:
                opened = open_delivery(reader.read(connection, request), engine, Path(folder))
                if encoding == "utf-8" and _not_utf8(opened):
                    continue
                return _inspected(engine, table, fetch, opened)
            except CityError:
                if encoding == "gb18030" or table.fetch.format not in ("csv", "tsv"):
                    raise
            finally:
                engine.close()
                shutil.rmtree(folder, ignore_errors=True)
                Path(folder).mkdir(exist_ok=True)
    raise AssertionError("one of the encodings returns or raises")


def _not_utf8(opened: Opened) -> bool:
    read = opened.expected() or 0
    return len(opened.rejects) > read // 2


def _inspected(engine: Any, table: SourceTable, fetch: Fetch, opened: Opened) -> SourceTable:
    columns = [c.name for c in opened.columns]
    relation = opened.relation(columns)
    if relation.tap is not None:
        engine.register("delivered", relation.tap.reader())
    stated = {c.name: c.stated for c in opened.columns if c.stated}
    types = _codes_stay_text(engine, infer(engine, relation, columns)) | stated
    (rows,) = engine.execute("SELECT count(*) FROM texts").fetchone()
    facts = {c: _facts(engine, c) for c in columns}
    key = _key(columns, types, facts, rows)
    sample = engine.execute(
        f"SELECT {', '.join(f'CAST({quoted(c)} AS VARCHAR)' for c in columns)} "
        f"FROM texts LIMIT {_SAMPLE}"
    ).fetchall()
    return replace(
        table,
        fetch=fetch,
        rows=rows,
        columns=tuple(
            DescribedColumn(
                name=c,
                type=str(parse(types[c])) if types[c].startswith("decimal") else types[c],
                nullable=facts[c][0] < rows or not rows,
                key=1 if c == key else 0,
            )
            for c in columns
        ),
        sample=tuple(dict(zip(columns, row, strict=True)) for row in sample),
    )


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
