"""The wholeness of lake and record, from the last verification and what was found since."""

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.indicators.stand import Stand
from citybrain.engines.indicators.views import Integrity


def integrity(stand: Stand) -> Integrity:
    """Files whose hash is the registered one, damage known now, the newest checkpoint."""
    card = catalogue.integrity_card(catalogue.scheduler())
    files, _bytes = stand.store.manifest_totals()
    damaged = len(stand.store.damaged())
    state = "damaged" if damaged else card.state
    return Integrity(
        state=state,
        files=files,
        intact=0 if state == "unknown" else files - damaged,
        damaged=damaged,
        entries=card.entries,
        checkpoint=card.checkpoint,
        checkpoint_at=card.checkpoint_at,
        verified_at=card.verified_at,
    )
