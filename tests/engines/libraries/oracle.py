"""What the pages must say, asked of the lake's files by DuckDB alone, and of the record."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from citybrain.base.clock import SystemClock
from citybrain.engines.ledger import service as ledger
from citybrain.engines.ledger.service import EntryView
from citybrain.lake.home import Home
from citybrain.lake.store import open_store
from tests.steward.conftest import Site

_DAY = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
NUMBER = re.compile(rf"(?<![0-9A-Za-z])[1-9]\d{{5}}{_DAY}\d{{3}}[\dX](?![0-9A-Za-z])")


def lake(home: Path, select: str, *values: object) -> list[dict[str, Any]]:
    """Rows of a SELECT over tables written ``{lib.population}``."""
    store = open_store(Home(home), clock=SystemClock())
    text = re.sub(r"\{([a-z_.]+)\}", lambda found: f"({store.scan_sql(found[1])})", select)
    with duckdb.connect() as duck:
        answer = duck.execute(text, list(values))
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person of the library whom a marriage was told about, unmasked."""

    id: str
    name: str
    number: str
    phone: str

    @property
    def page(self) -> str:
        return f"/steward/libraries/population/{self.id}"


def somebody(home: Path) -> Person:
    """Always the same: married, with number and telephone, a name of three characters."""
    (row,) = lake(
        home,
        "SELECT person_id, name, id_number, phone FROM {lib.population}"
        " WHERE spouse_id_number IS NOT NULL AND phone IS NOT NULL AND length(name) = 3"
        " AND id_number IS NOT NULL AND registered = '1' ORDER BY person_id LIMIT 1",
    )
    return Person(
        id=row["person_id"], name=row["name"], number=row["id_number"], phone=row["phone"]
    )


def record(thing: str, action: str = "") -> list[EntryView]:
    """What the record says was done to a thing, newest first, refusals among it."""
    return ledger.entries(thing_prefix=thing, action=action, limit=200)


def done(thing: str, *actions: str) -> list[EntryView]:
    """The same without refusals, of these actions only."""
    return [e for e in record(thing) if e.outcome == "done" and e.action in actions]


def view(site: Site, address: str, who: str = "engineer", **query: str) -> Any:
    """A twin's body: its rows, or its view."""
    answer = site.client(who).get(address, query)
    assert answer.status_code == 200, answer.content.decode()
    body = answer.json()
    return body.get("rows", body.get("view"))
