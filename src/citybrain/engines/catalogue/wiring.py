"""Where this process finds the home, the clock, the applied city, the lake and the readers.

An engine may not import ``config``; what only ``config`` chooses is named by dotted path in
the settings ``CITYBRAIN_HOME``, ``CITYBRAIN_CLOCK`` and ``CITYBRAIN_READERS``.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.city import City, applied_city
from citybrain.city.contracts import Contract
from citybrain.city.systems import System
from citybrain.lake.home import Home


def home() -> Home:
    """The installation's home."""
    return _home(Path(settings.CITYBRAIN_HOME))


@lru_cache(maxsize=8)
def _home(root: Path) -> Home:
    return Home(root)


def clock() -> Clock:
    """The one clock of this installation."""
    made: Clock = import_string(settings.CITYBRAIN_CLOCK)()
    return made


def readers() -> Mapping[str, Any]:
    """URL scheme → reader of sources."""
    found: Mapping[str, Any] = import_string(settings.CITYBRAIN_READERS)()
    return found


def city() -> City:
    """The city that was applied last; refuses when none was."""
    root = home().root
    pointer = home().applied / "CURRENT"
    if not pointer.exists():
        raise CityError(
            "No city is applied in this installation",
            do="Run citybrain apply CITY, or make up for the rehearsal",
            where=str(root),
        )
    return _city(root, pointer.read_text())


@lru_cache(maxsize=2)
def _city(root: Path, pointer: str) -> City:
    """Cached by the pointer's content, so that another process's apply is seen at once."""
    found = applied_city(root)
    if found is None:
        raise CityError("The applied city cannot be read", why=pointer, where=str(root))
    return found


def store() -> Any:
    """The lake's store of this home (one per process and home)."""
    return _store(home().root)


@lru_cache(maxsize=2)
def _store(root: Path) -> Any:
    from citybrain.lake.store import open_store

    return open_store(_home(root), clock=clock())


def contract(table: str) -> Contract:
    """The contract of ``system.table``; refuses a table that the city does not have."""
    found = city().contracts.get(table)
    if found is None:
        raise CityError(
            f"There is no table {table}",
            why="no contract in the applied city has this name",
            do="Look it up in the list of tables; names are system.table",
            where=table,
        )
    return found


def system(name: str) -> System:
    """The system of that name; refuses one that the city does not have."""
    found = city().systems.get(name)
    if found is None:
        raise CityError(
            f"There is no system {name}",
            do="Look it up in the list of systems",
            where=name,
        )
    return found


def forget() -> None:
    """Drop what was cached, after a restore replaced the files beneath."""
    _home.cache_clear()
    _city.cache_clear()
    _store.cache_clear()
