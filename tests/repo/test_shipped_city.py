"""The shipped city's units, divisions, calendar and duties belong together."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from citybrain import city as folder
from citybrain.base.chinese import matches
from citybrain.city.model import City
from citybrain.engines.guard.actions import ACTIONS
from citybrain.standards import regions, rehearsal, uscc

ROOT = Path(__file__).parents[2] / "cities" / "xuancheng"
LEVELS = {"city": 6, "county": 6, "township": 9}  # digits of the division at each level
RANK = list(LEVELS)
UNITS = {
    "public_security",
    "health",
    "civil_affairs",
    "human_resources",
    "medical_insurance",
    "housing_fund",
    "education",
    "market_regulation",
    "tax",
    "natural_resources",
    "data_resources",
    "statistics",
    "transport",
    "justice",
    "finance",
}


@pytest.fixture(scope="module")
def city() -> City:
    return folder.load(ROOT).city


def test_what_is_written_here_has_no_finding() -> None:
    mine = ("departments/", "divisions/", "calendar/", "roles/", "city.yml")
    assert [str(f) for f in folder.check(ROOT) if f.file.startswith(mine)] == []


def test_the_city_has_its_36_units_and_offices_below(city: City) -> None:
    levels = Counter(d.level for d in city.departments.values())
    assert len(city.units) == 36
    assert levels["city"] == 37  # with the government itself
    assert levels["county"] >= 7
    assert levels["township"] >= 7
    assert city.units >= UNITS
    assert {city.departments[name].parent for name in city.units} == {"municipal_government"}


def test_titles_are_unique_in_both_languages(city: City) -> None:
    for titles in (
        [d.title for d in city.departments.values()],
        [d.title_en for d in city.departments.values()],
    ):
        assert all(titles)
        assert [title for title, times in Counter(titles).items() if times > 1] == []


def test_every_unit_stands_in_a_division_of_its_level_under_a_higher_unit(city: City) -> None:
    for unit in city.departments.values():
        assert unit.division in city.divisions
        assert len(unit.division) == LEVELS[unit.level]
        assert (unit.division == city.division) == (unit.level == "city")
        if unit.name == "municipal_government":
            assert not unit.parent
            continue
        parent = city.departments[unit.parent]
        if unit.level != "city":
            assert RANK.index(parent.level) < RANK.index(unit.level)
        if parent.level == "county":
            assert city.divisions[unit.division].parent == parent.division


def test_every_county_has_an_office_for_data(city: City) -> None:
    places = {
        d.division for d in city.departments.values() if d.parent == "data_resources" and d.division
    }
    assert places == {rehearsal.county_of(f"34189{n}") for n in range(1, 8)}


def test_codes_of_units_are_valid(city: City) -> None:
    given = [d.uscc for d in city.departments.values() if d.uscc]
    assert given
    assert [code for code in given if uscc.check(code)] == []


def test_divisions_have_parents_and_agree_with_the_national_codes(city: City) -> None:
    for division in city.divisions.values():
        assert re.fullmatch(r"[A-Z][A-Za-z' ]+", division.name_en)
        if division.code != city.division:
            assert division.parent in city.divisions
        if len(division.code) == 6:
            known = regions.region(division.code)
            assert known is not None
            assert (known.name, known.since, known.until) == (
                division.name,
                division.since,
                division.until,
            )


def test_the_calendar_is_the_folders(city: City) -> None:
    assert set(range(2019, 2027)) <= set(city.years)
    assert city.calendar.is_workday(date(2021, 9, 18))
    assert not city.calendar.is_workday(date(2021, 9, 21))
    assert all(year.law for year in city.years.values())


def test_the_four_duties_allow_what_they_should_and_nothing_unknown(city: City) -> None:
    assert set(city.roles) == {"steward", "officer", "contractor", "auditor", "leader"}
    for role in city.roles.values():
        assert role.actions <= set(ACTIONS)
        assert ("lake.reveal" in role.actions) == role.reveal
        assert {"identity.login", "work.read"} <= role.actions
    payload = {name for name, action in ACTIONS.items() if action.payload}
    assert not city.roles["contractor"].actions & payload
    assert city.roles["officer"].scope == "department"
    assert {r.scope for n, r in city.roles.items() if n != "officer"} == {"city"}
    changing = {"lake.collect", "lake.upload", "lake.correct", "lake.restore", "city.apply"}
    assert not city.roles["auditor"].actions & changing
    assert "ledger.read" in city.roles["auditor"].actions


def test_every_system_belongs_to_a_unit(city: City) -> None:
    owners = {owner.department for s in city.systems.values() for owner in s.owners}
    assert owners
    assert owners <= set(city.departments)


@pytest.mark.parametrize(
    ("query", "name"),
    [("gjj", "housing_fund"), ("医保", ""), ("yibao", ""), ("公安", "public_security")],
)
def test_units_are_found_as_people_type(city: City, query: str, name: str) -> None:
    found = {
        n for n, d in city.departments.items() if d.level == "city" and matches(d.title, query)
    }
    assert found == ({name} if name else set())
