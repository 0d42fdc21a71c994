"""The control plane's settings: database by URL, secret made once, headers on."""

import stat
from pathlib import Path

import pytest
from django.conf import settings

from citybrain.base.errors import CityError
from citybrain.config.control import database, secret_key
from tests.engines import installation


def test_sqlite_takes_its_write_lock_at_once_and_syncs(tmp_path: Path) -> None:
    found = database(tmp_path, "")
    assert found["NAME"] == tmp_path / "control.sqlite3"
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert found["OPTIONS"]["timeout"] >= 20
    env = installation.environment(tmp_path)
    asked = installation.run(
        "from django.db import connection\n"
        "with connection.cursor() as cursor:\n"
        "    for name in ('journal_mode', 'synchronous'):\n"
        "        print(cursor.execute(f'PRAGMA {name}').fetchone()[0])",
        env,
    )
    assert asked.split() == ["wal", "2"]  # 2 is FULL


def test_postgresql_by_url(tmp_path: Path) -> None:
    found = database(tmp_path, "postgresql://a%40b:p%2Fw@db.example:6432/city?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["NAME"]) == ("a@b", "p/w", "city")
    assert (found["HOST"], found["PORT"]) == ("db.example", "6432")
    assert found["OPTIONS"] == {"sslmode": "require"}
    with pytest.raises(CityError, match="mysql"):
        database(tmp_path, "mysql://x/y")


def test_the_secret_is_made_once_and_is_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CITYBRAIN_SECRET_KEY", raising=False)
    first = secret_key(tmp_path)
    assert len(first) >= 50
    assert secret_key(tmp_path) == first
    path = tmp_path / "keys" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == ["secret_key"]
    monkeypatch.setenv("CITYBRAIN_SECRET_KEY", "given")
    assert secret_key(tmp_path) == "given"


def test_importing_the_settings_leaves_no_files(tmp_path: Path) -> None:
    home = tmp_path / "home"
    env = installation.environment(home)
    env.pop("CITYBRAIN_SECRET_KEY")
    installation.run("from django.conf import settings; settings.DATABASES", env)
    assert not home.exists()


def test_sessions_and_forms_are_guarded() -> None:
    assert settings.AUTH_USER_MODEL == "identity.User"
    assert settings.SESSION_COOKIE_HTTPONLY
    assert "django.middleware.csrf.CsrfViewMiddleware" in settings.MIDDLEWARE
    assert "Argon2" in installation.run(
        "from django.contrib.auth.hashers import make_password, identify_hasher\n"
        "print(type(identify_hasher(make_password('a password'))).__name__)",
        installation.environment(Path("/nonexistent")),
    )
