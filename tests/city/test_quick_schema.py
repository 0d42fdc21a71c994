"""A quick yes is never said where the slower reading finds a mistake."""

from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.city.folder import read_folder
from citybrain.city.kinds import BASE_KINDS
from citybrain.city.validate import _holds, _validator
from tests.city.test_shipped import CITY

_ODD: tuple[Any, ...] = (
    None,
    "",
    "2021-02-30",
    -1,
    2.5,
    True,
    [],
    {},
    [None],
    {"unknown": 1},
    "x" * 300,
)


@cache
def _documents() -> list[tuple[str, Any, Any]]:
    folder = read_folder(CITY)
    return [
        (kind.name, kind.form, document.value)
        for kind in BASE_KINDS
        for document in kind.documents(folder)[:4]
    ]


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        found += [place for key in value for place in _places(value[key], (*path, key))]
    if isinstance(value, list):
        found += [place for n in range(len(value)) for place in _places(value[n], (*path, n))]
    return found


@given(st.data())
def test_both_readings_agree_on_what_was_changed_anywhere(data: st.DataObject) -> None:
    name, form, whole = data.draw(st.sampled_from(_documents()))
    changed = deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        places = _places(changed)
        if not places:
            break
        *way, last = data.draw(st.sampled_from(places))
        held = changed
        for step in way:
            held = held[step]
        action = data.draw(st.sampled_from(("drop", "odd", "rename")))
        if action == "drop":
            del held[last]
        elif action == "rename" and isinstance(held, dict):
            held[f"{last}x"] = held.pop(last)
        else:
            held[last] = deepcopy(data.draw(st.sampled_from(_ODD)))
    slow = next(_validator(name, form).iter_errors(changed), None)
    assert _holds(changed, name, form) is (slow is None), slow and slow.message


@pytest.mark.parametrize("number", range(len(_documents())))
def test_the_shipped_citys_files_hold_at_once(number: int) -> None:
    name, form, value = _documents()[number]
    assert _holds(value, name, form)
