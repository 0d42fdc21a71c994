"""Damage: finding it by hash, remembering it, and refusing to read it.

DuckDB answers from a damaged Parquet file without an error in 29 of 100 cases; the SHA-256 of
the manifest always tells. A file known damaged is refused until it is whole again.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete, func, insert, select

from citybrain.base.errors import CityError
from citybrain.base.hashing import sha256_file
from citybrain.base.wording import counted
from citybrain.lake.database import damage, manifest, reading, writing
from citybrain.lake.ground import Ground
from citybrain.lake.views import TableView


class DamagedFile(CityError):  # noqa: N818 - a fact about a file, as its readers call it
    """A file of the lake is not what was committed."""


@dataclass(frozen=True, kw_only=True)
class Damage:
    """A file known damaged: its path below the warehouse, its table, what is wrong."""

    file: str
    table: str
    problem: str
    found_at: datetime


def damaged(ground: Ground) -> list[Damage]:
    """All files known damaged."""
    with reading(ground.engine) as connection:
        rows = connection.execute(select(damage).order_by(damage.c.file_path)).all()
    return [
        Damage(
            file=row.file_path,
            table=row.lake_table,
            problem=row.problem,
            found_at=datetime.fromisoformat(row.found_at),
        )
        for row in rows
    ]


def totals(ground: Ground) -> tuple[int, int]:
    """Data files in the manifest and their bytes."""
    statement = select(func.count(), func.coalesce(func.sum(manifest.c.bytes), 0)).where(
        manifest.c.role != "metadata"
    )
    with reading(ground.engine) as connection:
        files, size = connection.execute(statement).one()
    return int(files), int(size)


def problem_of(path: Path, *, sha256: str, size: int) -> str:
    """What is wrong with a file against the manifest; empty when it is whole."""
    if not path.exists():
        return "the file is missing"
    if path.stat().st_size != size:
        return f"the file has {counted(path.stat().st_size, 'byte')}, not {size} as committed"
    if sha256_file(path) != sha256:
        return "the file's bytes are not those that were committed (SHA-256 differs)"
    return ""


def verify(ground: Ground, view: TableView) -> None:
    """Hash every file of the view; raises ``DamagedFile`` and remembers what was found."""
    for path, sha256, size in expected(ground, view):
        problem = problem_of(ground.warehouse.root / path, sha256=sha256, size=size)
        if problem:
            remember(ground, path, view.lake_table, problem)


def expected(ground: Ground, view: TableView) -> list[tuple[str, str, int]]:
    """Path, SHA-256 and size of the view's files; a file unknown to the manifest has no hash."""
    columns = manifest.c
    statement = select(columns.file_path, columns.sha256, columns.bytes).where(
        columns.lake_table == view.lake_table
    )
    with reading(ground.engine) as connection:
        known = {row[0]: (row[1], row[2]) for row in connection.execute(statement)}
    return [(f.path, *known.get(f.path, ("", f.bytes))) for f in view.files]


def remember(ground: Ground, path: str, lake_table: str, problem: str) -> None:
    """Mark a file damaged; every read of it is refused from now on."""
    with writing(ground.engine) as connection:
        connection.execute(delete(damage).where(damage.c.file_path == path))
        connection.execute(
            insert(damage).values(
                file_path=path,
                lake_table=lake_table,
                problem=problem,
                found_at=ground.clock.now().isoformat(),
            )
        )


def forget(ground: Ground, path: str) -> None:
    """Unmark a file that is whole again."""
    with writing(ground.engine) as connection:
        connection.execute(delete(damage).where(damage.c.file_path == path))


def refuse_damaged(ground: Ground, view: TableView) -> None:
    """Raise ``DamagedFile`` when a file of the view is known damaged."""
    statement = select(damage.c.file_path, damage.c.problem).where(
        damage.c.lake_table == view.lake_table
    )
    with reading(ground.engine) as connection:
        known = {row[0]: row[1] for row in connection.execute(statement)}
    for path in (f.path for f in view.files):
        if path in known:
            raise DamagedFile(
                f"{view.lake_table} is not shown",
                why=f"its file {path} is damaged: {known[path]}",
                do=f"Restore the file from a backup: citybrain restore DIR --file {path}",
                where=path,
            )
