"""From one cell of a department's spreadsheet to the wall and to the person's page.

    .venv/bin/python -m bench.cell [--people 25000] [--repeat 5] [--json FILE]

Starts ``make up`` with a home of its own, waits until all models are built and nothing runs,
breaks the birth date in one row of the marriages' workbook, presses *Collect now*, and asks the
JSON twins five times a second: when the number of registrations on the wall has moved, and when
the page of the bride no longer counts the row. Then the cell is mended, which is measured too.

Budget: 5 s from the press of the button.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
from bench.up import Visitor, city

from citybrain.base.clock import Stopwatch

BUDGET = 5.0
TABLE = "civil.marriages"
WORKBOOK = "婚姻登记累计表.xlsx"
_NUMBER, _BORN = 7, 8  # columns of the bride, from 0
_COUPLE = ((4, 5), (7, 8))
EVERY = 0.2
PATIENCE = 60.0


def main() -> None:
    """Measure and print each figure with the budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--people", type=int, default=25_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citybrain-bench-") as folder:
        found = measure(asked.people, asked.repeat, Path(folder))
    for what, seconds in found.items():
        middle = statistics.median(seconds)
        every = " ".join(f"{one:.1f}" for one in seconds)
        print(f"{what:24} {middle:5.2f} s   budget {BUDGET} s, {middle / BUDGET:.2f}   ({every})")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


def measure(people: int, repeat: int, home: Path) -> dict[str, list[float]]:
    """Seconds from the button to the wall and to the person, for each change."""
    found: dict[str, list[float]] = {"number on the wall": [], "person's page": []}
    with city(people, home) as visitor:
        visitor.sign_in()
        _quiet(visitor)
        workbook = next(home.rglob(WORKBOOK))
        for turn in range(repeat):
            row, number = _row(workbook, turn)
            page = f"/steward/libraries/population/{_person(visitor, number)}.json"
            for days in (1, -1):
                wall, records = _wall(visitor), _records(visitor, page)
                _move(workbook, row, days)
                visitor.post("/steward/collect", {"table": TABLE}, f"/steward/tables/{TABLE}")
                watch = Stopwatch()
                found["number on the wall"].append(
                    _until(lambda: _wall(visitor) != wall, watch)  # noqa: B023 - asked at once
                )
                found["person's page"].append(
                    _until(lambda: _records(visitor, page) != records, watch)  # noqa: B023
                )
                _quiet(visitor)
    return found


def _until(true: Callable[[], bool], watch: Stopwatch) -> float:
    while not true():
        assert watch.seconds() < PATIENCE, "nothing changed"
        time.sleep(EVERY)
    return watch.seconds()


def _quiet(visitor: Visitor) -> None:
    """Wait until every model is built and nothing waits or runs."""
    calm = 0
    while calm < 3:
        models = _view(visitor, "/steward/models.json").get("rows")
        jobs = visitor.rows("/steward/operations.json")
        built = models and all(one["state"] == "current" for one in models)
        busy = any(one["state"] == "running" for one in jobs)
        calm = calm + 1 if built and not busy else 0
        time.sleep(1)


def _wall(visitor: Visitor) -> Any:
    return _view(visitor, "/cockpit/indicators/marriages_registered.json")["card"]["value"]


def _records(visitor: Visitor, page: str) -> int:
    return int(_view(visitor, page)["records"])


def _view(visitor: Visitor, page: str) -> dict[str, Any]:
    """What a page's JSON twin shows; nothing while nothing answers."""
    text = visitor.get(page)
    found: dict[str, Any] = json.loads(text)["view"] if text else {}
    return found


def _person(visitor: Visitor, number: str) -> str:
    (hit,) = visitor.rows(f"/steward/libraries/population.json?q={number}")
    return str(hit["id"])


def _row(workbook: Path, turn: int) -> tuple[int, str]:
    """A row that is right, and the bride's number."""
    sheet = openpyxl.load_workbook(workbook, read_only=True).worksheets[0]
    fits = [
        (place, cells)
        for place, cells in enumerate(sheet.iter_rows(values_only=True), 1)
        if _agrees(cells)
    ]
    place, cells = fits[(turn + 1) * len(fits) // 7]
    return place, str(cells[_NUMBER])


def _agrees(cells: tuple[Any, ...]) -> bool:
    couple = ((str(cells[number]), str(cells[born])) for number, born in _COUPLE)
    return all(len(n) == 18 and born.replace("-", "") == n[6:14] for n, born in couple)


def _move(workbook: Path, row: int, days: int) -> None:
    book = openpyxl.load_workbook(workbook)
    cell = book.worksheets[0].cell(row, _BORN + 1)
    born = date.fromisoformat(str(cell.value)) + timedelta(days=days)
    cell.value = born.isoformat()
    book.save(workbook)


if __name__ == "__main__":
    main()
