"""The pages in a browser: full of data, in error, with the longest texts; by keyboard."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from citybrain.interfaces import kit
from tests.steward.gallery import PAGES
from tests.walks.conftest import Opening
from tests.walks.seeing import COLOUR, NARROW, WIDE, axe, shoot, sideways

pytestmark = pytest.mark.chromium
DARK = Path(kit.__file__).parent / "static" / "kit" / "dark.css"


def resized(page: Any, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


# The dark theme is other values of colours and nothing else (below): what axe says of anything
# but colour, it says of the light one. The two languages are loaded at different widths.
@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("language", "sizes", "cookies"),
    [("zh-hans", (WIDE, NARROW), {}), ("en", (NARROW, WIDE), {"theme": "light"})],
    ids=["zh-hans", "en"],
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    gallery: str,
    opened: Opening,
    language: str,
    sizes: tuple[tuple[int, int], ...],
    cookies: dict[str, str],
) -> None:
    page = opened(gallery, django_language=language, **cookies)
    page.emulate_media(reduced_motion="reduce")  # colours change at once
    themes = ("light",) if cookies else ("light", "dark")
    wrong = {}
    for name in PAGES:
        resized(page, sizes[0])
        page.goto(f"{gallery}/gallery/{name}")
        for size in sizes:
            resized(page, size)
            for theme in themes:
                page.emulate_media(color_scheme=theme)
                shoot(page, f"{name}-{theme}-{language}-{size[0]}")
                found = axe(page, COLOUR if theme == "dark" else None)
                if sideways(page):
                    found.append(f"{sideways(page)} px sideways")
                if found:
                    wrong[name, theme, size] = found
    assert wrong == {}


@pytest.mark.long
@pytest.mark.parametrize("chosen", ["", "dark"])
def test_the_frame_is_clean_in_the_dark_as_well(gallery: str, opened: Opening, chosen: str) -> None:
    page = opened(gallery, theme=chosen)
    page.emulate_media(color_scheme="dark")
    for size in (WIDE, NARROW):
        resized(page, size)
        page.goto(f"{gallery}/gallery/overview")
        assert axe(page) == []
        assert sideways(page) == 0


def test_the_dark_theme_is_colours_and_its_own_switch() -> None:
    css = re.sub(r"/\*.*?\*/", "", DARK.read_text(encoding="utf-8"), flags=re.DOTALL)
    (place, body), *rest = re.findall(r"([^{}]+?)\s*\{([^{}]*)\}", css)
    values = dict(re.findall(r"([\w-]+):\s*(.*?);", body))
    assert place.strip() == ":root"
    assert [where.split()[-1] for where, _ in rest] == [".to-dark", ".to-light"]
    assert values.pop("color-scheme") == "dark"
    del values["--shadow"]  # which moves nothing beside it
    colour = re.compile(r"#[0-9a-f]{6}|var\(--[\w-]+\)")
    assert {name for name, value in values.items() if not colour.fullmatch(value)} == set()


def test_the_sign_in_page_is_clean(gallery: str, chromium: Any) -> None:
    for size in (WIDE, NARROW):
        page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
        page.goto(f"{gallery}/login/")
        shoot(page, f"login-{size[0]}")
        assert axe(page) == []
        assert sideways(page) == 0
        page.close()


def focused(page: Any) -> str:
    found: str = page.evaluate(
        "document.activeElement.id || document.activeElement.name"
        " || document.activeElement.textContent.trim()"
    )
    return found


def test_the_page_is_worked_by_keyboard(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    page.goto(f"{gallery}/gallery/upload")
    page.keyboard.press("Tab")
    assert focused(page) == "跳到正文"
    page.keyboard.press("Enter")
    assert focused(page) == "main"
    page.keyboard.press("/")
    assert focused(page) == "q"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("F8")
    assert focused(page) == "r18-man_id"
    page.keyboard.press("F8")
    assert focused(page) == "r18-man_born"
    page.keyboard.press("Shift+F8")
    assert focused(page) == "r18-man_id"


def test_escape_restores_a_cell_and_enter_sends_its_row(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    page.goto(f"{gallery}/gallery/upload")
    cell = page.locator("[name=r18-man_born]")
    before = cell.input_value()
    cell.fill("1987-03-12")
    cell.press("Escape")
    assert cell.input_value() == before
    cell.press("Enter")
    assert "还没有改动" in page.locator("#say").inner_text()
    cell.fill("1987-03-12")
    with page.expect_request(re.compile("/steward/upload/d1$")) as sent:
        cell.press("Enter")
    assert "save%3A18" in sent.value.post_data
    assert "r18-man_born=1987-03-12" in sent.value.post_data


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_way_out_is_in_sight_at_once(gallery: str, opened: Opening, language: str) -> None:
    for size in (WIDE, NARROW):
        page = opened(gallery, size=size, django_language=language)
        page.goto(f"{gallery}/gallery/overview")
        if size == NARROW:
            page.locator(".menu").click()
        place = page.locator(".out").bounding_box()
        assert place["y"] + place["height"] <= size[1], size
        assert place["x"] + place["width"] <= size[0], size


def test_the_log_of_an_operation_is_no_second_landmark(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    page.goto(f"{gallery}/gallery/operation")
    assert axe(page) == []


def test_focus_is_seen_on_every_control(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    page.goto(f"{gallery}/gallery/repair-revealed")
    for _ in range(40):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return document.activeElement !== document.body && s.outlineStyle === 'none'; })()"
        )
        assert not hidden, focused(page)


def test_paper_shows_content_and_the_mark_only(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    page.goto(f"{gallery}/gallery/table")
    page.emulate_media(media="print")
    shoot(page, "table-print")
    assert page.locator(".side").is_hidden()
    assert page.locator("header.bar").is_hidden()
    assert page.locator("p.paper.mark").is_visible()


def test_the_moving_page_asks_again_and_keeps_its_place(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    asked = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/live") else None)
    page.goto(f"{gallery}/gallery/moving")
    page.wait_for_timeout(2600)
    assert asked


def test_the_navigation_moves_with_the_run(gallery: str, opened: Opening) -> None:
    page = opened(gallery)
    moved = (
        '<div id="live" data-moving="0" data-word="完成"><h1>采集完成</h1></div>'
        '<nav id="links" hx-swap-oob="outerMorph">'
        '<a href="/steward/repair">待修正<b class="num">41</b></a></nav>'
    )
    page.route("**/live", lambda route: route.fulfill(body=moved, content_type="text/html"))
    page.goto(f"{gallery}/gallery/moving")
    page.wait_for_selector("#live[data-moving='0']")
    assert page.locator(".side nav#links b").all_inner_texts() == ["41"]
    assert page.locator("#links").count() == 1
    expect(page).to_have_title(re.compile("^采集完成 · "))
    assert page.locator("#say").inner_text() == "完成"


def test_a_sample_has_room_beside_a_scrollbar(gallery: str, opened: Opening) -> None:
    """The marriages, ten columns of two people, take 809 pixels; 15 of the window are scrollbar."""
    page = opened(gallery, size=(WIDE[0] - 15, WIDE[1]))
    page.goto(f"{gallery}/gallery/table")
    assert page.locator("#sample .tw").evaluate("box => box.clientWidth") >= 809


def ground_of(page: Any) -> str:
    """Whether the page is drawn on light or on dark ground, and what its switch offers."""
    found: str = page.evaluate(
        "(() => { const [r, g, b] = getComputedStyle(document.querySelector('main'))"
        ".color.match(/\\d+/g).map(Number); return r + g + b < 384 ? 'light' : 'dark'; })()"
    )
    offered = page.locator('button[name="theme"]:visible').all()
    return f"{found}, offers {' and '.join(one.get_attribute('value') for one in offered)}"


def test_the_system_chooses_the_theme_until_the_reader_does(gallery: str, opened: Opening) -> None:
    for chosen, system, drawn in (
        ("", "light", "light, offers dark"),
        ("", "dark", "dark, offers light"),
        ("light", "dark", "light, offers dark and auto"),
        ("dark", "light", "dark, offers light and auto"),
    ):
        cookies = {"theme": chosen} if chosen else {}
        page = opened(gallery, script=False, **cookies)
        page.emulate_media(color_scheme=system)
        page.goto(f"{gallery}/gallery/overview")
        assert page.locator("main").is_visible()
        assert ground_of(page) == drawn, (chosen, system)


def test_a_button_leads_back_to_what_the_system_prefers(gallery: str, opened: Opening) -> None:
    page = opened(gallery, script=False, theme="light")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{gallery}/gallery/overview")
    page.get_by_role("button", name="跟随系统").click()
    page.goto(f"{gallery}/gallery/overview")
    assert ground_of(page) == "dark, offers light"


def test_a_phone_has_room_for_one_switch_and_reaches_every_theme(
    gallery: str, opened: Opening
) -> None:
    page = opened(gallery, size=NARROW, script=False)
    for drawn in (
        "light, offers dark",
        "dark, offers auto",
        "light, offers dark",
    ):
        page.goto(f"{gallery}/gallery/overview")
        assert ground_of(page) == drawn
        assert sideways(page) == 0
        page.locator('button[name="theme"]:visible').click()
