"""Addresses are resolved by the city's own names of places."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain import city as folder
from citybrain.lake.standardise import Gazetteer, gazetteer
from tests.lake.making import duck

ROOT = Path(__file__).parents[3] / "cities" / "xuancheng"
PLACES = gazetteer(folder.load(ROOT).city)


def _by_sql(places: Gazetteer, addresses: list[str | None]) -> list[str | None]:
    steps = ", ".join(f"{sql} AS {name}" for name, sql in places.steps("a").items())
    with duck() as connection:
        rows = connection.execute(
            f"SELECT {places.division_sql('county', 'town', 'alone')} FROM "  # noqa: S608
            f"(SELECT *, {steps} FROM (SELECT unnest(?::VARCHAR[]) AS a))",
            [addresses],
        ).fetchall()
    return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("宣城市宣州区洪林镇柏枝村17组24号", "341802104"),
        ("安徽省宣城市宣州区洪林镇", "341802104"),
        ("宣州区洪林镇", "341802104"),
        ("宣州洪林镇", "341802104"),
        ("宣城市宣州区学府路12号", "341802"),
        ("宣城市洪林镇柏枝村", "341802104"),
        ("洪林镇柏枝村", "341802104"),
        ("广德县桃州镇", "341882100"),
        ("宁国县港口镇", "341881100"),
        ("宣州区天湖街道", "341871001"),
        ("暂住地：宣城市泾县茂林镇", "341823101"),
        ("杭州市777号", None),
        ("合肥市宣州路1号", None),
        ("芜湖市洪林镇", None),
        ("宣城市", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_in_its_smallest_division(address: str | None, code: str | None) -> None:
    assert PLACES.division(address) == code
    assert _by_sql(PLACES, [address]) == [code]


@settings(max_examples=10, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["安徽省", "宣城市", "柏枝村", "1号", "市", *PLACES.counties, *PLACES.short]
                + [name for towns in PLACES.towns.values() for name in towns]
            ),
            max_size=4,
        ).map("".join),
        min_size=20,
        max_size=60,
    )
)
def test_sql_and_python_agree(addresses: list[str]) -> None:
    assert _by_sql(PLACES, list(addresses)) == [PLACES.division(a) for a in addresses]


def test_every_town_of_the_city_is_found_by_its_full_name() -> None:
    city = folder.load(ROOT).city
    towns = [d for d in city.divisions.values() if len(d.code) == 9]
    assert len(towns) > 80
    named = [f"宣城市{city.divisions[t.parent].name}{t.name}1号" for t in towns]
    assert [PLACES.division(n) for n in named] == [t.code for t in towns]


def test_a_city_without_divisions_has_no_places(tmp_path: Path) -> None:
    empty = gazetteer(folder.load(tmp_path).city)
    assert empty.division("宣城市宣州区") is None
    assert _by_sql(empty, ["宣城市宣州区"]) == [None]
