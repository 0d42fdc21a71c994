"""lineage: what came from where, as OpenLineage events."""

import argparse
import json
import sys
from typing import Any

from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import print_json, say, table

_COLUMNS = ("at", "event", "job", "inputs", "outputs")

_NAMED = 4


def lineage(arguments: argparse.Namespace, context: Context) -> int:
    """Runs with what they read and wrote; as OpenLineage events, one a line, when asked."""
    context.require_lake()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.identity import service as identity
    from citybrain.engines.libraries import service as libraries

    found = libraries.lineage_events(
        identity.local_actor(), run=arguments.run, limit=arguments.limit
    )
    if arguments.to is not None:
        lines = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in found)
        arguments.to.write_text(lines, encoding="utf-8")
        if context.as_json:
            print_json({"events": len(found), "file": str(arguments.to)})
        else:
            say(f"{counted(len(found), 'event')} in {arguments.to}.")
    elif arguments.openlineage:
        for event in found:
            sys.stdout.write(json.dumps(event, ensure_ascii=False) + "\n")
    elif context.as_json:
        print_json(found)
    else:
        rows = [_row(event) for event in found if event["eventType"] != "START"]
        say(table(rows, _COLUMNS, empty="Nothing has run yet."))
    return 0


def _row(event: dict[str, Any]) -> dict[str, str]:
    return {
        "at": event["eventTime"][:19],
        "event": event["eventType"].lower(),
        "job": event["job"]["name"],
        "inputs": _names(event["inputs"]),
        "outputs": _names(event["outputs"]),
    }


def _names(datasets: list[dict[str, Any]]) -> str:
    """The first few: a table of libraries is made from dozens, which JSON tells all."""
    names = [one["name"] for one in datasets]
    more = len(names) - _NAMED
    told = ", ".join(names[:_NAMED])
    return f"{told} and {more} more" if more > 0 else told
