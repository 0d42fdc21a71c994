"""JSON that a strict reader takes, whatever numbers are in it."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.plainjson import dumps

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text(), inner),
)


def _refused(word: str) -> Any:
    raise AssertionError(word)


@given(VALUES)
def test_no_constant_is_ever_written_that_json_does_not_have(value: Any) -> None:
    json.loads(dumps(value), parse_constant=_refused)


def test_what_is_no_number_is_a_text_and_decimals_are_left_to_the_caller() -> None:
    assert dumps({"宣": float("inf"), "d": Decimal("1.10")}, default=str) == (
        '{"宣": "Infinity", "d": "1.10"}'
    )
    with pytest.raises(TypeError):
        dumps(Decimal("1.10"))
