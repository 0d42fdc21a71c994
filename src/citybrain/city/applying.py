"""Applying a folder: checked, copied, recorded, and made current in one step.

Whatever is interrupted leaves the former city running: the copy is made durable under a
hidden name, gets its own name by a rename, and only then the pointer is replaced.
"""

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.base.files import fsync_directory, fsync_tree, write_durably
from citybrain.base.wording import counted
from citybrain.city.applied import applied_city, applied_root
from citybrain.city.change import Change
from citybrain.city.checking import read_city_folder
from citybrain.city.folder import Folder, read_folder
from citybrain.city.kinds import BASE_KINDS, Kind
from citybrain.city.model import City
from citybrain.city.parsed import keep
from citybrain.city.planning import Plan, plan_folder


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What an application did; ``already``: that very city was running."""

    city: str
    fingerprint: str
    at: datetime
    changes: tuple[Change, ...]
    already: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {
            "city": self.city,
            "fingerprint": self.fingerprint,
            "at": self.at.isoformat(),
            "already": self.already,
            "changes": [change.as_dict() for change in self.changes],
        }

    def render(self) -> str:
        """One sentence for a terminal."""
        if self.already:
            return f"{self.city}: nothing to apply; this very city runs."
        counts = {a: sum(c.action == a for c in self.changes) for a in _ACTIONS}
        said = ", ".join(f"{count} {action}" for action, count in counts.items() if count)
        return f"{self.city}: applied, {said or 'nothing changed in meaning'}."


_ACTIONS = ("added", "changed", "removed")


def apply(
    path: Path | str,
    home_root: Path | str,
    *,
    clock: Clock,
    by: str = "",
    kinds: Sequence[Kind] = BASE_KINDS,
) -> Applied:
    """Make the folder at ``path`` the city that runs in the home at ``home_root``.

    Idempotent. ``CityError`` when the folder has findings, and when the disk refuses; the
    former city runs on then. ``by`` names who applied it, for the record.
    """
    folder = read_city_folder(path)
    try:
        with _alone(applied_root(home_root)):
            return _apply(folder, Path(home_root), now=clock.now(), by=by, kinds=kinds)
    except OSError as error:
        raise CityError(
            "The city was not applied",
            why=f"the disk refused: {error.strerror or error}",
            do="Make room or correct the permissions, then apply again; what ran runs on",
            where=str(home_root),
        ) from error


def _apply(
    folder: Folder, home_root: Path, *, now: datetime, by: str, kinds: Sequence[Kind]
) -> Applied:
    before = _running(home_root)
    if before and before.fingerprint == folder.fingerprint:
        return Applied(
            city=before.name, fingerprint=folder.fingerprint, at=now, changes=(), already=True
        )
    made = plan_folder(folder, before, kinds=kinds)
    _refuse_findings(made, folder)
    _copy(folder, applied_root(home_root), kinds)
    _record(applied_root(home_root), made, now=now, by=by)
    write_durably(applied_root(home_root) / "CURRENT", f"{folder.fingerprint}\n")
    return Applied(
        city=made.city.name, fingerprint=folder.fingerprint, at=now, changes=made.changes
    )


def _running(home_root: Path) -> City | None:
    """What runs; None also when it was damaged, because applying again is the remedy."""
    try:
        return applied_city(home_root)
    except CityError:
        return None


def _refuse_findings(made: Plan, folder: Folder) -> None:
    if made.findings:
        raise CityError(
            f"The city was not applied; it has {counted(len(made.findings), 'finding')}",
            do="Correct them; citybrain check names all of them",
            where=str(folder.root),
            findings=made.findings,
        )


def _copy(folder: Folder, root: Path, kinds: Sequence[Kind]) -> None:
    target = root / folder.fingerprint
    _sweep(root)
    draft = root / f".{secrets.token_hex(8)}"
    draft.mkdir()
    try:
        for kind in kinds:
            kind.apply(folder, draft)
        keep(_refuse_moving_target(folder, draft))
        fsync_tree(draft)
        if target.exists():
            _set_aside(target, draft)
        draft.rename(target)
        fsync_directory(root)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _sweep(root: Path) -> None:
    """Remove the drafts of applications that were killed; the lock keeps out living ones."""
    for left in root.glob(".*"):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)


def _refuse_moving_target(folder: Folder, draft: Path) -> Folder:
    """The copy as it can be read."""
    copy = read_folder(draft)
    if copy.fingerprint != folder.fingerprint:
        raise CityError(
            "The city was not applied",
            why="its files changed while they were copied",
            do="Apply it again",
            where=str(folder.root),
        )
    return copy


def _set_aside(target: Path, draft: Path) -> None:
    """Give an older copy's name free; equal or damaged, the new one takes its place."""
    old = draft.with_name(f"{draft.name}.old")
    target.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _record(root: Path, made: Plan, *, now: datetime, by: str) -> None:
    entry: Mapping[str, Any] = {
        "at": now.isoformat(),
        "by": by,
        "fingerprint": made.fingerprint,
        "changes": [{"kind": c.kind, "name": c.name, "action": c.action} for c in made.changes],
    }
    line = json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n"
    with (root / "history.jsonl").open("ab+") as file:
        if file.tell() and _torn(file):
            line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def _torn(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) != b"\n")


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One application at a time per home; the lock goes with its process."""
    root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # values of people will lie in it
    root.mkdir(exist_ok=True)
    with (root / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
