"""The words of the command line: every command, argument and help text, and nothing heavy.

Scripts are written against these names; a change here is a breaking change.
"""

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path

EPILOG = """\
examples:
  citybrain check cities/xuancheng          all findings of a city's folder
  citybrain collect                         collect what is due
  citybrain collect civil.marriages         collect one table
  citybrain build                           build the models that are due
  citybrain query "SELECT count(*) AS n FROM ods.civil.marriages"
  citybrain up                              serve everything at one address

exit codes: 0 done; 1 something named failed and was said; 2 wrong usage
environment: CITYBRAIN_HOME, CITYBRAIN_CITY, CITYBRAIN_SYSTEMS, CITYBRAIN_ACTOR
"""


def _at_least(least: int, most: int = sys.maxsize) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        if not least <= (number := int(text)) <= most:
            said = f"less than {least}" if number < least else f"more than {most}"
            raise argparse.ArgumentTypeError(f"{number} is {said}")
        return number

    return whole_number


def _hours(text: str) -> float:
    if not 0 <= (hours := float(text)) < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no number of hours")
    return hours


def _common(default: object) -> argparse.ArgumentParser:
    parent = argparse.ArgumentParser(add_help=False)
    group = parent.add_argument_group("everywhere")
    group.add_argument(
        "--home",
        metavar="DIR",
        type=Path,
        default=default,
        help="state of this installation (CITYBRAIN_HOME; default ./var)",
    )
    group.add_argument(
        "--city",
        metavar="DIR",
        type=Path,
        default=default,
        help="the city's folder (CITYBRAIN_CITY)",
    )
    group.add_argument(
        "--format",
        choices=("text", "json"),
        default=default,
        help="text for people (default), json for scripts",
    )
    return parent


def _folder_commands(add: "_Adder") -> None:
    check = add("check", "all findings of a city's folder; exit 1 if any")
    check.add_argument("path", metavar="CITY", type=Path, nargs="?", help="the city's folder")
    schema = add("schema", "write JSON Schemas of every kind of file in the folder")
    schema.add_argument("--to", metavar="DIR", type=Path, required=True, help="where to write them")
    plan = add("plan", "show the difference between the folder and what runs")
    plan.add_argument("path", metavar="CITY", type=Path, nargs="?", help="the city's folder")
    apply = add("apply", "make what runs equal to the folder")
    apply.add_argument("path", metavar="CITY", type=Path, nargs="?", help="the city's folder")


def _source_commands(add: "_Adder") -> None:
    simulate = add("simulate", "write a rehearsal's departmental systems; all people are made up")
    simulate.add_argument("path", metavar="CITY", type=Path, nargs="?", help="the city's folder")
    simulate.add_argument(
        "--people",
        metavar="N",
        type=int,
        default=25_000,
        help="residents to make up (default 25000)",
    )
    simulate.add_argument(
        "--days",
        metavar="D",
        type=int,
        default=30,
        help="days of changes up to the rehearsal's last day (default 30)",
    )
    simulate.add_argument(
        "--seed", metavar="S", type=int, default=1, help="same seed, same city (default 1)"
    )
    simulate.add_argument(
        "--to", metavar="DIR", type=Path, required=True, help="where the systems are written"
    )
    simulate.add_argument(
        "--postgresql", metavar="URL", default=None, help="a server that takes some of the systems"
    )
    simulate.add_argument(
        "--mysql",
        metavar="URL",
        default=None,
        help="a MySQL or MariaDB server that takes some of the systems",
    )
    simulate.add_argument(
        "--advance",
        action="store_true",
        help="let --days more days pass in the rehearsal already at --to",
    )
    discover = add(
        "discover", "write a system and its contracts for a database or a folder of files"
    )
    discover.add_argument(
        "url", metavar="URL", help="sqlite:///… postgresql://… mysql://… files:///…"
    )
    discover.add_argument("--system", required=True, help="name of the new system")
    discover.add_argument("--department", required=True, help="department that owns it")


def _lake_commands(add: "_Adder") -> None:
    collect = add("collect", "collect what is due, or what is named")
    collect.add_argument(
        "tables", metavar="SYSTEM.TABLE", nargs="*", help="tables or whole systems"
    )
    collect.add_argument("--all", action="store_true", help="every table, due or not")
    collect.add_argument(
        "--workers", type=_at_least(1), default=2, help="tables at a time (default 2)"
    )
    build = add("build", "make the tables of models that are due, or those named")
    build.add_argument("models", metavar="MODEL", nargs="*", help="such as lib.population")
    build.add_argument("--full", action="store_true", help="anew, even where nothing changed")
    build.add_argument(
        "--test", action="store_true", help="run the models' tests on their given rows instead"
    )
    build.add_argument(
        "--workers", type=_at_least(1), default=2, help="models at a time (default 2)"
    )
    query = add(
        "query",
        "read the lake with one SELECT, masked by class unless revealed; "
        "as text, NULL is no value and nothing an empty text",
    )
    query.add_argument("sql", metavar="SQL", help="one SELECT over ods.system.table, lib.name …")
    query.add_argument("--as-of", metavar="TIME", help="read as it was then, e.g. 2021-06-11T12:00")
    query.add_argument("--reveal", action="store_true", help="unmasked; needs --purpose; recorded")
    query.add_argument("--purpose", metavar="TEXT", default="", help="why you look; recorded")
    query.add_argument(
        "--limit", metavar="N", type=_at_least(1), default=None, help="rows at the most"
    )
    add("status", "every table: department, rows, quarantined, last run, late or not, damaged")
    lineage = add("lineage", "what came from where: runs, and what they read and wrote")
    lineage.add_argument(
        "--openlineage", action="store_true", help="as OpenLineage events, one JSON a line"
    )
    lineage.add_argument("--run", metavar="RUN", default="", help="only this run")
    lineage.add_argument(
        "--limit", metavar="N", type=_at_least(1), default=1000, help="newest runs (default 1000)"
    )
    lineage.add_argument(
        "--to", metavar="FILE", type=Path, default=None, help="write the events there"
    )
    trace = add("trace", "from a number down to the department's cell, each step with its hash")
    trace.add_argument(
        "thing",
        metavar="THING",
        nargs="?",
        default="",
        help="an indicator's name, model:lib.population, person:ID/FIELD, company:ID/FIELD; "
        "without it, where a trace may begin",
    )
    trace.add_argument(
        "--via", metavar="INDICATOR", default="", help="the number that a value was read from"
    )
    trace.add_argument("--reveal", action="store_true", help="unmasked; needs --purpose; recorded")
    trace.add_argument("--purpose", metavar="TEXT", default="", help="why you look; recorded")


