"""Dated division codes: what they meant when, and how far the table can judge."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from citybrain.standards import regions, rehearsal
from tests.shared import shared

ALL = regions.all_regions()
TODAY = date(2026, 11, 1)
DIVISIONS = Path(__file__).parents[2] / "cities/xuancheng/divisions/divisions.yml"
days = st.dates(date(1980, 1, 1), date(2030, 1, 1))


def test_every_province_level_division_is_there() -> None:
    provinces = {r.code for r in ALL if r.code.endswith("0000") and r.code[0] in "1234567"}
    assert (
        len(provinces) == 32
    )  # 22 provinces with Taiwan's, 5 autonomous regions, 4 municipalities
    assert {r.code for r in ALL if r.code[:1] == "8"} == {"810000", "820000", "830000"}


def test_anhui_has_sixteen_cities_today() -> None:
    cities = [r for r in ALL if r.code[:2] == "34" and r.code[2:4] != "00" and r.code[4:] == "00"]
    assert len([r for r in cities if r.valid(TODAY)]) == 16


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("342500", "1999-12-31", "宣城地区"),
        ("342500", "2000-06-24", "宣城地区"),
        ("342500", "2000-06-25", ""),
        ("341800", "2000-06-24", ""),
        ("341800", "2000-06-25", "宣城市"),
        ("342500", "2001-01-01", ""),
        ("341800", "1999-12-31", ""),
        ("341800", "2001-01-01", "宣城市"),
        ("342523", "1995-01-01", "广德县"),
        ("341822", "2010-01-01", "广德县"),
        ("341822", "2020-01-01", ""),
        ("341882", "2020-01-01", "广德市"),
        ("342524", "1990-01-01", "宁国县"),
        ("342502", "1999-01-01", "宁国市"),
        ("341400", "2005-01-01", "巢湖市"),
        ("341400", "2015-01-01", ""),
    ],
)
def test_what_a_code_meant_on_a_day(code: str, day: str, name: str) -> None:
    on = date.fromisoformat(day)
    assert regions.name(code, on) == name
    assert regions.exists(code, on) is bool(name)
    assert regions.exists(code)


def test_an_unknown_code_means_nothing() -> None:
    assert regions.name("999999") == ""
    assert not regions.exists("341899")
    assert regions.region("") is None


@given(st.sampled_from(ALL), days)
def test_a_code_leads_to_one_that_is_valid_and_stays_there(row: regions.Region, on: date) -> None:
    if row.since and on < row.since:
        return
    now = regions.current(row.code, on)
    assert regions.current(now, on) == now
    if row.valid(on):
        assert now == row.code
    else:
        last = regions.region(now)
        assert last is not None
        # One prefecture was divided among its neighbours: no single code follows it.
        assert last.valid(on) or not last.replaced_by


@pytest.mark.parametrize("row", [r for r in ALL if r.replaced_by], ids=lambda r: r.code)
def test_a_successor_begins_the_day_after_its_predecessor_ended(row: regions.Region) -> None:
    successor = regions.region(row.replaced_by)
    assert row.until is not None
    assert successor is not None
    if successor.since:  # those without were older cities which took the prefecture's counties in
        assert successor.since == row.until + timedelta(days=1)


@given(st.text("0123456789", min_size=6, max_size=6))
def test_the_level_known_is_a_beginning_of_the_code(code: str) -> None:
    known = regions.known_level(code)
    assert len(known) == 6
    assert code.startswith(known.rstrip("0"))


def test_the_path_down_to_a_code() -> None:
    assert regions.path("342523", date(1999, 1, 1)) == ("安徽省", "宣城地区", "广德县")
    assert regions.path("110105") == ("北京市",)


def test_the_counties_are_those_of_the_statistics_bureau() -> None:
    with shared("divisions", "counties.csv").open(encoding="utf-8") as file:
        theirs = {row["code"]: row["name"] for row in csv.DictReader(file)}
    del theirs["341871"]  # a development zone, numbered for statistics only
    ours = {r.code: r.name for r in ALL if r.code[:4] == "3418" and r.valid(TODAY)}
    assert ours.pop("341800") == "宣城市"
    assert ours == theirs


def test_the_shipped_divisions_are_those_of_the_statistics_bureau() -> None:
    listed = yaml.safe_load(DIVISIONS.read_text(encoding="utf-8"))["divisions"]
    ours = {d["code"]: d["name"] for d in listed if len(d["code"]) == 9}
    with shared("divisions", "towns.csv").open(encoding="utf-8") as file:
        theirs = {r["code"]: r["name"] for r in csv.DictReader(file) if r["code"][6] < "4"}
    assert ours == theirs


def test_the_rehearsal_stands_for_the_seven_counties_then_and_now() -> None:
    counties = [
        r.code for r in ALL if r.code[:4] == "3418" and r.valid(TODAY) and r.code[4:] != "00"
    ]
    assert len(counties) == 7
    for county in counties:
        new, old = rehearsal.rehearsal_code(county), rehearsal.old_rehearsal_code(county)
        assert rehearsal.county_of(new) == county
        assert rehearsal.is_rehearsal_code(new)
        assert rehearsal.is_rehearsal_code(old)
        before = rehearsal.county_of(old)
        assert before.startswith("3425")
        assert regions.exists(before, date(1999, 1, 1))
        path = regions.current(before, TODAY)
        assert path == county


def test_no_code_of_a_rehearsal_was_ever_issued() -> None:
    assert not [r.code for r in ALL if rehearsal.is_rehearsal_code(r.code)]


@pytest.mark.parametrize("code", ["341898", "341890", "991891", "34189", "34189a", ""])
def test_what_is_not_of_a_rehearsal(code: str) -> None:
    assert not rehearsal.is_rehearsal_code(code)
    assert rehearsal.county_of(code) == ""


def test_marks_of_the_rehearsal() -> None:
    assert rehearsal.is_rehearsal_phone("10012345678")
    assert not rehearsal.is_rehearsal_phone("13812345678")
    assert not rehearsal.is_rehearsal_phone("100123456789")
    assert rehearsal.is_rehearsal_id("341891199303072317")
    assert rehearsal.MAIL_DOMAIN.endswith(".invalid")
    with pytest.raises(KeyError):
        rehearsal.rehearsal_code("110105")
