"""A DuckDB connection for the platform's own work: bounded memory, spills inside the home."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.lake.home import Home

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "4GB"
_opening = Lock()
_kept: "dict[tuple[int, Path], DuckDBPyConnection]" = {}


@contextmanager
def connection(home: Home) -> Iterator["DuckDBPyConnection"]:
    """A connection of its own; a full disk becomes the lake's sentence for it."""
    with _open(home) as opened, _room(home):
        yield opened


@contextmanager
def shared(home: Home) -> Iterator["DuckDBPyConnection"]:
    """A connection for a short read, such as a page's; it must make nothing but temporary things.

    To open DuckDB takes longer than such a read does, so these share one, kept while the
    process lives, and its memory. It remembers no file, so that it sees what is on the disk.
    """
    place = (os.getpid(), home.scratch)
    with _opening:
        if place not in _kept:
            # Of homes looked at before; what a fork brought along is left alone, for its
            # threads are not here.
            for other in [kept for kept in _kept if kept[0] == place[0]]:
                del _kept[other]
            _kept[place] = _open(home)
            _kept[place].execute("SET GLOBAL enable_external_file_cache = false")
        opened = _kept[place].cursor()
    with opened, _room(home):
        yield opened


def _open(home: Home) -> "DuckDBPyConnection":
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": os.environ.get("CITYBRAIN_MEMORY", MEMORY),
        "temp_directory": str(home.scratch),
    }
    opened = duckdb.connect(":memory:", config=config)
    opened.execute("SET GLOBAL TimeZone = 'Asia/Shanghai'")
    return opened


@contextmanager
def _room(home: Home) -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.IOException as error:
        if "No space left" not in str(error):
            raise
        raise CityError(
            "The disk of the lake is full; nothing was changed",
            why="there was no room for a data file or for DuckDB's spill files",
            do="Free some room (citybrain sweep removes what is no longer needed), then run again",
            where=str(home.lake_dir),
        ) from error
