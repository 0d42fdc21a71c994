"""A spreadsheet on its way in: tried, marked, mended in place, delivered once."""

from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger
from tests.engines.catalogue import world

TABLE = "civil.marriages"


@pytest.fixture
def draft(officer: Actor, tmp_path: Path) -> str:
    """Forty rows: a birth date that denies the number (row 6), an old code (row 20)."""
    path = world.write_marriages(tmp_path / "婚姻登记-2021年累计.xlsx")
    world.change_cell(path, row=6, head="男方出生日期", value="1978-03-06")
    world.change_cell(path, row=20, head="登记类型", value="复婚")
    return catalogue.upload_start(officer, TABLE, path.name, path.read_bytes())


@pytest.fixture
def revealed(officer: Actor, draft: str) -> str:
    """The same, seen unmasked for a purpose."""
    catalogue.upload(officer, draft, reveal=True, purpose="核对登记与证件")
    return draft


def test_wrong_cells_are_masked_and_shut_until_a_purpose_is_given(
    officer: Actor, draft: str, city_clock: FixedClock
) -> None:
    view = catalogue.upload(officer, draft)
    assert (view.masked, view.may_reveal) == (True, True)
    assert (entry := ledger.entries(limit=1)[0]).masked
    assert entry.action == "lake.upload"
    row = next(row for row in view.rows if row.number == 6)
    cell = next(cell for cell in row.cells if cell.field == "man_birth_date")
    assert (cell.state, cell.value, cell.masked) == ("wrong", "1978-**-**", True)
    assert row.troubles[0].suggestion == ""
    for secret in ("1978-03-06", "1987-03-06", world.marriage(5)[4]):
        assert secret not in repr(view.rows)
    for change in (
        lambda: catalogue.upload_accept(officer, draft, 6, "man_birth_date"),
        lambda: catalogue.upload_edit(officer, draft, 6, {"man_birth_date": "1987-03-06"}),
    ):
        with pytest.raises(CityError, match="尚未查看明文"):
            change()
    with pytest.raises(CityError):
        catalogue.upload(officer, draft, reveal=True, purpose="")
    assert catalogue.upload(officer, draft).masked
    catalogue.upload(officer, draft, reveal=True, purpose="核对登记与证件")
    entry = ledger.entries(limit=1)[0]
    assert (entry.action, entry.masked, entry.purpose) == ("lake.reveal", False, "核对登记与证件")
    catalogue.upload_accept(officer, draft, 6, "man_birth_date")
    assert not catalogue.upload(officer, draft).masked
    city_clock.advance(timedelta(minutes=61))
    view = catalogue.upload(officer, draft)
    assert "1987-03-06" not in repr(view.rows)
    assert "1978-03-06" not in repr(view.rows)


def test_a_dry_run_marks_wrong_cells_and_writes_nothing(officer: Actor, revealed: str) -> None:
    draft = revealed
    before = ledger.count()
    view = catalogue.upload(officer, draft)
    assert (view.read, view.accepted, view.quarantined) == (40, 38, 2)
    assert (view.inserted, view.unchanged, view.step) == (38, 0, 3)
    assert [(row.kind, row.number or row.folded) for row in view.rows] == [
        ("gap", 3), ("row", 5), ("row", 6), ("row", 7), ("gap", 11),
        ("row", 19), ("row", 20), ("row", 21), ("gap", 20),
    ]  # fmt: skip
    rows = {row.number: row for row in view.rows}
    assert [row.state for row in view.rows if row.kind == "row"] == [
        "clean", "wrong", "clean", "clean", "wrong", "clean",
    ]  # fmt: skip
    wrong = {cell.field: cell for cell in rows[6].cells}
    assert (wrong["man_birth_date"].state, wrong["man_birth_date"].value) == ("wrong", "1978-03-06")
    (trouble,) = rows[6].troubles
    assert "1978-03-06" in trouble.sentence.zh
    assert trouble.suggestion == "1987-03-06"
    assert rows[20].troubles[0].suggestion == "结婚"
    # what the trouble is not about stays masked, and so do the clean rows beside it
    assert wrong["woman_name"].value == "李**"
    assert wrong["man_id_number"].value == world.marriage(5)[4]
    assert {cell.field: cell.value for cell in rows[5].cells}["man_birth_date"] == "1987-**-**"
    # her own file, but people's data: one entry, unmasked
    entry = ledger.entries(limit=1)[0]
    assert (entry.action, entry.masked, entry.count) == ("lake.upload", False, 6)
    assert ledger.count() == before + 1
    assert catalogue.tables(officer)[0].rows == 0


