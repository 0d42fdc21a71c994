"""A DuckDB connection for the platform's own work: bounded memory, spills inside the home."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from citybrain.base.errors import CityError
from citybrain.lake.home import Home

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "4GB"


@contextmanager
def connection(home: Home) -> Iterator["DuckDBPyConnection"]:
    """A connection of its own; a full disk becomes the lake's sentence for it."""
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": os.environ.get("CITYBRAIN_MEMORY", MEMORY),
        "temp_directory": str(home.scratch),
    }
    with duckdb.connect(":memory:", config=config) as opened:
        opened.execute("SET TimeZone = 'Asia/Shanghai'")
        try:
            yield opened
        except duckdb.IOException as error:
            if "No space left" not in str(error):
                raise
            raise CityError(
                "The disk of the lake is full; nothing was changed",
                why="there was no room for a data file or for DuckDB's spill files",
                do="Free some room (citybrain sweep removes what is no longer needed), "
                "then run again",
                where=str(home.lake_dir),
            ) from error
