"""Where this process finds the home, the clock, the applied city, the lake and the readers.

An engine may not import ``config``; what only ``config`` chooses is named by dotted path in
the settings ``CITYBRAIN_HOME``, ``CITYBRAIN_CLOCK``, ``CITYBRAIN_READERS`` and ``CITYBRAIN_KINDS``.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from citybrain.base.clock import CITY_ZONE, Clock
from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.city import City
from citybrain.city.contracts import Contract
from citybrain.city.kinds import Kind
from citybrain.city.systems import System
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.guard import service as guard
from citybrain.lake.home import Home


def home() -> Home:
    """The installation's home."""
    return _home(Path(settings.CITYBRAIN_HOME))


@lru_cache(maxsize=8)
def _home(root: Path) -> Home:
    return Home(root)


def clock() -> Clock:
    """The one clock of this installation."""
    named = getattr(settings, "CITYBRAIN_CLOCK", "citybrain.base.clock.SystemClock")
    made: Clock = import_string(named)()
    return made


def local(at: datetime) -> datetime:
    """A moment from Django's database, which answers in UTC, in the city's zone."""
    return at.astimezone(CITY_ZONE)


def readers() -> Mapping[str, Any]:
    """URL scheme → reader of sources."""
    named = getattr(settings, "CITYBRAIN_READERS", "citybrain.config.adapters.readers")
    found: Mapping[str, Any] = import_string(named)()
    return found


def kinds() -> Sequence[Kind]:
    """The kinds of files that a city's folder may hold."""
    found: Sequence[Kind] = import_string(settings.CITYBRAIN_KINDS)
    return found


def city() -> City:
    """The city that was applied last; refuses when none was."""
    found = guard.applied()
    if found is None:
        raise CityError(
            both("这里还没有应用任何城市目录", "No city has been applied to this home"),
            do=both(
                "请运行 citybrain apply CITY；演练用 make up",
                "Run citybrain apply CITY; for a rehearsal, make up",
            ),
            where=str(home().root),
        )
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
        raise Unknown(
            both(f"没有名为 {table} 的表", f"There is no table {table}"),
            why=both("应用的城市目录中没有这份合同", "the applied city has no such contract"),
            do=both(
                "表名写作 system.table，可在“表”页面或 citybrain status 中查到",
                "Tables are named system.table; the page “Tables” and citybrain status list them",
            ),
            where=table,
        )
    return found


def system(name: str) -> System:
    """The system of that name; refuses one that the city does not have."""
    found = city().systems.get(name)
    if found is None:
        raise Unknown(
            both(f"没有名为 {name} 的系统", f"There is no system {name}"),
            do=both("请在“系统”页面中查找", "The page “Systems” lists them"),
            where=name,
        )
    return found


def forget() -> None:
    """Drop what was cached, after a restore replaced the files beneath."""
    _home.cache_clear()
    _store.cache_clear()