def test_suggestions_are_taken_and_the_figures_follow(officer: Actor, revealed: str) -> None:
    draft = revealed
    catalogue.upload_accept(officer, draft, 6, "man_birth_date")
    view = catalogue.upload(officer, draft)
    assert (view.accepted, view.quarantined, view.fixed_rows, view.wrong_rows) == (39, 1, 1, 2)
    row = next(row for row in view.rows if row.number == 6)
    changed = next(cell for cell in row.cells if cell.field == "man_birth_date")
    assert (row.state, changed.state) == ("changed", "changed")
    assert (changed.before, changed.value) == ("1978-03-06", "1987-03-06")
    with pytest.raises(CityError):
        catalogue.upload_accept(officer, draft, 6, "office")
    catalogue.upload_undo(officer, draft, 6)
    assert catalogue.upload(officer, draft).quarantined == 2


def test_a_returned_row_waits_with_its_reasons(officer: Actor, draft: str) -> None:
    catalogue.upload_return_row(officer, draft, 20)
    view = catalogue.upload(officer, draft)
    assert next(row for row in view.rows if row.number == 20).state == "returned"
    assert view.quarantined == 2


def test_a_submitted_draft_is_in_once(
    officer: Actor, revealed: str, city_clock: FixedClock
) -> None:
    draft = revealed
    catalogue.upload_accept(officer, draft, 6, "man_birth_date")
    run_id = catalogue.upload_submit(officer, draft)
    assert catalogue.upload_submit(officer, draft) == run_id
    run = catalogue.run(officer, run_id)
    assert (run.row.read, run.row.accepted, run.row.quarantined) == (40, 39, 1)
    assert run.row.title.zh.startswith("上传")
    table = next(row for row in catalogue.tables(officer) if row.table == TABLE)
    assert (table.rows, table.quarantined) == (39, 1)
    view = catalogue.upload(officer, draft)
    assert (view.submitted, view.step, view.run) == (True, 4, run_id)
    with pytest.raises(CityError):
        catalogue.upload_edit(officer, draft, 6, {"office": "泾县"})


def test_the_same_delivery_by_another_draft_counts_once(
    officer: Actor, draft: str, tmp_path: Path, city_clock: FixedClock
) -> None:
    catalogue.upload_submit(officer, draft)
    city_clock.advance(timedelta(minutes=1))
    path = tmp_path / "婚姻登记-2021年累计.xlsx"
    again = catalogue.upload_start(officer, TABLE, "another name.xlsx", path.read_bytes())
    catalogue.upload_submit(officer, again)
    assert len(catalogue.snapshots(officer, TABLE)) == 1


def submit(officer: Actor, path: Path, *, confirmed: int = 0) -> str:
    draft = catalogue.upload_start(officer, TABLE, path.name, path.read_bytes())
    catalogue.upload_submit(officer, draft, confirmed=confirmed)
    return draft


