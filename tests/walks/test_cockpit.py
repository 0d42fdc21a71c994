"""The cockpit in a browser: clean, inside its window, alive, and still when asked to be."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cockpit.gallery import PAGES
from tests.walks.conftest import COMMAND, Signing, Town, _environment, _free_port, _serving
from tests.walks.seeing import NARROW, WIDE, axe, shoot, sideways

pytestmark = pytest.mark.chromium
WALL, FOUR_K = (1920, 1080), (3840, 2160)
BUDGET = 320_000  # bytes of the first load


@pytest.fixture(scope="session")
def cockpit_gallery(tmp_path_factory: pytest.TempPathFactory, shipped_home: Path) -> Iterator[str]:
    """The address of a server that draws the cockpit's examples."""
    home = tmp_path_factory.mktemp("cockpit") / "home"
    shutil.copytree(shipped_home / "applied", home / "applied")
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.walks.serving", str(port), "tests.cockpit.gallery"]
    with _serving(command, _environment(home, home), address):
        yield address


@pytest.fixture
def window(chromium: Any, signed_in: Signing) -> Iterator[Any]:
    """Opens a page signed in as the leader; ends without an error on the console."""
    contexts, troubles = [], []

    def open_page(address: str, size: tuple[int, int], **more: Any) -> Any:
        context = chromium.new_context(viewport={"width": size[0], "height": size[1]}, **more)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda one: troubles.append(one.text) if one.type == "error" else None)
        page.on(
            "request", lambda one: None if one.url.startswith(address) else troubles.append(one.url)
        )
        signed_in(page, address, "leader")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.mark.parametrize(
    "size",
    [
        WALL,
        NARROW,
        pytest.param(WIDE, marks=pytest.mark.long),
        pytest.param(FOUR_K, marks=pytest.mark.long),
    ],
    ids=lambda size: str(size[0]),
)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    cockpit_gallery: str, window: Any, size: tuple[int, int]
) -> None:
    page, wrong = window(cockpit_gallery, size), {}
    for name in [*PAGES, "full?view=table"]:
        page.goto(f"{cockpit_gallery}/gallery/{name}")
        shoot(page, f"cockpit-{name.replace('?', '-')}-{size[0]}")
        found = axe(page) + ([f"{sideways(page)} px sideways"] if sideways(page) else [])
        if found:
            wrong[name] = found
    assert wrong == {}


def test_the_wall_shows_all_of_it_at_once(cockpit_gallery: str, window: Any) -> None:
    for size in (WALL, FOUR_K):
        page = window(cockpit_gallery, size)
        page.goto(f"{cockpit_gallery}/gallery/full")
        assert page.evaluate("document.documentElement.scrollHeight") <= size[1]
        box = page.locator("#flow").bounding_box()
        assert box["height"] > size[1] * 0.4


def test_a_card_opens_its_definition_without_a_script(cockpit_gallery: str, window: Any) -> None:
    page = window(cockpit_gallery, WALL, java_script_enabled=False)
    page.goto(f"{cockpit_gallery}/gallery/full")
    page.click("#k-rows_in_lake > button")
    assert page.locator("#p-rows_in_lake").is_visible()
    assert "来源" in page.locator("#p-rows_in_lake").inner_text()
    page.goto(f"{cockpit_gallery}/gallery/full?view=table")
    assert page.locator("#river table").first.is_visible()
    assert page.locator("#flow").is_hidden()


def test_on_paper_it_is_a_brief_of_tables(cockpit_gallery: str, window: Any) -> None:
    page = window(cockpit_gallery, WALL)
    page.goto(f"{cockpit_gallery}/gallery/full")
    page.emulate_media(media="print")
    shoot(page, "cockpit-print")
    assert page.locator("#flow").is_hidden()
    assert page.locator("#river table").first.is_visible()
    assert page.locator(".top .mark").is_visible()


@pytest.mark.long
def test_the_numbers_move_by_themselves_and_stand_still_when_paused(
    whole_town: Town, window: Any
) -> None:
    page = window(whole_town.address, WALL)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "/live" in one.url else None)
    page.wait_for_timeout(3500)
    assert asked
    page.click("#pause")
    count = len(asked)
    page.wait_for_timeout(3500)
    assert len(asked) == count
    assert page.locator("#beat-word").inner_text() == "已暂停"
    page.click("#pause")
    assert any(_shown(page, whole_town) for _attempt in range(4))


def _shown(page: Any, town: Town) -> bool:
    """Whether a new delivery is seen to arrive; what else happens may push it off the list."""
    arrived = _arrivals(page)
    _collect(town)
    from playwright.sync_api import TimeoutError as NotSeen

    try:
        page.wait_for_function(
            f"before => ({ARRIVALS}).some(one => !before.includes(one))",
            arg=arrived,
            timeout=10_000,
        )
    except NotSeen:
        return False
    return True


def test_an_answer_that_comes_after_the_pause_moves_nothing(
    cockpit_gallery: str, window: Any
) -> None:
    page = window(cockpit_gallery, WALL)
    held: list[Any] = []
    page.route("**/live", lambda one: held.append(one))
    page.goto(f"{cockpit_gallery}/gallery/full")
    with page.expect_request("**/live", timeout=10_000):
        pass
    page.click("#pause")
    held[-1].fulfill(status=200, content_type="text/html", body='<section id="feed">新</section>')
    page.wait_for_timeout(300)
    assert page.locator("#beat-word").inner_text() == "已暂停"
    assert page.locator("#feed").inner_text() != "新"


# The moments of one table's deliveries among the lines of what happens now.
ARRIVALS = (
    "[...document.querySelectorAll('#feed li')]"
    ".filter(line => /回访(入库|核对过)/.test(line.textContent))"
    ".map(line => line.querySelector('time').dateTime)"
)


def _arrivals(page: Any) -> list[str]:
    found: list[str] = page.evaluate(ARRIVALS)
    return found


def _collect(town: Town) -> None:
    """Collect a table again, as the engineer's command would."""
    environment = _environment(town.home, Path(os.fspath(town.home)).parent / "systems")
    subprocess.run(
        [COMMAND, "collect", "hotline.callbacks"], env=environment, check=True, timeout=120
    )


def test_the_first_load_is_light(cockpit_gallery: str, window: Any) -> None:
    page = window(cockpit_gallery, WALL)
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(len(answer.body())))
    page.goto(f"{cockpit_gallery}/gallery/full", wait_until="networkidle")
    assert 20_000 < sum(sizes) < BUDGET


def test_reduced_motion_draws_no_moving_grain(cockpit_gallery: str, window: Any) -> None:
    page = window(cockpit_gallery, WALL, reduced_motion="reduce")
    page.goto(f"{cockpit_gallery}/gallery/full")
    first = page.evaluate("document.querySelector('#fx').toDataURL()")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('#fx').toDataURL()") == first
