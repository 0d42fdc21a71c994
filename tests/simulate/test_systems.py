"""Every contract's table is written, readable by other tools, and keeps its contract."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest
import yaml

from citybrain.city import City
from citybrain.simulate.dirt import Rehearsed, Soil, rates
from citybrain.simulate.draw import positions, stream
from citybrain.simulate.tables import TABLES
from tests.simulate import reading
from tests.simulate.conftest import Rehearsal

# Kinds of defect that a contract's own rules cannot miss.
_ALWAYS_SEEN = ("id_wrong", "id_swapped", "full_width", "impossible_date", "birth_disagrees")


def test_all_tables_of_the_city_are_written(rehearsal: Rehearsal) -> None:
    tables = reading.tables(rehearsal.city)
    assert (
        set(TABLES) == set(tables) == set(rehearsal.city.contracts) == set(rehearsal.summary.rows)
    )
    for table in tables:
        rows = rehearsal.rows(table)
        assert len(rows) == rehearsal.summary.rows[table]
        columns = [f.source for f in rehearsal.city.contracts[table].fields]
        assert all(list(row) == columns for row in rows[:50]), table


def test_rows_without_planted_defect_keep_their_contract(rehearsal: Rehearsal) -> None:
    planted = {(d["table"], d["row"]) for d in rehearsal.truth("defects")}
    for table in reading.tables(rehearsal.city):
        contract = rehearsal.city.contracts[table]
        for number, row in enumerate(rehearsal.rows(table), 1):
            if (table, number) not in planted:
                found = reading.problems(
                    rehearsal.city, contract, row, today=rehearsal.summary.until
                )
                assert not found, (table, number, row)


def test_planted_defects_are_in_their_cells(rehearsal: Rehearsal) -> None:
    defects = rehearsal.truth("defects")
    assert len(defects) == rehearsal.summary.defects > 10
    for defect in defects:
        contract = rehearsal.city.contracts[defect["table"]]
        row = rehearsal.rows(defect["table"])[defect["row"] - 1]
        assert _key(contract, row) == defect["key"]
        if defect["kind"] == "duplicate":
            before = rehearsal.rows(defect["table"])[defect["row"] - 2]
            assert _key(contract, before) == defect["key"]
            assert before != row
            continue
        cell = row[contract.field(defect["field"]).source]
        assert _same_day(cell) == _same_day(defect["planted_value"])
        assert defect["planted_value"] != defect["true_value"]
        if defect["kind"] in _ALWAYS_SEEN and contract.field(defect["field"]).masking != "phone":
            found = reading.problems(rehearsal.city, contract, row, today=rehearsal.summary.until)
            assert defect["field"] in {f for f, _ in found} or "birth" in str(found), defect


def test_truth_knows_whose_number_it_is(rehearsal: Rehearsal) -> None:
    people = {p["truth_id"]: p for p in rehearsal.truth("people")}
    wrong = {(d["table"], d["row"], d["field"]) for d in rehearsal.truth("defects")}
    seen: Counter[str] = Counter()
    for truth in rehearsal.truth("rows"):
        if truth["role"] != "person":
            continue
        table = truth["table"]
        contract = rehearsal.city.contracts[table]
        fields = {f.name: f.source for f in contract.fields}
        if "id_number" in fields and (table, truth["row"], "id_number") not in wrong:
            row = rehearsal.rows(table)[truth["row"] - 1]
            assert row[fields["id_number"]] == people[truth["truth_id"]]["id_number"]
            seen[table] += 1
    assert len(seen) >= 12


def test_the_truth_is_out_of_reach(rehearsal: Rehearsal) -> None:
    to, truth = rehearsal.summary.to, rehearsal.summary.truth
    assert truth.is_dir()
    assert to not in truth.parents
    text = (to / "connections.yml").read_text(encoding="utf-8")
    assert truth.name not in text
    assert set(yaml.safe_load(text)) == {s.connection for s in rehearsal.city.systems.values()}


def test_column_types_are_those_the_contracts_promise(rehearsal: Rehearsal) -> None:
    connections = yaml.safe_load((rehearsal.summary.to / "connections.yml").read_text())
    checked = 0
    for table, contract in rehearsal.city.contracts.items():
        system, name = table.split(".")
        url = connections[rehearsal.city.systems[system].connection]
        if not url.startswith("sqlite"):
            continue
        file = rehearsal.city.root / "sources" / system / f"{name}.yaml"
        promised = yaml.safe_load(file.read_text(encoding="utf-8"))["schema"][0]["properties"]
        source = rehearsal.city.systems[system].tables[name].source
        with sqlite3.connect(rehearsal.summary.to / url.split("://")[1]) as connection:
            held = connection.execute(f'PRAGMA table_info("{source}")').fetchall()
        assert [(c[1], c[2]) for c in held] == [
            (p["physicalName"], p["physicalType"]) for p in promised
        ]
        assert {c[1] for c in held if c[5]} == {contract.field(k).source for k in contract.key}
        checked += 1
    assert checked >= 20


@pytest.mark.parametrize("table", ["civil.marriages", "social_insurance.insured"])
def test_dirt_falls_at_the_rates_of_the_file(
    xuancheng: City, rehearsal: Rehearsal, table: str
) -> None:
    contract = xuancheng.contracts[table]
    numbers = tuple(p["id_number"] for p in rehearsal.truth("people"))
    summary = rehearsal.summary
    rehearsed = Rehearsed(seed=3, start=summary.until, today=summary.until, numbers=numbers)
    soil = Soil(xuancheng, contract, rehearsed, files=table.startswith("civil"))
    rows = [dict(_world_row(rehearsal, table, i)) for i in range(200)]
    times, found = 150, Counter[str]()
    for at in range(times * len(rows)):
        planted, second = soil.soil(at, dict(rows[at % len(rows)]))
        found.update(f"{defect.kind} {defect.field.name}" for defect in planted)
        found["duplicate"] += second is not None
    total = times * len(rows)
    expected = rates(contract.system)
    numbers_field = "man_id_number" if table.startswith("civil") else "id_number"
    for kind in ("id_wrong", "id_missing"):
        mean = expected[kind] * total
        assert abs(found[f"{kind} {numbers_field}"] - mean) < 5 * mean**0.5, (kind, found)
    if table.startswith("civil"):
        assert found["duplicate"] > 0
    else:
        assert found["duplicate"] == 0


def test_skipping_hits_as_often_as_asking_each_row() -> None:
    where = positions(stream(1), 0.01)
    hits = [next(where) for _ in range(2000)]
    assert hits == sorted(set(hits))
    assert abs(hits[-1] / 2000 - 100) < 10
    assert list(positions(stream(1), 0.0)) == []


def _world_row(rehearsal: Rehearsal, table: str, at: int) -> dict[str, object]:
    """A typed row much like those of the table, from what was written."""
    contract = rehearsal.city.contracts[table]
    rows = rehearsal.rows(table)
    raw = rows[at % len(rows)]
    values: dict[str, object] = {}
    for field in contract.fields:
        values[field.name] = raw[field.source]
        if field.type == "date":
            values[field.name] = rehearsal.summary.start
        if field.name.endswith("id_number"):
            values[field.name] = (
                rehearsal.truth("people")[0]["id_number"] if at < 0 else "341891199001011239"
            )
    return values


def _key(contract: object, row: dict[str, object]) -> str:
    assert hasattr(contract, "key")
    return "|".join(str(row[contract.field(k).source]) for k in contract.key)


def _same_day(cell: object) -> str | None:
    """Days are compared as digits: departments write them with and without dashes."""
    text = None if cell in (None, "") else str(cell)
    if text and len(text) == 10 and text[4] == text[7] == "-":
        return text.replace("-", "")
    return text


def test_the_mark_of_the_rehearsal_is_in_workbooks(rehearsal: Rehearsal) -> None:
    import openpyxl

    for path in sorted(Path(rehearsal.summary.to).glob("*/*.xlsx")):
        book = openpyxl.load_workbook(path, read_only=True)
        assert "演练" in book.sheetnames[0]
        assert "演练" in str(book.properties.title)