def test_rows_that_would_go_are_told_by_key_and_much_is_confirmed(
    officer: Actor, tmp_path: Path, city_clock: FixedClock
) -> None:
    submit(officer, world.write_marriages(tmp_path / "all.xlsx"))
    city_clock.advance(timedelta(minutes=1))
    few = world.write_marriages(tmp_path / "few.xlsx", rows=37)
    draft = catalogue.upload_start(officer, TABLE, few.name, few.read_bytes())
    view = catalogue.upload(officer, draft)
    assert (view.unchanged, view.removed, view.must_confirm) == (37, 3, False)
    assert "会从“婚姻登记与救助”汇聚" in view.next_collect.zh
    assert [row.zh for row in view.gone] == [f"登记字号 341891-2021-{n:06d}" for n in (38, 39, 40)]
    assert "移走 3 行（现有 40 行）" in view.removing.zh
    assert "3 rows would be taken out" in view.removing.en
    catalogue.upload_submit(officer, draft)
    view = catalogue.upload(officer, draft)
    assert (view.unchanged, view.removed, view.removing.zh, view.gone) == (37, 3, "", ())


@pytest.mark.parametrize("rows", [0, 36])
def test_emptying_a_table_needs_its_own_yes(
    officer: Actor, tmp_path: Path, city_clock: FixedClock, rows: int
) -> None:
    submit(officer, world.write_marriages(tmp_path / "all.xlsx"))
    city_clock.advance(timedelta(minutes=1))
    path = world.write_marriages(tmp_path / "less.xlsx", rows=rows)
    draft = catalogue.upload_start(officer, TABLE, path.name, path.read_bytes())
    view = catalogue.upload(officer, draft)
    assert (view.removed, view.must_confirm) == (40 - rows, True)
    assert ("清空" in view.removing.zh) == (rows == 0)
    assert view.more_gone == max(0, 20 - rows)
    for confirmed in (0, 3):
        with pytest.raises(CityError, match=f"移走 {40 - rows} 行"):
            catalogue.upload_submit(officer, draft, confirmed=confirmed)
    assert catalogue.sample(officer, TABLE).total == 40
    catalogue.upload_submit(officer, draft, confirmed=40 - rows)
    assert catalogue.sample(officer, TABLE).total == rows


def test_after_submitting_the_page_says_what_the_delivery_did(
    officer: Actor, tmp_path: Path, city_clock: FixedClock
) -> None:
    draft = submit(officer, world.write_marriages(tmp_path / "one.xlsx", rows=1))
    view = catalogue.upload(officer, draft)
    assert (view.inserted, view.updated, view.unchanged) == (1, 0, 0)
    city_clock.advance(timedelta(minutes=1))
    twice = submit(officer, tmp_path / "one.xlsx")
    assert catalogue.upload(officer, twice).inserted == 1  # the same batch, counted once


def test_a_file_that_lacks_a_column_says_so_and_cannot_be_submitted(
    officer: Actor, tmp_path: Path
) -> None:
    from openpyxl import load_workbook

    path = world.write_marriages(tmp_path / "a.xlsx", rows=3)
    book = load_workbook(path)
    book[world.SHEET].delete_cols(10)
    book.save(path)
    draft = catalogue.upload_start(officer, TABLE, "a.xlsx", path.read_bytes())
    view = catalogue.upload(officer, draft)
    assert view.step == 2
    assert "登记机关" in view.error.zh
    with pytest.raises(CityError):
        catalogue.upload_submit(officer, draft)
    assert catalogue.tables(officer)[0].rows == 0


def test_a_file_that_is_no_spreadsheet_says_so(officer: Actor) -> None:
    draft = catalogue.upload_start(officer, TABLE, "登记.xlsx", b"this is not a workbook")
    error = catalogue.upload(officer, draft).error
    assert error.zh.startswith("工作簿 登记.xlsx 读不出来：它不是完整的 Excel 文件")
    assert error.en.startswith("The workbook 登记.xlsx cannot be read, because it is no whole")


def test_the_template_has_the_departments_own_headers(officer: Actor, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    path = tmp_path / "t.xlsx"
    path.write_bytes(catalogue.template_excel(officer, TABLE).content)
    sheet = load_workbook(path).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(world.HEADS)
