"""Putting one damaged file of the lake back from a backup."""

import secrets
from pathlib import Path

from sqlalchemy import select

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.base.files import fsync_directory, fsync_file
from citybrain.lake.copying import copy_hashed
from citybrain.lake.database import manifest, reading
from citybrain.lake.home import Home
from citybrain.lake.integrity import forget
from citybrain.lake.store import open_store


def restore_file(source: Path, home: Home, file: str, *, clock: Clock) -> int:
    """Replace a file of the lake by the backup's copy; its size in bytes.

    ``file`` is the path below the warehouse, as scrub names it. The copy must have the hash
    in the lake's own manifest, else ``CityError`` and nothing changes. Reads are allowed
    again afterwards.
    """
    store = open_store(home, clock=clock)
    with reading(store.engine) as connection:
        wanted = connection.execute(
            select(manifest.c.sha256, manifest.c.bytes).where(manifest.c.file_path == file)
        ).one_or_none()
    if wanted is None:
        raise CityError(
            f"{file} was not restored",
            why="the lake's manifest knows no such file",
            do="Name the file as citybrain scrub does",
        )
    target = store.ground.warehouse.root / file
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        found = copy_hashed(source / "lake" / "data" / file, draft)
        if found != (wanted.sha256, wanted.bytes):
            raise CityError(
                f"{file} was not restored",
                why="the backup does not have it"
                if not found[0]
                else "the backup's copy does not have the hash that was committed",
                do="Try another backup; or collect the table again from its source",
                where=str(source),
            )
        fsync_file(draft)
        draft.replace(target)
        fsync_directory(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    forget(store.ground, file)
    return int(wanted.bytes)
