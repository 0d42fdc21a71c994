"""What is kept beside the database: every entry once more, and the checkpoints twice more.

``entries.jsonl`` holds the canonical content of entry ``n`` in line ``n``; ``checkpoints.txt``
the signed notes one after another. Both only grow, and are synced before anybody is told.
Somebody who edits the database must find these files too, and the second copy of the
checkpoints may lie on another disk.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from citybrain.base.files import fsync_directory

_NOTE_END = "\n\n"
_TAIL = 4096  # bytes: several notes, so that what a crash left lies within


@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the ledger's files are."""

    keys: Path
    folder: Path
    witness: Path

    @property
    def entries(self) -> Path:
        """The hot copy of the entries."""
        return self.folder / "entries.jsonl"

    @property
    def checkpoints(self) -> tuple[Path, Path]:
        """Both copies of the checkpoints."""
        return self.folder / "checkpoints.txt", self.witness / "checkpoints.txt"


def places() -> Places:
    """The places of this installation, from its settings."""
    home = Path(settings.CITYBRAIN_HOME)
    witness = Path(getattr(settings, "CITYBRAIN_WITNESS", home / "witness"))
    return Places(keys=home / "keys", folder=home / "ledger", witness=witness)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One sequencer at a time on this machine; waits for its turn."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def append_durably(path: Path, data: bytes) -> None:
    """Add bytes at the end of a file and sync it, and its directory when it is new."""
    fresh = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())
    if fresh:
        fsync_directory(path.parent)


def whole_lines(path: Path) -> int:
    """How many whole lines a file holds; a torn last line, left by a crash, is cut off."""
    if not path.exists():
        return 0
    lines = kept = 0
    with path.open("rb") as handle:
        while block := handle.read(1 << 20):
            lines += block.count(b"\n")
            last = block.rfind(b"\n")
            kept = handle.tell() - len(block) + last + 1 if last >= 0 else kept
    if kept != path.stat().st_size:
        os.truncate(path, kept)
    return lines


def lines_of(path: Path, *, limit: int = 2**63) -> Iterator[bytes]:
    """The lines within the first ``limit`` bytes of the hot copy, without their ends."""
    if not path.exists():
        return
    with path.open("rb") as handle:
        for line in handle:
            limit -= len(line)
            if limit < 0:
                return
            yield line.rstrip(b"\n")


def join(lines: Iterable[bytes]) -> bytes:
    """Lines as they are appended."""
    return b"".join(line + b"\n" for line in lines)


def notes_of(path: Path, *, tail: int = 0) -> list[str]:
    """The notes of a checkpoint file, damaged ones as they are; only the last bytes if asked."""
    if not path.exists():
        return []
    with path.open("rb") as handle:
        if tail:
            handle.seek(max(path.stat().st_size - tail, 0))
        text = handle.read().decode("utf-8", errors="replace")
    return _paired(text.split(_NOTE_END))


def _paired(pieces: Sequence[str]) -> list[str]:
    """Text and signature of each note; an empty line divides these, and notes, alike."""
    signatures = (at for at, piece in enumerate(pieces) if at and piece.startswith("\u2014"))
    return [f"{pieces[at - 1]}{_NOTE_END}{pieces[at].rstrip()}\n" for at in signatures]


def keep_note(path: Path, note: str) -> None:
    """Add a note, and the empty line that divides it from the next, unless it is there.

    What a crash left torn at the end is cut off first, for the next note would be lost in it.
    """
    _cut_torn_note(path)
    if note not in notes_of(path, tail=_TAIL):
        append_durably(path, f"{note}\n".encode())


def _cut_torn_note(path: Path) -> None:
    size, end = path.stat().st_size if path.exists() else 0, _NOTE_END.encode()
    if not size:
        return
    with path.open("rb") as handle:
        handle.seek(max(size - _TAIL, 0))
        tail = handle.read()
    if not tail.endswith(end):
        whole = tail.rfind(end) + len(end) if end in tail else 0
        os.truncate(path, size - len(tail) + whole)


def last_notes(path: Path) -> list[str]:
    """The newest notes of a file: those that a crash can have left in one place only."""
    return notes_of(path, tail=_TAIL)
