"""Where the copies lie: one file for each version, and a pointer to the one that counts.

HOME/lake/serving/<library>/<snapshot>.sqlite3   one version, never changed after it was made
HOME/lake/serving/<library>/CURRENT              the name of the version that readers open

A reader holds a shared lock on the file it has open; a version that is no longer current is
removed when nobody holds it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from citybrain.base.files import fsync_directory, write_durably
from citybrain.lake.home import Home

POINTER = "CURRENT"
_LOCK = ".lock"
FORMAT = 1  # raise it when a file is laid out differently


@dataclass(frozen=True, kw_only=True)
class Version:
    """A finished copy: which snapshot of which table, with which columns."""

    library: str
    table: str
    snapshot_id: int
    file: str
    rows: int
    columns: tuple[str, ...]
    made: str = ""
    format: int = FORMAT


def folder(home: Home, library: str) -> Path:
    """Where the versions of a library lie."""
    return home.lake_dir / "serving" / library


def current(home: Home, library: str) -> Version | None:
    """The version that readers open; None while there is none, or it is of another format."""
    return parse(folder(home, library) / POINTER)


def parse(pointer: Path) -> Version | None:
    """The version that a pointer names."""
    try:
        content = json.loads(pointer.read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    if content.get("format") != FORMAT:
        return None
    return Version(**{**content, "columns": tuple(content["columns"])})


def swap(home: Home, version: Version) -> None:
    """Let readers open this version from now on, durably and at once."""
    text = json.dumps(asdict(version), ensure_ascii=False)
    write_durably(folder(home, version.library) / POINTER, text, mode=0o600)


def remove_old(home: Home, library: str) -> list[str]:
    """Remove versions that are not current and that nobody reads; their names."""
    place, now = folder(home, library), current(home, library)
    removed = []
    for file in sorted(place.glob("*.sqlite3*")):
        if now is not None and file.name == now.file:
            continue
        with alone(file) as free:
            if free:
                file.unlink(missing_ok=True)
                removed.append(file.name)
    if removed:
        fsync_directory(place)
    return removed


@contextmanager
def alone(file: Path) -> Iterator[bool]:
    """Whether nobody reads the file, and nobody may begin to while the block runs."""
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        held = False
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            held = True
        yield held
    finally:
        os.close(descriptor)


@contextmanager
def publishing(home: Home, library: str) -> Iterator[Path]:
    """The folder of the library for one publisher at a time; others wait.

    So an older snapshot never takes the place of a newer one, and nobody sweeps away what is
    being written.
    """
    place = folder(home, library)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(place / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(descriptor)


def hold(file: Path) -> int:
    """Open a version and hold it; the descriptor to close when it is no longer read.

    ``FileNotFoundError`` when it was removed meanwhile.
    """
    descriptor = os.open(file, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        # Between opening and locking it may have been removed: then nobody else can find it.
        if os.fstat(descriptor).st_nlink == 0:
            raise FileNotFoundError(file)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
