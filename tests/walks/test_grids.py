"""Wide sheets in a browser: what names the row and its buttons stay in sight while it is moved."""

from typing import Any

import pytest

from tests.walks.conftest import Opening
from tests.walks.seeing import WIDE

pytestmark = pytest.mark.chromium
_PLACES = """sheet => {
    const box = sheet.getBoundingClientRect();
    const inside = one => {
        const { left, right } = one.getBoundingClientRect();
        return left >= box.left - 2 && right <= box.right;
    };
    return {
        moved: sheet.scrollLeft,
        end: sheet.scrollWidth - sheet.clientWidth,
        fades: getComputedStyle(sheet).maskSize,
        seen: [...sheet.querySelectorAll('th:first-child, .why button')].every(inside),
    };
}"""


@pytest.mark.parametrize("name", ["repair-revealed", "upload"])
def test_a_wide_sheet_keeps_row_and_buttons_and_says_that_there_is_more(
    gallery: str, opened: Opening, name: str
) -> None:
    page = opened(gallery, size=(900, WIDE[1]))
    page.goto(f"{gallery}/gallery/{name}")
    sheet = page.locator(".tw:has(> .grid)")
    assert sheet.get_attribute("tabindex") == "0"
    assert sheet.get_attribute("aria-label")

    def at(left: int) -> Any:
        return sheet.evaluate(
            f"async (sheet) => {{ sheet.scrollTo({{left: {left}, behavior: 'instant'}});"
            f" await new Promise(requestAnimationFrame); return ({_PLACES})(sheet); }}"
        )

    first = at(0)
    assert first["end"] > 100
    assert first["seen"]
    assert first["fades"] == "100% 100%"
    last = at(9999)
    assert abs(last["moved"] - last["end"]) <= 1
    assert last["seen"]
    assert last["fades"] != "100% 100%"
