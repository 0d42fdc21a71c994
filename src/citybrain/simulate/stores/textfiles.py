"""Files: CSV in the department's encoding, Excel, lines of JSON, Parquet."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from citybrain.city.contracts import Contract, Field
from citybrain.city.systems import Fetch

_MADE = datetime(2021, 6, 11, 8, 0)  # noqa: DTZ001 - a workbook's properties know no zone
_MARK = "演练"


def write_csv(path: Path, contract: Contract, fetch: Fetch, rows: Iterable[Sequence[Any]]) -> None:
    """Header and rows, quoted where needed, lines ending as the department's tools end them."""
    with path.open("w", encoding=fetch.encoding, newline="") as file:
        writer = csv.writer(file, delimiter=fetch.delimiter, lineterminator="\r\n")
        writer.writerow([f.source for f in contract.fields])
        writer.writerows(rows)


def write_excel(
    path: Path, contract: Contract, fetch: Fetch, rows: Iterable[Sequence[Any]]
) -> None:
    """One sheet with a header row; the mark stands in the sheet's name and the properties."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet(fetch.sheet or contract.title)
    sheet.append([f.source for f in contract.fields])
    for row in rows:
        sheet.append(row)
    book.properties.title = f"{contract.title}（{_MARK}）"
    book.properties.creator = _MARK
    book.properties.created = book.properties.modified = _MADE
    _save(book, path)


def _save(book: Any, path: Path) -> None:
    """Save the same bytes every time: neither the properties nor the archive tell when it was."""
    from openpyxl.writer.excel import ExcelWriter

    plain = io.BytesIO()
    # Not the workbook's own save, which writes the present moment into the properties.
    ExcelWriter(book, zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED)).save()
    with (
        zipfile.ZipFile(plain) as parts,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in parts.infolist():
            as_made = zipfile.ZipInfo(part.filename, _MADE.timetuple()[:6])
            as_made.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(as_made, parts.read(part))


def write_jsonl(
    path: Path, contract: Contract, _fetch: Fetch, rows: Iterable[Sequence[Any]]
) -> None:
    """One object for each line, with the department's names."""
    names = [f.source for f in contract.fields]
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n")


def write_parquet(
    path: Path, contract: Contract, _fetch: Fetch, rows: Iterable[Sequence[Any]]
) -> None:
    """Typed columns."""
    schema = pa.schema([(f.source, _arrow_type(f)) for f in contract.fields])
    columns = list(zip(*rows, strict=True)) or [()] * len(contract.fields)
    arrays = [pa.array(c, type=t.type) for c, t in zip(columns, schema, strict=True)]
    pq.write_table(pa.table(arrays, schema=schema), path, compression="zstd")


def _arrow_type(field: Field) -> Any:
    if field.type.startswith("decimal"):
        precision, scale = field.type[8:-1].split(",")
        return pa.decimal128(int(precision), int(scale))
    types = {
        "int": pa.int32(), "long": pa.int64(), "date": pa.date32(), "boolean": pa.bool_(),
        "timestamp": pa.timestamp("us"),
    }  # fmt: skip
    return types.get(field.type, pa.string())


WRITERS = {"csv": write_csv, "excel": write_excel, "jsonl": write_jsonl, "parquet": write_parquet}
