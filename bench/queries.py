"""How long the pages take on a collected city, beside their budget.

    .venv/bin/python bench/queries.py [--home var] [--people 3000] [--runs 40]

Without ``--home`` a rehearsal's city is made, collected, its models and libraries built and its
indicators worked out in a temporary folder. Each page is asked for by Django's test client,
signed in, with nothing cached between requests but what a running server would keep; the first
request of each page is not counted. Budget: 0.3 s at the 95th percentile, for any page.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CITY = ROOT / "cities" / "xuancheng"
COMMAND = Path(sys.executable).with_name("citybrain")
BUDGET = 0.3
PASSWORD = "rehearsal-2021"  # noqa: S105  # shown to everybody at a rehearsal's sign-in page
PAGES = (
    ("engineer", "/steward/"),
    ("engineer", "/steward/tables"),
    ("engineer", "/steward/tables/household.persons"),
    ("engineer", "/steward/runs"),
    ("engineer", "/steward/record"),
    ("engineer", "/steward/libraries"),
    ("engineer", "/steward/libraries/population?q=王"),
    ("engineer", "/steward/libraries/population?q=wang"),
    ("engineer", "/steward/libraries/legal_person?q=公司"),
    ("engineer", "/steward/libraries/credit_household?sort=score&down=1"),
    ("engineer", "/steward/libraries/licence?q=居住证"),
    ("engineer", "/steward/libraries/macro_economy"),
    ("engineer", "/steward/findings"),
    ("engineer", "/steward/models"),
    ("engineer", "/steward/models/lib.population"),
    ("engineer", "/steward/lineage"),
    ("engineer", "/steward/lineage/lib.population"),
    ("engineer", "/steward/quality"),
    ("engineer", "/steward/quality/household.persons"),
    ("engineer", "/steward/standards"),
    ("engineer", "/steward/operations"),
    ("engineer", "/steward/sql"),
    ("engineer", "/steward/trace"),
    ("engineer", "/steward/trace/indicator:residents_registered"),
    ("leader", "/cockpit/data-centre"),
    ("leader", "/cockpit/data-centre/live"),
    ("leader", "/cockpit/data-centre.json"),
    ("leader", "/cockpit/indicators"),
    ("leader", "/cockpit/indicators/residents_registered"),
)

# whom to look at is found in the libraries: a search, and the addresses of who is found first
FOUND = (
    ("population", "王", ("/steward/libraries/population/{id}", "/steward/trace/person:{id}/name")),
    ("legal_person", "公司", ("/steward/libraries/legal_person/{id}",)),
)


def make(folder: Path, people: int) -> Path:
    """A rehearsal's city in the folder, applied and collected; its home."""
    home, systems = folder / "home", folder / "systems"
    environment = os.environ | {
        "CITYBRAIN_HOME": str(home),
        "CITYBRAIN_SYSTEMS": str(systems),
        "CITYBRAIN_REHEARSAL": "1",
    }
    for words in (
        ["simulate", str(CITY), "--people", str(people), "--to", str(systems)],
        ["apply", str(CITY)],
        ["collect"],
        ["build"],
    ):
        subprocess.run([str(COMMAND), *words], env=environment, check=True, capture_output=True)
    return home


def prepare(home: Path) -> None:
    """Django over this home, as the server has it, with the rehearsal's accounts."""
    os.environ.update(
        CITYBRAIN_HOME=str(home),
        CITYBRAIN_REHEARSAL="1",
        CITYBRAIN_SYSTEMS=os.environ.get("CITYBRAIN_SYSTEMS", str(home.parent / "systems")),
        CITYBRAIN_HOSTS="testserver",
        DJANGO_SETTINGS_MODULE="citybrain.config.settings",
    )
    from citybrain.config.django import prepare as made

    made(home)
    from citybrain.engines.identity import service as identity
    from citybrain.engines.indicators import service as indicators

    identity.ensure_rehearsal_accounts()
    indicators.refresh()


def signed_in(username: str) -> Any:
    """A client with a session."""
    from django.test import Client

    client = Client()
    client.post("/login/", {"username": username, "password": PASSWORD})
    return client


def seconds(client: Any, address: str, runs: int) -> tuple[list[float], int]:
    """Wall seconds of each request but the first, and how many bytes the page has."""
    taken, size = [], 0
    for turn in range(runs + 1):
        start = time.perf_counter()
        answer = client.get(address)
        passed = time.perf_counter() - start
        assert answer.status_code == 200, f"{address}: {answer.status_code}"
        size = len(answer.content)
        if turn:
            taken.append(passed)
    return taken, size


def found(client: Any) -> list[tuple[str, str]]:
    """The pages of the first person and company that a search finds."""
    pages = []
    for library, asked, addresses in FOUND:
        answer = client.get(f"/steward/libraries/{library}.json", {"q": asked}).json()
        pages += [("engineer", one.format(id=answer["rows"][0]["id"])) for one in addresses]
    return pages


def measure(home: Path, runs: int) -> None:
    """Print one line for each page, with its ratio to the budget."""
    from citybrain.config.settling import keep

    prepare(home)
    clients = {name: signed_in(name) for name in {who for who, _page in PAGES}}
    pages = (*PAGES, *found(clients["engineer"]))
    for who, address in pages:
        clients[who].get(address)
    keep()  # as a server does some time after its start
    for who, address in pages:
        taken, size = seconds(clients[who], address, runs)
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(
            f"{address:52} p50 {statistics.median(taken) * 1000:6.1f} ms"
            f"  p95 {p95 * 1000:6.1f} ms  ratio to budget {p95 / BUDGET:.2f}"
            f"  {size / 1024:6.1f} KB"
        )


def main() -> None:
    """Make a city where none is named, and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", default="")
    parser.add_argument("--people", type=int, default=3000)
    parser.add_argument("--runs", type=int, default=40)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citybrain-queries-") as folder:
        home = Path(options.home) if options.home else make(Path(folder), options.people)
        measure(home.absolute(), options.runs)


if __name__ == "__main__":
    main()
