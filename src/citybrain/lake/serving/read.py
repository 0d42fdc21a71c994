"""Reading a copy: point reads that always see one whole version.

A thread keeps one open version; before each answer it looks whether the pointer moved (one
``stat``), and opens the new version then. ``pinned`` keeps one version for several answers.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from citybrain.base.chinese import matches, search_query
from citybrain.base.errors import CityError
from citybrain.lake.home import Home
from citybrain.lake.serving import places
from citybrain.lake.serving.places import Version
from citybrain.lake.serving.publishing import decoded

Row = dict[str, str | None]
_MAPPED = 1 << 40  # as much of the file as there is
_MOST = 200
_CANDIDATES = 5000  # names that share the rarest word of a query
_TRIES = 5
_END = "\U0010ffff"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """What a search found: the entity, its row, and the number or name it was found by."""

    id: str
    row: Row
    by: str


class _Open:
    """One version, open and held."""

    def __init__(self, place: Path, version: Version, stamp: tuple[int, int]) -> None:
        self.version, self.stamp = version, stamp
        file = place / version.file
        self._held = places.hold(file)
        uri = f"file:{file.resolve()}?mode=ro&immutable=1"
        self.copy = sqlite3.connect(uri, uri=True, isolation_level=None)
        self.copy.execute(f"PRAGMA mmap_size = {_MAPPED}")

    def close(self) -> None:
        """Leave the version: it may be removed now."""
        self.copy.close()
        os.close(self._held)

    def get(self, entity: str) -> Row | None:
        """The row of an entity."""
        found = self.copy.execute("SELECT body FROM golden WHERE id = ?", (entity,)).fetchone()
        return decoded(self.version.columns, found[0]) if found else None


class Serving:
    """The copy of one library; cheap to keep, safe to share between threads."""

    def __init__(self, home: Home, library: str) -> None:
        self._place = places.folder(home, library)
        self._library = library
        self._own = threading.local()

    def version(self) -> Version:
        """The version that answers now."""
        return self._now().version

    def get(self, entity: str) -> Row | None:
        """The golden row of an entity by its id, values as text; None when there is none."""
        return self._now().get(entity)

    def by_number(self, number: str) -> list[Row]:
        """The rows that carry exactly this number."""
        now = self._now()
        found = now.copy.execute("SELECT id FROM number WHERE value = ?", (number,)).fetchall()
        return [row for (entity,) in found if (row := now.get(entity)) is not None]

    def search(self, query: str, *, limit: int = 20) -> list[Hit]:
        """Entities by the beginning of a number (six characters or more), name or pinyin.

        Exact names first, then shorter ones; at most ``limit`` (200).
        """
        now, limit = self._now(), min(limit, _MOST)
        text = query.strip()
        if len(text) >= 6 and text.isascii() and any(c.isdigit() for c in text):
            return _by_beginning(now, text.upper(), limit)
        return _by_name(now, text, limit)

    @contextmanager
    def pinned(self) -> Iterator[_Open]:
        """One version for all answers of the block, whatever is published meanwhile."""
        held = self._opened()
        try:
            yield held
        finally:
            held.close()

    def close(self) -> None:
        """Leave the version that this thread has open."""
        held: _Open | None = getattr(self._own, "held", None)
        if held:
            held.close()
            self._own.held = None

    def _now(self) -> _Open:
        held: _Open | None = getattr(self._own, "held", None)
        if held and held.stamp == self._stamp():
            return held
        opened = self._opened()
        if held:
            held.close()
        self._own.held = opened
        return opened

    def _stamp(self) -> tuple[int, int]:
        try:
            found = os.stat(self._place / places.POINTER)  # noqa: PTH116 - the fastest way
        except FileNotFoundError:
            return (0, 0)
        return (found.st_ino, found.st_mtime_ns)

    def _opened(self) -> _Open:
        """The current version; one that is removed while it is opened was replaced."""
        for _ in range(_TRIES):
            stamp = self._stamp()
            version = places.parse(self._place / places.POINTER)
            if version is None:
                break
            try:
                return _Open(self._place, version, stamp)
            except FileNotFoundError:
                continue
        raise CityError(
            f"The library {self._library} is not served yet",
            why="no copy of it was published",
            do="Run citybrain build, which publishes it",
            where=str(self._place),
        )


def _by_beginning(now: _Open, text: str, limit: int) -> list[Hit]:
    found = now.copy.execute(
        "SELECT value, id FROM number WHERE value >= ? AND value < ? ORDER BY value, id LIMIT ?",
        (text, text + _END, limit),
    ).fetchall()
    return _hits(now, [(entity, value) for value, entity in found])


def _by_name(now: _Open, text: str, limit: int) -> list[Hit]:
    words = search_query(text)
    if not words:
        return []
    rarest = max(words, key=len)
    found = now.copy.execute(
        "SELECT DISTINCT name.n, name.text FROM word JOIN name USING (n) "
        "WHERE word.word >= ? AND word.word < ? LIMIT ?",
        (rarest, rarest + _END, _CANDIDATES),
    ).fetchall()
    named = [(n, name) for n, name in found if len(words) == 1 or matches(name, text)]
    named.sort(key=lambda one: (one[1] != text, len(one[1]), one[1]))
    pairs: list[tuple[str, str]] = []
    for n, name in named:
        if len(pairs) >= limit:
            break
        bearers = now.copy.execute(
            "SELECT id FROM bearer WHERE n = ? ORDER BY id LIMIT ?", (n, limit - len(pairs))
        )
        pairs += [(entity, name) for (entity,) in bearers]
    return _hits(now, pairs)


def _hits(now: _Open, pairs: Sequence[tuple[str, str]]) -> list[Hit]:
    """Each entity once, in order."""
    once: dict[str, str] = {}
    for entity, by in pairs:
        once.setdefault(entity, by)
    return [
        Hit(id=entity, row=row, by=by)
        for entity, by in once.items()
        if (row := now.get(entity)) is not None
    ]
