"""All state of an installation in one folder, consistent while writers run, and back again.

The lake's database is copied first, in one transaction; every file it needs then exists and
never changes, so the files are copied after it, each hashed on the way and compared with the
manifest. Files are copied, never hard-linked: a flipped byte must not be in both. The folder
gets its name only when all of it is durable.

    DIR/MANIFEST.json            SHA-256 and size of every other file
    DIR/lake/catalog.sqlite3     the lake's database, from SQLite and PostgreSQL alike
    DIR/lake/data/…              Iceberg's files
    DIR/extras/…                 what the caller added: control database, keys, applied city
"""

import json
import secrets
import shutil
from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, select, update
from sqlalchemy.pool import NullPool

from citybrain.base.clock import Clock, Stopwatch
from citybrain.base.errors import CityError
from citybrain.base.files import fsync_directory, fsync_tree, write_durably
from citybrain.base.wording import counted
from citybrain.lake.copying import copy_database, copy_hashed, hash_of
from citybrain.lake.database import leases, manifest, writing
from citybrain.lake.ground import Ground
from citybrain.lake.history import pointers
from citybrain.lake.home import Home
from citybrain.lake.lease import hold
from citybrain.lake.progress import Progress, silent
from citybrain.lake.references import references
from citybrain.lake.store import open_store
from citybrain.lake.sweep import MAINTENANCE

DATABASE = "lake/catalog.sqlite3"
DATA = "lake/data"
LIST = "MANIFEST.json"


@dataclass(frozen=True, kw_only=True)
class BackupReport:
    """What was copied, where to, and how long it took."""

    action: str
    path: str
    files: int
    bytes: int
    tables: int
    seconds: float

    def as_dict(self) -> dict[str, Any]:
        """For machine-readable output."""
        return asdict(self)

    def render(self) -> str:
        """A line for a person."""
        return (
            f"{self.action}: {self.path} ({counted(self.tables, 'table')}, "
            f"{counted(self.files, 'file')}, {self.bytes / 1e6:.1f} MB, {self.seconds:.1f} s), "
            f"every file verified by its hash."
        )


