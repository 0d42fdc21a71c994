"""Fixtures: an installation of two systems, its accounts, and what they do first."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from citybrain import city
from citybrain.base.clock import FixedClock
from citybrain.config.kinds import KINDS
from citybrain.engines.catalogue import reading, wiring
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.catalogue.service import BrokenFact
from citybrain.engines.identity import service as identity
from citybrain.engines.identity.service import Actor
from tests.engines.catalogue import world


@pytest.fixture(scope="session")
def city_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.write_city(tmp_path_factory.mktemp("city") / "xuancheng")


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory, city_folder: Path) -> Path:
    """The home of every test here: the applied city stays, so that it is read once."""
    home = tmp_path_factory.mktemp("installation") / "home"
    home.mkdir()
    city.apply(city_folder, home, clock=world.CLOCK, kinds=KINDS)
    return home


@pytest.fixture(scope="session")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the two systems deliver before anything is changed; every test has its copy."""
    return world.write_systems(tmp_path_factory.mktemp("delivered") / "systems")


@pytest.fixture
def home(
    root: Path,
    systems: Path,
    tmp_path: Path,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    transactional_db: None,
) -> Iterator[Path]:
    """An installation in rehearsal with the city applied and the systems' files beside it."""
    settings.CITYBRAIN_HOME = root
    settings.CITYBRAIN_WITNESS = tmp_path / "witness"
    settings.CITYBRAIN_CLOCK = "tests.engines.catalogue.world.clock"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("CITYBRAIN_REHEARSAL", "1")
    monkeypatch.setenv("CITYBRAIN_SYSTEMS", str(shutil.copytree(systems, tmp_path / "systems")))
    monkeypatch.setattr(world.CLOCK, "at", world.CLOCK.at)
    wiring.forget()
    identity.ensure_rehearsal_accounts(clock=world.CLOCK)
    yield root
    wiring.forget()
    for path in root.iterdir():
        if path.name != "applied":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def actor(username: str) -> Actor:
    """The actor of a rehearsal account."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CITYBRAIN_ACTOR", username)
        return identity.local_actor(clock=world.CLOCK)


@pytest.fixture
def who(home: Path) -> Callable[[str], Actor]:
    return actor


@pytest.fixture
def engineer(home: Path) -> Actor:
    return actor("engineer")


@pytest.fixture
def officer(home: Path) -> Actor:
    """The data officer of civil affairs, whose table is the tour's."""
    return actor("civil")


@pytest.fixture
def city_clock(home: Path) -> FixedClock:
    return world.CLOCK


@pytest.fixture(scope="session")
def lakes_kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where lakes are kept as the first collects of the session left them, by their names."""
    return tmp_path_factory.mktemp("kept")


def once_collected(engineer: Actor, kept: Path) -> None:
    """Collect the marriages, or put the lake there as it was kept after they were.

    The home, the clock and what was done before are the same in every test, so that the kept
    lake is the very lake that collecting would make; what the record says is written anew.
    """
    lake = wiring.home().lake_dir
    if kept.exists():
        wiring.forget()
        if lake.exists():
            shutil.rmtree(lake)
        shutil.copytree(kept, lake)
        reading.order(engineer, "lake.collect", "table:civil.marriages")
        return
    result = catalogue.collect(engineer, ["civil.marriages"])
    assert [table.error for table in result.results] == [None]
    shutil.copytree(lake, kept)


@pytest.fixture
def collected(engineer: Actor, lakes_kept: Path) -> Actor:
    """The marriages are in the lake."""
    once_collected(engineer, lakes_kept / "whole")
    return engineer


@pytest.fixture
def broken(collected: Actor, city_clock: FixedClock, lakes_kept: Path) -> BrokenFact:
    """One fact was broken at its source and collected so: its row is set aside."""
    fact = catalogue.break_one_fact(collected)
    city_clock.advance(timedelta(minutes=5))
    once_collected(collected, lakes_kept / "broken")
    return fact
