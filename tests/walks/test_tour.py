"""The tour in a browser over a real installation: break, collect, correct, who looked, cheat."""

from typing import Any

import pytest

from tests.walks.conftest import Opening, Town
from tests.walks.seeing import NARROW, WIDE, axe, beyond, misdrawn, shoot, sideways

pytestmark = pytest.mark.chromium


class Walk:
    """Goes through the tour on a phone and looks at every stop on a desk as well."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def resized(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def stop(self, what: str) -> None:
        """Nothing for axe to find, nothing sideways at both widths; a picture if wanted."""
        for size in (WIDE, NARROW):
            self.resized(size)
            shoot(self.page, f"tour-{size[0]}-{what}")
            assert axe(self.page) == [], (what, size)
            assert sideways(self.page) == 0, (what, size)
            assert misdrawn(self.page) == [], (what, size)

    def press(self, target: Any) -> None:
        """Click on the phone what could be clicked on the desk: seen, still, enabled, uncovered."""
        self.resized(WIDE)
        target.click(trial=True)
        self.resized(NARROW)
        target.click()

    def reached(self, stop: str, place: str) -> None:
        """Go on, as the tour asks, in a few seconds while models are built behind the page."""
        for _ in range(60):
            self.page.goto(stop)
            if place in self.page.url:
                return
            self.page.wait_for_timeout(1000)

    def put_coach_away(self) -> None:
        if self.page.locator("#coach:popover-open").count():
            self.page.locator("#coach-x").click()

    def ended(self) -> None:
        self.page.wait_for_url("**/steward/runs/**")
        self.page.wait_for_selector("#live[data-moving='0']")


@pytest.mark.long
def test_the_tour_from_end_to_end(whole_town: Town, opened: Opening) -> None:
    page = opened(whole_town.address, size=NARROW)
    walk = Walk(page)
    walk.press(page.locator("#tour-go"))
    page.wait_for_selector("#tour-say")
    walk.stop("1-touch-one-fact")
    walk.press(page.locator("#tour-say button"))
    page.wait_for_url("**/steward/tables/**")
    walk.stop("2-collect")
    walk.put_coach_away()
    walk.press(page.locator("button[data-tour='2']"))
    walk.ended()
    assert page.locator(".eq .warn").inner_text() == "1"
    walk.stop("3-one-row-set-aside")
    walk.press(page.locator("a[data-tour='3']").first)
    page.wait_for_url("**/steward/repair/**")
    walk.put_coach_away()
    walk.stop("4-masked")
    page.fill("#purpose", "核对出生日期")
    walk.press(page.locator(".note .purpose button"))
    page.wait_for_url("**/reveal")
    sentence = page.locator(".trouble").first.inner_text()
    assert "身份证号显示" in sentence
    walk.stop("5-both-values-named")
    walk.press(page.locator(".fix button[name=take]").first)
    page.wait_for_url("**/correct")
    walk.put_coach_away()
    walk.press(page.locator(".ph form .btn--primary"))
    walk.ended()
    assert page.locator(".eq .warn").inner_text() == "0"
    walk.stop("6-it-is-in")
    walk.reached(f"{whole_town.address}/steward/tour/4", "/steward/libraries/")
    assert "的一生" in page.locator("h1").inner_text()
    walk.stop("7-the-person")
    walk.reached(f"{whole_town.address}/steward/tour/5", "/steward/trace/indicator:")
    walk.put_coach_away()
    assert "婚姻登记" in page.locator("h1").inner_text()
    walk.stop("8-the-number")
    walk.press(page.locator(".li.two a.ink").first)
    page.wait_for_url("**/steward/trace/person:**")
    assert page.locator(".xls .cell").count() == 2
    assert beyond(page, ".xls .cell") == 0
    walk.stop("9-the-cell")
    page.goto(f"{whole_town.address}/steward/tour/6")
    page.wait_for_url("**/steward/tables/**")
    seen = page.locator("#seen").inner_text()
    assert "您" in seen
    assert "核对出生日期" in seen
    walk.stop("10-who-looked")
    walk.put_coach_away()
    walk.press(page.locator("#seen a.xs").first)
    page.wait_for_url("**/steward/record/**")
    walk.stop("11-proof")
    page.goto(f"{whole_town.address}/steward/tour/7")
    walk.put_coach_away()
    walk.press(page.locator("button[data-tour='7']"))
    page.wait_for_selector(".note.no")
    body = page.locator("main").inner_text()
    assert "已损坏" in body
    assert "已篡改" in body
    walk.stop("12-both-named")
    page.goto(f"{whole_town.address}/steward/")
    walk.put_coach_away()
    walk.stop("13-the-overview-is-red")
    for action in ("restore_file", "restore_record"):
        page.goto(f"{whole_town.address}/steward/integrity")
        walk.press(page.locator(f"button[value={action}]"))
        page.wait_for_load_state()
    page.wait_for_selector(".note.yes h2")
    assert "走完了" in page.locator("#tour-say").inner_text()
    walk.stop("14-whole-again")


@pytest.mark.long
def test_without_javascript_the_errand_is_done_by_forms(whole_town: Town, opened: Opening) -> None:
    page = opened(whole_town.address, script=False)
    page.locator("#tour-go").click()
    page.locator("#tour-say button").click()
    page.locator("form button[data-tour='2']").click()
    for _ in range(60):
        if page.locator("#live[data-moving='0']").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.locator("a[data-tour='3']").first.click()
    page.fill("#purpose", "核对出生日期")
    page.locator(".note .purpose button").click()
    page.locator(".fix button[name=take]").first.click()
    assert "已改" in page.locator("main").inner_text()
    page.goto(f"{whole_town.address}/steward/tables/civil.marriages")
    assert page.locator("select#snapshot").is_visible()
    page.locator(".asof button").click()
    assert page.locator("#sample").is_visible()
