"""The lake as a person in a notebook holds it: one object, plain verbs.

Reads through it are masked like everywhere outside the collector. It records nothing: a
recorded reveal goes through the command line or the pages.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citybrain.base.clock import Clock, SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.home import Home
from citybrain.lake.store import open_store

if TYPE_CHECKING:
    from citybrain.city import City
    from citybrain.lake.compact import Compacted
    from citybrain.lake.integrity import Damage
    from citybrain.lake.progress import Progress
    from citybrain.lake.query import QueryResult
    from citybrain.lake.scrub import ScrubProblem
    from citybrain.lake.sweep import Swept


class Lake:
    """An open lake; ``store`` is the full interface."""

    def __init__(self, home: Home, *, city: "City | None", clock: Clock) -> None:
        self.store = open_store(home, clock=clock)
        self.city = city
        self._clock = clock

    def tables(self) -> list[str]:
        """Names of all tables, sorted."""
        return self.store.tables()

    def query(
        self, sql: str, *, as_of: datetime | None = None, max_rows: int | None = None
    ) -> "QueryResult":
        """Answer one SELECT, masked by class."""
        from citybrain.lake.query import query

        return query(self.store, self.city, sql, as_of=as_of, max_rows=max_rows)

    def status(self) -> list[Any]:
        """State of every table of the city: rows, quarantined, last run, late or not."""
        from citybrain.lake.status import status

        return list(status(self.store, self.city, now=self._clock.now())) if self.city else []

    def scrub(self, *, progress: "Progress | None" = None) -> "list[ScrubProblem]":
        """Hash every file again; what differs from the manifest."""
        from citybrain.lake.scrub import scrub

        return list(scrub(self.store, progress=progress).problems)

    def damaged(self) -> "list[Damage]":
        """Files known damaged; reads of their tables are refused."""
        return self.store.damaged()

    def sweep(self, *, older_than_hours: float = 24, dry_run: bool = False) -> "Swept":
        """Remove orphaned files and old snapshots, or say what would be removed."""
        from citybrain.lake.sweep import sweep

        return sweep(self.store, older_than_hours=older_than_hours, dry_run=dry_run)

    def compact(self, *, tables: Sequence[str] | None = None) -> "Compacted":
        """Merge deltas and small files of the named tables, or of all that need it."""
        from citybrain.lake.compact import compact

        return compact(self.store, tables=tables)


def open_lake(
    home: Path | str, *, city: Path | str | None = None, clock: Clock | None = None
) -> Lake:
    """Open the lake of a home; ``city`` is the folder whose contracts say what is masked.

    Without ``city`` the applied city of the home counts; without any, all values are masked.
    ``CityError`` where there is no such home.
    """
    root = Path(home)
    if not root.is_dir():
        raise CityError(
            f"There is no lake at {root}",
            why="no folder of that name exists",
            do="Name the home of an installation, such as the ./var that make up makes",
            where=str(root),
        )
    return Lake(Home(root), city=_city(root, city), clock=clock or SystemClock())


def _city(root: Path, folder: Path | str | None) -> "City | None":
    if folder is not None:
        from citybrain.city import load

        return load(Path(folder)).city
    from citybrain.city.applied import applied_city

    return applied_city(root)
