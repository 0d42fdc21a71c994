"""What is made from a source column, for judging what to mend first."""

from functools import lru_cache
from pathlib import Path

from citybrain.base.errors import CityError
from citybrain.engines.libraries.wiring import city, store
from citybrain.lake.quality.mending import Ask, nobody

_MADE = ("lib", "theme", "ads")  # layers that models make


def dependents() -> Ask:
    """A question that tells the models and indicators made from a source column."""
    found = city()
    # What a native step makes is known when it has run, so its tables are part of the key.
    made = tuple(name for name in store().tables() if name.split(".")[0] in _MADE)
    return _of(found.root, found.fingerprint, made)


@lru_cache(maxsize=4)
def _of(_root: Path, _fingerprint: str, _made: tuple[str, ...]) -> Ask:
    from citybrain.lake.indicators.indicator import indicators
    from citybrain.lake.models.registry import models
    from citybrain.lake.models.remembered import analysed
    from citybrain.lake.quality.downstream import downstream

    found = city()
    try:
        known = models(found)
        told = analysed(store(), found, known)
    except CityError:
        return nobody  # a mistake in a model is said where models are, not here
    listed = {one.name: one.sql for one in indicators(found).values() if one.sql}
    return downstream(told, known, listed)
