"""scrub, sweep, compact: care for the lake's files."""

import argparse
from typing import Any

from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import ProgressBar, print_json, say, table

_PROMISED = ("file", "table", "problem")  # scripts are written against exactly these


def _lake(context: Context) -> Any:
    from citybrain.lake import open_lake

    context.require_lake()
    return open_lake(context.home_root, city=context.city_path, clock=context.clock)


def scrub(arguments: argparse.Namespace, context: Context) -> int:
    """Hash every file again and compare; 1 when any differs."""
    bar = ProgressBar("scrub")
    try:
        found = _lake(context).scrub(progress=bar)
    finally:
        bar.close()
    problems = [{name: getattr(one, name) for name in _PROMISED} for one in found]
    if context.as_json:
        print_json(problems)
    else:
        say(
            table(
                problems,
                ("table", "file", "problem"),
                empty="Every file of the lake has the hash it was committed with.",
            )
        )
        if problems:
            say(
                "\nReads of these tables are refused until the files are restored: "
                "citybrain restore BACKUP --file FILE."
            )
    return 1 if problems else 0


def sweep(arguments: argparse.Namespace, context: Context) -> int:
    """Remove orphaned files and expired snapshots."""
    return _report(
        _lake(context).sweep(older_than_hours=arguments.older_than, dry_run=arguments.dry_run),
        context,
    )


def compact(arguments: argparse.Namespace, context: Context) -> int:
    """Merge small files, all tables or the named."""
    return _report(_lake(context).compact(tables=arguments.tables or None), context)


def _report(report: Any, context: Context) -> int:
    if context.as_json:
        print_json(report.as_dict())
    else:
        say(report.render())
    return 0
