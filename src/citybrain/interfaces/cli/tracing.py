"""trace: from a number to the department's cell, each step with its time and hash."""

import argparse
from dataclasses import asdict
from typing import Any

from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context, require_purpose
from citybrain.interfaces.cli.output import print_json, say, table, warn

_STEPS = ("step", "kind", "what", "value", "made", "hash", "verdict")
_CHOICES = ("thing", "what", "field", "changed")
_CELLS = ("thing", "field")
_ASIDE = ("table", "title", "rows")
_STARTS = ("thing", "kind", "what")


def trace(arguments: argparse.Namespace, context: Context) -> int:
    """The steps of one thing, masked unless revealed; without one, where a trace may begin."""
    require_purpose(arguments)
    context.require_applied()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.identity import service as identity
    from citybrain.engines.libraries import service as libraries

    actor = identity.local_actor()
    if not arguments.thing:
        starts = _english(asdict(libraries.trace_starts(actor)))
        if context.as_json:
            print_json(starts)
        else:
            say(_things(starts["numbers"] + starts["tables"], empty="No model was built yet."))
        return 0
    view = libraries.trace(
        actor,
        arguments.thing,
        via=arguments.via,
        reveal=arguments.reveal,
        purpose=arguments.purpose,
    )
    found = _english(asdict(view))
    if context.as_json:
        print_json(found)
    else:
        _tell(found, revealed=arguments.reveal)
    return 1 if view.differs else 0


def _english(found: Any) -> Any:
    """The same with each sentence in the terminal's language."""
    if isinstance(found, dict):
        if set(found) == {"zh", "en"}:
            return found["en"] or found["zh"]
        return {name: _english(value) for name, value in found.items()}
    return [_english(one) for one in found] if isinstance(found, list | tuple) else found


def _tell(found: dict[str, Any], *, revealed: bool) -> None:
    say(f"{found['heading']}  ({found['thing']})\n")
    _tell_steps(found["steps"])
    if found["refused"]:
        say(f"\n{found['refused']}")
    _lists(found)
    if found["differs"]:
        say(f"\n{counted(found['differs'], 'hash value')} did not match: see where it differs.")
    elif found["matches"]:
        say(f"\n{counted(found['matches'], 'hash value')} held against the lake: nothing differs.")
    if not revealed and any(one["masked"] for one in found["steps"]):
        warn("\nMasked by class. To see the values: --reveal --purpose '…'; it is recorded.")


def _lists(found: dict[str, Any]) -> None:
    """Where to go on, each list under its own words."""
    choices, cells = ([_choice(one) for one in found[name]] for name in ("choices", "cells"))
    for words, text in (
        ("Go on with:", table(choices, _CHOICES, empty="")),
        (
            "Set aside, and counted once they are put right:",
            table(found["aside"], _ASIDE, empty=""),
        ),
        ("Other cells of the row:", table(cells, _CELLS, empty="")),
        ("Also stands on it:", _things(found["affected"], empty="")),
    ):
        if text:
            say(f"\n{words}")
            say(text)


def _tell_steps(steps: list[dict[str, Any]]) -> None:
    say(table([_step(one) for one in steps], _STEPS, empty="No steps."))
    for one in steps:
        if one["missing"]:
            say(f"\nStep {one['number']}: {one['missing']}")


def _step(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "step": one["number"],
        "kind": one["kind_title"],
        "what": one["title"],
        "value": one["value"],
        "made": one["at"],
        "hash": one["hash"][:16],
        "verdict": one["verdict"],
    }


def _choice(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "thing": one["thing"],
        "what": one["heading"],
        "field": one["field_title"],
        "changed": "just now" if one["moved"] else "",
    }


def _things(found: list[dict[str, Any]], *, empty: str) -> str:
    rows = [{"thing": o["thing"], "kind": o["kind_title"], "what": o["title"]} for o in found]
    return table(rows, _STARTS, empty=empty)
