"""collect: bring departments' data into the lake."""

import argparse
from typing import Any

from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context, Misused
from citybrain.interfaces.cli.output import ProgressBar, print_json, say, table, warn

_COLUMNS = (
    "table", "read", "accepted", "inserted", "updated", "unchanged", "superseded",
    "quarantined", "seconds",
)  # fmt: skip
_PROMISED = (*_COLUMNS, "snapshot", "error")  # scripts are written against exactly these


def collect(arguments: argparse.Namespace, context: Context) -> int:
    """Collect what is named, due, or everything; 1 when a table failed."""
    if arguments.tables and arguments.all:
        raise Misused(
            "Nothing was collected",
            why=f"--all takes every table, and beside it stands {', '.join(arguments.tables)}",
            do="Name the tables, or give --all alone",
            where="citybrain collect",
        )
    context.wiring.prepare(context.home_root)
    from citybrain.engines.catalogue import service as catalogue
    from citybrain.engines.identity import service as identity

    actor = identity.local_actor()
    if context.city_path is not None:
        for notice in catalogue.apply_additions(actor, context.city_path):
            warn(notice)
    tables = _wanted(arguments, catalogue, actor)
    if not tables:
        return _nothing(context)
    bar = _Bars(len(tables))
    try:
        result = catalogue.collect(actor, tables, workers=arguments.workers, progress=bar)
    finally:
        bar.close()
    rows = [row.as_dict() for row in result.results]
    if context.as_json:
        print_json([{name: row[name] for name in _PROMISED} for row in rows])
    else:
        _tell(rows)
    return 1 if any(row["error"] for row in rows) else 0


def _wanted(arguments: argparse.Namespace, catalogue: Any, actor: Any) -> list[str]:
    if arguments.tables:
        return list(catalogue.named(actor, arguments.tables))
    return list(catalogue.all_tables(actor) if arguments.all else catalogue.due(actor))


def _nothing(context: Context) -> int:
    if context.as_json:
        print_json([])
    else:
        say("Nothing is due. To collect anyway: citybrain collect --all, or name a table.")
    return 0


def _tell(rows: list[dict[str, Any]]) -> None:
    say(table(rows, _COLUMNS, empty="No table was collected."))
    read = sum(row["read"] for row in rows)
    accepted = sum(row["accepted"] for row in rows)
    quarantined = sum(row["quarantined"] for row in rows)
    say(f"\nread {read:,} = accepted {accepted:,} + quarantined {quarantined:,}")
    removed = sum(row["removed"] for row in rows)
    if removed:
        gone = counted(removed, "row")
        say(f"{gone} no longer at the source: taken out, and still there to query --as-of before.")
    failed = [row for row in rows if row["error"]]
    for row in failed:
        say(f"\n{_sentence(row)}")
    if failed:
        say(f"\n{_outcome(len(failed), len(rows))}")
    elif quarantined:
        first = next(row["table"] for row in rows if row["quarantined"])
        say(
            "The rows set aside: the page 'to correct', or citybrain query "  # noqa: S608 - shown
            f'"SELECT _number, _reasons FROM quarantine.{first}".'
        )


def _sentence(row: dict[str, Any]) -> str:
    """The error with the table's name once, whether or not it begins with it."""
    error = str(row["error"])
    return error if row["table"] in error else f"{row['table']} was not collected: {error}"


def _outcome(failed: int, tables: int) -> str:
    if failed == tables:
        return "The table failed." if tables == 1 else f"All {tables} tables failed."
    rest = "the other is in" if tables - failed == 1 else "the others are in"
    return f"{failed} of {tables} tables failed; {rest}."


class _Bars:
    """One bar over all tables, by rows where the sources say how many they have."""

    def __init__(self, tables: int) -> None:
        self._bar = ProgressBar("collect")
        self._tables = tables
        self._done: set[str] = set()

    def __call__(self, event: Any) -> None:
        if event.phase in ("done", "failed"):
            self._done.add(event.table)
        tables, rows = counted(self._tables, "table"), counted(event.rows_read, "row")
        note = f"{len(self._done)} of {tables}  {event.table} {rows}"
        self._bar(len(self._done), self._tables, note)

    def close(self) -> None:
        self._bar.close()
