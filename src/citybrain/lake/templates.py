"""An empty spreadsheet of a contract: headers, what each means, and codes to choose from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from citybrain.city.contracts import Contract, Field
from citybrain.city.model import City, Codelist
from citybrain.lake.workbook import as_text, header, sheet_name

_LAST_ROW = 10_000  # down to which row the drop-downs go
_WORDS = {
    "string": "文字",
    "boolean": "是或否",
    "int": "整数",
    "long": "整数",
    "ulong": "整数",
    "float": "数字",
    "double": "数字",
    "date": "日期，如 2021-06-11",
    "timestamp": "日期和时间，如 2021-06-11 14:32:00",
    "timestamptz": "日期和时间，如 2021-06-11 14:32:00+08:00",
    "time": "时间，如 14:32:00",
    "json": "JSON",
    "binary": "十六进制数据",
}


def empty_template(contract: Contract, path: Path, *, city: City | None = None) -> Path:
    """Write the template to ``path``; with ``city`` its code lists become drop-downs.

    The first row holds the headers and nothing else is a row of data: meanings are notes on
    the headers, so that the sheet can be filled in and uploaded as it is.
    """
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has no sheet")
    sheet.title = sheet_name(contract.title)
    header(sheet, [f.source for f in contract.fields])
    codes = city.codelists if city else {}
    for position, field in enumerate(contract.fields, 1):
        sheet.cell(1, position).comment = Comment(_meaning(field, codes), "citybrain")
        _as_text_column(sheet, position)
    _codes(book, sheet, contract, codes)
    book.save(path)
    return path


def _meaning(field: Field, codes: Mapping[str, Codelist]) -> str:
    kind = field.type
    typed = _WORDS.get(kind) or f"数字 {kind}"
    lines = [
        f"{field.title or field.source} {field.title_en}".strip(),
        field.description,
        f"填写：{typed}",
        "必填" if field.required or field.key else "可以留空",
        f"代码表：{codes[field.codelist].title}" if field.codelist in codes else "",
    ]
    return "\n".join(line for line in lines if line)


def _as_text_column(sheet: Any, position: int) -> None:
    """Cells are texts, so that Excel does not cut an ID number to fifteen digits."""
    from openpyxl.utils import get_column_letter

    sheet.column_dimensions[get_column_letter(position)].number_format = "@"


def _codes(book: Any, sheet: Any, contract: Contract, codes: Mapping[str, Codelist]) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    used = [f for f in contract.fields if f.codelist in codes]
    if not used:
        return
    listed = book.create_sheet("代码表")
    for place, field in enumerate(used, 1):
        codelist = codes[field.codelist]
        as_text(listed.cell(1, 2 * place - 1), codelist.title)
        valid = [(c, e) for c, e in codelist.entries.items() if e.until is None]
        for row, (code, entry) in enumerate(valid, 2):
            as_text(listed.cell(row, 2 * place - 1), code)
            as_text(listed.cell(row, 2 * place), entry.title)
        letter = get_column_letter(2 * place - 1)
        choice = DataValidation(
            type="list",
            formula1=f"'代码表'!${letter}$2:${letter}${len(valid) + 1}",
            allow_blank=True,
            showErrorMessage=False,
        )
        column = get_column_letter(contract.fields.index(field) + 1)
        choice.add(f"{column}2:{column}{_LAST_ROW}")
        sheet.add_data_validation(choice)