def backup(
    home: Home,
    to: Path,
    *,
    clock: Clock,
    extras: Mapping[str, Callable[[Path], None]] | None = None,
    progress: Progress | None = None,
) -> BackupReport:
    """Write a complete backup to ``to``, which must not exist yet.

    ``extras`` are called with the path they may write (a file, a folder, or nothing). Raises
    ``CityError`` naming the file when one of the lake is damaged: a backup of it would look
    whole. Nothing is left behind on an error.
    """
    watch = Stopwatch()
    to = to.absolute()
    if to.exists():
        raise CityError("The backup is refused", why=f"{to} exists", do="Name a new folder")
    to.parent.mkdir(parents=True, exist_ok=True)
    draft = to.with_name(f"{to.name}.partial-{secrets.token_hex(4)}")
    store = open_store(home, clock=clock)
    try:
        with hold(store.engine, MAINTENANCE, owner="backup", clock=clock):
            draft.mkdir(mode=0o700)  # keys and people's data lie in it
            listed, tables = _copy_lake(store.ground, draft, progress or silent)
        for name, write in (extras or {}).items():
            (draft / "extras").mkdir(exist_ok=True)
            write(draft / "extras" / name)
        listed |= _hash_extras(draft)
        _write_list(draft, listed, tables, clock.now())
        fsync_tree(draft)
        draft.rename(to)
        fsync_directory(to.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return BackupReport(
        action="Backup",
        path=str(to),
        files=len(listed),
        bytes=sum(size for _sha, size in listed.values()),
        tables=tables,
        seconds=watch.seconds(),
    )


def _copy_lake(
    ground: Ground, draft: Path, tell: Progress
) -> tuple[dict[str, tuple[str, int]], int]:
    (draft / DATA).mkdir(parents=True)
    copy_database(ground.engine, draft / DATABASE)
    with _opened(draft / DATABASE) as engine:
        copied = Ground(
            home=ground.home, engine=engine, warehouse=ground.warehouse, clock=ground.clock
        )
        names = sorted(pointers(copied))
        with engine.connect() as connection:
            hashes = {
                row.file_path: (row.sha256, row.bytes)
                for row in connection.execute(select(manifest)).all()
            }
        needed = {
            path
            for name in names
            for path in references(copied.catalog().load_table(name), ground.warehouse).all
        }
    listed: dict[str, tuple[str, int]] = {}
    for number, path in enumerate(sorted(needed), 1):
        wanted = hashes.get(path)
        found = copy_hashed(ground.warehouse.root / path, draft / DATA / path)
        if wanted is None or found != wanted:
            raise _damaged(path)
        listed[f"{DATA}/{path}"] = found
        tell(number, len(needed), path)
    return listed, len(names)


@contextmanager
def _opened(path: Path) -> Any:
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    try:
        yield engine
    finally:
        engine.dispose()


def _damaged(path: str) -> CityError:
    return CityError(
        "The backup was not made",
        why=f"{path} is not the file that was committed",
        do="Run citybrain scrub, restore what it names from an older backup, then back up again",
        where=path,
    )


def _hash_extras(draft: Path) -> dict[str, tuple[str, int]]:
    found = [p for p in (draft / "extras").rglob("*") if p.is_file()] + [draft / DATABASE]
    return {str(p.relative_to(draft)): hash_of(p) for p in found}


def _write_list(
    draft: Path, listed: dict[str, tuple[str, int]], tables: int, now: datetime
) -> None:
    document = {
        "made_at": now.isoformat(),
        "tables": tables,
        "files": {name: {"sha256": s, "bytes": b} for name, (s, b) in sorted(listed.items())},
    }
    write_durably(draft / LIST, json.dumps(document, indent=1, ensure_ascii=False))


def read_list(source: Path) -> dict[str, Any]:
    """The backup's list of files; ``CityError`` when the folder is not a whole backup."""
    try:
        document: dict[str, Any] = json.loads((source / LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CityError(
            f"{source} is not a backup",
            why=f"its {LIST} cannot be read",
            do="Name the folder that citybrain backup wrote",
        ) from error
    return document


def restore(
    source: Path,
    home: Home,
    *,
    clock: Clock,
    only_file: str | None = None,
    extras: Mapping[str, Callable[[Path], None]] | None = None,
    progress: Progress | None = None,
) -> BackupReport:
    """Restore all state into an empty home, or put one damaged file of the lake back.

    Every byte is compared with the backup's list first. ``extras`` are called with the
    path of what ``backup`` wrote under the same name (it may not exist). ``CityError`` when
    the home holds a lake already, or a file of the backup is damaged.
    """
    from citybrain.lake.repair import restore_file

    watch = Stopwatch()
    if only_file:
        size = restore_file(source, home, only_file, clock=clock)
        return BackupReport(
            action="Restored", path=only_file, files=1, bytes=size, tables=1,
            seconds=watch.seconds(),
        )  # fmt: skip
    document = read_list(source)
    _require_empty(home)
    draft = home.root / f".restore-{secrets.token_hex(4)}"
    draft.mkdir(parents=True)
    try:
        _copy_back(source, draft, document["files"], progress or silent)
        _place_lake(draft, home, clock)
        for name, read in (extras or {}).items():
            read(source / "extras" / name)
        fsync_tree(home.root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return BackupReport(
        action="Restored",
        path=str(home.root),
        files=len(document["files"]),
        bytes=sum(f["bytes"] for f in document["files"].values()),
        tables=document["tables"],
        seconds=watch.seconds(),
    )


def _require_empty(home: Home) -> None:
    if home.lake_dir.exists() and any(p.is_file() for p in home.lake_dir.rglob("*")):
        raise CityError(
            "Nothing was restored",
            why=f"{home.root} holds a lake already",
            do="Name an empty home with --home, or one damaged file with --file",
            where=str(home.lake_dir),
        )


def _copy_back(
    source: Path, draft: Path, files: Mapping[str, Mapping[str, Any]], tell: Progress
) -> None:
    for number, (name, wanted) in enumerate(files.items(), 1):
        target = (draft / name).resolve()
        if draft.resolve() not in target.parents:
            raise CityError("The backup is refused", why=f"{name} leads out of it")
        copied = name.startswith("lake/")  # the rest is read where it lies, with its modes
        found = copy_hashed(source / name, target) if copied else hash_of(source / name)
        if found != (wanted["sha256"], wanted["bytes"]):
            raise CityError(
                "Nothing was restored",
                why=f"{name} in the backup is not the file that was backed up",
                do="Use another backup",
                where=str(source / name),
            )
        tell(number, len(files), name)


def _place_lake(draft: Path, home: Home, clock: Clock) -> None:
    """Move the files in place, then the database: a lake without its database is empty."""
    shutil.rmtree(home.lake_dir, ignore_errors=True)
    home.lake_dir.mkdir(parents=True)
    (draft / DATA).mkdir(parents=True, exist_ok=True)  # nothing is listed where no row came yet
    (draft / DATA).rename(home.warehouse)
    if home.lake_url.startswith("sqlite"):
        (draft / DATABASE).rename(home.lake_dir / Path(home.lake_url).name)
    else:
        _fill(draft / DATABASE, home)
    store = open_store(home, clock=clock)
    with writing(store.engine) as connection:
        connection.execute(update(leases).values(process=""))  # their holders are gone


def _fill(database: Path, home: Home) -> None:
    from citybrain.lake.copying import copy_rows
    from citybrain.lake.database import connect

    target: Engine = connect(home)
    with _opened(database) as source:
        copy_rows(source, target)
    target.dispose()
