"""Lineage for other catalogues: runs as OpenLineage events, without any value of a row."""

from typing import Any

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries.wiring import city, require, store


def lineage_events(actor: Actor, *, run: str = "", limit: int = 1000) -> list[dict[str, Any]]:
    """The events of one run, or of the newest ``limit`` runs, oldest first."""
    from citybrain.lake.openlineage.events import events

    require(actor, "work.read", "lake:")
    return events(store(), city(), run=run, limit=limit)
