"""Masks: the same in SQL and in Python, for any text."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citybrain.city.contracts import MASKING_CLASSES
from citybrain.lake.mask import mask_sql, mask_value
from tests.lake.making import duck

_LEVELS = st.sampled_from([1, 2, 3, 4])
_SHAPES = st.one_of(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=24),
    st.text("0123456789X", min_size=10, max_size=19),
    st.dates().map(str),
    st.text("王小明欧阳·A", max_size=6),
)


@settings(max_examples=20, deadline=None)
@given(values=st.lists(_SHAPES, min_size=20, max_size=60), level=_LEVELS)
def test_sql_and_python_mask_alike(values: list[str], level: int) -> None:
    with duck() as connection:
        expressions = ", ".join(mask_sql("v", kind, level) for kind in MASKING_CLASSES)
        found = connection.execute(
            f"SELECT {expressions} FROM (SELECT unnest(?::VARCHAR[]) AS v)",  # noqa: S608 - a test
            [values],
        ).fetchall()
    for value, row in zip(values, found, strict=True):
        assert list(row) == [mask_value(value, kind, level) for kind in MASKING_CLASSES]


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("name", "王小明", "王**"),
        ("name", "王明", "王*"),
        ("name", "王", "*"),
        ("name", "阿卜杜拉·买买提", "阿***"),
        ("id_number", "341891199302032317", "341891********2317"),
        ("id_number", "342591930203231", "342591*****3231"),
        ("id_number", "34189119930203231", "***"),
        ("birth_date", "1993-02-03", "1993-**-**"),
        ("birth_date", "3 February 1993", "***"),
        ("phone", "10012341234", "100****1234"),
        ("phone", "1001234", "***"),
        ("address", "安徽省宣城市宣州区某路1号", "安徽省宣城市***"),
        ("address", "宣州区", "***"),
        ("account", "6222000011112222", "***"),
        ("secret", "x", "***"),
        ("text", "", "***"),
    ],
)
def test_each_class_shows_what_it_may(kind: str, value: str, masked: str) -> None:
    assert mask_value(value, kind, 4) == masked


def test_level_three_hides_what_has_no_class_and_below_is_shown() -> None:
    assert mask_value("x", "none", 2) == "x"
    assert mask_value("x", "none", 3) == "***"
    assert mask_value(None, "name", 4) is None
    assert mask_value(date(1993, 2, 3), "birth_date", 3) == "1993-**-**"


def test_dates_and_numbers_are_masked_as_in_sql() -> None:
    with duck() as connection:
        born = mask_sql("DATE '1993-02-03'", "birth_date", 3)
        phone = mask_sql("10012341234::BIGINT", "phone", 3)
        nothing = mask_sql("NULL::DATE", "birth_date", 3)
        found = connection.execute(f"SELECT {born}, {phone}, {nothing}").fetchone()
    assert found == ("1993-**-**", "100****1234", None)
