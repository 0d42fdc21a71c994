"""The command line: one module per group of commands; ``run`` is its only door."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.interfaces.cli.context import Wiring, context_of
from citybrain.interfaces.cli.parser import build_parser

# command -> module that holds a function of the same name; imported only when called
_WHERE = {
    "check": "folder",
    "schema": "folder",
    "plan": "folder",
    "apply": "folder",
    "simulate": "sources",
    "discover": "sources",
    "collect": "collecting",
    "build": "building",
    "query": "querying",
    "status": "querying",
    "lineage": "lineage",
    "scrub": "storage",
    "sweep": "storage",
    "compact": "storage",
    "ledger": "records",
    "account": "accounts",
    "backup": "care",
    "restore": "care",
    "doctor": "doctor",
    "up": "care",
}


def run(argv: Sequence[str], *, wiring: Wiring) -> int:
    """Run one command; 0 done, 1 something named failed and was said, 2 wrong usage."""
    arguments = build_parser().parse_args(argv)
    context = context_of(arguments, clock=SystemClock(), wiring=wiring)
    module = importlib.import_module(f"citybrain.interfaces.cli.{_WHERE[arguments.command]}")
    command: Callable[..., Any] = getattr(module, arguments.command)
    try:
        return int(command(arguments, context))
    except CityError as error:
        sys.stderr.write(f"citybrain {arguments.command}: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(
            "\ncitybrain: stopped; what was committed stays, the rest is taken up "
            "by the next run.\n"
        )
        return 1
    except BrokenPipeError:
        sys.stderr.close()
        return 0
