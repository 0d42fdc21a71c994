"""``citybrain up``: one address, children restarted, nothing left behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

COMMAND = str(Path(sys.executable).with_name("citybrain"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until(holds: Callable[[], bool], what: str, seconds: float = 40) -> None:
    for _ in range(int(seconds * 10)):
        if holds():
            return
        time.sleep(0.1)
    pytest.fail(f"not within {seconds:g} s: {what}")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=5) as page:
            return bool(page.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def _sessions_of(home: Path) -> list[int]:
    """Every process whose environment names this home."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"CITYBRAIN_HOME={home}" in (
                entry / "environ"
            ).read_bytes().decode(errors="replace").split("\0"):
                found.append(int(entry.name))
    return found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    home, port = tmp_path / "home", _free_port()
    environment = os.environ | {"CITYBRAIN_REHEARSAL": "1"}
    environment.pop("CITYBRAIN_HOME", None)
    process = subprocess.Popen(
        [COMMAND, "--home", str(home), "up", "--port", str(port)], env=environment
    )
    try:
        _until(lambda: _answers(port), "the login page answers")
        yield process, port, home
    finally:
        for number in _sessions_of(home):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        process.kill()
        process.wait()


def test_it_serves_and_ends_cleanly_on_term(
    served: tuple[subprocess.Popen[bytes], int, Path],
) -> None:
    process, port, home = served
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    _until(lambda: not _sessions_of(home), "every child is gone")
    assert not _answers(port)


@pytest.mark.long
def test_a_killed_web_server_comes_back(
    served: tuple[subprocess.Popen[bytes], int, Path],
) -> None:
    process, port, home = served
    web = [n for n in _sessions_of(home) if b"granian" in Path(f"/proc/{n}/cmdline").read_bytes()]
    assert web
    for number in web:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    _until(lambda: _answers(port), "the page answers again")
    assert process.poll() is None


@pytest.mark.long
def test_killing_the_supervisor_leaves_no_orphan(
    served: tuple[subprocess.Popen[bytes], int, Path],
) -> None:
    process, _, home = served
    process.kill()
    process.wait()
    _until(lambda: not _sessions_of(home), "every child has followed")


def test_a_busy_port_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [COMMAND, "--home", str(tmp_path / "h"), "up", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "--port" in done.stderr


def test_more_workers_than_the_embedded_database_takes_are_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [COMMAND, "--home", str(tmp_path / "h"), "up", "--workers", "3", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if k != "CITYBRAIN_DATABASE_URL"},
    )
    assert done.returncode == 1
    assert "PostgreSQL" in done.stderr
