"""Numbers decide, damaged numbers find their way home, and what is uncertain stays alone."""

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from bench.linkage.mentions import NUMBERS, VALUES

from citybrain.lake.resolve.score import Score, score
from tests.lake.resolve.making import Link, Made, draw_city, number, resolve

# Of 18 digits: the year is the seventh to the tenth, the sex the seventeenth.
GU = number("34189119710712004")
FANG = number("34189119650923007")
TWINS = (number("34189119880305001"), number("34189119880305003"))


def gu(mention: str, **other: Any) -> dict[str, Any]:
    """A row of 顾青禾, a woman whose name and number are hers alone in the city."""
    said = {"name": "顾青禾", "birth_date": "1971-07-12", "sex": "2", "phone": "19900000001"}
    return {"mention": mention, **said, **other}


def fang(mention: str, **other: Any) -> dict[str, Any]:
    """A row of 方砚秋, a man who has nothing in common with 顾青禾."""
    said = {"name": "方砚秋", "birth_date": "1965-09-23", "sex": "1", "phone": "19900000002"}
    return {"mention": mention, **said, **other}


def twin(mention: str, **other: Any) -> dict[str, Any]:
    """One of two men of the same name, birth date and telephone; their numbers differ."""
    said = {"name": "尉迟双木", "birth_date": "1988-03-05", "sex": "1", "phone": "19900000003"}
    return {"mention": mention, **said, **other}


def has(number_: str) -> dict[str, str]:
    return {"id_number": number_, "id_raw": number_}


SLIPS = {
    "check digit": {"id_raw": f"{GU[:17]}{(int(GU[17]) + 1) % 10 if GU[17] != 'X' else 1}"},
    "swapped digits": {"id_raw": f"{GU[:12]}{GU[13]}{GU[12]}{GU[14:]}"},
    "truncated": {"id_raw": GU[:14]},
    "hidden digits": {"id_raw": f"{GU[:6]}********{GU[14:]}"},
    "fifteen digits": {"id_raw": f"{GU[:6]}{GU[8:17]}", "phone": None},
    "wide digits": {"id_raw": GU[:17].translate({48 + n: 0xFF10 + n for n in range(10)})},
    "missing": {},
    "sounds alike": {"name": "顾清禾"},
    "neither birth nor sex": {"birth_date": None, "sex": None, "id_raw": GU[:17]},
    "day for month": {"birth_date": "1971-12-07"},
}
HAND = [
    gu("gu/1", **has(GU), address="宣城市泾县桃花潭镇柳溪路7号"),
    gu("gu/2", **has(GU), phone=None),
    gu("gu/renamed", **has(GU), name="顾念慈", phone=None),
    fang("fang/1", **has(FANG)),
    gu("gu/married", **has(GU), name="上官雪", birth_date=None),
    fang("fang/copied", **has(GU)),
    fang("fang/copied, sex", **has(GU), birth_date=None),
    {"mention": "stranger", "name": "百里屠苏", **has(GU)},
    *(gu(f"gu/{slip}", **other) for slip, other in SLIPS.items()),
    *(twin(f"twin/{at}", **has(one)) for at, one in enumerate(TWINS)),
    twin("twin/either"),
    {"mention": "weak", "name": "顾青禾"},
    {"mention": "nothing"},
]


City = tuple[duckdb.DuckDBPyConnection, Made]


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    """2,000 people with four times the usual damage, and the rows above."""
    with duckdb.connect() as connection:
        draw_city(connection, 2000, harder=4, more=HAND)
        yield connection, resolve(connection)


@pytest.fixture
def links(city: City) -> dict[str, Link]:
    return city[1].links


def test_every_mention_has_one_link(city: City) -> None:
    connection, made = city
    told = {row[0] for row in connection.execute("SELECT mention FROM mentions").fetchall()}
    assert set(made.links) == told


def test_a_valid_number_decides(links: dict[str, Link]) -> None:
    assert links["gu/1"].entity_id == links["gu/2"].entity_id
    assert (links["gu/2"].how, links["gu/2"].probability) == ("number", 1.0)


