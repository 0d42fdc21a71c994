"""The tour's first step: one fact of a department's own file is broken, and only that."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from citybrain.base.errors import CityError
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.touring import swapped
from citybrain.engines.identity.service import Actor
from tests.engines.catalogue import world


def sheet() -> list[tuple[Any, ...]]:
    path = Path(os.environ["CITYBRAIN_SYSTEMS"]) / "civil" / "婚姻登记累计表.xlsx"
    return list(load_workbook(path)[world.SHEET].values)


def test_one_cell_changes_and_the_page_is_told_which(engineer: Actor) -> None:
    before = sheet()
    broken = catalogue.break_one_fact(engineer)
    after = sheet()
    changed = [
        (row, column)
        for row, (was, now) in enumerate(zip(before, after, strict=True), 1)
        for column, (a, b) in enumerate(zip(was, now, strict=True))
        if a != b
    ]
    assert changed == [(broken.row, world.HEADS.index("男方出生日期"))]
    assert (broken.before[:4], broken.after[:4]) == ("1987", "1978")
    assert broken.table == "civil.marriages"
    assert broken.before in broken.sentence.zh
    assert broken.after in broken.sentence.en
    assert broken.label == before[broken.row - 1][0]


def test_a_second_press_breaks_another_row(engineer: Actor) -> None:
    first, second = catalogue.break_one_fact(engineer), catalogue.break_one_fact(engineer)
    assert first.row != second.row


def test_only_who_may_cheat_may_break(who: Callable[[str], Actor]) -> None:
    before = sheet()
    for name in ("civil", "police", "operator", "auditor"):
        with pytest.raises(CityError):
            catalogue.break_one_fact(who(name))
    assert sheet() == before


def test_outside_rehearsal_nothing_is_broken(
    engineer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITYBRAIN_REHEARSAL")
    before = sheet()
    with pytest.raises(CityError):
        catalogue.break_one_fact(engineer)
    assert sheet() == before


def test_years_are_swapped_as_tired_fingers_do() -> None:
    assert swapped("1987-03-12") == "1978-03-12"
    assert swapped("1999-01-01") == "1999-01-01"
    assert swapped("") == ""
