"""Who uses the data: looks recorded today, by department."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from django.conf import settings

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.ledger import service as ledger

LOOKS = frozenset({"lake.read", "lake.reveal", "lake.export"})


@dataclass
class _Counted:
    """How far this process has counted; entries are only ever added, so it goes on from there."""

    of: tuple[Path, datetime]
    number: int = 0
    counts: Counter[str] = field(default_factory=Counter)


_counted: list[_Counted] = []
_lock = Lock()


def looks(*, since: datetime) -> Mapping[str, int]:
    """Department → its recorded looks since then; each call reads only what is new."""
    of = (Path(settings.CITYBRAIN_HOME), since)
    ledger.sequence(clock=catalogue.clock())
    with _lock:
        known = _counted[0] if _counted else None
        if known is None or known.of != of or known.number > ledger.tree_size():
            known = _Counted(of)
            _counted[:] = [known]
        fresh, known.number = ledger.looks_by_department(
            LOOKS, since=ledger.microseconds(since), after=known.number
        )
        known.counts.update(fresh)
        return dict(known.counts)
