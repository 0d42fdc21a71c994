"""Files as departments deliver them: encodings, damage, spreadsheets; a reason, never a guess."""

import json
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from citybrain.base.clock import FixedClock
from citybrain.city.systems import Fetch
from tests.lake.collecting import Town, contract, text, typed


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    (tmp_path / "in").mkdir()
    return Town(tmp_path, clock)


def _table(town: Town, file: str, **fetch: object) -> None:
    made = contract(typed("id", "long", key=1), text("name"), typed("born", "date"))
    town.add(made, f"files://{town.root}/in", Fetch(source=file, **fetch))  # type: ignore[arg-type]


def _csv(town: Town, data: bytes, **fetch: object) -> None:
    (town.root / "in" / "t.csv").write_bytes(data)
    _table(town, "t.csv", **fetch)


HEAD = "id,name,born\n"
GOOD = HEAD + "1,王一,1987-03-12\n2,李二,1990-01-01\n3,张三,2001-12-31\n"


def test_csv_utf8_with_and_without_mark_and_line_ends(town: Town) -> None:
    for data in (GOOD, "\ufeff" + GOOD, GOOD.replace("\n", "\r\n"), GOOD.rstrip("\n"), GOOD + "\n"):
        _csv(town, data.encode())
        assert town.one().read == 3
        assert [row[1] for row in town.rows()] == ["王一", "李二", "张三"]


def test_csv_gb18030_with_four_byte_characters(town: Town) -> None:
    _csv(town, GOOD.replace("张三", "𠮷㐂").encode("gb18030"), encoding="gb18030")
    assert town.one().quarantined == 0
    assert town.rows()[2][1] == "𠮷㐂"


def test_csv_null_is_not_the_empty_string(town: Town) -> None:
    _csv(town, (HEAD + '1,"",\n2,,\n3,"a""b\nc, d",\n').encode())
    assert town.one().read == 3
    assert [row[1] for row in town.rows()] == ["", None, 'a"b\nc, d']


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_csv_wrong_bytes_in_the_middle_cost_one_record(town: Town, encoding: str) -> None:
    lines = GOOD.encode(encoding).split(b"\n")
    lines[2] = b"2,\xff\xff\x80,1990-01-01"
    _csv(town, b"\n".join(lines), encoding=encoding)
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (3, 2, 1)
    (row,) = town.aside()
    begin = len(b"\n".join(lines[:2])) + 1
    assert row.id == f"s.t/bytes {begin}-{begin + len(lines[2]) + 1}"
    assert encoding in row.problems[0].sentence
    assert "ff" in row.problems[0].sentence


def test_csv_an_open_quotation_mark_does_not_swallow_the_rest(town: Town) -> None:
    rows = "".join(f"{n},n{n},\n" for n in range(10, 400))
    _csv(town, (HEAD + '1,"open,\n' + rows + '500,"fine, too",\n').encode())
    result = town.one()
    assert (result.read, result.quarantined) == (392, 1)
    assert "引号" in town.aside()[0].problems[0].sentence


def test_csv_too_few_and_too_many_columns(town: Town) -> None:
    _csv(town, (HEAD + "1,a\n2,b,,\n3,c,\n").encode())
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (3, 1, 2)
    assert {row.raw for row in town.aside()} == {"1,a", "2,b,,"}


