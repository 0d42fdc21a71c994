"""A small real city with all tables collected, all models built and all libraries served.

It is made once for the session, copied for each module, and read over HTTP by its accounts.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from citybrain import city
from citybrain.base.clock import SystemClock
from tests.engines.libraries.oracle import Person, lake, somebody
from tests.once import once
from tests.steward.conftest import Site, language, site_over, systems

__all__ = ["language", "systems"]


def fill(home: Path, systems: Path, *, shipped: Path) -> None:
    """Collect, build and serve everything of the shipped city, as the queue would."""
    from citybrain.config.adapters import readers
    from citybrain.lake.collect import collect
    from citybrain.lake.home import Home
    from citybrain.lake.indicators.measure import refresh
    from citybrain.lake.libraries.reading import libraries
    from citybrain.lake.models.build import build
    from citybrain.lake.serving import publish
    from citybrain.lake.store import open_store

    clock = SystemClock()
    shutil.copytree(shipped, home)
    applied = city.applied_city(home)
    assert applied is not None
    store = open_store(Home(home), clock=clock)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYBRAIN_SYSTEMS", str(systems))
        names = tuple(applied.contracts)
        got = collect(store, applied, names, readers=readers(), clock=clock)
    assert not [one.error for one in got.results if one.error]
    made = build(store, applied, names=None, clock=clock, workers=2)
    assert {one.status for one in made} == {"built"}, [one.error for one in made if one.error]
    for name in libraries(applied):
        publish(store, applied, name, now=clock.now())
    refresh(store, applied)


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory, systems: Path, shipped_home: Path) -> Path:
    """The home as it was made; nobody may change it."""
    return once(tmp_path_factory, "filled", lambda to: fill(to, systems, shipped=shipped_home))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, filled: Path) -> Path:
    """A module's own copy of the filled home."""
    copy = tmp_path_factory.mktemp("filled") / "home"
    shutil.copytree(filled, copy)
    return copy


@pytest.fixture
def site(
    home: Path,
    systems: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> Iterator[Site]:
    """The pages over the module's home."""
    yield from site_over(home, systems, settings, monkeypatch)


@pytest.fixture
def person(home: Path) -> Person:
    """Somebody of the city whose marriage was told."""
    return somebody(home)


@pytest.fixture
def stranger(home: Path, person: Person) -> str:
    """Somebody else, with other people's numbers."""
    (row,) = lake(
        home,
        "SELECT person_id FROM {lib.population} WHERE person_id <> ? AND spouse_id_number IS NULL"
        " AND id_number IS NOT NULL ORDER BY person_id DESC LIMIT 1",
        person.id,
    )
    return str(row["person_id"])
