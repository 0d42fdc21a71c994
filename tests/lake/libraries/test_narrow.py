"""Golden records made of changed people only are those that are made of everybody."""

from pathlib import Path

import pytest

from citybrain import city as folder
from citybrain.base.clock import SystemClock
from citybrain.city import City
from citybrain.config.adapters import readers
from citybrain.lake.collect import collect
from citybrain.lake.home import Home
from citybrain.lake.models import incremental
from citybrain.lake.models.build import build, history
from citybrain.lake.store import Store, open_store
from citybrain.simulate import advance, simulate
from tests.lake.libraries.building import shipped
from tests.lake.making import rows

pytestmark = pytest.mark.long
MADE = (
    "lib.population",
    "lib.population_conflicts",
    "lib.legal_person",
    "lib.legal_person_conflicts",
)
CITY = folder.load(shipped()).city


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the rehearsal's systems are."""
    systems = tmp_path / "systems"
    simulate(CITY, people=1_000, days=1, seed=7, to=systems)
    monkeypatch.setenv("CITYBRAIN_SYSTEMS", str(systems))
    return systems


@pytest.fixture
def store(tmp_path: Path, place: Path) -> Store:
    """A lake of that city, its libraries built."""
    home = tmp_path / "home"
    home.mkdir()
    made = open_store(Home(home), clock=SystemClock())
    _collect(made, CITY)
    _build(made)
    assert {_how(made, name) for name in MADE} == {"full"}
    return made


def _collect(store: Store, city: City) -> None:
    got = collect(store, city, tuple(city.contracts), readers=readers(), clock=store.clock)
    assert not [one.error for one in got.results if one.error]


def _build(store: Store, *, full: bool = False) -> None:
    made = build(store, CITY, MADE if full else None, full=full, clock=store.clock)
    assert not [one.error for one in made if one.error]


def _how(store: Store, name: str) -> str:
    return history(store, name)[0].how


def _is_as_in_full(store: Store) -> None:
    narrow = {name: sorted(rows(store, name), key=str) for name in MADE}
    _build(store, full=True)
    for name in MADE:
        assert narrow[name] == sorted(rows(store, name), key=str), name


def test_days_that_pass_change_only_whom_they_concern(
    store: Store, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However many rows a small city's day concerns.
    monkeypatch.setattr(incremental, "SHARE", 0)
    hows: set[tuple[str, str]] = set()
    for days in (1, 20):
        advance(CITY, days=days, to=place)
        _collect(store, CITY)
        _build(store)
        hows |= {(name, _how(store, name)) for name in MADE}
    assert {(name, "incremental") for name in MADE[:2]} <= hows
    _is_as_in_full(store)
