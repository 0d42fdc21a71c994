"""Making what runs equal to the city's folder, as a recorded act."""

from pathlib import Path
from typing import Any

from citybrain.base.wording import counted
from citybrain.city import apply as city_apply
from citybrain.city import plan, runs
from citybrain.engines.catalogue import wiring
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor


def apply_city(actor: Actor, path: Path) -> Any:
    """Apply the folder; the entry's digest is the fingerprint of what runs from now on.

    Returns the city floor's ``Applied``; refuses a folder with findings.
    """
    with guard.act(actor, "city.apply", "city:", hold=False, clock=wiring.clock()) as done:
        applied = city_apply(
            path, wiring.home().root, clock=wiring.clock(), by=actor.id, kinds=wiring.kinds()
        )
        done.digest = applied.fingerprint
    return applied


def apply_additions(actor: Actor, path: Path) -> list[str]:
    """Apply the folder when that only adds to what runs; sentences for whoever must know.

    So that a system that was just discovered can be collected at once, while a change of
    what already runs still waits for somebody to look at its plan.
    """
    if runs(path, wiring.home().root):
        return []
    found = plan(path, wiring.home().root, kinds=wiring.kinds())
    if found.findings:
        return [
            f"{path} has {counted(len(found.findings), 'finding')}; see citybrain check {path}."
        ]
    others = [change for change in found.changes if change.action != "added"]
    if others:
        return [
            f"{counted(len(others), 'change')} of {path} not applied; see citybrain plan {path}."
        ]
    if found.changes:
        apply_city(actor, path)
        return [f"Applied {counted(len(found.changes), 'addition')} of {path}."]
    return []
