"""Social credit codes: real public ones stand, and what the algorithm promises holds."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from citybrain.standards import uscc

# Published codes: the city's own data bureau, two listed companies, two from reference books.
VALID = [
    "11341700744889543Y",
    "91350100M000100Y43",
    "91110000600037341L",
    "91440300708461136T",
    "9144030071526726XG",
]

bodies = st.builds(
    lambda head, region, tail: head + region + tail,
    st.text(uscc.ALPHABET, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(uscc.ALPHABET, min_size=9, max_size=9),
)
codes = bodies.map(lambda body: body + uscc.check_digit(body))


def weighted_sum(code: str) -> int:
    """The standard's condition on a whole code: its weighted sum is divisible by 31."""
    weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28]
    digits = [uscc.ALPHABET.index(c) for c in code]
    return sum(w * d for w, d in zip(weights, digits, strict=False)) + digits[-1]


def rules(code: str) -> list[str]:
    return [p.rule for p in uscc.check(code)]


@pytest.mark.parametrize("code", VALID)
def test_published_codes_stand(code: str) -> None:
    assert uscc.check(code) == []
    assert uscc.region(code) == code[2:8]


@given(codes)
def test_a_made_code_stands_and_fulfils_the_standards_condition(code: str) -> None:
    assert uscc.check(code) == []
    assert weighted_sum(code) % 31 == 0


@given(codes, st.integers(0, 17), st.sampled_from(uscc.ALPHABET))
def test_any_single_wrong_character_is_found(code: str, at: int, wrong: str) -> None:
    assume(code[at] != wrong)
    assert rules(code[:at] + wrong + code[at + 1 :])


@given(codes, st.integers(0, 17), st.integers(0, 17))
def test_two_swapped_characters_are_found_but_for_the_first_and_the_last(
    code: str, one: int, other: int
) -> None:
    """Every place has a weight of its own except these two, which both weigh 1."""
    assume(code[one] != code[other])
    assume({one, other} != {0, 17})
    swapped = list(code)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert rules("".join(swapped))


def test_the_first_and_the_last_character_swapped_stand() -> None:
    """What the standard's check character cannot see, said here so that nobody relies on it."""
    assert rules("01000000000000000W") == rules("W10000000000000000") == []


@given(st.text(max_size=20) | st.text(uscc.ALPHABET, min_size=18, max_size=18))
def test_any_text_is_answered_with_sentences_never_an_error(text: str) -> None:
    for problem in uscc.check(text):
        assert problem.sentence.endswith("。")
        assert problem.sentence_en.endswith(".")


@pytest.mark.parametrize(
    ("code", "rule", "found"),
    [
        ("11341700744889543A", "check_digit", "应为Y，填写为A"),
        ("11341700744889543", "length", "填写为17位"),
        ("11341700744889543y", "character", "第18位填写为y"),
        ("113417O0744889543Y", "character", "第7位填写为O"),
        ("11A41700744889543Y", "region", "A41700"),
    ],
)
def test_each_problem_names_what_was_found(code: str, rule: str, found: str) -> None:
    (problem,) = uscc.check(code)
    assert problem.rule == rule
    assert found in problem.sentence


@pytest.mark.parametrize("text", ["", "1" * 18, "I" * 17])
def test_a_check_character_is_taken_of_seventeen(text: str) -> None:
    with pytest.raises(ValueError, match=r"17 characters|substring"):
        uscc.check_digit(text)


def test_what_is_no_code_has_no_region() -> None:
    assert uscc.region("11A41700744889543Y") == ""
