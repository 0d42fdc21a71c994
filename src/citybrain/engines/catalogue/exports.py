"""Files to take away: a table masked by class, rows set aside with reasons, templates."""

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.plainjson import dumps
from citybrain.base.wording import both
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.reading import reading, require, thing_of
from citybrain.engines.catalogue.sampling import as_text, present, snapshot_of
from citybrain.engines.catalogue.views import Download
from citybrain.engines.identity.service import Actor

MOST = 100_000  # rows of one download
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def table_download(
    actor: Actor,
    table_id: str,
    *,
    format: str = "csv",  # noqa: A002 - the word of the page
    snapshot: int | None = None,
) -> Download:
    """A table's rows, always masked by class, as csv or json; one entry ``lake.export``."""
    if format not in ("csv", "json"):
        raise CityError(
            both(f"没有 {format} 这种格式", f"There is no format {format}"),
            do=both("可选 csv 或 json", "Choose csv or json"),
            where=table_id,
        )
    contract = wiring.contract(table_id)
    with reading(actor, table_id, reveal=False, action="lake.export") as done:
        known = snapshot_of(contract, snapshot)
        names = [field.name for field in present(contract, snapshot)] if known else []
        rows = _rows(contract.lake_table, names, snapshot)
        done.count = len(rows)
        content = _csv(names, rows) if format == "csv" else _json(rows)
    return Download(
        file_name=f"{table_id}{_mark()}.{format}",
        media_type="text/csv; charset=utf-8" if format == "csv" else "application/json",
        content=content,
        entry=done.entries[0],
    )


def _rows(lake_table: str, names: list[str], snapshot: int | None) -> list[dict[str, Any]]:
    from citybrain.lake.query import read

    if not names:
        return []
    answer = read(
        wiring.store(),
        wiring.city(),
        lake_table,
        columns=names,
        snapshot_id=snapshot,
        max_rows=MOST,
    )
    return answer.to_pylist()


def csv_cell(value: str | None) -> str:
    """A value that a spreadsheet will not run as a formula (ASVS 1.2.10)."""
    text = value or ""
    if text.startswith(_DANGEROUS) and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _csv(names: list[str], rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    for row in rows:
        writer.writerow([csv_cell(as_text(row[name])) for name in names])
    return out.getvalue().encode("utf-8-sig")  # Excel takes UTF-8 only with the mark


def _json(rows: list[dict[str, Any]]) -> bytes:
    answer = {"rehearsal": wiring.home().rehearsal, "rows": rows}
    return dumps(answer, default=as_text).encode()


def _mark() -> str:
    return "-演练" if wiring.home().rehearsal else ""


def quarantine_excel(actor: Actor, table_id: str, *, purpose: str) -> Download:
    """Rows set aside with their reasons, values as delivered; recorded as a reveal."""
    from citybrain.lake.quarantine import count, to_excel

    contract = wiring.contract(table_id)
    with reading(actor, table_id, reveal=True, purpose=purpose) as done:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "quarantine.xlsx"
            to_excel(wiring.store(), wiring.city(), table_id, path)
            content = path.read_bytes()
        done.count = count(wiring.store(), table_id)
    return Download(
        file_name=f"{contract.title or table_id}-待修正{_mark()}.xlsx",
        media_type=EXCEL,
        content=content,
        entry=done.entries[0],
    )


def template_excel(actor: Actor, table_id: str) -> Download:
    """An empty spreadsheet of the contract; holds no data, so nothing is recorded."""
    from citybrain.lake.templates import empty_template

    require(actor, "work.read", thing_of(table_id))
    contract = wiring.contract(table_id)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "template.xlsx"
        empty_template(contract, path, city=wiring.city())
        content = path.read_bytes()
    return Download(
        file_name=f"{contract.title or table_id}-空白模板.xlsx",
        media_type=EXCEL,
        content=content,
        entry="",
    )
