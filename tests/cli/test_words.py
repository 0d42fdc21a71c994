"""The words of the command line: promised names, help, usage errors, documentation."""

import subprocess
import sys

import pytest

from citybrain.interfaces.cli import _WHERE
from citybrain.interfaces.cli.parser import build_parser
from tools import command_docs

PROMISED = {
    "check": ["check", "CITY"],
    "schema": ["schema", "--to", "DIR"],
    "plan": ["plan", "CITY"],
    "apply": ["apply", "CITY"],
    "simulate": [
        "simulate",
        "CITY",
        "--people",
        "9",
        "--days",
        "2",
        "--seed",
        "3",
        "--to",
        "D",
        "--postgresql",
        "U",
        "--mysql",
        "V",
    ],
    "discover": ["discover", "U", "--system", "s", "--department", "d", "--city", "c"],
    "collect": ["collect", "a.b", "c.d"],
    "build": ["build", "lib.population", "--full", "--test", "--workers", "1"],
    "query": ["query", "select 1", "--as-of", "2021-06-11", "--reveal", "--purpose", "x"],
    "status": ["status", "--format", "json", "--home", "h"],
    "scrub": ["scrub"],
    "sweep": ["sweep", "--dry-run"],
    "compact": ["compact"],
    "ledger": ["ledger", "verify"],
    "backup": ["backup", "DIR"],
    "restore": ["restore", "DIR"],
    "doctor": ["doctor"],
    "up": ["up"],
}


@pytest.mark.parametrize("command", PROMISED)
def test_every_promised_command_is_understood_and_has_a_place(command: str) -> None:
    assert build_parser().parse_args(PROMISED[command]).command == command
    assert command in _WHERE


def test_common_options_may_stand_before_or_after_the_command() -> None:
    parser = build_parser()
    before = parser.parse_args(["--home", "h", "--format", "json", "status"])
    after = parser.parse_args(["status", "--home", "h", "--format", "json"])
    assert (before.home, before.format) == (after.home, after.format)


@pytest.mark.parametrize("words", [["fly"], ["schema"], ["query"], ["ledger"], ["collect", "--x"]])
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        build_parser().parse_args(words)
    assert leaving.value.code == 2


def test_the_page_of_commands_is_the_parsers_own() -> None:
    assert command_docs.TARGET.read_text(encoding="utf-8") == command_docs.render()


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, contextlib, io\n"
        "from citybrain.config import main\n"
        "sys.argv = ['citybrain', '--help']\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "    main.main()\n"
        "heavy = {'django', 'duckdb', 'pyarrow', 'pyiceberg', 'sqlalchemy', 'sqlglot', 'yaml'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
