"""A stranger's first minutes: clone, ``make up``, sign in, see the city; Ctrl+C, all gone."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.walks.commanding import ROOT


class Visitor:
    """A browser without scripts: keeps cookies, follows redirects, sends what forms hold."""

    def __init__(self, port: int) -> None:
        self._at = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str) -> str:
        with self._opener.open(self._at + path, timeout=30) as page:
            return str(page.read().decode())

    def answers(self) -> bool:
        try:
            return "<form" in self.get("/login/")
        except (OSError, urllib.error.URLError):
            return False

    def sign_in(self, username: str, password: str) -> str:
        page = self.get("/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token
        form = {
            "csrfmiddlewaretoken": token[1], "username": username, "password": password,
            "next": "/steward/",
        }  # fmt: skip
        request = urllib.request.Request(  # noqa: S310 - our own server
            self._at + "/login/",
            urllib.parse.urlencode(form).encode(),
            {"Origin": self._at, "Referer": self._at + "/login/"},
        )
        with self._opener.open(request, timeout=30) as answer:
            return str(answer.read().decode())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], bool], what: str, *, seconds: float, child: Any) -> None:
    for _ in range(int(seconds * 2)):
        if holds():
            return
        assert child.poll() is None, f"make up ended with {child.returncode} before: {what}"
        time.sleep(0.5)
    pytest.fail(f"not within {seconds:g} s: {what}")


def processes_of(clone: Path) -> list[str]:
    """Command lines of all processes that stand in the clone or were started from it."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if str(clone) in words or (entry / "cwd").resolve().is_relative_to(clone):
                found.append(f"{entry.name} {words}")
    return found


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    folder = tmp_path / "citybrain"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


@pytest.fixture
def up(clone: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """``make up`` of the clone, after a real ``make setup``; killed in the end if need be."""
    mine = {
        k: v for k, v in os.environ.items() if not k.startswith(("CITYBRAIN_", "PYTHON", "VIRTUAL"))
    }
    subprocess.run(["make", "setup"], cwd=clone, env=mine, check=True, timeout=900)
    port = free_port()
    with (tmp_path / "said.txt").open("wb") as said:
        child = subprocess.Popen(
            ["make", "up", "PEOPLE=300", f"PORT={port}"],
            cwd=clone, env=mine, stdout=said, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        yield child, port
    finally:
        for one in processes_of(clone):
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(one.split()[0]), signal.SIGKILL)
        child.wait()


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_make_up_from_a_clean_clone(
    clone: Path, up: tuple[subprocess.Popen[bytes], int], tmp_path: Path
) -> None:
    child, port = up
    visitor = Visitor(port)
    until(visitor.answers, "the sign-in page answers", seconds=180, child=child)
    page = visitor.get("/login/")
    assert "演练" in page
    assert "engineer" in page
    assert 'name="password"' not in visitor.sign_in("engineer", "rehearsal-2021")

    def all_arrived() -> bool:
        rows = tables(visitor)
        return bool(rows) and {row["state"] for row in rows} == {"arrived"}

    until(all_arrived, "every table arrived", seconds=300, child=child)
    assert len(tables(visitor)) >= 40

    os.killpg(child.pid, signal.SIGINT)  # as Ctrl+C does: to make and all it started
    child.wait(30)
    assert processes_of(clone) == []
    said = (tmp_path / "said.txt").read_text()
    assert "Traceback" not in said, said
    changed = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert changed.stdout == ""


def tables(visitor: Visitor) -> list[dict[str, Any]]:
    """Every table as the overview's JSON twin tells it."""
    rows: list[dict[str, Any]] = json.loads(visitor.get("/steward/tables.json"))["rows"]
    return rows
