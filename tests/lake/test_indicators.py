"""Indicators: worked out when what they read or mean changed, refused when they mean nothing."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from citybrain.city import check
from citybrain.city.model import City
from citybrain.config.kinds import KINDS
from citybrain.lake.indicators import values
from citybrain.lake.indicators.indicator import Indicator, dashboards, indicators
from citybrain.lake.indicators.kind import INDICATOR
from citybrain.lake.indicators.measure import refresh
from citybrain.lake.store import Store
from tests.city.tiny import write_city
from tests.lake.making import a_clock, a_store, put

HEAD = """\
name: {name}
title: 婚姻
unit: 件
caliber: 登记在册的婚姻件数，离婚的不计。
owner: civil_affairs
fresh_minutes: 60
better: up
"""
COUNT = "model: ods.civil.marriages\nsql: SELECT {what} FROM ods.civil.marriages\n"
ROWS = "SELECT * FROM (VALUES (1, 'a', 2.00), (2, 'b', 3.00)) AS t(id, name, amount)"
MORE = (
    "SELECT * FROM (VALUES (1, 'a', 2.00), (2, 'b', 3.00), (3, 'c', 5.00)) AS t(id, name, amount)"
)


def a_city(root: Path, *, version: str = "1", **whats: str) -> City:
    """A city whose folder holds these indicators, each by what it selects."""
    folder = root / f"city-{version}" / "indicators"
    folder.mkdir(parents=True, exist_ok=True)
    for name, what in whats.items():
        text = HEAD.format(name=name) + COUNT.format(what=what)
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return City(name="c", title="城", root=folder.parent, fingerprint=version)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_store(tmp_path / "home")
    put(made, "b1", ROWS)
    return made


def test_a_value_says_what_was_read_and_its_hash(store: Store, tmp_path: Path) -> None:
    city = a_city(tmp_path, marriages="count(*) AS value")
    (made,) = refresh(store, city)
    assert made.value == 2.0
    (read,) = made.reads
    shot = store.snapshot("ods.civil.marriages")
    assert shot is not None
    assert (read.table, read.snapshot) == ("ods.civil.marriages", shot.snapshot_id)
    assert values.newest(store)["marriages"].sha256 == made.sha256
    assert len(made.sha256) == 64


def test_what_did_not_change_is_not_worked_out_again(store: Store, tmp_path: Path) -> None:
    city = a_city(tmp_path, marriages="count(*) AS value")
    refresh(store, city)
    clock: Any = store.clock
    clock.advance(timedelta(minutes=5))
    assert refresh(store, city) == []
    kept = values.newest(store)["marriages"]
    assert kept.checked_at - kept.at == timedelta(minutes=5)
    assert values.moves(store) == []


def test_a_commit_moves_the_number_and_history_keeps_both(store: Store, tmp_path: Path) -> None:
    city = a_city(tmp_path, marriages="count(*) AS value")
    (before,) = refresh(store, city)
    put(store, "b2", MORE, replace=True)
    (after,) = refresh(store, city)
    assert (before.value, after.value) == (2.0, 3.0)
    assert before.sha256 != after.sha256
    assert [v.value for v in values.history(store, "marriages")] == [2.0, 3.0]
    put(store, "b3", MORE.replace("'c'", "'d'"), replace=True)
    (same,) = refresh(store, city)
    assert same.value == 3.0
    assert [(m.value.at, m.since) for m in values.moves(store, limit=9)] == [(after.at, before.at)]
    assert [move.value.sha256 for move in values.moves(store)] == [after.sha256]


def test_a_changed_definition_makes_a_new_value(store: Store, tmp_path: Path) -> None:
    refresh(store, a_city(tmp_path, marriages="count(*) AS value"))
    (made,) = refresh(store, a_city(tmp_path, version="2", marriages="2 * count(*) AS value"))
    assert made.value == 4.0


def test_parts_stand_beside_the_number(store: Store, tmp_path: Path) -> None:
    what = "name AS series, count(*) AS value"
    city = a_city(tmp_path, parts=what)
    file = city.root / "indicators" / "parts.yml"
    file.write_text(file.read_text("utf-8").rstrip() + " GROUP BY ROLLUP (name)\n", "utf-8")
    (made,) = refresh(store, city)
    # No contract describes the table, so that its values are masked: the part is hidden too.
    assert made.value == 2.0
    assert {key for key, _value in made.parts}.isdisjoint({"a", "b"})


def test_rows_of_no_part_are_a_part_of_their_own_and_not_a_second_number(tmp_path: Path) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", ROWS.replace("'b'", "NULL"))
    what = "CASE WHEN GROUPING(name) = 0 THEN coalesce(name, 'unknown') END AS series, "
    city = a_city(tmp_path, parts=f"{what}count(*) AS value", mixed="name AS series, 1 AS value")
    for file in (city.root / "indicators").iterdir():
        file.write_text(file.read_text("utf-8").rstrip() + " GROUP BY ROLLUP (name)\n", "utf-8")
    mixed, parts = refresh(store, city)
    assert (parts.value, dict(parts.parts)["unknown"]) == (2.0, 1.0)
    assert mixed.value is None
    assert "2 rows give the number" in mixed.error


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("count(*) AS n", "no column is named value"),
        ("1 AS value UNION ALL SELECT 2 AS value", "3 rows give the number"),
        ("'many' AS value", "not a number"),
        ("1.0 / 0 AS value", "number"),
        ("nothing AS value", "nothing"),
    ],
)
def test_what_gives_no_number_says_why_and_keeps_no_value(
    store: Store, tmp_path: Path, what: str, why: str
) -> None:
    (made,) = refresh(store, a_city(tmp_path, odd=what))
    assert made.value is None
    assert why in made.error


def test_a_source_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    store = a_store(tmp_path / "home", clock=a_clock(), made=False)
    assert refresh(store, a_city(tmp_path, marriages="count(*) AS value")) == []


@pytest.mark.parametrize(
    ("better", "value", "state"),
    [("up", 99.0, "ok"), ("up", 95.0, "warn"), ("up", 80.0, "bad"), ("down", 99.0, "bad"),
     ("down", 90.0, "ok"), ("none", 1.0, "none")],
)  # fmt: skip
def test_thresholds_judge_on_the_side_that_is_worse(better: str, value: float, state: str) -> None:
    limits = (98.0, 90.0) if better == "up" else (92.0, 98.0)
    made = Indicator(
        name="n", title="t", caliber="c", owner="o", unit="u", better=better,
        warn=limits[0], bad=limits[1],
    )  # fmt: skip
    assert made.state(value) == state


def _findings(root: Path, text: str) -> set[str]:
    write_city(root)
    (root / "indicators").mkdir()
    (root / "indicators" / "marriages.yml").write_text(text, encoding="utf-8")
    return {finding.rule for finding in check(root, kinds=KINDS) if "indicators" in finding.file}


GOOD = HEAD.format(name="marriages").replace("civil_affairs", "registry")


@pytest.mark.parametrize("missing", ["caliber", "unit", "owner", "fresh_minutes", "better"])
def test_a_number_without_its_definition_is_refused(tmp_path: Path, missing: str) -> None:
    lines = [one for one in GOOD.splitlines() if not one.startswith(missing)]
    assert _findings(tmp_path, "\n".join([*lines, "fact: rows_in_lake", ""])) != set()


@pytest.mark.parametrize(
    ("source", "rule"),
    [
        ("", ""),
        ("fact: what_nobody_knows\n", ""),
        ("model: ods.a.b\nsql: DELETE FROM ods.a.b\n", "indicator-sql"),
        ("model: ods.a.b\nsql: SELECT count(*) AS value FROM read_csv('/etc/passwd')\n",
         "indicator-sql"),
        ("model: ods.a.b\nsql: SELECT count(*) AS value FROM ods.a.c\n", "indicator-source"),
        ("model: ods.a.b\nsql: SELECT x AS series, 1 AS value FROM ods.a.b GROUP BY ROLLUP (x)\n",
         "indicator-total"),
        ("model: ads.gone\nsql: SELECT count(*) AS value FROM ads.gone\n", "unknown-table"),
    ],
)  # fmt: skip
def test_a_number_without_one_lawful_source_is_refused(
    tmp_path: Path, source: str, rule: str
) -> None:
    found = _findings(tmp_path, GOOD + source)
    assert found
    assert not rule or rule in found


def test_the_shipped_city_is_read_whole() -> None:
    root = Path(__file__).resolve().parents[2] / "cities" / "xuancheng"
    city = City(name="xuancheng", title="", root=root, fingerprint="shipped")
    made = indicators(city)
    assert all(i.caliber and i.caliber_en and i.owner and (i.sql or i.fact) for i in made.values())
    (board,) = dashboards(city).values()
    assert set(board.cards) <= set(made)
    assert INDICATOR.schema()["properties"]["fact"]["enum"]
