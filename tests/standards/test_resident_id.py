"""Resident ID numbers: the standard's own examples, and what its algorithm promises."""

from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citybrain.standards import regions, rehearsal, resident_id

# GB 11643-1999's two examples, and one each of the forms the rehearsal uses.
VALID = [
    "11010519491231002X",
    "440524188001010014",
    "110105491231002",
    "342597850607123",
]
CODES = sorted(r.code for r in regions.all_regions() if r.code[4:] != "00" and not r.until)

births = st.dates(date(1900, 1, 1), date(2021, 6, 30))


@st.composite
def bodies(draw: st.DrawFn) -> str:
    code = draw(st.sampled_from([*CODES, "110105", "341895", "342597"]))
    return f"{code}{draw(births):%Y%m%d}{draw(st.integers(0, 999)):03d}"


numbers = bodies().map(lambda body: body + resident_id.check_digit(body))


def by_iso_7064(first17: str) -> str:
    """The check digit by the recursive form of ISO 7064, unlike the weights of the code."""
    product = 10
    total = 0
    for digit in first17:
        total = (total + int(digit)) * 2 % 11
    product = (12 - total) % 11
    return "X" if product == 10 else str(product)


def rules(number: str, *, on: date | None = None, rehearsal: bool = True) -> list[str]:
    return [p.rule for p in resident_id.check(number, on=on, rehearsal=rehearsal)]


@pytest.mark.parametrize("number", VALID)
def test_known_numbers_stand(number: str) -> None:
    assert resident_id.check(number, on=date(2021, 6, 11)) == []


@given(bodies())
def test_the_check_digit_equals_the_recursive_form_of_iso_7064(body: str) -> None:
    assert resident_id.check_digit(body) == by_iso_7064(body)


@given(numbers)
def test_a_made_number_stands_and_gives_back_its_parts(number: str) -> None:
    assert resident_id.check(number, on=date(2021, 6, 30)) == []
    assert resident_id.region(number) == number[:6]
    assert f"{resident_id.birth_date(number):%Y%m%d}" == number[6:14]
    assert resident_id.sex(number) == ("1" if number[16] in "13579" else "2")


@given(numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_found(number: str, at: int, wrong: str) -> None:
    assume(number[at] != wrong)
    assert rules(number[:at] + wrong + number[at + 1 :])


@given(numbers, st.integers(0, 16))
def test_any_two_neighbours_swapped_are_found(number: str, at: int) -> None:
    assume(number[at] != number[at + 1])
    assert rules(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


@given(numbers, st.integers(0, 17), st.integers(0, 17))
def test_two_characters_swapped_are_found_unless_ten_apart(
    number: str, one: int, other: int
) -> None:
    # The weights of ISO 7064 MOD 11-2 repeat after ten places: the standard's own blind spot.
    assume(number[one] != number[other] and abs(one - other) != 10)
    swapped = list(number)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert rules("".join(swapped))


@given(bodies().filter(lambda b: b[6:8] == "19" and b[14:] < "996"))
def test_an_old_number_keeps_its_parts_when_it_grows(body: str) -> None:
    old = body[:6] + body[8:]
    new = resident_id.upgrade_15(old)
    assert new == body + resident_id.check_digit(body)
    assert resident_id.birth_date(old) == resident_id.birth_date(new)
    assert resident_id.sex(old) == resident_id.sex(new)
    assert resident_id.region(old) == resident_id.region(new)
    assert rules(old) == []


def test_the_four_sequences_of_people_born_before_1900() -> None:
    assert resident_id.birth_date("342597850607996") == date(1885, 6, 7)
    assert resident_id.birth_date("342597850607995") == date(1985, 6, 7)


@given(st.text(alphabet="0123456789Xx １ab", max_size=20) | st.text(max_size=20))
def test_any_text_is_answered_with_sentences_never_an_error(text: str) -> None:
    for problem in resident_id.check(text, on=date(2021, 6, 11)):
        assert problem.sentence.endswith("。")
        assert problem.sentence_en.endswith(".")
        assert problem.rule
    if resident_id.check(text):
        return
    assert resident_id.birth_date(text) is not None


@pytest.mark.parametrize(
    ("number", "rule", "expected", "found"),
    [
        ("110105194912310021", "check_digit", "应为X", "填写为1"),
        ("11010519491231002x", "letter_case", "大写X", "小写x"),
        ("1101051949123100", "length", "18位", "16位"),
        ("1101051949123100AX", "character", "全为数字", "1101051949123100AX"),
        (
            "11010519490229001" + resident_id.check_digit("11010519490229001"),
            "birth_date",
            "真实",
            "填写为19490229，",
        ),
        ("990105194912310025", "region", "国家标准", "99"),
        (
            "34990019491231002" + resident_id.check_digit("34990019491231002"),
            "region",
            "行政区划",
            "3499",
        ),
        (
            "34185519491231002" + resident_id.check_digit("34185519491231002"),
            "region",
            "行政区划",
            "341855",
        ),
        (
            "34252320100101002" + resident_id.check_digit("34252320100101002"),
            "region_date",
            "2000-06-24",
            "2010-01-01",
        ),
    ],
)
def test_each_problem_names_what_was_expected_and_what_was_found(
    number: str, rule: str, expected: str, found: str
) -> None:
    problem = next(p for p in resident_id.check(number) if p.rule == rule)
    assert expected in problem.sentence
    assert found in problem.sentence


def test_a_birth_after_the_day_of_the_question_is_a_problem() -> None:
    number = "110105202106120026"
    number = number[:17] + resident_id.check_digit(number[:17])
    assert rules(number, on=date(2021, 6, 11)) == ["birth_date"]
    assert rules(number, on=date(2021, 6, 12)) == []
    assert rules(number) == []


def test_several_problems_are_all_told() -> None:
    assert rules("999999199913310021") == ["region", "birth_date", "check_digit"]


def test_numbers_of_rehearsals_stand_only_in_rehearsals() -> None:
    body = f"{rehearsal.rehearsal_code('341825')}19930307231"
    number = body + resident_id.check_digit(body)
    assert rules(number) == []
    assert rules(number, rehearsal=False) == ["region"]


def test_a_number_given_out_just_after_the_renumbering_may_keep_the_old_code() -> None:
    for birth, expected in (("20010625", []), ("20010626", ["region_date"])):
        body = f"342523{birth}002"
        assert rules(body + resident_id.check_digit(body)) == expected


@pytest.mark.parametrize("text", ["", "1101054912310021", "11010519491231002X", "01010549123100２"])
def test_only_old_numbers_grow(text: str) -> None:
    with pytest.raises(ValueError, match="15-digit"):
        resident_id.upgrade_15(text)


@pytest.mark.parametrize("text", ["", "1101051949123100", "1101051949123100X"])
def test_a_check_digit_is_taken_of_seventeen_digits(text: str) -> None:
    with pytest.raises(ValueError, match="17 digits"):
        resident_id.check_digit(text)


@pytest.mark.parametrize("text", ["", "abc", "1101051949123100"])
def test_what_is_no_number_has_no_parts(text: str) -> None:
    assert resident_id.region(text) == ""
    assert resident_id.birth_date(text) is None
    assert resident_id.sex(text) is None
