"""The five lines of docs/lake.md, run as they stand; and importing the lake stays cheap."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.lake import open_lake
from tests.lake.making import TABLE, a_store, numbers, put

ROOT = Path(__file__).parents[2]


def test_the_documented_five_lines_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = (ROOT / "docs/lake.md").read_text(encoding="utf-8")
    block = re.search(r"```python\n(.*?)```", document, re.DOTALL)
    assert block
    lines = block[1].strip().splitlines()
    assert len(lines) == 5
    store = a_store(tmp_path / "var")
    put(store, "b1", numbers(0, 7))
    (tmp_path / "cities").symlink_to(ROOT / "cities")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    exec("\n".join(lines[:2]), names)  # noqa: S102 - the documentation is what is tested
    results = [eval(line, names) for line in lines[2:]]  # noqa: S307 - as above
    assert results[:2] == [[TABLE], [{"n": 7}]]
    assert results[2].num_rows == 5


def test_without_a_city_everything_is_masked(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 1))
    lake = open_lake(tmp_path)
    assert lake.query(f"SELECT * FROM {TABLE}").to_pylist() == [  # noqa: S608 - a test
        {"id": "***", "name": "***", "amount": "***"}
    ]
    assert lake.status() == []
    assert lake.scrub() == []
    assert lake.damaged() == []
    assert lake.compact().render() == "Nothing needs merging."
    assert lake.sweep(dry_run=True).files == ()


def test_a_home_that_is_not_there_is_said_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(CityError, match="There is no lake at"):
        open_lake(tmp_path / "mistyped", city=ROOT / "cities" / "xuancheng")
    assert not (tmp_path / "mistyped").exists()


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("citybrain.lake", ("duckdb", "pyarrow", "pyiceberg", "sqlalchemy", "django")),
        ("citybrain.lake.store", ("duckdb", "pyarrow", "pyiceberg", "django")),
    ],
)
def test_importing_loads_nothing_heavy(module: str, unwanted: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print([m for m in {unwanted!r} if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
