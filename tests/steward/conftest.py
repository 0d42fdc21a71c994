"""A small real city for the pages: simulated, applied and collected once for all tests."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from citybrain import city
from citybrain.base.clock import SystemClock
from citybrain.city import City
from tests.once import once

FOLDER = Path(__file__).resolve().parents[2] / "cities" / "xuancheng"
PASSWORD = "rehearsal-2021"
COLLECTED = ("civil.marriages", "civil.allowances", "household.persons", "hotline.tickets")
TABLE = "civil.marriages"


@dataclass(frozen=True)
class Site:
    """An installation with its pages."""

    home: Path
    systems: Path
    client: Callable[..., Client]

    def work(self) -> None:
        """Do what waits on the queue, as the worker would."""
        from citybrain.engines.work import service as work

        work.run_worker(threading.Event(), clock=SystemClock(), until_empty=True)


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The departments' systems of a made-up city of a hundred and fifty people."""
    from citybrain.simulate import simulate

    loaded = city.load(FOLDER)
    return once(
        tmp_path_factory,
        "systems",
        lambda to: simulate(loaded.city, people=150, days=1, seed=5, to=to),
    )


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """The language of one test's last page is not the next test's."""
    yield
    translation.deactivate()


def build(home: Path, systems: Path, tables: tuple[str, ...], *, shipped: Path) -> None:
    """Collect some tables in a home where the shipped city runs, as it does in ``shipped``."""
    from citybrain.config.adapters import readers
    from citybrain.lake.collect import collect
    from citybrain.lake.home import Home
    from citybrain.lake.store import open_store

    clock = SystemClock()
    shutil.copytree(shipped, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYBRAIN_SYSTEMS", str(systems))
        store = open_store(Home(home), clock=clock)
        applied = city.applied_city(home)
        assert isinstance(applied, City)
        result = collect(store, applied, tables, readers=readers(), clock=clock)
    assert not [one.error for one in result.results if one.error]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory, systems: Path, shipped_home: Path) -> Path:
    """A home that this process's tests may look at, but not damage."""
    made = once(
        tmp_path_factory, "built", lambda to: build(to, systems, COLLECTED, shipped=shipped_home)
    )
    home = tmp_path_factory.mktemp("built") / "home"
    shutil.copytree(made, home)
    return home


def site_over(
    home: Path, systems: Path, settings: Any, patch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """The pages over a home, and nothing of it remembered afterwards."""
    from citybrain.engines.catalogue import wiring

    wiring.forget()
    yield _site(home, systems, settings, patch)
    wiring.forget()


def _site(home: Path, systems: Path, settings: Any, patch: pytest.MonkeyPatch) -> Site:
    from citybrain.engines.identity import service as identity

    settings.CITYBRAIN_HOME = home
    settings.CITYBRAIN_WITNESS = home / "witness"
    settings.CITYBRAIN_REHEARSAL = True
    settings.SECRET_KEY = "a key for tests only"
    settings.FILE_UPLOAD_TEMP_DIR = None
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    patch.setenv("CITYBRAIN_SYSTEMS", str(systems))
    identity.ensure_rehearsal_accounts()

    def client(username: str = "engineer", **how: Any) -> Client:
        browser = Client(**how)
        if username:
            sent = browser.post("/login/", {"username": username, "password": PASSWORD})
            assert sent.status_code == 302, sent.content.decode()
        return browser

    return Site(home=home, systems=systems, client=client)


@pytest.fixture
def site(
    built: Path,
    systems: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> Iterator[Site]:
    """The pages over the home that all tests share."""
    yield from site_over(built, systems, settings, monkeypatch)


@pytest.fixture
def own_site(
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    systems: Path,
    shipped_home: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> Iterator[Site]:
    """The pages over a home of one's own, with its own copy of the departments' files."""
    mine, home = tmp_path / "systems", tmp_path / "home"
    shutil.copytree(systems, mine)
    shutil.copytree(
        once(
            tmp_path_factory, "own", lambda to: build(to, systems, (TABLE,), shipped=shipped_home)
        ),
        home,
    )
    yield from site_over(home, mine, settings, monkeypatch)
