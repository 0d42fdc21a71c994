"""Making what runs equal to the city's folder, as a recorded act."""

from pathlib import Path
from typing import Any

from citybrain.city import apply as city_apply
from citybrain.engines.catalogue import wiring
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor


def apply_city(actor: Actor, path: Path) -> Any:
    """Apply the folder; the entry's digest is the fingerprint of what runs from now on.

    Returns the city floor's ``Applied``; refuses a folder with findings.
    """
    with guard.act(actor, "city.apply", "city:", hold=False, clock=wiring.clock()) as done:
        applied = city_apply(path, wiring.home().root, clock=wiring.clock(), by=actor.id)
        done.digest = applied.fingerprint
    return applied
