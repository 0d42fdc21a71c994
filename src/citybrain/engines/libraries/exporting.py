"""Taking an answer away: bounded, masked by class, recorded as a download."""

import csv
import io
from collections.abc import Sequence

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.querying import MOST_EXPORTED

FORMATS = ("csv", "xlsx")
_Row = Sequence[str | None]


def export_query(actor: Actor, sql: str, *, format: str) -> catalogue.Download:  # noqa: A002
    """At most ``MOST_EXPORTED`` rows of an answer as csv or xlsx, masked whoever asks.

    One entry ``lake.export`` per table. What was cut off says so in the file's last row.
    """
    wiring.require(actor, "lake.export", "lake:")
    if format not in FORMATS:
        raise CityError(
            both(f"没有 {format} 这种格式", f"There is no format {format}"),
            do=both("可选 csv 或 xlsx", "Choose csv or xlsx"),
        )
    found = catalogue.query(actor, sql.strip(), max_rows=MOST_EXPORTED, export=True)
    rows: list[_Row] = [[catalogue.as_text(value) for value in row.values()] for row in found.rows]
    if not found.complete:
        rows.append([f"只有前 {MOST_EXPORTED:,} 行 / first {MOST_EXPORTED:,} rows only"])
    rehearsal = wiring.home().rehearsal
    mark = "-演练" if rehearsal else ""
    made = as_csv if format == "csv" else _xlsx
    return catalogue.Download(
        file_name=f"query-{wiring.clock().now():%Y%m%d-%H%M%S}{mark}.{format}",
        media_type="text/csv; charset=utf-8" if format == "csv" else catalogue.EXCEL,
        content=made(found.columns, rows, rehearsal),
        entry=found.entry,
    )


def as_csv(columns: Sequence[str], rows: Sequence[_Row], rehearsal: bool) -> bytes:
    """CSV for a spreadsheet, marked where it is a rehearsal's."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*columns, *(["rehearsal"] if rehearsal else [])])
    for row in rows:
        cells = [catalogue.csv_cell(value) for value in row]
        writer.writerow([*cells, *(["演练"] if rehearsal else [])])
    return out.getvalue().encode("utf-8-sig")  # Excel takes UTF-8 only with the mark


def _xlsx(columns: Sequence[str], rows: Sequence[_Row], rehearsal: bool) -> bytes:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("演练" if rehearsal else "query")
    sheet.append(list(columns))
    for row in rows:
        sheet.append([catalogue.csv_cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
