"""An installation of its own in child processes: real files, real kills, either database."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path, database_url: str = "") -> dict[str, str]:
    """The environment of a child process of this installation."""
    return os.environ | {
        "CITYBRAIN_HOME": str(home),
        "CITYBRAIN_WITNESS": str(home / "witness"),
        "CITYBRAIN_DATABASE_URL": database_url,
        "CITYBRAIN_REHEARSAL": "1",
        "CITYBRAIN_SECRET_KEY": "a key for tests only",
        "DJANGO_SETTINGS_MODULE": "citybrain.config.settings",
        "PYTHONPATH": str(ROOT),
    }


def script(body: str) -> list[str]:
    """A command that sets Django up and runs ``body``."""
    return [sys.executable, "-c", f"import django; django.setup()\n{body}"]


def run(body: str, env: dict[str, str], *, prefix: tuple[str, ...] = ()) -> str:
    """Run ``body`` to its end; its output. Fails the test, showing the error, if it fails."""
    done = subprocess.run(
        [*prefix, *script(body)], env=env, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def migrate(env: dict[str, str]) -> None:
    """Bring the installation's database to life."""
    run(
        "from django.core.management import call_command; call_command('migrate', verbosity=0)", env
    )


@contextmanager
def postgresql() -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, dropped in the end."""
    import psycopg

    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"citybrain_engines_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