def test_another_name_stays_with_the_number_when_the_birth_date_agrees(
    links: dict[str, Link],
) -> None:
    assert links["gu/renamed"].entity_id == links["gu/1"].entity_id
    assert links["gu/renamed"].how == "number"


def test_another_name_stays_with_the_number_when_the_telephone_is_shared(
    links: dict[str, Link],
) -> None:
    assert links["gu/married"].entity_id == links["gu/1"].entity_id
    assert links["gu/married"].how == "number"


@pytest.mark.parametrize("row", ["fang/copied", "fang/copied, sex"])
def test_a_copied_number_makes_nobody_another_person(links: dict[str, Link], row: str) -> None:
    assert links[row].entity_id == links["fang/1"].entity_id
    assert links[row].how == "probability"


def test_another_surname_with_nothing_shared_does_not_get_the_number(
    links: dict[str, Link],
) -> None:
    assert links["stranger"].how == "alone"
    assert links["stranger"].entity_id != links["gu/1"].entity_id


@pytest.mark.parametrize("slip", SLIPS)
def test_a_damaged_row_finds_its_person(links: dict[str, Link], slip: str) -> None:
    link = links[f"gu/{slip}"]
    assert link.entity_id == links["gu/1"].entity_id
    assert link.how == "probability"
    assert link.probability is not None
    assert 0.8 <= link.probability <= 1


def test_a_tie_links_to_neither_and_shows_one_with_less_than_half(links: dict[str, Link]) -> None:
    link, twins = links["twin/either"], {links[f"twin/{at}"].entity_id for at in (0, 1)}
    assert len(twins) == 2
    assert (link.how, link.probability) == ("alone", None)
    assert link.entity_id not in twins
    assert link.closest_id in twins
    assert link.closest_probability is not None
    assert 0.4 < link.closest_probability < 0.5


def test_what_says_too_little_is_an_entity_of_its_own(
    city: City,
) -> None:
    made = city[1]
    assert frozenset({"weak"}) in made.clusters
    assert made.links["weak"].how == "alone"
    assert made.links["weak"].closest_id == made.links["gu/1"].entity_id
    assert made.links["weak"].closest_probability is not None
    assert made.links["weak"].closest_probability < 0.8


def test_a_mention_that_says_nothing_is_alone_without_a_closest(links: dict[str, Link]) -> None:
    link = links["nothing"]
    assert (link.how, link.closest_id, link.closest_probability) == ("alone", None, None)


def test_only_doubtful_mentions_are_weighed(
    city: City,
) -> None:
    made = city[1]
    doubtful = [m for m, link in made.links.items() if link.how != "number"]
    assert made.weighed <= len(doubtful) < len(made.links) / 5


def judged(city: City, where: str) -> Score:
    return score(city[0], "FROM last", "FROM truth", where)


def test_the_whole_city_is_right(city: City) -> None:
    found = judged(city, "true")
    assert found.true > 15_000
    assert found.precision >= 0.9995
    assert found.recall >= 0.995


@pytest.mark.parametrize(
    ("damage", "recall"),
    [
        ("missing", 0.95),
        ("check digit", 0.98),
        ("swapped digits", 0.98),
        ("truncated", 0.98),
        ("two digits", 0.98),
        ("another's", 0.9),
        ("never asked", 0.97),
    ],
)
def test_every_damage_to_a_number_is_mended(city: City, damage: str, recall: float) -> None:
    assert damage in (*NUMBERS, "never asked")
    found = judged(city, f"number_damage = $${damage}$$")
    assert found.true >= 40
    assert found.precision >= 0.99
    assert found.recall >= recall


@pytest.mark.parametrize(
    ("damage", "recall"),
    [
        ("homophone", 0.95),
        ("swapped characters", 0.6),
        ("rare character", 0.75),
        ("no surname", 0.7),
        ("birth turned", 0.95),
        ("year off by ten", 0.9),
        ("other phone", 0.97),
        ("moved", 0.93),
        ("house number", 0.97),
    ],
)
def test_every_damage_to_another_value_is_borne_without_a_number(
    city: City, damage: str, recall: float
) -> None:
    assert damage in VALUES
    found = judged(city, f"unnumbered AND value_damage = '{damage}'")
    assert found.true > 10
    assert found.precision >= 0.99
    assert found.recall >= recall
