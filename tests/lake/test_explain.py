"""What is said of numbers that look right on a page, and what may be taken instead."""

from datetime import date

import pytest

from citybrain.city.contracts import Field, Rule
from citybrain.lake.checks import Check, CheckContext
from citybrain.lake.explain import CellProblem, explain
from citybrain.standards.resident_id import check_digit

BODY = "34259119491231001"
NUMBER = BODY + check_digit(BODY)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
ABOUT = CheckContext(day=date(2021, 6, 11), codes={}, replaced={})


def said(rule: str, value: str) -> CellProblem:
    one = Field(name="n", source="号码", title="号码", title_en="Number", type="string")
    check = Check(field=one, rule=Rule(name=rule), sql="")
    return explain(check, {"n": value}, {"n": one}, ABOUT)


@pytest.mark.parametrize(
    ("rule", "value", "right"),
    [
        ("id_number", NUMBER.translate(WIDE), NUMBER),
        ("id_number", NUMBER + "\u3000", NUMBER),
        ("id_number", f"{NUMBER[:6]} {NUMBER[6:]}", NUMBER),
        ("phone", "10012345678".translate(WIDE), "10012345678"),
        ("phone", "100 1234 5678", "10012345678"),
    ],
)
def test_wide_digits_and_blanks_are_named_and_the_number_as_it_should_be_written_offered(
    rule: str, value: str, right: str
) -> None:
    found = said(rule, value)
    assert found.suggestion == right
    assert "全角字符或空格" in found.sentence
    assert right in found.sentence
    assert "full-width" in found.sentence_en


@pytest.mark.parametrize(
    ("rule", "value", "right"),
    [
        ("id_number", NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), None),
        ("id_number", BODY.translate(WIDE), None),  # a digit is missing too
        ("phone", "1001234567", None),
        ("phone", "+86 100-1234-5678", "10012345678"),
    ],
)
def test_what_is_wrong_otherwise_is_said_as_before(
    rule: str, value: str, right: str | None
) -> None:
    found = said(rule, value)
    assert found.suggestion == right
    assert "全角字符或空格" not in found.sentence
