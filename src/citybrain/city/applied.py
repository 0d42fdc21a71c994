"""What runs: a copy of the folder inside the home, named by its fingerprint.

``HOME/applied/<fingerprint>/`` holds the files, ``HOME/applied/CURRENT`` the fingerprint that
runs, ``HOME/applied/history.jsonl`` one line per application, written just before the pointer
moves: a line whose fingerprint never became current was interrupted.
"""

import json
import re
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from citybrain.base.errors import CityError
from citybrain.city.loading import load, load_folder
from citybrain.city.model import City
from citybrain.city.parsed import Stamps, known, stamps

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def applied_root(home_root: Path | str) -> Path:
    """The folder of everything applied in a home."""
    return Path(home_root) / "applied"


def current(home_root: Path | str) -> str:
    """The fingerprint that runs; empty when nothing was applied yet."""
    pointer = applied_root(home_root) / "CURRENT"
    try:
        text = pointer.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        return ""
    if not _FINGERPRINT.fullmatch(text):
        raise CityError(
            "What runs here cannot be told",
            why="the pointer to the applied city was altered",
            do="Apply the city's folder again",
            where=str(pointer),
        )
    return text


def applied_city(home_root: Path | str) -> City | None:
    """The city that runs, None when nothing was applied yet.

    ``CityError`` when its files are not the ones that were applied.
    """
    fingerprint = current(home_root)
    if not fingerprint:
        return None
    root = applied_root(home_root) / fingerprint
    return _loaded(root, fingerprint, stamps(root))


@lru_cache(maxsize=2)
def _loaded(root: Path, fingerprint: str, stamped: Stamps) -> City:
    """The city, read once by a command that asks for it in several places."""
    folder = known(root, fingerprint, stamped)
    city = (load_folder(folder) if folder else load(root)).city
    if city.fingerprint != fingerprint:
        raise CityError(
            "The applied city was altered on the disk",
            why="its files no longer have the fingerprint under which they were applied",
            do="Restore the home's applied folder from a backup, or apply the folder again",
            where=str(root),
        )
    return city


def history(home_root: Path | str) -> list[dict[str, Any]]:
    """The record of applications, oldest first; a torn last line is left out."""
    file = applied_root(home_root) / "history.jsonl"
    lines = file.read_bytes().splitlines() if file.exists() else []
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def since(home_root: Path | str, kind: str, name: str) -> datetime | None:
    """When a thing of the folder last changed by an application; None where it is not told."""
    for entry in reversed(history(home_root)):
        changes = entry.get("changes")
        for change in changes if isinstance(changes, list) else ():
            if (change.get("kind"), change.get("name")) == (kind, name):
                return datetime.fromisoformat(str(entry["at"]))
    return None
