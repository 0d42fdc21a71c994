"""Where a table's files are: Iceberg locations, paths on disk, and paths in the manifest.

Iceberg writes absolute locations into its files. An installation that is moved or restored
elsewhere keeps the location it was born with (``recorded``) and maps it to where it lies now,
so that nothing is rewritten and no hash changes.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from citybrain.base.errors import CityError
from citybrain.base.files import fsync_directory
from citybrain.lake.database import reading, settings, writing

DELIVERED = ("ods", "quarantine")  # layers of three-part names only
MADE = ("dwd", "lib", "theme", "ads")  # layers of models, whose names may have two parts
_TABLE = re.compile(rf"[a-z][a-z0-9_]*(\.[a-z0-9_]+){{2}}|({'|'.join(MADE)})\.[a-z0-9_]+")


@dataclass(frozen=True)
class Warehouse:
    """``recorded`` is the URI prefix inside Iceberg's files, ``root`` where it is now."""

    root: Path
    recorded: str

    def path(self, location: str) -> Path:
        """The path on disk of an Iceberg location; ``CityError`` outside the warehouse."""
        if not location.startswith(self.recorded + "/"):
            raise CityError(
                "A file of the lake lies outside of the lake",
                why=f"its location does not begin with {self.recorded}",
                do="Restore the lake from a backup, or ask who edited its metadata",
                where=location,
            )
        return self.root / location[len(self.recorded) + 1 :]

    def relative(self, location: str) -> str:
        """The manifest's name of a file: its path below the warehouse."""
        return str(self.path(location).relative_to(self.root))

    def location(self, relative: str) -> str:
        """The Iceberg location of a path below the warehouse."""
        return f"{self.recorded}/{relative}"


def open_warehouse(root: Path, engine: Engine) -> Warehouse:
    """The warehouse at ``root``, with the prefix that this lake was born with."""
    statement = select(settings.c.value).where(settings.c.name == "warehouse")
    with reading(engine) as connection:
        recorded = connection.scalar(statement)
    if recorded is None:
        recorded = root.resolve().as_uri()
        try:
            with writing(engine) as connection:
                connection.execute(insert(settings).values(name="warehouse", value=recorded))
        except IntegrityError:  # another process was first
            return open_warehouse(root, engine)
    return Warehouse(root=root.resolve(), recorded=recorded)


def split(lake_table: str) -> tuple[str, str]:
    """Iceberg namespace and name of ``layer.system.table`` or of a model's ``layer.name``.

    ``CityError`` for other names.
    """
    if not _TABLE.fullmatch(lake_table):
        raise CityError(
            f"{lake_table!r} is not the name of a table of the lake",
            why="a name is layer.system.table, or layer.name for a model, in small letters, "
            "digits and underscores",
            do="Write for example ods.household.persons or lib.population",
        )
    namespace, _, name = lake_table.rpartition(".")
    return namespace, name


def folder(lake_table: str) -> str:
    """The table's folder below the warehouse."""
    split(lake_table)
    return lake_table.replace(".", "/")


def make_directory(path: Path) -> None:
    """Make a directory and its parents, each name durable in its parent."""
    if path.exists():
        return
    make_directory(path.parent)
    path.mkdir(exist_ok=True)
    fsync_directory(path.parent)
