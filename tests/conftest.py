"""What every test may use: servers and tools by marker, and a clock that stands still."""

import gc
import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from citybrain.base.clock import CITY_ZONE, FixedClock, SystemClock
from tests.once import once

os.environ.setdefault("CITYBRAIN_REHEARSAL", "1")

# A slow machine is no finding.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

_NEEDS = {
    "postgresql": (
        "CITYBRAIN_TEST_POSTGRESQL",
        "set it to a postgresql:// URL with rights to create databases",
    ),
    "mariadb": ("CITYBRAIN_TEST_MYSQL", "set it to a mysql:// URL with rights to create databases"),
}
_TOOLS = {"chromium": "chromium", "strace": "strace"}
# These files take longest, each in one piece, the longest first. With several processes they
# come in this order, so that the short ones fill up the rest and no process ends up waiting.
_LONGEST = (
    "walks/test_looks", "walks/test_production", "libraries/test_narrow", "cli/test_backup",
    "walks/test_model", "lake/test_faults_strace", "walks/test_two_", "walks/test_tour",
    "steward/test_access", "engines/work/test_kills", "engines/ledger/test_processes",
    "walks/test_", "cli/test_", "steward/test_quality", "engines/test_on_",
    "engines/catalogue/test_uploads", "lake/test_faults_", "lake/models/test_build",
    "lake/test_chinook", "libraries/test_clicks",
)  # fmt: skip


def _rank(item: pytest.Item) -> int:
    path = item.path.as_posix()
    return next((n for n, name in enumerate(_LONGEST) if name in path), len(_LONGEST))


def _missing(item: pytest.Item) -> str:
    for marker, (variable, how) in _NEEDS.items():
        if item.get_closest_marker(marker) and not os.environ.get(variable):
            return f"needs {marker}: {variable} is not set ({how})"
    for marker, tool in _TOOLS.items():
        if item.get_closest_marker(marker) and not shutil.which(tool):
            return f"needs {tool}, which is not installed"
    if item.get_closest_marker("root") and os.geteuid() != 0:
        return "needs root"
    return ""


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never in what was loaded to collect the tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    """Leave nothing frozen, or DuckDB's module calls it leaked when the process ends."""
    gc.unfreeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip visibly what this machine cannot run; fail instead where CI made it mandatory."""
    if hasattr(config, "workerinput"):
        items.sort(key=_rank)
    mandatory = bool(os.environ.get("CITYBRAIN_TESTS_MANDATORY"))
    for item in items:
        reason = _missing(item)
        if reason and mandatory:
            pytest.exit(f"{item.nodeid} {reason}, and CITYBRAIN_TESTS_MANDATORY is set", 1)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def shipped_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the shipped city runs, its models were read, and no more; copy it."""
    return once(tmp_path_factory, "shipped", _apply_shipped)


def _apply_shipped(home: Path) -> None:
    from citybrain import city
    from citybrain.config.kinds import KINDS
    from citybrain.lake.home import Home
    from citybrain.lake.models.registry import models
    from citybrain.lake.models.remembered import analysed
    from citybrain.lake.store import open_store

    folder, clock = Path(__file__).resolve().parents[1] / "cities" / "xuancheng", SystemClock()
    city.apply(folder, home, clock=clock, kinds=KINDS)
    applied = city.applied_city(home)
    assert applied is not None
    store = open_store(Home(home), clock=clock)
    analysed(store, applied, models(applied))  # else the first page of every copy would, for long
    store.ground.engine.dispose()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """The database of the tests; emptying it makes no rows of Django's own permissions again.

    A duty is what allows here, so that nobody asks for them, and they take longer than the
    emptying, which follows every test that commits.
    """
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate  # noqa: TID251 - Django's own receivers

    assert post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    assert post_migrate.disconnect(create_contenttypes)


@pytest.fixture
def clock() -> FixedClock:
    """A Friday afternoon in the city, standing still."""
    return FixedClock(datetime(2021, 6, 11, 14, 32, tzinfo=CITY_ZONE))
