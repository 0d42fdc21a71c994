"""What is known of the applied city's models: order, columns, lineage, classes."""

from collections.abc import Mapping

from citybrain.base.wording import both
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.errors import Unknown
from citybrain.lake.models.analysis import Analysis
from citybrain.lake.models.model import Model
from citybrain.lake.models.registry import models as registered
from citybrain.lake.models.remembered import analysed, published

_kept: dict[str, Analysis] = {}


def models() -> Mapping[str, Model]:
    """Every model of the applied city by name."""
    return registered(wiring.city())


def model(name: str) -> Model:
    """The model of that name; refuses one that the city does not have."""
    found = models().get(name)
    if found is None:
        raise Unknown(
            both(f"没有名为 {name} 的模型", f"There is no model {name}"),
            why=both("应用的城市目录中没有它", "the applied city does not hold it"),
            do=both("请在“模型”页面中查找", "The page “Models” lists them"),
            where=name,
        )
    return found


def analysis() -> Analysis:
    """The analysis of all models; worked out once for a city and what its native steps made."""
    store, city = wiring.store(), wiring.city()
    of = registered(city)
    ran = sorted((n, sorted(c.items())) for n, c in published(store, of).items())
    key = f"{wiring.home().root} {city.fingerprint} {ran}"
    if key not in _kept:
        _kept.clear()
        _kept[key] = analysed(store, city, of)
    return _kept[key]
