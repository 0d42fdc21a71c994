"""A spreadsheet tried, mended cell by cell, delivered; templates; rows set aside as Excel."""

import os
import signal
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.city.contracts import Rule
from citybrain.city.model import Codelist, Entry
from citybrain.city.systems import Fetch
from citybrain.lake import corrections
from citybrain.lake.dryrun import deliver, dry_run
from citybrain.lake.home import Home
from citybrain.lake.quarantine import to_excel
from citybrain.lake.results import TableResult
from citybrain.lake.store import open_store
from citybrain.lake.templates import empty_template
from tests.lake.collecting import Town, contract, text, typed
from tests.lake.faulty import CONTEXT, serve

GOOD_ID = "11010519491231002X"
ROWS = [
    ["A1", "王一", GOOD_ID, "1949-12-31", "1"],
    ["A2", "李二", GOOD_ID, "1949-12-13", "1"],
    ["A3", "张三", "", "", "2"],
    ["A4", "赵四", "", "", "9"],
    ["A5", "钱五", "", "", "2"],
]


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    return _town(tmp_path, clock)


def _town(tmp_path: Path, clock: FixedClock) -> Town:
    (tmp_path / "in").mkdir(exist_ok=True)
    codes = {
        "1": Entry(title="结婚登记"),
        "2": Entry(title="离婚登记"),
        "9": Entry(title="旧", until=date(2020, 1, 1), replaced_by="1"),
    }
    town = Town(
        tmp_path, clock, codelists={"kind": Codelist(name="kind", title="类型", entries=codes)}
    )
    made = contract(
        text("no", source="登记字号", key=1),
        text("name", source="姓名", required=True, title="男方姓名"),
        text("id", source="证件号", rules=(Rule(name="id_number"),)),
        typed(
            "born",
            "date",
            source="出生日期",
            rules=(Rule(name="birth_of", arguments={"id": "id"}),),
        ),
        text("kind", source="类型", codelist="kind"),
    )
    town.add(made, f"files://{tmp_path}/in", Fetch(source="m.xlsx", format="excel"), kind="upload")
    return town


