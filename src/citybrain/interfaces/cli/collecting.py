"""collect: bring departments' data into the lake."""

import argparse
from typing import Any

from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import ProgressBar, print_json, say, table, warn

_COLUMNS = (
    "table", "read", "accepted", "inserted", "updated", "unchanged", "superseded",
    "quarantined", "seconds",
)  # fmt: skip


def collect(arguments: argparse.Namespace, context: Context) -> int:
    """Collect what is named, due, or everything; 1 when a table failed."""
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
        print_json(rows)
    else:
        _tell(rows)
    return 1 if any(row["error"] for row in rows) else 0


def _wanted(arguments: argparse.Namespace, catalogue: Any, actor: Any) -> list[str]:
    if arguments.tables:
        return list(arguments.tables)
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
    failed = [row for row in rows if row["error"]]
    for row in failed:
        say(f"\n{row['table']} was not collected: {row['error']}")
    if failed:
        say(f"\n{len(failed)} of {len(rows)} tables failed; the others are in.")
    elif quarantined:
        say("The rows set aside, with reasons: the page 'to correct', or SELECT from quarantine.")


class _Bars:
    """One bar over all tables, by rows where the sources say how many they have."""

    def __init__(self, tables: int) -> None:
        self._bar = ProgressBar("collect")
        self._tables = tables
        self._done: set[str] = set()

    def __call__(self, event: Any) -> None:
        if event.phase in ("done", "failed"):
            self._done.add(event.table)
        note = f"{len(self._done)} of {self._tables} tables  {event.table} {event.rows_read:,} rows"
        self._bar(len(self._done), self._tables, note)

    def close(self) -> None:
        self._bar.close()
