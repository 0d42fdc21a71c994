"""Golden records made of changed people only are those that are made of everybody."""

import shutil
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from citybrain import city as folder
from citybrain.base.clock import SystemClock
from citybrain.city import City
from citybrain.config.adapters import readers
from citybrain.lake.collect import collect
from citybrain.lake.home import Home
from citybrain.lake.models import incremental
from citybrain.lake.models.build import build, history
from citybrain.lake.store import Store, open_store
from citybrain.simulate import advance, simulate
from citybrain.standards.resident_id import check_digit
from tests.lake.libraries.building import shipped
from tests.lake.making import rows

pytestmark = pytest.mark.long
MADE = (
    "lib.population",
    "lib.population_conflicts",
    "lib.legal_person",
    "lib.legal_person_conflicts",
)
LINKS = "lib.person_links"
WORKBOOK = "婚姻登记累计表.xlsx"
DAY, MAN, WOMAN = 3, 5, 8  # columns of the day and of their numbers, from 1


@cache
def _city() -> City:
    return folder.load(shipped()).city


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rehearsal's systems, and a lake of them with its libraries built; copy both."""
    root = tmp_path_factory.mktemp("begun")
    simulate(_city(), people=400, days=1, seed=7, to=root / "systems")
    (root / "home").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYBRAIN_SYSTEMS", str(root / "systems"))
        made = open_store(Home(root / "home"), clock=SystemClock())
        _collect(made)
        _build(made)
    assert {_how(made, name) for name in MADE} == {"full"}
    return root


@pytest.fixture
def place(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rehearsal's systems are."""
    systems = tmp_path / "systems"
    shutil.copytree(begun / "systems", systems)
    monkeypatch.setenv("CITYBRAIN_SYSTEMS", str(systems))
    return systems


@pytest.fixture
def store(begun: Path, tmp_path: Path, place: Path) -> Store:
    """A lake of that city, its libraries built."""
    shutil.copytree(begun / "home", tmp_path / "home")
    return open_store(Home(tmp_path / "home"), clock=SystemClock())


def _collect(store: Store, *tables: str) -> None:
    names = tables or tuple(_city().contracts)
    got = collect(store, _city(), names, readers=readers(), clock=store.clock)
    assert not [one.error for one in got.results if one.error]


def _build(store: Store, *, full: bool = False) -> None:
    names = (LINKS, *MADE) if full else None
    made = build(store, _city(), names, full=full, clock=store.clock)
    assert not [one.error for one in made if one.error]


def _how(store: Store, name: str) -> str:
    return history(store, name)[0].how


def _is_as_in_full(store: Store) -> None:
    narrow = {name: sorted(rows(store, name), key=str) for name in (LINKS, *MADE)}
    _build(store, full=True)
    for name, found in narrow.items():
        assert found == sorted(rows(store, name), key=str), name


def test_days_that_pass_change_only_whom_they_concern(
    store: Store, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However many rows a small city's day concerns.
    monkeypatch.setattr(incremental, "SHARE", 0)
    hows: set[tuple[str, str]] = set()
    for days in (1, 20):
        advance(_city(), days=days, to=place)
        _collect(store)
        _build(store)
        hows |= {(name, _how(store, name)) for name in MADE}
    assert {(name, "incremental") for name in MADE[:2]} <= hows
    _is_as_in_full(store)


def _right(sheet: Worksheet) -> int:
    """The first of two rows one below the other whose numbers and birth dates agree."""
    right = [False, False]
    for place, cells in enumerate(sheet.iter_rows(min_row=3, values_only=True), 3):
        couple = ((str(cells[c - 1]), str(cells[c])) for c in (MAN, WOMAN))
        right.append(all(n[6:14] == born.replace("-", "") for n, born in couple))
        if right[-2:] == [True, True]:
            return place - 1
    raise AssertionError("no two rows are right")


def _anothers(sheet: Worksheet, row: int) -> None:
    """The bride of the row becomes that of the row below."""
    sheet.cell(row, WOMAN).value = sheet.cell(row + 1, WOMAN).value
    sheet.cell(row, WOMAN + 1).value = sheet.cell(row + 1, WOMAN + 1).value
    sheet.cell(row, WOMAN - 1).value = sheet.cell(row + 1, WOMAN - 1).value


def _invalid(sheet: Worksheet, row: int) -> None:
    number = str(sheet.cell(row, MAN).value)
    sheet.cell(row, MAN).value = number[:-1] + ("1" if number[-1] != "1" else "2")


def _valid(sheet: Worksheet, row: int) -> None:
    stem = str(sheet.cell(row, MAN).value)[:17]
    sheet.cell(row, MAN).value = stem + check_digit(stem)


def _deleted(sheet: Worksheet, row: int) -> None:
    sheet.delete_rows(row)


def test_a_row_that_is_edited_or_deleted_changes_only_whom_it_concerns(
    store: Store, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incremental, "SHARE", 0)
    workbook = next(place.rglob(WORKBOOK))
    hows = set()
    for edit in (_anothers, _invalid, _valid, _deleted):
        book = openpyxl.load_workbook(workbook)
        sheet = book.worksheets[0]
        edit(sheet, _right(sheet))
        book.save(workbook)
        _collect(store, "civil.marriages")
        before = store.snapshot("lib.population")
        _build(store)
        assert store.snapshot("lib.population") != before, edit.__name__
        assert _how(store, "lib.population") == "incremental"
        hows.add(_how(store, LINKS))
        _is_as_in_full(store)
    assert hows == {"incremental", "full"}, "only where a mention is gone all links are written"


def _links(store: Store) -> dict[str, dict[str, Any]]:
    with duckdb.connect() as connection:
        told = connection.sql(store.scan_sql(LINKS)).to_arrow_table().to_pylist()
    return {link["mention"]: link for link in told}


def test_a_row_that_is_as_it_was_on_another_day_is_dated_anew_in_its_links_alone(
    store: Store, place: Path
) -> None:
    workbook = next(place.rglob(WORKBOOK))
    book = openpyxl.load_workbook(workbook)
    sheet = book.worksheets[0]
    sheet.cell(_right(sheet), DAY).value = "2016-02-29"
    book.save(workbook)
    before = _links(store)
    _collect(store, "civil.marriages")
    _build(store)
    assert _how(store, LINKS) == "incremental"
    after = _links(store)
    moved = [m for m, link in after.items() if before[m] != link]
    assert {after[m]["role"] for m in moved} == {"man", "woman"}
    assert {after[m]["seen_at"] for m in moved} == {datetime(2016, 2, 29)}  # noqa: DTZ001
    assert all(before[m] | {"seen_at": after[m]["seen_at"]} == after[m] for m in moved)
    _is_as_in_full(store)
