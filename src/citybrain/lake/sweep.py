"""Removing what nobody can read any more: old snapshots, orphaned files, leftovers.

A crash or a full disk leaves files that no metadata point at. They are removed once they are
older than any commit can take; a table that is being written is passed over.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select

from citybrain.base.wording import counted
from citybrain.lake.database import manifest, reading, writing
from citybrain.lake.lease import LeaseHeld, hold
from citybrain.lake.references import references
from citybrain.lake.store import Store

KEEP_SNAPSHOTS = 30
KEEP_DAYS = 7
MAINTENANCE = "lake.maintenance"  # one sweep or backup at a time
_CHUNK = 500


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What was removed, or would be: files below the lake's folder, snapshots per table."""

    dry_run: bool
    files: tuple[str, ...]
    bytes: int
    snapshots: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, Any]:
        """For machine-readable output."""
        return asdict(self)

    def render(self) -> str:
        """Lines for a person."""
        verb = "would be removed" if self.dry_run else "removed"
        expired = sum(count for _name, count in self.snapshots)
        lines = [f"{path} {verb}" for path in self.files]
        lines += [f"{name}: left as it is. {why}" for name, why in self.left]
        lines.append(f"{counted(len(self.files), 'file')} ({counted(self.bytes, 'byte')}) {verb}.")
        lines.append(f"{counted(expired, 'old snapshot')} {verb}.")
        return "\n".join(lines)


def sweep(
    store: Store,
    *,
    older_than_hours: float = 24,
    dry_run: bool = False,
    keep_snapshots: int = KEEP_SNAPSHOTS,
    keep_days: float = KEEP_DAYS,
) -> Swept:
    """Expire old snapshots, then remove files that nothing points at.

    A snapshot expires when it is beyond the newest ``keep_snapshots`` and older than
    ``keep_days``; a file goes when it is unreferenced and older than ``older_than_hours``.
    Raises ``LeaseHeld`` while a backup or another sweep runs.
    """
    now = store.clock.now()
    bound = now - timedelta(hours=older_than_hours)
    with hold(store.engine, MAINTENANCE, owner="sweep", clock=store.clock):
        expired, left, busy = [], [], set()
        for name in store.tables():
            try:
                with store.lease(name, owner="sweep"):
                    count = _expire(
                        store, name, keep_snapshots, now - timedelta(days=keep_days), dry_run
                    )
                expired += [(name, count)] if count else []
            except LeaseHeld as error:
                left.append((name, str(error)))
                busy.add(name)
        found = _orphans(store, bound, busy)
        size = sum(_size(path) for path in found)
        if not dry_run:
            _remove(store, found)
    return Swept(
        dry_run=dry_run,
        files=tuple(str(p.relative_to(store.home.lake_dir.resolve())) for p in found),
        bytes=size,
        snapshots=tuple(expired),
        left=tuple(left),
    )


def _expire(store: Store, lake_table: str, keep: int, before: datetime, dry_run: bool) -> int:
    known = store.snapshots(lake_table)
    old = [s.snapshot_id for s in known[: max(0, len(known) - keep)] if s.committed_at < before]
    if old and not dry_run:
        table = store.ground.catalog().load_table(lake_table)
        table.maintenance.expire_snapshots().by_ids(old).commit()
    return len(old)


def _orphans(store: Store, bound: datetime, busy: set[str]) -> list[Path]:
    """Files older than the bound that nothing points at, in the warehouse and beside it."""
    warehouse = store.ground.warehouse
    needed: set[Path] = set()
    for name in store.tables():
        if name in busy:
            continue
        table = store.ground.catalog().load_table(name)
        needed |= {warehouse.root / p for p in references(table, warehouse).all}
    needed |= {warehouse.root / p for p in _freshly_removed(store, bound)}
    passed = {warehouse.root / name.replace(".", "/") for name in busy}
    candidates = [
        path
        for folder in (warehouse.root, store.home.staging.resolve(), store.home.scratch.resolve())
        for path in _files(folder)
        if path not in needed and not any(p in path.parents for p in passed)
    ]
    limit = bound.timestamp()
    return sorted(p for p in candidates if _older(p, limit))


def _freshly_removed(store: Store, bound: datetime) -> set[str]:
    """Data files that left the current snapshot lately: someone may be reading them."""
    statement = select(manifest.c.file_path).where(manifest.c.removed_at > bound.isoformat())
    with reading(store.engine) as connection:
        return set(connection.scalars(statement))


def _files(folder: Path) -> Iterator[Path]:
    return (p for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def _older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _remove(store: Store, found: list[Path]) -> None:
    for path in found:
        path.unlink(missing_ok=True)
    root = store.ground.warehouse.root
    with reading(store.engine) as connection:
        own = connection.scalars(
            select(manifest.c.file_path).where(manifest.c.role == "metadata")
        ).all()
    # Iceberg deleted these itself, when newer versions took their place.
    past = [path for path in own if not (root / path).exists()]
    gone = [str(p.relative_to(root)) for p in found if root in p.parents] + past
    for start in range(0, len(gone), _CHUNK):
        with writing(store.engine) as connection:
            connection.execute(
                delete(manifest).where(manifest.c.file_path.in_(gone[start : start + _CHUNK]))
            )
