"""An installation that is driven through the command line only, as its engineer does."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from openpyxl import load_workbook

from citybrain.city import City, load

ROOT = Path(__file__).resolve().parents[2]
CITY = ROOT / "cities" / "xuancheng"
COMMAND = str(Path(sys.executable).with_name("citybrain"))
MARRIAGES = "civil.marriages"


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A home, the rehearsal's systems beside it, and the settings of its processes."""

    home: Path
    systems: Path
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What every process of it is started with; nothing of the tests' own leaks in."""
        mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
        return mine | {
            "CITYBRAIN_HOME": str(self.home),
            "CITYBRAIN_CITY": str(CITY),
            "CITYBRAIN_SYSTEMS": str(self.systems),
            "CITYBRAIN_REHEARSAL": "1",
            **self.settings,
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        """A command that goes on beside the test."""
        return subprocess.Popen(
            [COMMAND, *words], env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, *words: str, code: int = 0) -> str:
        """What a command says on standard output; on standard error where it failed."""
        done = subprocess.run(
            [COMMAND, *words], env=self.environment, text=True, capture_output=True, check=False,
            timeout=280,
        )  # fmt: skip
        said = f"{words}\n{done.stdout}\n{done.stderr}"
        assert done.returncode == code, said
        assert "Traceback" not in said, said
        return done.stdout if code == 0 else done.stdout + done.stderr

    def json(self, *words: str, code: int = 0) -> Any:
        """The document that a command answers with ``--format json``."""
        done = subprocess.run(
            [COMMAND, *words, "--format", "json"], env=self.environment, text=True,
            capture_output=True, check=False, timeout=280,
        )  # fmt: skip
        assert done.returncode == code, f"{words}\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)

    def collect(self, *tables: str, code: int = 0) -> dict[str, dict[str, Any]]:
        """The collect's answer by table."""
        return {row["table"]: row for row in self.json("collect", *tables, code=code)}

    def status(self) -> dict[str, dict[str, Any]]:
        """The status by table."""
        return {row["table"]: row for row in self.json("status")}

    def python(self, body: str) -> str:
        """Run a script against the installation's services, in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{body}"],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "citybrain.config.settings"},
            text=True, capture_output=True, check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def parquet(self) -> list[Path]:
        """The data files of the lake."""
        return sorted((self.home / "lake" / "data").rglob("*.parquet"))


def content() -> City:
    """The shipped city."""
    loaded = load(CITY)
    assert loaded.city is not None
    return loaded.city


@dataclass(frozen=True)
class Broken:
    """A birth date that was changed in the department's spreadsheet."""

    field: str
    before: str
    after: str


def break_a_birth_date(systems: Path) -> Broken:
    """Swap two digits of the first birth year that an ID number in the same row denies."""
    city = content()
    contract, fetch = city.contracts[MARRIAGES], city.systems["civil"].tables["marriages"]
    path = systems / "civil" / fetch.source
    book = load_workbook(path)
    sheet = book[fetch.sheet]
    heads = {str(cell.value): cell.column for cell in sheet[1]}
    born, number = contract.field("man_birth_date"), contract.field("man_id_number")
    for row in range(2, sheet.max_row + 1):
        cell = sheet.cell(row, heads[born.source])
        before, owner = str(cell.value)[:10], str(sheet.cell(row, heads[number.source]).value)
        after = before[:2] + before[3] + before[2] + before[4:]
        if before != after and len(owner) == 18 and owner[6:14] == before.replace("-", ""):
            cell.value = (
                after
                if isinstance(cell.value, str)
                else type(cell.value)(*map(int, after.split("-")))
            )
            book.save(path)
            return Broken("man_birth_date", before, after)
    raise AssertionError("no marriage has a birth year whose digits differ")


def correct(place: Installation, broken: Broken) -> None:
    """Correct the one row set aside, as the page does: a recorded reveal first."""
    place.python(
        "from citybrain.engines.catalogue import service as catalogue\n"
        "from citybrain.engines.identity import service as identity\n"
        "actor = identity.local_actor()\n"
        f"view = catalogue.quarantine(actor, {MARRIAGES!r}, reveal=True, purpose='核对登记档案')\n"
        f"wrong = ({broken.field!r}, {broken.after!r})\n"
        "row, = [r for r in view.rows if wrong in [(c.field, c.value) for c in r.cells]]\n"
        f"catalogue.correct(actor, {MARRIAGES!r}, row.row, {{{broken.field!r}: {broken.before!r}}},"
        " '已对照登记档案原件')"
    )


@contextmanager
def postgresql_databases(*purposes: str) -> Iterator[list[str]]:
    """URLs of fresh PostgreSQL databases, dropped in the end."""
    import psycopg

    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    names = [f"citybrain_walk_{purpose}_{secrets.token_hex(4)}" for purpose in purposes]
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield [server.rsplit("/", 1)[0] + f"/{name}" for name in names]
        finally:
            for name in names:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def mysql_name() -> Iterator[str]:
    """A URL whose database name is free; what was made under it is dropped in the end."""
    server = os.environ["CITYBRAIN_TEST_MYSQL"]
    name = f"citybrain_walk_{secrets.token_hex(4)}"
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with mysql(server) as connection, connection.cursor() as cursor:
            cursor.execute("SHOW DATABASES")
            for (found,) in cursor.fetchall():
                if str(found).startswith(name):
                    cursor.execute(f"DROP DATABASE `{found}`")


def mysql(url: str) -> Any:
    """A plain pymysql connection."""
    import pymysql

    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname, port=parts.port or 3306, user=unquote(parts.username or ""),
        password=unquote(parts.password or ""), database=parts.path.strip("/") or None,
        charset="utf8mb4",
    )  # fmt: skip
