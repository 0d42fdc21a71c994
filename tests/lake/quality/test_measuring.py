"""What a measure counts, once per snapshot, and what it never keeps."""

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from citybrain.base.clock import FixedClock
from citybrain.city.contracts import Rule
from citybrain.city.model import Codelist, Entry
from citybrain.city.systems import Fetch
from citybrain.lake.quality.formula import Formula
from citybrain.lake.quality.measuring import measure, waiting
from citybrain.lake.quality.reading import Book, column_measures, drifts, rule_measures
from citybrain.lake.quality.tables import columns
from tests.lake.collecting import Town, contract, text, typed

PEOPLE = 400


@pytest.fixture
def town(tmp_path: Path, clock: FixedClock) -> Town:
    made = Town(tmp_path, clock)
    made.codelists = {
        "sex": Codelist(name="sex", title="性别", entries={c: Entry(title=c) for c in "12"})
    }
    promise = contract(
        typed("id", "long", key=1),
        text("name", required=True),
        text("sex", codelist="sex", rules=(Rule(name="codelist", arguments={"codelist": "sex"}),)),
        typed("born", "date"),
    )
    made.add(promise, f"sqlite://{tmp_path}/s.db", Fetch(source="T"))
    rows = [(i, f"人{i}", "12"[i % 2], "1990-01-01") for i in range(PEOPLE)]
    with closing(sqlite3.connect(tmp_path / "s.db")) as database:
        database.execute("CREATE TABLE T (id INTEGER, name TEXT, sex TEXT, born TEXT)")
        database.executemany("INSERT INTO T VALUES (?,?,?,?)", rows)
        database.commit()
    return made


def _sql(town: Town, *statements: str) -> None:
    with closing(sqlite3.connect(town.root / "s.db")) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def _parts(town: Town) -> dict[str, tuple[int, int]]:
    found = Book(town.store, town.city, Formula()).table("s.t", town.clock.now()).parts
    names = ("completeness", "validity", "uniqueness", "timeliness")
    return {name: (found.part(name).passed, found.part(name).checked) for name in names}


def test_a_measure_counts_cells_rows_and_keys(town: Town) -> None:
    _sql(
        town,
        "UPDATE T SET name = NULL WHERE id = 1",
        "UPDATE T SET sex = '7' WHERE id IN (2, 3)",
        "UPDATE T SET born = 'yesterday' WHERE id = 3",
        "INSERT INTO T VALUES (399, '另一人', '1', NULL)",
    )
    town.one()
    assert measure(town.store, town.city).tables == ("s.t",)
    delivered = PEOPLE + 1
    assert _parts(town) == {
        "completeness": (2 * delivered - 1, 2 * delivered),  # id and name, of every row
        "validity": (delivered - 2, delivered),  # the row with two faults counts once
        "uniqueness": (delivered - 2, delivered),
        "timeliness": (1, 1),
    }
    rules = {(r.field, r.rule): (r.checked, r.failed) for r in rule_measures(town.store)}
    assert rules["sex", "codelist"] == (delivered, 2)
    assert rules["born", "type"] == (delivered - 1, 1)
    assert rules["name", "required"] == (delivered, 1)
    assert rules["", "key_conflict"] == (delivered, 2)


def test_what_did_not_change_is_not_looked_at_again(town: Town) -> None:
    town.one()
    assert waiting(town.store, town.city) == ("s.t",)
    measure(town.store, town.city)
    town.one()
    assert waiting(town.store, town.city) == ()
    assert measure(town.store, town.city).tables == ()
    _sql(town, "DELETE FROM T WHERE id = 5")
    town.one()
    assert measure(town.store, town.city, ["s.t", "s.unknown"]).tables == ("s.t",)
    history = Book(town.store, town.city, Formula()).history("s.t")
    assert [one.rows for one in history] == [PEOPLE, PEOPLE - 1]


def test_a_changed_promise_is_measured_anew(town: Town) -> None:
    town.one()
    measure(town.store, town.city)
    field = town.contracts["s.t"].fields[3]
    made = contract(*town.contracts["s.t"].fields[:3], typed("born", "date", required=True))
    assert field != made.fields[3]
    town.contracts["s.t"] = made
    assert measure(town.store, town.city).tables == ("s.t",)


def test_a_distribution_that_moved_is_told_and_one_that_did_not_is_not(town: Town) -> None:
    town.one()
    measure(town.store, town.city)
    assert drifts(town.store, 0.0) == ()  # nothing to compare with yet
    _sql(town, "UPDATE T SET sex = '1'")
    town.one()
    measure(town.store, town.city)
    moved = {column.field: column.psi for _table, column in drifts(town.store, 0.1)}
    assert set(moved) == {"sex"}
    assert moved["sex"] is not None
    assert moved["sex"] > 0.25


def test_no_value_of_a_person_is_kept(town: Town) -> None:
    town.one()
    measure(town.store, town.city)
    with town.store.engine.connect() as connection:
        kept = {row.field: json.loads(row.buckets) for row in connection.execute(select(columns))}
    assert kept["sex"] == {"1": PEOPLE // 2, "2": PEOPLE // 2}  # codes of a public list
    assert kept["born"] == {"1990": PEOPLE}
    assert set(kept["name"]) == {"2", "3", "4"}  # lengths
    assert all("人" not in bucket for shape in kept.values() for bucket in shape)


def test_a_past_moment_tells_what_was_known_then(town: Town, clock: FixedClock) -> None:
    town.one()
    measure(town.store, town.city)
    before = clock.now()
    clock.at += timedelta(hours=1)
    _sql(town, "UPDATE T SET sex = '9' WHERE id < 100")
    town.one()
    measure(town.store, town.city)
    book = Book(town.store, town.city, Formula())
    assert book.table("s.t", before).parts.validity.value == 100
    later = book.table("s.t", clock.now()).parts.validity.value
    assert later is not None
    assert round(later) == 75
    assert book.table("s.t", before - timedelta(days=1)).measure is None
    assert book.times == [before, clock.now()]


def test_columns_come_in_the_contracts_order(town: Town) -> None:
    _sql(town, "UPDATE T SET born = NULL WHERE id < 40")
    town.one()
    measure(town.store, town.city)
    found = Book(town.store, town.city, Formula()).table("s.t", town.clock.now()).measure
    assert found is not None
    listed = column_measures(town.store, found.id)
    assert [(one.field, one.filled) for one in listed] == [
        ("id", PEOPLE), ("name", PEOPLE), ("sex", PEOPLE), ("born", PEOPLE - 40),
    ]  # fmt: skip
