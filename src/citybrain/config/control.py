"""The control plane's database and secret, from the home and a URL."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from citybrain.base.errors import CityError

_SQLITE_START = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
    "PRAGMA cache_size=-20000;PRAGMA temp_store=MEMORY;"
)


def database(home: Path, url: str) -> dict[str, Any]:
    """Django's description of the database: PostgreSQL by ``url``, else SQLite in the home.

    IMMEDIATE, because a read that becomes a write in SQLite's default mode fails with
    "database is locked" whatever the timeout; FULL, because a recorded act must
    survive a power cut.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "control.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": _SQLITE_START,
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise CityError(
            "CITYBRAIN_DATABASE_URL cannot be used",
            why=f"its scheme is {parts.scheme or 'missing'}",
            do="Give postgresql://user:password@host:5432/name, or leave it empty for SQLite",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        # Under ASGI every request has its own thread, and so its own connection.
        "CONN_MAX_AGE": 0,
    }


def secret_key(home: Path) -> str:
    """The key that signs sessions: from the environment, or made once and kept in the home."""
    given = os.environ.get("CITYBRAIN_SECRET_KEY")
    if given:
        return given
    path = home / "keys" / "secret_key"
    if not path.exists():
        _keep_new(path)
    return path.read_text(encoding="ascii").strip()


def _keep_new(path: Path) -> None:
    """Write a fresh key durably; of two processes that start at once, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_urlsafe(50).encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
        directory = os.open(path.parent, os.O_RDONLY)
        os.fsync(directory)
        os.close(directory)
