"""build: make the tables of models, or run their tests."""

import argparse
from typing import Any

from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import ProgressBar, print_json, say, table

_COLUMNS = ("model", "status", "rows", "seconds", "how")
_BAD = ("refused", "failed", "blocked")


def build(arguments: argparse.Namespace, context: Context) -> int:
    """Build what is named or due; 1 when a model was not built, or a test failed."""
    if arguments.test:
        return _test(arguments, context)
    context.require_applied()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.identity import service as identity
    from citybrain.engines.libraries import service as libraries

    bar = _Bar()
    try:
        results = libraries.build(
            identity.local_actor(),
            arguments.models,
            full=arguments.full,
            workers=arguments.workers,
            progress=bar,
        )
    finally:
        bar.close()
    if context.as_json:
        print_json([result.as_dict() for result in results])
    else:
        _tell(results, set(arguments.models))
    return 1 if any(result.status in _BAD for result in results) else 0


def _tell(results: list[Any], named: set[str]) -> None:
    shown = [vars(r) for r in results if r.status != "unchanged" or r.model in named]
    say(table(shown, _COLUMNS, empty="Every table is up to date."))
    if shown and all(r["status"] == "unchanged" for r in shown):
        say(
            "\nNothing was to do: made already, by an earlier build or by the server that runs, "
            "or the rows are those published before."
        )
    unchanged = len(results) - len(shown)
    if unchanged and shown:
        say(f"\nUp to date: {counted(unchanged, 'model')}.")
    for result in results:
        if result.error:
            say(f"\n{result.error}")
    if any(result.status == "refused" for result in results):
        say("\nThe rows that break an expectation are on the model's page.")


def _test(arguments: argparse.Namespace, context: Context) -> int:
    from citybrain import city
    from citybrain.lake.home import Home
    from citybrain.lake.models.tested import remember
    from citybrain.lake.models.testing import run_tests
    from citybrain.lake.store import open_store

    path = context.city_path
    of = city.load(path).city if path is not None else context.require_applied()
    home = Home(context.home_root).create()
    results = run_tests(home, of, names=arguments.models or None)
    remember(open_store(home, clock=context.clock), of, results)
    if context.as_json:
        print_json([result.as_dict() for result in results])
    else:
        for result in results:
            say(result.render())
        failed = sum(not result.passed for result in results)
        say(
            f"{counted(len(results), 'test')}, {failed} failed."
            if results
            else "There are no model tests."
        )
    return 0 if all(result.passed for result in results) else 1


class _Bar:
    """One bar over all models."""

    def __init__(self) -> None:
        self._bar = ProgressBar("build")
        self._running: dict[str, None] = {}

    def __call__(self, event: Any) -> None:
        if event.phase == "running":
            self._running[event.model] = None
        else:
            self._running.pop(event.model, None)
        note = f"{event.done} of {counted(event.total, 'model')}  {', '.join(self._running)}"
        self._bar(event.done, event.total, note)

    def close(self) -> None:
        self._bar.close()
