"""The tour's first step, in rehearsal only: break one fact in a department's own file."""

import os
from pathlib import Path
from typing import Any

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.city.contracts import Contract, Field
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.reading import order, thing_of
from citybrain.engines.catalogue.views import BrokenFact
from citybrain.engines.identity.service import Actor


def break_one_fact(actor: Actor) -> BrokenFact:
    """Change a birth date in the tour's spreadsheet so that it denies the ID number.

    Swaps the last two digits of a year (1987 → 1978) in the first row where that makes a
    difference; the file is replaced as a whole. Refuses outside rehearsal.
    """
    contract, field, beside = tour_table()
    order(actor, "lake.cheat", thing_of(contract.id), count=1)
    return _change(_file(contract), contract, field, beside)


def tour_table() -> tuple[Contract, Field, Field]:
    """The first uploaded table with a birth date that an ID number must confirm.

    Found by what the contracts say, so that any city's rehearsal has a tour.
    """
    city = wiring.city()
    for contract in city.contracts.values():
        if city.systems[contract.system].kind != "upload":
            continue
        for field in contract.fields:
            for rule in field.rules:
                if rule.name == "birth_of":
                    return contract, field, contract.field(str(rule.arguments["id"]))
    raise CityError(
        both("这座城市没有适合导览的表", "This city has no table that suits the tour"),
        why=both(
            "没有一张填报的表有须与证件号一致的出生日期",
            "no uploaded table has a date of birth that must agree with an ID number",
        ),
        do=both("可跳过导览的这一步", "Leave out this step of the tour"),
    )


def _file(contract: Contract) -> Path:
    from citybrain.lake.connections import resolve

    system = wiring.city().systems[contract.system]
    connection = resolve(system.connection, wiring.home(), os.environ)
    folder = Path(connection.url.removeprefix("files://"))
    found = sorted(folder.glob(system.tables[contract.table].source))
    if not found:
        raise CityError(
            both("找不到单位的表格", "The department's spreadsheet is missing"),
            why=both(
                f"{folder} 中没有 {system.tables[contract.table].source}",
                f"{folder} does not hold {system.tables[contract.table].source}",
            ),
            do=both(
                "请用 citybrain simulate 重新写出演练系统",
                "Write the rehearsal's systems anew with citybrain simulate",
            ),
            where=str(folder),
        )
    return found[-1]


def _change(path: Path, contract: Contract, field: Field, beside: Field) -> BrokenFact:
    from openpyxl import load_workbook

    book = load_workbook(path)
    sheet = book[_fetch(contract).sheet] if _fetch(contract).sheet else book.active
    header_row = _fetch(contract).header_row
    heads = {str(cell.value).strip(): cell.column for cell in sheet[header_row] if cell.value}
    key = contract.field(contract.key[0]) if contract.key else field
    for row in range(header_row + 1, sheet.max_row + 1):
        cell = sheet.cell(row, heads[field.source])
        before = _day(cell.value)
        number = str(sheet.cell(row, heads[beside.source]).value or "")
        after = swapped(before)
        if len(number) == 18 and number[6:14] == before.replace("-", "") and after != before:
            cell.value = after if isinstance(cell.value, str) else type(cell.value)(*_parts(after))
            label = str(sheet.cell(row, heads[key.source]).value)
            _replace(book, path)
            return _told(path, contract, field, row=row, label=label, before=before, after=after)
    raise CityError(
        both("表格中没有可改的一行", "The spreadsheet has no row to change"),
        do=both("请用 citybrain simulate 重新写出", "Write it anew with citybrain simulate"),
        where=str(path),
    )


def _fetch(contract: Contract) -> Any:
    return wiring.city().systems[contract.system].tables[contract.table]


def _replace(book: Any, path: Path) -> None:
    """Write beside and swap, so that a collect never meets half a file."""
    fresh = path.with_name(f".{path.name}")
    book.save(fresh)
    fresh.replace(path)


def _day(value: Any) -> str:
    return str(value or "")[:10]


def _parts(day: str) -> tuple[int, int, int]:
    year, month, number = day.split("-")
    return int(year), int(month), int(number)


def swapped(day: str) -> str:
    """``1987-03-12`` → ``1978-03-12``, as tired fingers type it."""
    return day[:2] + day[3] + day[2] + day[4:] if len(day) == 10 else day


def _told(
    path: Path, contract: Contract, field: Field, *, row: int, label: str, before: str, after: str
) -> BrokenFact:
    title = words.field_title(field)
    return BrokenFact(
        table=contract.id,
        file=path.name,
        row=row,
        label=label,
        field=field.name,
        field_title=title,
        before=before,
        after=after,
        sentence=Text(
            zh=f"{path.name} 第 {row} 行的“{title.zh}”由 {before} 改成了 {after}。",
            en=f"Row {row} of {path.name}: {title.en} was changed from {before} to {after}.",
        ),
    )
