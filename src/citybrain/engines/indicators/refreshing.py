"""Keeping the wall's numbers true: after each change of what they read, within a second."""

from citybrain.base.clock import Clock
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard import service as guard
from citybrain.engines.work import service as work

SECONDS = 1.0
_seen: list[tuple[str, int, object]] = []


def refresh() -> tuple[str, ...]:
    """Work out every indicator whose source or definition changed; the names of those."""
    from citybrain.lake.indicators.measure import refresh as measured

    if guard.applied() is None:
        return ()
    return tuple(value.name for value in measured(catalogue.store(), catalogue.city()))


def schedule() -> None:
    """Have this worker process look every second; when nothing changed that costs one read."""
    work.chore("indicators.refresh", _look, seconds=SECONDS)


def _look(clock: Clock) -> None:
    """Refresh when the lake or the city's folder moved, and once a minute."""
    from citybrain.lake.history import pointers

    city = guard.applied()
    if city is None:
        return
    minute = clock.now().replace(second=0, microsecond=0)
    now = (city.fingerprint, hash(minute), pointers(catalogue.store().ground))
    if _seen[:1] != [now]:
        refresh()
        _seen[:] = [now]
