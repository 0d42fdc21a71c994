"""Walks use the pages' fixtures, a real installation, and a browser where there is one."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.engines.libraries.conftest import filled
from tests.steward.conftest import build, language, own_site, systems
from tests.walks.seeing import CHROMIUM, FLAGS, WIDE

__all__ = ["filled", "language", "own_site", "systems"]

ROOT = Path(__file__).resolve().parents[2]
COMMAND = str(Path(sys.executable).with_name("citybrain"))
TABLES = ("civil.marriages", "civil.allowances", "hotline.tickets", "household.persons")


@dataclass(frozen=True)
class Town:
    """A running installation."""

    address: str
    home: Path


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(address: str) -> bool:
    asked = http.client.HTTPConnection(address.removeprefix("http://"), timeout=10)
    try:
        asked.request("GET", "/login/")
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


def _environment(home: Path, systems: Path) -> dict[str, str]:
    return os.environ | {
        "CITYBRAIN_HOME": str(home),
        "CITYBRAIN_SYSTEMS": str(systems),
        "CITYBRAIN_CITY": str(ROOT / "cities" / "xuancheng"),
        "CITYBRAIN_REHEARSAL": "1",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def _serving(command: list[str], environment: dict[str, str], address: str) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)
    try:
        for _ in range(600):
            if _answers(address):
                break
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _up(home: Path, systems: Path) -> Iterator[Town]:
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    with _serving([COMMAND, "up", "--port", str(port)], _environment(home, systems), address):
        yield Town(address=address, home=home)


@pytest.fixture
def town(tmp_path: Path, systems: Path, shipped_home: Path) -> Iterator[Town]:
    """``citybrain up`` over a small city of its own."""
    home, mine = tmp_path / "home", tmp_path / "systems"
    shutil.copytree(systems, mine)
    build(home, mine, TABLES, shipped=shipped_home)
    with _up(home, mine) as town:
        yield town


@pytest.fixture
def whole_town(tmp_path: Path, systems: Path, filled: Path) -> Iterator[Town]:
    """``citybrain up`` over all of the small city: collected, built and served before."""
    home, mine = tmp_path / "home", tmp_path / "systems"
    shutil.copytree(systems, mine)
    shutil.copytree(filled, home)
    with _up(home, mine) as town:
        yield town


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that draws the examples."""
    home = tmp_path_factory.mktemp("gallery") / "home"
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "tests.walks.serving", str(port)]
    with _serving(command, _environment(home, home), address):
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """One browser for a module's walks: while it lives, Django refuses its database here.

    Playwright keeps an event loop running in this thread, and other modules' tests that
    follow in the same process must not find it.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


Opening = Callable[..., Any]
Signing = Callable[[Any, str, str], None]


@pytest.fixture(scope="module")
def signed_in(chromium: Any) -> Signing:
    """Signs a new page in: the first at an address by its form, the others by its cookies."""
    kept: dict[tuple[str, str], Any] = {}

    def sign_in(page: Any, address: str, username: str) -> None:
        if found := kept.get((address, username)):
            page.context.add_cookies(found)
            return
        page.goto(f"{address}/login/")
        page.fill("#username", username)
        page.fill("#password", "rehearsal-2021")
        page.press("#password", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)
        cookies = page.context.cookies()
        kept[address, username] = [one for one in cookies if one["name"] == "sessionid"]
        assert kept[address, username]

    return sign_in


@pytest.fixture
def opened(chromium: Any, signed_in: Signing) -> Iterator[Opening]:
    """Opens a signed-in page of its own; ends with no console error and no foreign request."""
    contexts, troubles = [], []

    def open_page(
        address: str, *, size: tuple[int, int] = WIDE, script: bool = True, **cookies: str
    ) -> Any:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, java_script_enabled=script
        )
        contexts.append(context)
        jar = [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        context.add_cookies(jar)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda line: troubles.append(line.text) if "Content Security" in line.text else None,
        )
        page.on(
            "request",
            lambda one: None if one.url.startswith(address) else troubles.append(one.url),
        )
        signed_in(page, address, "engineer")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
