"""The control plane's database as one SQLite file, and back, whichever database it lives in.

SQLite is copied by its own backup, consistent while others write. PostgreSQL is carried row
by row through Django's fields in one snapshot, so that a backup needs no ``pg_dump`` of the
right version, and an embedded installation can grow into PostgreSQL by restoring.
"""

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from citybrain.base.errors import CityError

_ALIAS = "carried"
_SNAPSHOT = "snapshot"
_ROWS = 2000  # rows in memory at a time


def save(home_root: Path, to: Path) -> None:
    """Write the whole control database to a new SQLite file ``to``; Django must be ready."""
    from django.db import connection, transaction

    if connection.vendor == "sqlite":
        source = home_root / "control.sqlite3"
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(to)) as copy:
            live.backup(copy)
        return
    with _opened(to), _snapshot(), transaction.atomic(using=_SNAPSHOT):
        _carry(_SNAPSHOT, _ALIAS)


def load(home_root: Path, source: Path) -> None:
    """Put a saved database into this home's, which must hold no account and no entry yet."""
    from django.core.management import call_command
    from django.db import connection, transaction

    if connection.vendor == "sqlite":
        shutil.copy2(source, home_root / "control.sqlite3")
        return
    call_command("migrate", interactive=False, verbosity=0)
    _refuse_used()
    # A copy of the copy, because one of an older version is migrated before it is read.
    draft = home_root / "control.restoring"
    shutil.copy2(source, draft)
    try:
        with _opened(draft), transaction.atomic():
            _carry(_ALIAS, "default")
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path) -> Iterator[None]:
    """A second database of Django's, at the newest migration."""
    from django.core.management import call_command
    from django.db import connections

    connections.settings[_ALIAS] = connections.settings["default"] | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {},
    }
    try:
        call_command("migrate", database=_ALIAS, interactive=False, verbosity=0)
        yield
    finally:
        _forget(_ALIAS)


@contextmanager
def _snapshot() -> Iterator[None]:
    """A second connection to PostgreSQL that sees one moment, whatever others commit."""
    from django.db import connections
    from psycopg import IsolationLevel

    usual = connections.settings["default"]
    options = usual["OPTIONS"] | {"isolation_level": IsolationLevel.REPEATABLE_READ}
    connections.settings[_SNAPSHOT] = usual | {"OPTIONS": options}
    try:
        yield
    finally:
        _forget(_SNAPSHOT)


def _forget(alias: str) -> None:
    from django.db import connections

    connections[alias].close()
    del connections[alias]
    del connections.settings[alias]


def _refuse_used() -> None:
    from django.contrib.auth import get_user_model

    from citybrain.engines.ledger import service as ledger

    if get_user_model()._default_manager.exists() or ledger.tree_size():
        raise CityError(
            "Nothing was restored",
            why="the database in CITYBRAIN_DATABASE_URL holds accounts or entries already",
            do="Name an empty database",
        )


def _carry(source: str, target: str) -> None:
    """Empty every table of ``target`` and fill it with the rows of ``source``."""
    from django.core.management.color import no_style
    from django.db import connections, transaction

    models = _models()
    operations = connections[target].ops
    with transaction.atomic(using=target):
        tables = [model._meta.db_table for model in models]
        operations.execute_sql_flush(operations.sql_flush(no_style(), tables))
        for model in models:
            rows = model._base_manager.using(source).order_by("pk").iterator(chunk_size=_ROWS)
            while batch := list(itertools.islice(rows, _ROWS)):
                model._base_manager.using(target).bulk_create(batch)
        with connections[target].cursor() as cursor:
            for statement in operations.sequence_reset_sql(no_style(), models):
                cursor.execute(statement)


def _models() -> list[Any]:
    from django.apps import apps

    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]
