"""Companies: their code decides, without one the name with who represents it and where it is."""

from typing import Any

import pytest

from citybrain.lake.resolve.spec import companies
from citybrain.standards.uscc import check_digit
from tests.lake.resolve.making import COMPANIES, Link, resolved

COUNT = 600
ONE = "青丹云溪松竹兰菊梅荷泉石岩峰岭谷川江湖海天星月晨晓"
FIRST, LAST = "顾方尉闻祝柏裴骆", "禾秋木慈砚双念笙芷蘅"


def code(n: int) -> str:
    """A valid unified social credit code."""
    stem = f"91341891MA000{n:03}X"
    return stem + check_digit(stem)


def company(n: int, mention: str, **other: Any) -> dict[str, Any]:
    """One of so many companies, each with a name, a representative and an address of its own."""
    said = {
        "uscc": code(n),
        "name": f"宣城市{ONE[n % 25]}{ONE[n // 25]}商贸有限公司",
        "legal_person_name": FIRST[n % 8] + LAST[n // 8 % 10] + LAST[n // 80],
        "address": f"宣城市宣州区柳溪路{n}号",
        "phone": f"19900000{n:03}",
    }
    return {"mention": mention, **said, **other}


def without(*columns: str) -> dict[str, Any]:
    return dict.fromkeys(("uscc", *columns))


LONE = without("phone", "address", "legal_person_name")
DAMAGED = {
    "code": company(0, "code", **(LONE | {"uscc": code(0)})),
    "renamed": company(1, "renamed", name="宣城市玉山贸易有限公司"),
    "no code": company(2, "no code", **without("phone")),
    "no address": company(3, "no address", **without("address", "phone")),
    "registration": company(4, "registration", registration_number="341800000004", **LONE),
    "one character": company(5, "one character", name="宣城市竹青商茂有限公司", **without("phone")),
}
ROWS = [
    *(company(n, f"{n}/book", registration_number=f"341800000{n:03}") for n in range(COUNT)),
    *DAMAGED.values(),
    company(6, "piece", **(LONE | {"name": "商贸有限公司"})),
]


@pytest.fixture(scope="module")
def links() -> dict[str, Link]:
    return resolved(ROWS, columns=COMPANIES, spec=companies(), kind="companies").links


def test_every_code_is_a_company(links: dict[str, Link]) -> None:
    found = {links[f"{n}/book"].entity_id for n in range(COUNT)}
    assert len(found) == COUNT
    assert {entity[0] for entity in found} == {"C"}


@pytest.mark.parametrize("row", DAMAGED)
def test_a_company_is_found_by_its_code_or_by_what_else_is_known(
    links: dict[str, Link], row: str
) -> None:
    book = f"{list(DAMAGED).index(row)}/book"
    assert links[row].entity_id == links[book].entity_id
    assert links[row].how == ("number" if DAMAGED[row]["uscc"] else "probability")


def test_a_piece_of_a_name_makes_no_company_of_another(links: dict[str, Link]) -> None:
    assert links["piece"].how == "alone"
