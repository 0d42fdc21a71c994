"""trace: from a number to the department's cell, each step with its time and hash."""

import argparse
from dataclasses import asdict
from typing import Any

from citybrain.base.wording import counted
from citybrain.interfaces.cli.context import Context
from citybrain.interfaces.cli.output import print_json, say, table, warn

_STEPS = ("step", "kind", "what", "value", "made", "hash", "verdict")
_CHOICES = ("thing", "what", "field", "changed")
_STARTS = ("thing", "kind", "what")


def trace(arguments: argparse.Namespace, context: Context) -> int:
    """The steps of one thing, masked unless revealed; without one, where a trace may begin."""
    context.require_applied()
    context.wiring.prepare(context.home_root)
    from citybrain.engines.identity import service as identity
    from citybrain.engines.libraries import service as libraries

    actor = identity.local_actor()
    if not arguments.thing:
        starts = libraries.trace_starts(actor)
        if context.as_json:
            print_json(_english(asdict(starts)))
        else:
            say(_things([*starts.numbers, *starts.tables], empty="No model was built yet."))
        return 0
    view = libraries.trace(
        actor,
        arguments.thing,
        via=arguments.via,
        reveal=arguments.reveal,
        purpose=arguments.purpose,
    )
    if context.as_json:
        print_json(_english(asdict(view)))
    else:
        _tell(view, revealed=arguments.reveal)
    return 1 if view.differs else 0


def _english(found: Any) -> Any:
    """The same with each sentence in the terminal's language."""
    if isinstance(found, dict):
        if set(found) == {"zh", "en"}:
            return found["en"] or found["zh"]
        return {name: _english(value) for name, value in found.items()}
    return [_english(one) for one in found] if isinstance(found, list | tuple) else found


def _tell(view: Any, *, revealed: bool) -> None:
    say(f"{view.heading.en or view.heading.zh}  ({view.thing})\n")
    say(table([_step(one) for one in view.steps], _STEPS, empty="No steps."))
    if view.refused.zh:
        say(f"\n{view.refused.en or view.refused.zh}")
    if view.choices:
        say("\nGo on with:")
        say(table([_choice(one) for one in view.choices], _CHOICES, empty=""))
    if view.affected:
        say("\nAlso stands on it:")
        say(_things(view.affected, empty=""))
    if view.differs:
        say(f"\n{counted(view.differs, 'hash value')} did not match: see the steps that differ.")
    elif view.matches:
        say(f"\n{counted(view.matches, 'hash value')} held against the lake, and nothing differs.")
    if not revealed and any(one.masked for one in view.steps):
        warn("\nMasked by class. To see the values: --reveal --purpose '…'; it is recorded.")


def _step(one: Any) -> dict[str, Any]:
    return {
        "step": one.number,
        "kind": one.kind_title.en or one.kind_title.zh,
        "what": one.title.en or one.title.zh,
        "value": one.value,
        "made": one.at,
        "hash": one.hash[:16],
        "verdict": one.verdict,
    }


def _choice(one: Any) -> dict[str, Any]:
    return {
        "thing": one.thing,
        "what": one.heading,
        "field": one.field_title.en or one.field_title.zh,
        "changed": "just now" if one.moved else "",
    }


def _things(found: Any, *, empty: str) -> str:
    rows = [
        {"thing": one.thing, "kind": one.kind_title.en, "what": one.title.en or one.title.zh}
        for one in found
    ]
    return table(rows, _STARTS, empty=empty)
