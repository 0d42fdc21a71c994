"""Copies of the lake that this installation keeps for its own repair, below ``HOME/backups``."""

import shutil
from datetime import datetime
from pathlib import Path

from citybrain.engines.catalogue import wiring

KEPT = 3  # newest copies; older ones go when a new one is whole


def folders() -> list[Path]:
    """Whole backups of this home, newest first."""
    root = wiring.home().root / "backups"
    found = [path.parent for path in root.glob("*/MANIFEST.json")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def last_backup() -> datetime | None:
    """When the newest backup was made."""
    from citybrain.lake.backup import read_list

    newest = next(iter(folders()), None)
    return datetime.fromisoformat(read_list(newest)["made_at"]) if newest else None


def holding(file: str) -> Path | None:
    """The newest backup that lists a data file; restoring compares its hash."""
    from citybrain.lake.backup import read_list

    for folder in folders():
        if f"lake/data/{file}" in read_list(folder)["files"]:
            return folder
    return None


def back_up() -> Path:
    """Write a new copy of the whole lake; refuses while a file of it is damaged."""
    from citybrain.lake.backup import backup

    now = wiring.clock().now()
    to = wiring.home().root / "backups" / f"{now:%Y%m%dT%H%M%S.%f}"
    backup(wiring.home(), to, clock=wiring.clock())
    for old in folders()[KEPT:]:
        shutil.rmtree(old)
    return to


def ensure_backup(lake_table: str) -> None:
    """Make a copy unless the newest ones hold every file that the table has now."""
    store = wiring.store()
    if not store.exists(lake_table):
        return
    if not all(holding(file.path) for file in store.view(lake_table).files):
        back_up()
