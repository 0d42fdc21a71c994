"""Lineage for other catalogues: runs as OpenLineage events, without any value of a row."""

from typing import Any

from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.wiring import both, city, require, store


def lineage_events(actor: Actor, *, run: str = "", limit: int = 1000) -> list[dict[str, Any]]:
    """The events of one run, or of the newest ``limit`` runs, oldest first.

    ``Unknown`` for a run of that name that never was.
    """
    from citybrain.lake.openlineage.events import events

    require(actor, "work.read", "lake:")
    found = events(store(), city(), run=run, limit=limit)
    if run and not found:
        raise Unknown(
            both(f"没有批次 {run}", f"There is no run {run}"),
            do=both(
                "“汇聚任务”页面列有各批次，每行的 _batch 中斜线之前也是批次",
                "The page “Runs” names them, and so does the column _batch of every row "
                "before its stroke",
            ),
            where=run,
        )
    return found