@pytest.mark.parametrize("damaged", [False, True], ids=["whole", "damaged"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_csv_rows_set_aside_are_told_by_their_line(
    town: Town, encoding: str, end: str, damaged: bool
) -> None:
    lines = ["id,name,born", "1,a,", "", "2,b,x", "", "", '3,"c', "", 'd",', "4,甲,y", "5,e,"]
    if damaged:
        lines[4:4] = ["9,too few"]
    _csv(town, (end.join(lines) + end).encode(encoding), encoding=encoding)
    town.one()
    told = {row.values["id"] or "": row.number for row in town.aside()}
    assert told == ({"": 5, "2": 4, "4": 11} if damaged else {"2": 4, "4": 10})


def test_csv_lines_of_a_file_without_blank_lines_and_end(town: Town) -> None:
    _csv(town, (HEAD + "1,a,\n2,b,x").encode())
    town.one()
    assert town.aside()[0].row_label == "第 3 行"


def test_csv_a_giant_cell_is_one_reject(town: Town) -> None:
    giant = "x" * 2_500_000
    _csv(town, (HEAD + f"1,{giant},\n2,ok,\n").encode())
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (2, 1, 1)


def test_csv_cut_anywhere_is_an_error_or_a_front_of_the_file(town: Town) -> None:
    _csv(town, GOOD.encode())
    town.one()
    before = {row[0]: row for row in town.rows()}
    data = GOOD.encode()
    errors = 0
    for cut in range(len(HEAD), len(data), 7):
        _csv(town, data[:cut])
        (result,) = town.collect("s.t")
        if result.error:
            errors += 1
            continue
        assert result.read == result.accepted + result.quarantined
        # Only the last field of the last record may be a shorter text: no file can tell.
        for row in town.rows():
            assert row[:2] == before[row[0]][:2]
    assert errors >= 2


def test_jsonl_numbers_stay_digit_by_digit(town: Town) -> None:
    lines = [
        '{"id": 1, "big": 12345678901234567890, "money": 1.10, "o": {"a": [1.0, "x"]}}',
        '{"id": 2, "big": null, "money": 0.3, "extra": true}',
    ]
    (town.root / "in" / "t.jsonl").write_text("\n".join(lines), encoding="utf-8")
    made = contract(
        typed("id", "long", key=1),
        typed("big", "ulong"),
        typed("money", "decimal(10,2)"),
        typed("o", "json"),
    )
    town.add(
        made, f"files://{town.root}/in", Fetch(source="t.jsonl", format="jsonl"), drift="ignore_new"
    )
    assert town.one().accepted == 2
    first = town.rows()[0]
    assert (int(first[1]), str(first[2]), first[3]) == (
        12345678901234567890,
        "1.10",
        '{"a": [1.0, "x"]}',
    )


def test_jsonl_bad_lines_are_rows_set_aside_with_their_place(town: Town) -> None:
    lines = ['{"id": 1, "name": "a", "born": null}', "{bad", '{"id": 1, "id": 2}', "[1]"]
    (town.root / "in" / "t.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _table(town, "t.jsonl", format="jsonl")
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (4, 1, 3)
    assert [row.raw for row in town.aside()] == lines[1:]
    (town.root / "in" / "t.jsonl").write_text("\n".join([lines[0], lines[0][:20]]))
    (cut,) = town.collect("s.t")
    assert cut.error is not None
    assert len(town.rows()) == 1


def test_parquet_by_its_own_types_and_cut_off(town: Town) -> None:
    path = town.root / "in" / "t.parquet"
    table = pa.table({"id": [1, 2], "name": ["a", None], "born": pa.array([0, 1], pa.date32())})
    pq.write_table(table, path)
    _table(town, "t.parquet", format="parquet")
    assert town.one().accepted == 2
    path.write_bytes(path.read_bytes()[:-20])
    (cut,) = town.collect("s.t")
    assert cut.error is not None
    assert len(town.rows()) == 2


def _book(town: Town) -> tuple[openpyxl.Workbook, Path]:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["id", "name", "born"])
    return book, town.root / "in" / "t.xlsx"


def test_excel_merged_blank_rows_numbers_and_dates(town: Town) -> None:
    from datetime import date, datetime

    book, path = _book(town)
    sheet = book.active
    assert sheet is not None
    for row in ([1, "甲", date(1987, 3, 12)], [], [2, None, datetime(1990, 1, 1)], [3, "丙", "x"]):  # noqa: DTZ001 - a timestamp without a zone is what is tested
        sheet.append(row)
    sheet.merge_cells("B2:B4")
    book.save(path)
    _table(town, "t.xlsx", format="excel")
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (3, 2, 1)
    assert [row[1] for row in town.rows()] == ["甲", "甲"]
    assert town.aside()[0].row_label == "第 5 行"


def test_excel_formulas_without_a_result_are_refused(town: Town) -> None:
    book, path = _book(town)
    sheet = book.active
    assert sheet is not None
    sheet.append([1, "=A2&A2", None])
    book.save(path)
    _table(town, "t.xlsx", format="excel")
    (result,) = town.collect("s.t")
    assert result.error is not None
    assert "B2" in result.error


def test_excel_truncated_and_bombs_are_refused(town: Town) -> None:
    book, path = _book(town)
    book.save(path)
    whole = path.read_bytes()
    _table(town, "t.xlsx", format="excel")
    for data in (whole[: len(whole) // 2], whole[:-30], b"", b"PK\x03\x04"):
        path.write_bytes(data)
        (result,) = town.collect("s.t")
        assert result.error is not None
        assert "t.xlsx" in result.error
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", b"\0" * (64 << 20))
    (result,) = town.collect("s.t")
    assert result.error is not None
    assert "MiB" in result.error


def test_files_outside_the_folder_are_not_read(town: Town) -> None:
    (town.root / "secret.csv").write_text(GOOD)
    _table(town, "../secret.csv", format="csv")
    (result,) = town.collect("s.t")
    assert result.error is not None
    assert town.rows() == []


def test_several_files_of_one_table_need_one_header(town: Town) -> None:
    (town.root / "in" / "a1.csv").write_text(HEAD + "1,a,\n")
    (town.root / "in" / "a2.csv").write_text(HEAD + "2,b,\n")
    _table(town, "a*.csv", format="csv")
    assert town.one().read == 2
    (town.root / "in" / "a3.csv").write_text("id,born,name\n")
    (result,) = town.collect("s.t")
    assert result.error is not None
    assert "a3.csv" in result.error


def test_what_is_set_aside_is_kept_as_it_was_delivered(town: Town) -> None:
    _csv(town, (HEAD + " 01 , x ,1987/02/30\n").encode())
    assert town.one().quarantined == 1
    (row,) = town.aside()
    assert dict(row.values) == {"id": " 01 ", "name": " x ", "born": "1987/02/30"}
    assert json.dumps(row.problems[0].as_dict(), ensure_ascii=False).count("1987/02/30") == 2


def _of_names(folder: Path, clock: FixedClock) -> Town:
    """A town that collects ids and names from ``t.csv``."""
    town = Town(folder, clock)
    made = contract(typed("id", "long", key=1), text("name"))
    town.add(made, f"files://{folder}", Fetch(source="t.csv"))
    return town


def test_a_large_file_damaged_near_its_end_is_read_again_with_care(
    tmp_path: Path, clock: FixedClock
) -> None:
    rows = [f"{i},{'宣城' * 20}" for i in range(80_000)]
    rows[10] = "x,wrong in the number"
    data = "\n".join(["id,name", *rows]).encode() + b"\n80000,\xff\xfe\n80001,last\n"
    (tmp_path / "t.csv").write_bytes(data)
    assert len(data) > 8 << 20  # so large that it is looked at while it is read
    town = _of_names(tmp_path, clock)
    result = town.one()
    assert (result.read, result.inserted, result.quarantined) == (80_002, 80_000, 2)
    assert sorted(row.values["id"] or "" for row in town.aside()) == ["", "x"]
    assert (80_001,) in town.rows(columns=["id"])


def test_a_large_whole_file_is_counted_while_it_is_read(tmp_path: Path, clock: FixedClock) -> None:
    lines = [f'{i},"{"宣城" * 20}\n"' for i in range(80_000)]
    lines[70_000] = "70000,"
    (tmp_path / "t.csv").write_text("\n".join(["id,name", *lines, "x,wrong"]))
    town = _of_names(tmp_path, clock)
    result = town.one()
    assert (result.read, result.inserted, result.quarantined) == (80_001, 80_000, 1)
