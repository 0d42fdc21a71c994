"""All models of a city: those of its files, and those that code generates from its content."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from types import MappingProxyType

from citybrain.city import City
from citybrain.city.folder import Folder, read_folder
from citybrain.lake.models.header import FOLDER, model_of
from citybrain.lake.models.model import Model

# Each has ``generated(city) -> Mapping[str, Model]``; a later one replaces the same name.
GENERATORS = ("citybrain.lake.standardise", "citybrain.lake.libraries")


def models(city: City) -> Mapping[str, Model]:
    """Every model by name, in the order of names; a file replaces what is generated."""
    return _models(_Keyed(city)) if city.fingerprint else _collected(city)


def written(city: City) -> dict[str, Model]:
    """The models of the folder's own SQL files, by name."""
    if not (city.root / FOLDER).is_dir():
        return {}
    documents = read_folder(city.root, only=FOLDER).under(FOLDER)
    found = (model_of(document) for document in documents)
    return {model.name: model for model in found if model}


def in_folder(folder: Folder, city: City) -> Mapping[str, Model]:
    """All models of a folder that is being checked, whose city was read from it."""
    found = (model_of(document) for document in folder.under(FOLDER))
    return {**generated(city), **{model.name: model for model in found if model}}


def generated(city: City) -> Mapping[str, Model]:
    """The models that no file says, made from contracts and libraries."""
    return _generated(_Keyed(city)) if city.fingerprint else _made(city)


class _Keyed:
    """A city as a key of the cache: equal content at the same place is the same city."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.key = (str(city.root), city.fingerprint)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and other.key == self.key


@lru_cache(maxsize=4)
def _models(keyed: _Keyed) -> Mapping[str, Model]:
    return _collected(keyed.city)


def _collected(city: City) -> Mapping[str, Model]:
    found = {**generated(city), **written(city)}
    return MappingProxyType(dict(sorted(found.items())))


@lru_cache(maxsize=4)
def _generated(keyed: _Keyed) -> Mapping[str, Model]:
    return _made(keyed.city)


def _made(city: City) -> Mapping[str, Model]:
    found: dict[str, Model] = {}
    for name in GENERATORS:
        found |= import_module(name).generated(city)
    return MappingProxyType(found)
