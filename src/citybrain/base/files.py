"""Writing files so that a power cut leaves either the old content or the new, never a part."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def fsync_file(path: Path | str) -> None:
    """Make a file's bytes durable; ``OSError`` when the disk refuses."""
    _fsync(Path(path), os.O_RDONLY)


def fsync_directory(path: Path | str) -> None:
    """Make the names in a directory durable: new, renamed and removed entries."""
    _fsync(Path(path), os.O_RDONLY | os.O_DIRECTORY)


def fsync_tree(path: Path | str) -> None:
    """Make everything below ``path`` durable, files first, then each directory, then ``path``.

    Symbolic links are not followed. A single file is allowed. A file that is removed meanwhile
    is passed over: SQLite takes its ``-shm`` and ``-wal`` away when the last to read closes.
    """
    root = Path(path)
    if not root.is_dir():
        fsync_file(root)
        return
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            file = Path(folder, name)
            if not file.is_symlink():
                with suppress(FileNotFoundError):
                    fsync_file(file)
        fsync_directory(folder)


def write_durably(path: Path | str, data: bytes | str, *, mode: int = 0o644) -> None:
    """Replace ``path`` by ``data`` (text as UTF-8), durably and all at once.

    Writes a hidden file beside it, syncs it, renames it over ``path`` and syncs the
    directory, which must exist. ``mode`` are the permissions of the result, whatever the
    umask. On any error the old content stays and the hidden file is removed.
    """
    target = Path(path)
    content = data.encode("utf-8") if isinstance(data, str) else data
    # A random name, so that two writers of one path cannot share a half-written file.
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}.tmp")
    try:
        _write_new(draft, content, mode)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    fsync_directory(target.parent)


def same_filesystem(one: Path | str, other: Path | str) -> bool:
    """Whether a rename from one existing path to the other can be atomic."""
    return Path(one).stat().st_dev == Path(other).stat().st_dev


def _write_new(path: Path, content: bytes, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _fsync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
