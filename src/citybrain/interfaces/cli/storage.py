"""scrub, sweep, compact: care for the lake's files."""

import argparse
from typing import Any

from citybrain.base.errors import CityError
from citybrain.interfaces.cli.context import Context, has_control
from citybrain.interfaces.cli.output import ProgressBar, print_json, say, table, warn

_PROMISED = ("file", "table", "problem")  # scripts are written against exactly these


def _lake(context: Context) -> Any:
    from citybrain.lake import open_lake

    context.require_lake()
    return open_lake(context.home_root, city=context.city_path, clock=context.clock)


def scrub(arguments: argparse.Namespace, context: Context) -> int:
    """Hash every file again and compare; 1 when any differs."""
    from citybrain.lake.scrub import scrub as hash_again

    bar = ProgressBar("scrub")
    try:
        scrubbed = hash_again(_lake(context).store, progress=bar)
    finally:
        bar.close()
    problems = [{name: getattr(one, name) for name in _PROMISED} for one in scrubbed.problems]
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
    if has_control(context):
        note(context, "note_scrub", scrubbed)
    return 1 if problems else 0


def note(context: Context, keep: str, found: Any) -> None:
    """Let the integrity page show what was found; said, not failed, where that cannot be."""
    context.wiring.prepare(context.home_root)
    from citybrain.engines.catalogue import service as catalogue
    from citybrain.engines.identity import service as identity

    try:
        getattr(catalogue, keep)(identity.local_actor(), found)
    except CityError as error:
        warn(f"The integrity page will not show this verification: {error.in_english()}")


def sweep(arguments: argparse.Namespace, context: Context) -> int:
    """Remove orphaned files and expired snapshots."""
    return _report(
        _lake(context).sweep(older_than_hours=arguments.older_than, dry_run=arguments.dry_run),
        context,
    )


def compact(arguments: argparse.Namespace, context: Context) -> int:
    """Merge small files, all tables or the named; 1 when a named one was left as it is."""
    compacted = _lake(context).compact(tables=arguments.tables or None)
    _report(compacted, context)
    return 1 if arguments.tables and compacted.left else 0


def _report(report: Any, context: Context) -> int:
    if context.as_json:
        print_json(report.as_dict())
    else:
        say(report.render())
    return 0
