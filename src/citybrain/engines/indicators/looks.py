"""Who uses what of the data: looks recorded today, by department and by what was looked at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock

from django.conf import settings

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.ledger import service as ledger
from citybrain.lake.locations import MADE

LOOKS = frozenset({"lake.read", "lake.reveal", "lake.export"})


@dataclass
class _Counted:
    """How far this process has counted; entries are only ever added, so it goes on from there."""

    of: tuple[Path, datetime]
    number: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)


_counted: list[_Counted] = []
_lock = Lock()


def looks(*, since: datetime) -> Mapping[tuple[str, str], int]:
    """(Department, lake table) → recorded looks since then; each call reads only what is new.

    The table is a model's (``lib.population``), or empty for a table as it was delivered.
    """
    of = (Path(settings.CITYBRAIN_HOME), since)
    ledger.sequence(clock=catalogue.clock())
    with _lock:
        known = _counted[0] if _counted else None
        if known is None or known.of != of or known.number > ledger.tree_size():
            known = _Counted(of)
            _counted[:] = [known]
        fresh, known.number = ledger.done_since(
            LOOKS, since=ledger.microseconds(since), after=known.number
        )
        for (department, thing), count in fresh.items():
            known.counts[department, _model(thing)] += count
        return dict(known.counts)


def _model(thing: str) -> str:
    name = thing.partition(":")[2]
    return name if name.partition(".")[0] in MADE else ""
