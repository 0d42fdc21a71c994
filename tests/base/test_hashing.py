"""Hashes equal the standard's vectors; canonical JSON is the one RFC 8785 gives."""

import hashlib
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.hashing import canonical_json, sha256_bytes, sha256_file

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_known_hashes() -> None:
    assert sha256_bytes(b"") == EMPTY
    assert sha256_bytes(b"abc").startswith("ba7816bf8f01cfea")


@given(st.binary(max_size=5000))
def test_a_file_hashes_as_its_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("hash") / "file"
    path.write_bytes(data)
    assert sha256_file(path) == sha256_bytes(data) == hashlib.sha256(data).hexdigest()


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sha256_file(tmp_path / "absent")


@given(values)
def test_reading_it_back_gives_the_same_value_and_text(value: object) -> None:
    text = canonical_json(value)
    again = json.loads(text, parse_int=float)
    assert again == value
    assert canonical_json(again) == text


@given(st.dictionaries(st.text("abc\U00010000\ue000", max_size=3), st.integers(), max_size=6))
def test_order_of_insertion_never_matters(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert canonical_json(turned) == canonical_json(value)


# RFC 8785, appendix B and section 3.2.3.
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5e-324, "5e-324"),
        (-5e-324, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (9007199254740992.0, "9007199254740992"),
        (295147905179352830000.0, "295147905179352830000"),
        (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"),
        (999999999999999700000.0, "999999999999999700000"),
        (1e21, "1e+21"),
        (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"),
        (333333333.3333332, "333333333.3333332"),
        (333333333.33333325, "333333333.33333325"),
        (4.5, "4.5"),
        (0.002, "0.002"),
        (-1e-7, "-1e-7"),
        (0.5, "0.5"),
        (0.1, "0.1"),
        (-0.25, "-0.25"),
        (100.0, "100"),
        (123456.789, "123456.789"),
        (2**70, "1180591620717411303424"),
    ],
)
def test_numbers_as_the_standard_writes_them(value: float, text: str) -> None:
    assert canonical_json(value) == text.encode()


@given(st.floats(min_value=1e-6, max_value=1e21, exclude_max=True))
def test_numbers_of_ordinary_size_have_no_exponent(value: float) -> None:
    assert "e" not in canonical_json(value).decode()
    assert canonical_json(-value) == b"-" + canonical_json(value)


def test_text_is_written_as_it_is_not_escaped() -> None:
    assert canonical_json({"名": "宣\n\u2028"}) == '{"名":"宣\\n\u2028"}'.encode()


def test_keys_sort_by_utf16_as_in_the_standards_example() -> None:
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = list(json.loads(canonical_json(dict.fromkeys(keys, 0))))
    assert ordered == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_numbers_without_a_form_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no canonical JSON form"):
        canonical_json([value])


@pytest.mark.parametrize("value", [b"bytes", {1: "key"}, {1, 2}, object()])
def test_things_without_a_form_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
