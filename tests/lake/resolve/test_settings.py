"""Settings: what is wrong is refused in words, what is right takes effect, also on a second run."""

from typing import Any

import duckdb
import pytest

from citybrain.base.errors import CityError
from citybrain.lake.resolve.spec import companies, people
from tests.lake.resolve.making import LATER, fill, number, resolve, resolved

GU = number("34189119710712004")
HERS = {"name": "顾青禾", "birth_date": "1971-07-12", "sex": "2"}
ROWS: list[dict[str, Any]] = [
    {"mention": "a", "id_number": GU, "id_raw": GU, "phone": "19900000001", **HERS},
    {"mention": "b", "phone": "19900000001", **HERS},
]
NOTHING_SAYS: dict[str, Any] = {
    "levels": {
        "name": {"same": {"m": 0.5, "u": 0.5}},
        "birth": {"same": {"m": 0.5, "u": 0.5}},
        "phone": {"same": {"m": 0.5, "u": 0.5}},
    }
}


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"treshold": 0.9}, "it does not know treshold"),
        ({"threshold": 0}, "threshold is 0, not between 0 and 1"),
        ({"threshold": 1.5}, "threshold is 1.5, not between 0 and 1"),
        ({"levels": {"name": {"likely": {"m": 0.5}}}}, "there is no level 'likely' of 'name'"),
        ({"levels": {"shoe": {"same": {"m": 0.5}}}}, "there is no level 'same' of 'shoe'"),
        ({"levels": {"name": {"same": {"m": 0}}}}, "m, u and persons are numbers above 0"),
        ({"levels": {"name": {"same": {"p": 0.5}}}}, "m, u and persons are numbers above 0"),
        ({"levels": {"name": {"same": {"m": 1.5}}}}, "m and u are at most 1"),
        ({"levels": {"name": {"same": {"m": "much"}}}}, "m, u and persons are numbers above 0"),
        ({"threshold": "high"}, "threshold is high, not between 0 and 1"),
        ({"rules": [{"of": "entities", "key": "name"}]}, "rule 1 lacks one of key, of and cap"),
        ({"rules": ["name"]}, "rule 1 lacks one of key, of and cap"),
        (
            {"rules": [{"of": "mentions", "key": "name", "cap": 3, "kap": 4}]},
            "rule 1 does not know 'kap'",
        ),
        (
            {"rules": [{"of": "mentions", "key": "name", "cap": "3"}]},
            "rule 1: cap is '3', not a int",
        ),
        (
            {"rules": [{"of": "people", "key": "name", "cap": 3}]},
            "rule 1 is of people, not of entities or mentions",
        ),
    ],
)
def test_a_wrong_setting_is_refused_in_words(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(CityError) as refused:
        people(wrong)
    assert why in refused.value.why
    assert "docs/resolution.md" in refused.value.do


def test_settings_leave_the_defaults_as_they_are() -> None:
    before = repr(people())
    people({"threshold": 0.9, **NOTHING_SAYS})
    assert repr(people()) == before
    assert people({"threshold": 0.9}).threshold == 0.9
    assert companies({"threshold": 0.7}).threshold == 0.7


def test_u_takes_the_place_of_persons() -> None:
    made = people({"levels": {"phone": {"same": {"u": 0.001}}}})
    level = next(c for c in made.comparisons if c["name"] == "phone")["levels"][1]
    assert (level["u"], "persons" in level) == (0.001, False)


def test_persons_takes_the_place_of_u() -> None:
    made = people({"levels": {"name": {"sound": {"persons": 7}}}})
    level = next(c for c in made.comparisons if c["name"] == "name")["levels"][2]
    assert (level["persons"], "u" in level) == (7, False)


def test_levels_take_effect() -> None:
    assert len(resolved(ROWS).clusters) == 1
    assert len(resolved(ROWS, spec=people(NOTHING_SAYS)).clusters) == 2


def test_a_new_threshold_takes_effect_without_any_change_of_the_rows() -> None:
    with duckdb.connect() as connection:
        fill(connection, ROWS)
        joined = resolve(connection)
        assert len(joined.clusters) == 1
        strict = people({"threshold": 1 - 1e-12})
        parted = resolve(connection, spec=strict, again=True, now=LATER)
        assert len(parted.clusters) == 2
        back = resolve(connection, again=True, now=LATER)
    assert back.ids == joined.ids


def test_rules_take_effect() -> None:
    rule = {"of": "mentions", "cap": 10, "key": "address"}
    assert len(resolved(ROWS, spec=people({"rules": [rule]})).clusters) == 2
