"""How long ``make up`` takes from an empty home to its first page, and to the full city.

    .venv/bin/python bench/up.py [--people 25000] [--json FILE]

Runs ``make up`` of this checkout, whose packages are installed, with a home of its own; asks
for the sign-in page four times a second, signs in, and asks for the list of tables until
every one has arrived. Nothing does the same work that could stand beside it: the limits are
the budgets, and the CPU seconds of ``make up`` and all it started say what the machine's other
work did to the wall's.

Budgets: first page at most 90 s, the full city of 25,000 people at most 3 min.
"""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from citybrain.base.clock import Stopwatch

ROOT = Path(__file__).resolve().parents[1]
FIRST_PAGE, FULL_CITY = 90, 180
TICKS = os.sysconf("SC_CLK_TCK")


class Visitor:
    """A browser without scripts, signed in as the rehearsal's engineer."""

    def __init__(self, port: int) -> None:
        self._at = f"http://127.0.0.1:{port}"
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str, form: dict[str, str] | None = None) -> str:
        """The page at an address; empty while nothing answers."""
        data = urllib.parse.urlencode(form).encode() if form else None
        headers = {"Origin": self._at, "Referer": self._at + path}
        request = urllib.request.Request(self._at + path, data, headers)  # noqa: S310 - our own
        try:
            with self._opener.open(request, timeout=30) as answer:
                return str(answer.read().decode())
        except (OSError, urllib.error.URLError):
            return ""

    def sign_in(self) -> None:
        """Send the form with the account that the page shows."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/login/"))
        assert token, "the sign-in page has no form"
        self.get(
            "/login/",
            {"csrfmiddlewaretoken": token[1], "username": "engineer", "password": "rehearsal-2021"},
        )

    def post(self, path: str, form: dict[str, str], seen_on: str) -> None:
        """Send a form of the page at ``seen_on``."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get(seen_on))
        assert token, f"{seen_on} has no form"
        self.get(path, {"csrfmiddlewaretoken": token[1], **form})

    def rows(self, path: str) -> list[dict[str, Any]]:
        """The rows of a list's JSON twin; none while nothing answers."""
        text = self.get(path)
        found: list[dict[str, Any]] = json.loads(text)["rows"] if text else []
        return found

    def tables(self) -> list[dict[str, Any]]:
        """Every table with its state."""
        return self.rows("/steward/tables.json")


def cpu_seconds(home: Path) -> float:
    """CPU seconds of every living process of this home, with those of its ended children."""
    spent = 0.0
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and str(home).encode() in (entry / "environ").read_bytes():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                spent += sum(int(number) for number in fields[11:15]) / TICKS
        except OSError:
            continue
    return spent


@contextmanager
def city(people: int, home: Path) -> Iterator[Visitor]:
    """``make up`` of this checkout in a home of its own, from its first page on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    mine = {name: value for name, value in os.environ.items() if not name.startswith("CITYBRAIN_")}
    visitor = Visitor(port)
    with (home / "said.txt").open("wb") as said:
        child = subprocess.Popen(
            ["make", "up", f"PEOPLE={people}", f"PORT={port}"],
            cwd=ROOT, env=mine | {"CITYBRAIN_HOME": str(home)}, start_new_session=True,
            stdout=said, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        while not visitor.get("/login/"):
            assert child.poll() is None, (home / "said.txt").read_text()
            time.sleep(0.25)
        yield visitor
        assert child.poll() is None, (home / "said.txt").read_text()
    finally:
        os.killpg(child.pid, signal.SIGINT)  # as Ctrl+C does: to make and all it started
        child.wait(60)


def measure(people: int, home: Path) -> dict[str, float]:
    """Seconds to the first page and to the full city, on the wall and of the CPU."""
    watch = Stopwatch()
    with city(people, home) as visitor:
        first, first_cpu = watch.seconds(), cpu_seconds(home)
        visitor.sign_in()
        while {row["state"] for row in visitor.tables()} != {"arrived"}:
            time.sleep(1)
        rows = sum(int(row["rows"]) for row in visitor.tables())
        return {
            "first page": first, "first page, CPU": first_cpu,
            "full city": watch.seconds(), "full city, CPU": cpu_seconds(home), "rows": rows,
        }  # fmt: skip


def main() -> None:
    """Measure once and print each figure with its budget."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--people", type=int, default=25_000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citybrain-bench-") as home:
        found = measure(asked.people, Path(home))
    for name, budget in (("first page", FIRST_PAGE), ("full city", FULL_CITY)):
        print(
            f"{name:10} {found[name]:6.1f} s   CPU {found[f'{name}, CPU']:6.1f} s"
            f"   budget {budget} s, {found[name] / budget:.2f} of it"
        )
    print(f"{found['rows']:,} rows of {asked.people:,} people")
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
