"""Numbers that a spreadsheet cannot keep whole: set aside, told, and mended."""

from pathlib import Path

import openpyxl
import pytest

from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.city.contracts import Rule
from citybrain.city.systems import Fetch
from citybrain.lake import corrections
from citybrain.lake.dryrun import deliver, dry_run
from citybrain.lake.quarantine import to_excel
from citybrain.lake.results import TableResult
from tests.lake.collecting import Town, contract, text, typed

HEADER = ["no", "证件号", "card", "sum", "big", "size", "note"]
GOOD_ID = "11010519491231002X"
RIGHT = ["A1", GOOD_ID, "6222021234567890", "999999999999999", 12, 1.5, 123456789012345678]


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    (tmp_path / "in").mkdir()
    town = Town(tmp_path, clock)
    made = contract(
        text("no", key=1),
        text("id", source="证件号", title="身份证号", rules=(Rule(name="id_number"),)),
        text("card"),
        typed("sum", "decimal(20,2)"),
        typed("big", "long"),
        typed("size", "double"),
    )
    town.add(
        made, f"files://{tmp_path}/in", Fetch(source="m.xlsx", format="excel"),
        kind="upload", drift="ignore_new",
    )  # fmt: skip
    return town


def _book(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (HEADER, *rows):
        sheet.append(row)
    book.save(path)
    return path


def _changed(number: int, **cells: object) -> list[object]:
    values = dict(zip(("no", "id", "card", "sum", "big", "size", "note"), RIGHT, strict=True))
    return list({**values, "no": f"A{number}", **cells}.values())


def _deliver(town: Town, path: Path, batch: str) -> TableResult:
    return deliver(
        town.store, town.city, "s.t", path, batch_id=batch, by="p", reason="核对",
        readers=READERS, clock=town.clock,
    )  # fmt: skip


def test_only_bound_cells_that_lost_digits_set_their_row_aside(town: Town) -> None:
    cut = {
        "id": 110101199003070012,
        "card": 6222021234567890,
        "sum": 1234567890123456.25,
        "big": -1000000000000000,
        "size": 1e300,
    }
    rows = [_changed(n, **{field: value}) for n, (field, value) in enumerate(cut.items(), 2)]
    _book(town.root / "in" / "m.xlsx", RIGHT, *rows)
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (6, 1, 5)
    assert [(p.field, p.rule) for row in town.aside() for p in row.problems] == [
        (field, "digits") for field in cut
    ]
    first, second, *_others, last = town.aside()
    assert first.values["id"] == "1.10101199003070E+17"
    (problem,) = first.problems
    assert problem.sentence == (
        "身份证号在表格里是数字 110101199003070000，Excel 只保留数字的前15位，"
        "交来的可能已不是填写的值。请把这一列设为“文本”格式，对照原件重新填写。"
    )
    assert "card is the number 6222021234567890 in the spreadsheet" in (
        second.problems[0].sentence_en
    )
    assert last.values["size"] == "1.00000000000000E+300"


def test_fifteen_digits_and_texts_are_whole(town: Town) -> None:
    whole = _changed(2, id=None, card=999999999999999, sum=-999999999999999, note=None)
    texts = _changed(3, card="110101199003070012", sum="1234567890123456.25", size="1e300")
    _book(town.root / "in" / "m.xlsx", whole, texts)
    result = town.one()
    assert (result.accepted, result.quarantined) == (2, 0)
    assert [row[2] for row in town.rows()] == ["999999999999999", "110101199003070012"]


def test_a_text_file_means_what_it_says(town: Town) -> None:
    path = town.root / "m.csv"
    path.write_text("no,证件号,card,sum,big,size\nA1,,6222021234567890,,,1.00000000000000E+300\n")
    assert _deliver(town, path, "B").quarantined == 0


def test_an_upload_is_told_before_and_edits_bring_the_row_in(town: Town) -> None:
    path = _book(town.root / "m.xlsx", RIGHT, _changed(2, id=110101199003070012))

    def tried(value: str | None = None):  # type: ignore[no-untyped-def]
        edits = {(3, "id"): value} if value else None
        return dry_run(
            town.store, town.city, "s.t", path, edits=edits, readers=READERS, clock=town.clock
        )

    found = {row.row_number: [p.rule for p in row.problems] for row in tried().cells}
    assert found[3] == ["digits"]
    assert tried("1.10101199003070E+17").quarantined == 1
    assert tried(GOOD_ID).quarantined == 0


def test_a_workbook_of_rows_set_aside_must_be_typed_anew(town: Town) -> None:
    path = _book(town.root / "m.xlsx", RIGHT, _changed(2, card=6222021234567890))
    assert _deliver(town, path, "B").quarantined == 1
    again = to_excel(town.store, town.city, "s.t", town.root / "q.xlsx")
    assert _deliver(town, again, "C").quarantined == 1
    book = openpyxl.load_workbook(again)
    sheet = book.active
    assert sheet is not None
    sheet.cell(2, 3).value = "6222021234567891"
    book.save(again)
    result = _deliver(town, again, "D")
    assert (result.inserted, result.quarantined, town.aside()) == (1, 0, [])


def _correct(town: Town, field: str, corrected: str) -> None:
    (row,) = town.aside()
    corrections.record(
        town.store, table="s.t", quarantine_id=row.id, field=field, original=row.values[field],
        corrected=corrected, by="p", reason="核对", now=town.clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["full", "upsert"])
def test_a_correction_brings_its_row_in_and_no_other_cell(town: Town, mode: str) -> None:
    fetch = Fetch(source="m.xlsx", format="excel", mode=mode)
    town.add(town.contracts["s.t"], f"files://{town.root}/in", fetch, kind="upload",
             drift="ignore_new")  # fmt: skip
    wrong = _changed(2, id=110101199003070012, card=6222021234567890)
    _book(town.root / "in" / "m.xlsx", RIGHT, wrong)
    assert town.one().quarantined == 1
    _correct(town, "id", GOOD_ID)
    if mode == "upsert":  # what is set aside is checked again though it does not come again
        _book(town.root / "in" / "m.xlsx", RIGHT)
    town.one()
    (row,) = town.aside()
    assert [p.field for p in row.problems] == ["card"]
    _correct(town, "card", "6222021234567891")
    result = town.one()
    assert (result.inserted, result.quarantined, town.aside()) == (1, 0, [])
    assert town.rows()[1][1:3] == (GOOD_ID, "6222021234567891")


def test_a_corrected_key_leaves_nothing_set_aside(town: Town) -> None:
    fetch = Fetch(source="m.xlsx", format="excel", mode="upsert")
    town.add(town.contracts["s.t"], f"files://{town.root}/in", fetch, kind="upload",
             drift="ignore_new")  # fmt: skip
    _book(town.root / "in" / "m.xlsx", RIGHT, _changed(2, no=341802202100000012))
    town.one()
    _correct(town, "no", "341802202100000012")
    _book(town.root / "in" / "m.xlsx", RIGHT)
    assert (town.one().inserted, town.aside()) == (1, [])
