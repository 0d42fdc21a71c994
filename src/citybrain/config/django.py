"""Makes Django ready for one home: settings, migrations, rehearsal accounts."""

import hashlib
import os
from pathlib import Path


def _migrations_digest() -> str:
    root = Path(__file__).resolve().parents[1] / "engines"
    names = sorted(str(path.relative_to(root)) for path in root.glob("*/migrations/0*.py"))
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def prepare(home_root: Path) -> None:
    """Set Django up on this home and bring its database to the newest migration.

    The digest of the migrations is kept in the home, so that a command that has
    nothing to migrate pays nothing for asking. A home that is made for a rehearsal says so
    from then on: its data stay made up, whoever opens it later and however. One that has a lake
    already was not made just now: it may be a real one, restored from its backup.
    """
    os.environ["CITYBRAIN_HOME"] = str(home_root)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.config.settings")
    home_root.mkdir(mode=0o700, parents=True, exist_ok=True)
    import django

    django.setup()
    marker = home_root / "control.migrated"
    digest = f"{_migrations_digest()} {os.environ.get('CITYBRAIN_DATABASE_URL', 'embedded')}"
    if not marker.exists():
        _mark_rehearsal(home_root)
    if not marker.exists() or marker.read_text() != digest or not _database_exists():
        _migrate()
        marker.write_text(digest)


def _mark_rehearsal(home_root: Path) -> None:
    from citybrain.engines.identity import service as identity
    from citybrain.lake.home import Home

    home = Home(home_root)
    if identity.in_rehearsal() and not home.lake_dir.exists():
        home.rehearsal_mark.touch(mode=0o600)


def _database_exists() -> bool:
    from django.db import connection

    name = str(connection.settings_dict["NAME"])
    return connection.vendor != "sqlite" or Path(name).exists()


def _migrate() -> None:
    from django.core.management import call_command

    from citybrain.engines.identity import service as identity

    call_command("migrate", interactive=False, verbosity=0)
    if identity.in_rehearsal():
        identity.ensure_rehearsal_accounts()