def _workbook(path: Path, rows: list[list[str]], header: list[str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(header or ["登记字号", "姓名", "证件号", "出生日期", "类型"])
    for row in rows:
        sheet.append([value or None for value in row])
    book.save(path)
    return path


def _try(town: Town, path: Path, **more: object):  # type: ignore[no-untyped-def]
    return dry_run(
        town.store,
        town.city,
        "s.t",
        path,
        readers=READERS,
        clock=town.clock,
        **more,  # type: ignore[arg-type]
    )


def test_a_dry_run_marks_cells_and_writes_nothing(town: Town) -> None:
    run = _try(town, _workbook(town.root / "m.xlsx", ROWS))
    assert (run.read, run.accepted, run.inserted, run.quarantined) == (5, 3, 3, 2)
    wrong = {row.row_number: row.problems[0] for row in run.cells if row.problems}
    assert wrong[3].sentence == "身份证号显示 1949-12-31，登记为 1949-12-13，请核对其一。"
    assert (wrong[3].suggestion, wrong[5].rule, wrong[5].suggestion) == (
        "1949-12-31",
        "codelist",
        "1",
    )
    assert [row.row_number for row in run.cells] == [2, 3, 4, 5, 6]
    assert run.first_row == 2
    assert town.store.tables() == []


def test_edits_mend_cells_and_edited_rows_stay_in_sight(town: Town) -> None:
    path = _workbook(town.root / "m.xlsx", ROWS)
    run = _try(town, path, edits={(3, "born"): "1949-12-31", (5, "kind"): "1"})
    assert (run.accepted, run.quarantined) == (5, 0)
    assert {row.row_number: row.values["born"] for row in run.cells}[3] == "1949-12-31"


def test_delivering_twice_counts_once_and_the_rest_is_set_aside(town: Town) -> None:
    path = _workbook(town.root / "m.xlsx", ROWS)
    for _again in range(2):
        result = deliver(
            town.store,
            town.city,
            "s.t",
            path,
            edits={(5, "kind"): "1"},
            batch_id="B1",
            readers=READERS,
            clock=town.clock,
        )
        assert result.error is None
        assert (result.read, result.inserted, result.quarantined) == (5, 4, 1)
    assert len(town.rows()) == 4
    assert len(town.store.snapshots("ods.s.t")) == 1


def _two_set_aside(town: Town) -> tuple[Path, Workbook, Worksheet]:
    """The rows that a collect set aside, as the workbook in which they can be mended."""
    _workbook(town.root / "in" / "m.xlsx", ROWS)
    assert town.one().quarantined == 2
    path = to_excel(town.store, town.city, "s.t", town.root / "q.xlsx")
    book = openpyxl.load_workbook(path)
    assert isinstance(book.active, Worksheet)
    return path, book, book.active


def test_what_was_set_aside_comes_back_corrected_as_excel(town: Town) -> None:
    path, book, sheet = _two_set_aside(town)
    own = ["来源行号（Source row）", "待修正原因", "Reason", "建议值"]
    assert [c.value for c in sheet[1]][-4:] == own
    assert [str(row[5].value) for row in sheet["A2:F3"]] == ["3", "5"]
    assert "1949-12-31" in str(sheet.cell(2, 7).value)
    sheet.cell(2, 4).value = "1949-12-31"
    sheet.cell(3, 5).value = "2"
    book.save(path)
    run = _try(town, path)
    assert (run.accepted, run.removed, run.quarantined) == (2, 0, 0)
    result = deliver(
        town.store, town.city, "s.t", path, batch_id="B2", readers=READERS, clock=town.clock
    )
    assert (result.error, result.inserted, result.removed) == (None, 2, 0)
    assert len(town.rows()) == 5
    assert town.aside() == []


def test_the_workbook_marks_what_is_wrong_and_cuts_no_value_off(town: Town) -> None:
    _, _, sheet = _two_set_aside(town)
    marked = {c.coordinate for row in sheet["A2:E3"] for c in row if c.fill.fill_type}
    assert marked == {"D2", "E3"}
    longest = max(len(str(row[1].value)) for row in sheet["A2:E3"])
    assert sheet.column_dimensions["B"].width > longest


def _log(town: Town) -> list[str]:
    from citybrain.lake.runs import log, runs

    store = town.store
    return [line.sentence_zh for run in runs(store) for line in log(store, run.run_id)]


def test_what_was_mended_in_excel_or_in_the_grid_holds_at_the_next_collect(town: Town) -> None:
    path, book, sheet = _two_set_aside(town)
    sheet.cell(2, 4).value = "1949-12-31"
    book.save(path)
    edits = {(3, "kind"): "2"}  # the second row of the workbook, in the grid
    result = deliver(
        town.store, town.city, "s.t", path, edits=edits, batch_id="B", by="p", reason="核对",
        readers=READERS, clock=town.clock,
    )  # fmt: skip
    assert (result.error, result.inserted) == (None, 2)
    again = town.one()
    assert (again.quarantined, again.unchanged, again.removed) == (0, 5, 0)
    assert not any("以数源的表为准" in line for line in _log(town))
    assert any("2 格修正已记下" in line for line in _log(town))
    later = [*ROWS[:3], ["A4", "赵四", "", "", "7"], ROWS[4]]
    _workbook(town.root / "in" / "m.xlsx", later)
    assert town.one().quarantined == 1  # another wrong value was never corrected


def _killed(root: Path, clock: FixedClock, path: Path, swap: int) -> None:
    """Deliver, and die at once when the swap of that number has happened."""
    town, seen = _town(root, clock), 0

    def phase(name: str) -> None:
        nonlocal seen
        seen += name == "swapped"
        if seen == swap:
            os.kill(os.getpid(), signal.SIGKILL)

    store = open_store(Home(town.root / "home"), clock=town.clock, phase=phase)
    deliver(
        store, town.city, "s.t", path, batch_id="B", by="p", reason="核对", readers=READERS,
        clock=town.clock,
    )  # fmt: skip


@pytest.mark.parametrize("swap", [1, 2], ids=["quarantine", "table"])
def test_a_kill_after_a_commit_loses_no_correction(town: Town, swap: int) -> None:
    path, book, sheet = _two_set_aside(town)
    sheet.cell(2, 4).value = "1949-12-31"
    book.save(path)
    serve()
    process = CONTEXT.Process(target=_killed, args=(town.root, town.clock, path, swap))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    result = town.one()  # the source still delivers the wrong value
    assert [row.values["no"] for row in town.aside()] == ["A4"]
    assert (result.accepted, result.updated, result.removed) == (4, 0, 0)
    assert [c.corrected for c in corrections.active(town.store, "s.t")] == ["1949-12-31"]


def test_another_removal_than_was_told_changes_nothing(town: Town) -> None:
    _workbook(town.root / "in" / "m.xlsx", ROWS)
    town.one()
    path = _workbook(town.root / "m.xlsx", ROWS[:1])
    told = _try(town, path).removed
    assert told == 2
    other = _workbook(town.root / "o.xlsx", [*ROWS, ["A6", "孙六", "", "", "2"]])

    def sent(which: Path, batch: str, **more: int) -> TableResult:
        return deliver(
            town.store, town.city, "s.t", which, batch_id=batch, readers=READERS,
            clock=town.clock, **more,
        )  # fmt: skip

    assert sent(other, "A").inserted == 1  # another officer's, between the look and the lease
    refused = sent(path, "B", removing=told)
    assert refused.error is not None
    assert "would now take 3 rows out of it, and 2 were told" in refused.error
    assert (len(town.rows()), len(town.aside())) == (4, 2)
    assert sent(path, "B", removing=3).removed == 3


def test_a_whole_file_that_the_next_collect_replaces_is_told(town: Town, clock: FixedClock) -> None:
    _workbook(town.root / "in" / "m.xlsx", ROWS)
    town.one()
    clock.advance(timedelta(minutes=1))
    mine = _workbook(town.root / "m.xlsx", [["A1", "王一一", GOOD_ID, "1949-12-31", "1"]])
    deliver(town.store, town.city, "s.t", mine, batch_id="B", readers=READERS, clock=town.clock)
    clock.advance(timedelta(minutes=1))
    assert town.one().updated == 1
    assert any("更新 1 行、新增 2 行、移走 0 行" in line for line in _log(town))
    clock.advance(timedelta(minutes=1))
    town.one()
    assert sum("以数源的表为准" in line for line in _log(town)) == 1


def test_no_delivered_value_becomes_a_formula(town: Town) -> None:
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)"]
    rows = [[f"H{i}", value, "1", "", "1"] for i, value in enumerate(hostile)]
    _workbook(town.root / "in" / "m.xlsx", [])
    book = openpyxl.load_workbook(town.root / "in" / "m.xlsx")
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
        sheet.cell(sheet.max_row, 2).data_type = "s"
    book.save(town.root / "in" / "m.xlsx")
    assert town.one().quarantined == 4
    path = to_excel(town.store, town.city, "s.t", town.root / "q.xlsx")
    cells = [row[1] for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == hostile
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.quotePrefix for cell in cells)


def test_the_template_has_headers_meanings_and_codes(town: Town) -> None:
    path = empty_template(town.contracts["s.t"], town.root / "t.xlsx", city=town.city)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [c.value for c in sheet[1]] == ["登记字号", "姓名", "证件号", "出生日期", "类型"]
    assert "必填" in sheet["B1"].comment.text
    assert len(sheet.data_validations.dataValidation) == 1
    run = _try(town, path)
    assert (run.read, run.accepted) == (0, 0)


def test_a_row_that_cannot_be_read_is_shown_and_moves_no_other_row(town: Town) -> None:
    path = town.root / "m.csv"
    lines = [
        "登记字号,姓名,证件号,出生日期,类型", "A1,王一,,,1", "A2,李二", "A2,也,,", "A3,张三,,,2",
        "A4,赵四,,,9", "A5", "A6,钱六,,,2",
    ]  # fmt: skip
    path.write_text("\n".join(lines) + "\n", "utf-8")
    run = _try(town, path)
    assert (run.read, run.accepted, run.quarantined) == (7, 3, 4)
    assert {row.row_number: row.unread for row in run.cells if row.problems} == {
        3: True, 4: True, 6: False, 7: True,
    }  # fmt: skip
    values = {row.row_number: row.values.get("no") for row in run.cells if not row.unread}
    assert values == {2: "A1", 5: "A3", 6: "A4", 8: "A6"}
    assert run.first_row == 2
    deliver(town.store, town.city, "s.t", path, batch_id="B", readers=READERS, clock=town.clock)
    assert sorted(row.number for row in town.aside()) == [3, 4, 6, 7]


def test_blank_lines_count_where_an_officer_looks_for_the_row(town: Town) -> None:
    path = town.root / "m.csv"
    lines = ["登记字号,姓名,证件号,出生日期,类型", "", "A1,王一,,,1", "", "A4,赵四,,,9"]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert [row.row_number for row in _try(town, path).cells if row.problems] == [5]
    assert _try(town, path, edits={(5, "kind"): "1"}).quarantined == 0


def test_an_upload_as_csv_in_the_office_s_own_encoding(town: Town) -> None:
    path = town.root / "m.csv"
    lines = [",".join(["登记字号", "姓名", "证件号", "出生日期", "类型"]), *map(",".join, ROWS)]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    assert _try(town, path).accepted == 3
