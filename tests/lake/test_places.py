"""Rows that contradict each other are set aside with the line at which each of them stands."""

import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path

import numpy
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.adapters.readers import READERS
from citybrain.base.clock import FixedClock
from citybrain.city.systems import Fetch
from citybrain.lake.dryrun import dry_run
from citybrain.lake.places import Places, Span, follow
from tests.lake.collecting import Town, contract, text, typed

HEAD = "id,name,born\n"


@given(
    st.lists(st.integers(1, 40), unique=True, max_size=30),
    st.sets(st.integers(1, 40)),
    st.integers(1, 7),
)
def test_a_spot_is_counted_back_to_its_number(
    numbers: list[int], kept_back: set[int], at_once: int
) -> None:
    """Numbers in any order, with holes, in batches of any size."""
    spans: list[Span] = []
    rest = iter(numbers)
    while batch := list(islice(rest, at_once)):
        follow(spans, numpy.array(batch, numpy.int64))
    follow(spans, numpy.array([], numpy.int64))
    wrong = sorted(kept_back & set(numbers))
    places = Places(spans=lambda: spans, wrong=lambda: wrong)
    good = [n for n in numbers if n not in wrong]
    assert [places.at(spot) for spot in range(len(good))] == good


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    (tmp_path / "in").mkdir()
    return Town(tmp_path, clock)


def _add(town: Town, file: str, **fetch: object) -> None:
    made = contract(typed("id", "long", key=1), text("name", unique=True), typed("born", "date"))
    town.add(made, f"files://{town.root}/in", Fetch(source=file, **fetch))  # type: ignore[arg-type]


def _labels(town: Town) -> list[tuple[str, str, str]]:
    town.one()
    return [(row.row_label, row.id, row.problems[0].rule) for row in town.aside()]


def test_csv_names_the_lines_of_the_file(town: Town) -> None:
    """Blank lines, cells of two lines, a broken record and wrong values stand between."""
    rows = (
        "7,甲,1987-03-12\n\n"
        "1,王一,1987-03-12\n"  # line 4
        '2,"李\n二",x\n'  # lines 5 and 6
        "3,张三,2001-12-31,more\n"  # line 7
        "4,赵四,1999-01-01\n\n\n"
        "1,王一,1987-03-21\n"  # line 11
        "5,赵四,1999-01-01\n"
    )
    (town.root / "in" / "t.csv").write_text(HEAD + rows, encoding="utf-8")
    _add(town, "t.csv")
    assert _labels(town) == [
        ("第 4 行", "s.t/1", "key_conflict"),
        ("第 5 行", "s.t/2", "type"),
        ("第 7 行", _broken(town), "record"),
        ("第 8 行", "s.t/4", "unique"),
        ("第 11 行", "s.t/1#2", "key_conflict"),
        ("第 12 行", "s.t/5", "unique"),
    ]


def _broken(town: Town) -> str:
    return next(row.id for row in town.aside() if row.raw)


def test_of_a_long_file_that_many_threads_read(town: Town) -> None:
    rows = [f"{i},n{i},{'x' if i % 1000 == 0 else '1990-01-01'}" for i in range(1, 400_001)]
    rows[299_998] = "5,another,1990-01-01"
    (town.root / "in" / "t.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    made = contract(typed("id", "long", key=1), text("name"), typed("born", "date"))
    town.add(made, f"files://{town.root}/in", Fetch(source="t.csv"))
    town.one()
    found = town.rows("quarantine.s.t", ["_row", "_number", "_reasons"])
    assert [row for row in found if row[2] == "name:key_conflict"] == [
        ("s.t/5", 6, "name:key_conflict"),
        ("s.t/5#2", 300_000, "name:key_conflict"),
    ]
    assert ("s.t/300000", 300_001, "born:type") in found


def test_parquet_and_databases_name_the_row_as_it_came(town: Town) -> None:
    ids, names = [9, 1, 2, 1], ["a", "b", "", "c"]
    made = contract(typed("id", "long", key=1), text("name", required=True))
    pq.write_table(
        pa.table({"id": ids, "name": [n or None for n in names]}), town.root / "in" / "t.parquet"
    )
    town.add(made, f"files://{town.root}/in", Fetch(source="t.parquet", format="parquet"))
    wanted = [
        ("第 2 行", "s.t/1", "key_conflict"),
        ("第 3 行", "s.t/2", "required"),
        ("第 4 行", "s.t/1#2", "key_conflict"),
    ]
    assert _labels(town) == wanted
    with closing(sqlite3.connect(town.root / "s.db")) as database:
        database.execute("CREATE TABLE T (id INTEGER, name TEXT)")
        database.executemany(
            "INSERT INTO T VALUES (?, ?)", [(i, n or None) for i, n in zip(ids, names, strict=True)]
        )
        database.commit()
    town.add(made, f"sqlite://{town.root}/s.db", Fetch(source="T"))
    assert _labels(town) == wanted


def test_json_lines_name_the_line(town: Town) -> None:
    lines = ['{"id": 1, "name": "a"}', "", '{"id": 2', '{"id": 3, "born": "x"}', "", "",
             '{"id": 1, "name": "b"}']  # fmt: skip
    (town.root / "in" / "t.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _add(town, "t.jsonl", format="jsonl")
    town.one()
    told = {row.id: row.row_label for row in town.aside()}
    assert (told["s.t/1"], told["s.t/3"], told["s.t/1#2"]) == ("第 1 行", "第 4 行", "第 7 行")
    assert next(row.row_label for row in town.aside() if row.raw) == "第 3 行"


def test_a_spreadsheet_names_its_rows_collected_and_tried(town: Town) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["id", "name", "born"], [1, "a"], [], [2, "b", "x"], [], [3, "c"], [1, "d"]):
        sheet.append(row)
    path = town.root / "in" / "t.xlsx"
    book.save(path)
    _add(town, "t.xlsx", format="excel")
    assert [label for label, _id, _rule in _labels(town)] == ["第 2 行", "第 4 行", "第 7 行"]
    tried = dry_run(town.store, town.city, "s.t", path, readers=READERS, clock=town.clock)
    wrong = {row.row_number: row.problems[0].rule for row in tried.cells if row.problems}
    assert wrong == {2: "key_conflict", 4: "type", 7: "key_conflict"}
