"""The formula is content: read, refused where it is wrong, and documented by the shipped city."""

from pathlib import Path

import pytest

from citybrain.city import check, load
from citybrain.config.kinds import KINDS
from citybrain.lake.quality.formula import Formula, formula
from tests.city.tiny import write_city

SHIPPED = Path(__file__).parents[3] / "cities" / "xuancheng"
GOOD = """\
name: score
title: 质量分
weights: {completeness: 0.4, validity: 0.3, uniqueness: 0.2, timeliness: 0.1}
completeness: all
grades: {good: 90, poor: 70}
"""


def _city(tmp_path: Path, text: str) -> Path:
    root = write_city(tmp_path / "city")
    (root / "quality").mkdir()
    (root / "quality" / "score.yml").write_text(text, encoding="utf-8")
    return root


def test_the_shipped_formula_has_the_weights_of_the_mock_up() -> None:
    found = formula(load(SHIPPED).city)
    assert dict(found.weights()) == {
        "completeness": 0.3, "validity": 0.3, "uniqueness": 0.2, "timeliness": 0.2,
    }  # fmt: skip
    assert (found.workdays, found.file) == (5, "quality/score.yml")


def test_a_city_writes_its_own(tmp_path: Path) -> None:
    root = _city(tmp_path, GOOD)
    assert [str(f) for f in check(root, kinds=KINDS)] == []
    found = formula(load(root).city)
    assert (found.completeness, found.every_field, found.good) == (0.4, True, 90)
    assert [found.grade(v) for v in (None, 69.9, 70, 90)] == ["none", "poor", "fair", "good"]


def test_a_city_without_one_has_the_usual(tmp_path: Path) -> None:
    assert formula(load(write_city(tmp_path / "city")).city) == Formula()


@pytest.mark.parametrize(
    ("old", "new", "rule", "key"),
    [
        ("validity: 0.3", "validity: 0.5", "quality-weights", "weights"),
        ("poor: 70", "poor: 95", "quality-order", "grades.poor"),
        ("completeness: all", "completeness: some", "not-allowed", "completeness"),
        ("title:", "titel:", "unknown-property", "titel"),
        ("validity: 0.3, ", "", "missing-property", "weights.validity"),
    ],
)
def test_what_is_wrong_is_a_finding(
    tmp_path: Path, old: str, new: str, rule: str, key: str
) -> None:
    found = check(_city(tmp_path, GOOD.replace(old, new)), kinds=KINDS)
    assert (rule, key) in [(f.rule, f.key) for f in found]
    assert all(f.file == "quality/score.yml" for f in found)