def _upkeep_commands(add: "_Adder") -> None:
    add("scrub", "verify the hash of every file of the lake")
    sweep = add("sweep", "remove orphaned files and old snapshots")
    sweep.add_argument("--dry-run", action="store_true", help="say what would go, remove nothing")
    sweep.add_argument(
        "--older-than",
        metavar="HOURS",
        type=_hours,
        default=24.0,
        help="spare orphans younger than this (default 24)",
    )
    compact = add("compact", "merge small files")
    compact.add_argument(
        "tables",
        metavar="SYSTEM.TABLE",
        nargs="*",
        help="tables or whole systems, or a model's table such as lib.population; "
        "without any, all that need it",
    )


def _care_commands(add: "_Adder") -> None:
    ledger = add("ledger", "the record of who did what")
    verbs = ledger.add_subparsers(dest="verb", metavar="VERB", required=True)
    verbs.add_parser(
        "verify",
        help="verify entries, tree and checkpoints",
        description="Verify entries, tree and checkpoints; exit 1 when anything was changed.",
        parents=[_common(argparse.SUPPRESS)],
    )
    export = verbs.add_parser(
        "export",
        help="write a bundle that a stranger can verify offline",
        description="Write a bundle that a stranger can verify offline.",
        parents=[_common(argparse.SUPPRESS)],
    )
    export.add_argument("to", metavar="FILE", type=Path, help="the zip file to write")
    _account_commands(add)
    backup = add("backup", "write all state, consistent and verified, to a new folder")
    backup.add_argument("to", metavar="DIR", type=Path, help="a folder that does not exist yet")
    restore = add("restore", "restore all state into an empty home, or one damaged file")
    restore.add_argument("source", metavar="DIR", type=Path, help="what backup wrote")
    restore.add_argument(
        "--file",
        metavar="FILE",
        default=None,
        help="only this damaged file of the lake, into a home in use",
    )
    add("doctor", "what is wrong with this installation, and what to do")
    up = add("up", "serve everything at one address")
    up.add_argument("--host", default="127.0.0.1", help="where to listen (default 127.0.0.1)")
    up.add_argument("--port", type=_at_least(0, 65_535), default=8000, help="default 8000")
    up.add_argument(
        "--workers", type=_at_least(1), default=1, help="background worker processes (default 1)"
    )
    up.add_argument(
        "--rehearsal",
        action="store_true",
        help="simulated data: shows rehearsal accounts and the tour",
    )


def _account_commands(add: "_Adder") -> None:
    account = add("account", "accounts of people who sign in")
    verbs = account.add_subparsers(dest="verb", metavar="VERB", required=True)

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        return verbs.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            parents=[_common(argparse.SUPPRESS)],
        )

    new = verb("add", "make an account; its first password is shown once")
    new.add_argument("username", metavar="USERNAME", help="what she signs in with")
    new.add_argument("--name", required=True, help="the person's name")
    new.add_argument("--department", required=True, help="where she works, as the folder names it")
    new.add_argument("--duty", required=True, help="steward, officer, contractor, auditor …")
    verb("list", "list the accounts")
    close = verb("close", "let an account act no more; nothing of it is forgotten")
    close.add_argument("username", metavar="USERNAME", help="as account list names it")


class _Adder:
    """Adds a command with the common options to the parser's sub-commands."""

    def __init__(self, commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
        self._commands = commands

    def __call__(self, name: str, text: str) -> argparse.ArgumentParser:
        return self._commands.add_parser(
            name,
            help=text,
            description=text[0].upper() + text[1:] + ".",
            parents=[_common(argparse.SUPPRESS)],
        )


def build_parser() -> argparse.ArgumentParser:
    """The whole parser; common options may stand before or after the command."""
    parser = argparse.ArgumentParser(
        prog="citybrain",
        description="A whole digital city from one folder.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[_common(None)],
    )
    parser.add_argument("--version", action="version", version="citybrain 0.1.0")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    add = _Adder(commands)
    _folder_commands(add)
    _source_commands(add)
    _lake_commands(add)
    _upkeep_commands(add)
    _care_commands(add)
    return parser
