"""The command line: one module per group of commands; ``run`` is its only door."""

import importlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.interfaces.cli.context import Context, Misused, Wiring, context_of
from citybrain.interfaces.cli.output import print_json
from citybrain.interfaces.cli.parser import build_parser
from citybrain.interfaces.cli.refusals import refusal

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
    "trace": "tracing",
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
    except Misused as error:
        sys.stderr.write(f"citybrain {arguments.command}: {error.in_english()}\n")
        return 2
    except CityError as error:
        return _failed(error, context, arguments.command)
    except KeyboardInterrupt:
        return _failed(_STOPPED, context, arguments.command)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        known = refusal(error, context.home_root)
        if known is None:
            raise
        return _failed(known, context, arguments.command)


_STOPPED = CityError(
    "It was stopped",
    why="you asked for it; what was committed stays",
    do="Run it again, and it takes up the rest",
)


def _failed(error: CityError, context: Context, command: str) -> int:
    """Say it in English on standard error; where scripts read along, as JSON on the other too."""
    findings = [finding.as_dict() for finding in error.findings]
    if context.as_json:
        told = {"findings": findings} if findings else {}
        print_json({"error": error.as_dict(english=True) | told})
    else:
        sys.stderr.writelines(f"{finding}\n" for finding in error.findings)
    sys.stderr.write(f"citybrain {command}: {error.in_english()}\n")
    return 1
