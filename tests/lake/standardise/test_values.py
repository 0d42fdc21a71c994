"""Standard values: what SQL says equals what the Python functions of the standards say."""

import unicodedata
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.lake.standardise import identifiers, text
from citybrain.standards import resident_id, uscc
from tests.lake.making import duck

_PLACES = ("341891", "342501", "110105", "999999")
_SIGNS = "张三李四王欧阳买提ＡＢａｂ０１２９xX19AZ.．·•‧・･ 　\t\u200b\u00a0豈更樂（）()-+"


def _answers(sql: str, values: Sequence[str]) -> list[str | None]:
    with duck() as connection:
        rows = connection.execute(
            f"SELECT {sql} FROM (SELECT unnest(?::VARCHAR[]) AS v)",  # noqa: S608 - our own text
            [list(values)],
        ).fetchall()
    return [row[0] for row in rows]


def _numbers(values: Sequence[str], last: Callable[[str, str], str]) -> list[str | None]:
    tidied = f"(SELECT {identifiers.tidy_sql('v')} AS t, n FROM given)"  # noqa: S608
    bodied = f"(SELECT t, n, {identifiers.body_sql('t')} AS b FROM {tidied})"  # noqa: S608
    with duck() as connection:
        rows = connection.execute(
            "WITH given AS (SELECT unnest(?::VARCHAR[]) AS v, generate_subscripts(?, 1) AS n) "  # noqa: S608
            f"SELECT {last('t', 'b')} FROM {bodied} ORDER BY n",
            [list(values), list(values)],
        ).fetchall()
    return [row[0] for row in rows]


def _standing(number: str) -> str | None:
    """The 18 characters of a number whose birth date and last digit are right."""
    tidy = (text.tight(number)).upper()
    wrong = [p for p in resident_id.check(tidy) if not p.rule.startswith("region")]
    if wrong:
        return None
    return resident_id.upgrade_15(tidy) if len(tidy) == resident_id.SHORT else tidy


@st.composite
def _id_numbers(draw: st.DrawFn) -> str:
    """Right numbers of both forms, with one slip in every second."""
    born = draw(st.dates()).strftime("%Y%m%d").rjust(8, "0")
    body = draw(st.sampled_from(_PLACES)) + born + f"{draw(st.integers(0, 999)):03d}"
    number = body + resident_id.check_digit(body)
    if draw(st.booleans()):
        number = body[:6] + body[8:]
    if draw(st.booleans()):
        at = draw(st.integers(0, len(number) - 1))
        letter = draw(st.sampled_from("0123456789Xx０９Ｘ 　-A"))
        number = number[:at] + letter + number[at + draw(st.integers(0, 1)) :]
    return number


@settings(max_examples=10, deadline=None)
@given(st.lists(_id_numbers(), min_size=20, max_size=80))
def test_an_id_number_becomes_18_characters_or_nothing(numbers: list[str]) -> None:
    assert _numbers(numbers, identifiers.number_sql) == [_standing(n) for n in numbers]


def test_numbers_known_by_hand() -> None:
    given_ = [
        "110105491231002",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "341891199302072318",
        "110105990231002",
        "120103000101999",
        "",
        "护照E1234567",
    ]
    expected = (
        ["11010519491231002X"] * 3 + [None, None] + [_standing("120103000101999"), None, None]
    )
    assert _numbers(given_, identifiers.number_sql) == expected
    assert expected[5] is not None
    assert expected[5][6:10] == "1800"


@st.composite
def _codes(draw: st.DrawFn) -> str:
    letters = st.text(alphabet=uscc.ALPHABET, min_size=2, max_size=2)
    tail = st.text(alphabet=uscc.ALPHABET, min_size=9, max_size=9)
    body = draw(letters) + draw(st.sampled_from(_PLACES)) + draw(tail)
    last = draw(st.sampled_from(uscc.ALPHABET)) if draw(st.booleans()) else uscc.check_digit(body)
    return body + last


@settings(max_examples=8, deadline=None)
@given(st.lists(_codes(), min_size=20, max_size=80))
def test_a_credit_code_stands_by_its_last_character(codes: list[str]) -> None:
    answers = _numbers(codes, lambda tidy, _body: f"({identifiers.uscc_sql(tidy)})::VARCHAR")
    assert answers == [str(not uscc.check(code)).lower() for code in codes]


def test_a_column_that_may_name_anyone_keeps_codes_and_passports() -> None:
    given_ = ["110105491231002", "91341802MA2MT1234X", "E12345678", "110105194912310021", None]
    body = "12341891001158416"  # a public institution's code, all digits
    code = body + uscc.check_digit(body)
    answers = _numbers([*(g or "" for g in given_), code], identifiers.person_or_other_sql)
    assert answers[0] == "11010519491231002X"
    assert answers[1:] == ["91341802MA2MT1234X", "E12345678", None, None, code]


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(alphabet=_SIGNS, max_size=14), min_size=30, max_size=60))
def test_names_phones_and_addresses_are_the_same_in_both_ways(values: list[str]) -> None:
    assert _answers(text.name_sql("v"), values) == [text.plain_name(v) for v in values]
    assert _answers(text.digits_sql("v"), values) == [text.digits(v) for v in values]
    assert _answers(text.tight_sql("v"), values) == [text.tight(v) or None for v in values]


@given(st.text(alphabet=_SIGNS, max_size=20))
def test_folding_is_unicodes_own_for_what_forms_contain(value: str) -> None:
    folded = unicodedata.normalize("NFKC", value).replace("・", "･")
    kept = "".join(c for c in folded if not text.is_blank(c))
    assert text.tight(value).replace("・", "･") == kept


def test_names_and_phones_known_by_hand() -> None:
    assert text.plain_name("　欧阳 小明 ") == "欧阳小明"
    assert text.plain_name("阿依古丽・买买提") == text.plain_name("阿依古丽.买买提")
    assert text.plain_name(" · ") is None
    assert text.digits("＋８６ 100-0012-3456") == "10000123456"
    assert text.digits("0563-3022222") == "05633022222"
    assert text.digits("无") is None
