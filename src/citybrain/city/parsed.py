"""The files of an applied copy as they were parsed, so that no command parses them again.

``.parsed.json`` in the copy is believed only while no file of it was touched since, by size,
inode and both times, of which the kernel keeps one for itself; and only while its values have the
fingerprint under which the copy was applied. Else the files are parsed: after a restoration too,
whose files are new ones.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from citybrain.city.folder import Folder, folder_of

FILE = ".parsed.json"

Stamps = tuple[tuple[str, int, int, int, int], ...]


def stamps(root: Path) -> Stamps:
    """Every file below ``root``: path, size, inode, when it was written and when touched, in ns."""
    told = (
        (file.relative_to(root).as_posix(), file.stat())
        for file in sorted(root.rglob("*"))
        if file.name != FILE and file.is_file()
    )
    return tuple((name, s.st_size, s.st_ino, s.st_mtime_ns, s.st_ctime_ns) for name, s in told)


def keep(folder: Folder) -> None:
    """Write down what a copy's files say; ``OSError`` when the disk refuses."""
    values = {file: document.value for file, document in folder.documents.items()}
    told = {"stamps": stamps(folder.root), "values": values}
    (folder.root / FILE).write_text(json.dumps(told), encoding="ascii")


def known(root: Path, fingerprint: str, stamped: Stamps) -> Folder | None:
    """The copy's folder, without lines and findings; None where its files must be parsed."""
    try:
        told = json.loads((root / FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    if not isinstance(told, Mapping) or told.get("stamps") != [list(s) for s in stamped]:
        return None
    values: Any = told.get("values")
    folder = folder_of(root, values if isinstance(values, Mapping) else {})
    return folder if folder.fingerprint == fingerprint else None
