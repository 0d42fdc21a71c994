"""Writing a system and its contracts from what a source says of itself, and from its data.

Everything is written as a draft that passes ``citybrain check``: keys, nullability and types
from the source, titles from its comments, masking class and level guessed and said so.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.contracts import Contract, Field, Sharing
from citybrain.city.folder import read_folder
from citybrain.city.starting import begin
from citybrain.city.systems import Owner, Schedule, System
from citybrain.lake import filetables
from citybrain.lake.connections import address
from citybrain.lake.elements.element import of_folder
from citybrain.lake.elements.inference import bound
from citybrain.lake.guess import guess
from citybrain.lake.sources import (
    Connection,
    DescribedColumn,
    Reader,
    Readers,
    SourceTable,
)

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# The measure that names the three types of sharing; which one it is, the department decides.
_LAW = "国发〔2016〕51号第九条（自动发现，待数源部门核定）"


@dataclass(frozen=True, kw_only=True)
class Discovered:
    """The files that were written, and per table what was found, for a person to review.

    ``left_out`` are views, which are not described; ``failed`` says of each file that could
    not be read why.
    """

    system_file: Path
    contract_files: tuple[Path, ...]
    report: tuple[dict[str, Any], ...] = field(default=())
    left_out: tuple[str, ...] = ()
    failed: tuple[CityError, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "system_file": str(self.system_file),
            "contract_files": [str(path) for path in self.contract_files],
            "tables": list(self.report),
            "left_out": list(self.left_out),
            "failed": [error.as_dict(english=True) for error in self.failed],
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
            if table["damaged"]:
                lines.append(
                    f"    {counted(table['damaged'], 'damaged record')} will be set aside "
                    "when it is collected."
                )
        if self.left_out:
            lines.append(
                f"Left out: {counted(len(self.left_out), 'view')} ({', '.join(self.left_out)}). "
                "A view shows rows of tables once more; to collect one, write its table into "
                f"{self.system_file} and its contract beside the others."
            )
        lines += [f"Left out: {error.in_english()}" for error in self.failed]
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

    Creates a minimal city and its first department where there are none. What cannot be read
    is named in the answer, and the rest is written. ``CityError`` when the source cannot be
    reached, holds no tables, or when the names do not fit; nothing was written then.
    """
    from citybrain.city import write

    reader = readers.get(connection.scheme)
    if reader is None:
        raise CityError(f"There is no reader for {connection.scheme} sources", where=system)
    _refuse_names(city_root, system, department)
    found, left_out, failed = _described(reader, connection)
    if not found:
        raise _nothing(system, connection, failed)
    begin(city_root, name=identifier(city_root.resolve().name), department=department)
    known = of_folder(read_folder(city_root)).elements
    named = list(zip(_table_names(found), found, strict=True))
    contracts = [bound(_contract(system, name, t), known) for name, t in named]
    made = System(
        name=system,
        title=system,
        title_en=system.replace("_", " ").capitalize(),
        kind="pull",
        connection=connection.name,
        owners=(Owner(department=department, since=clock.now().date()),),
        drift="refuse",
        schedule=Schedule(cycle="daily"),
        tables={name: t.fetch for name, t in named},
    )
    return Discovered(
        system_file=write.write_system(city_root, made),
        contract_files=tuple(write.write_contract(city_root, c) for c in contracts),
        report=tuple(_report(c, t) for c, t in zip(contracts, found, strict=True)),
        left_out=left_out,
        failed=failed,
    )


def _refuse_names(root: Path, system: str, department: str) -> None:
    for kind, name in (("system", system), ("department", department)):
        if not _NAME.fullmatch(name):
            raise CityError(
                f"'{name}' cannot be the name of a {kind}",
                why="a name has small letters, digits and underscores, a letter first, "
                "and 63 characters at the most",
                do=f"Write it for example {identifier(name)[:63]}",
                where=f"--{kind}",
            )
    described = root / "systems" / f"{system}.yml"
    if described.exists():
        raise CityError(
            f"The system {system} is already described",
            why="its file is in the city's folder, and an officer may have written into it",
            do="Choose another name, or remove the file to describe it anew",
            where=str(described),
        )
    departments = sorted(p.stem for p in (root / "departments").glob("*.y*ml"))
    if departments and department not in departments:
        raise CityError(
            f"The city has no department {department}",
            why=f"its folder describes {', '.join(departments)}",
            do=f"Name one of these, or describe it first in departments/{department}.yml",
            where=str(root / "departments"),
        )


def _nothing(system: str, connection: Connection, failed: Sequence[CityError]) -> CityError:
    said = " ".join(error.in_english() for error in failed)
    return CityError(
        f"{system} holds no tables",
        why=f"nothing that can be read was found at {address(connection)}"
        + (f": {said}" if said else ""),
        do="Check the address; for PostgreSQL the database's name, for files the folder",
        where=system,
    )


def _described(
    reader: Reader, connection: Connection
) -> tuple[list[SourceTable], tuple[str, ...], tuple[CityError, ...]]:
    """Tables with columns; the sources of views; what is wrong with files that are left out."""
    found: list[SourceTable] = []
    views: list[str] = []
    failed: list[CityError] = []
    for table in reader.describe(connection):
        if table.view:
            views.append(table.fetch.source)
            continue
        try:
            files = connection.scheme == "files"
            whole = filetables.described(reader, connection, table) if files else table
        except CityError as error:
            failed.append(error)
            continue
        if whole.columns:
            found.append(whole)
    return found, tuple(views), tuple(failed)


def _table_names(tables: Sequence[SourceTable]) -> list[str]:
    """Our name of each table; of those called alike, the place they lie in is a part of it."""
    alike = Counter(identifier(t.name) for t in tables)
    return _unique([t.fetch.source if alike[identifier(t.name)] > 1 else t.name for t in tables])


def _unique(sources: Sequence[str]) -> list[str]:
    """Our name for each of the source's names, in their order, no two alike."""
    found: dict[str, None] = {}
    for source in sources:
        plain = candidate = identifier(source)
        number = 2
        while candidate in found:
            candidate, number = f"{plain}_{number}", number + 1
        found[candidate] = None
    return list(found)


def _contract(system: str, table: str, source: SourceTable) -> Contract:
    names = _unique([c.name for c in source.columns])
    return Contract(
        system=system,
        table=table,
        version="0.1.0",
        title=source.comment or source.name,
        title_en=source.name,
        description=_references(source),
        status="draft",
        fields=tuple(_field(n, c, source) for n, c in zip(names, source.columns, strict=True)),
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
        "source": source.fetch.source,
        "rows": source.rows,
        "damaged": source.damaged,
        "columns": len(contract.fields),
        "key": list(contract.key),
        "guesses": {
            f.name: f"{f.masking} (level {f.level})" for f in contract.fields if f.masking != "none"
        },
    }
