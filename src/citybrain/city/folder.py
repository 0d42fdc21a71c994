"""The files of a city's folder, found and parsed; nothing is read outside the folder."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.city.document import MAX_BYTES, Document, parse
from citybrain.city.sqlfile import is_sql, parse_sql

ENDINGS = (".yml", ".yaml")


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Every document by its path relative to ``root``, and the other files' paths.

    A document is YAML, or SQL below a header of YAML.

    ``fingerprint`` is the SHA-256 over the names and values of all documents, so that
    comments and layout do not change it.
    """

    root: Path
    documents: Mapping[str, Document] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    fingerprint: str = ""

    def under(self, folder: str) -> list[Document]:
        """The documents below a folder, in the order of their names."""
        return [d for file, d in self.documents.items() if file.startswith(f"{folder}/")]


def read_folder(root: Path | str, *, only: str = "") -> Folder:
    """Read and parse every file below ``root``; a file that cannot be read is a finding.

    ``only`` names one folder of it to read and nothing else.
    """
    base = Path(root)
    digest, documents, others = hashlib.sha256(), {}, []
    for file in _files(base, only):
        if not file.endswith(ENDINGS) and not is_sql(file):
            others.append(file)
            continue
        documents[file], data = _read(base, file)
        digest.update(_content(documents[file], data))
    return Folder(
        root=base, documents=documents, others=tuple(others), fingerprint=digest.hexdigest()
    )


def folder_of(root: Path, values: Mapping[str, Any]) -> Folder:
    """A folder of documents whose values are known already, without their lines and findings."""
    documents = {file: Document(file=file, value=value) for file, value in values.items()}
    digest = hashlib.sha256()
    for document in documents.values():
        digest.update(_content(document, b""))
    return Folder(root=root, documents=documents, fingerprint=digest.hexdigest())


def _content(document: Document, data: bytes) -> bytes:
    """A document's name and value, or bytes when it has none, as one unambiguous record."""
    if document.value is not None:
        text = json.dumps(document.value, sort_keys=True, separators=(",", ":"))
        data = text.encode("ascii")
    name = document.file.encode("utf-8", "surrogateescape")
    return b"%d:%b%d:%b" % (len(name), name, len(data), data)


def _files(root: Path, only: str) -> Iterator[str]:
    """Relative paths of all files in a stable order; hidden ones and links to folders are left."""
    found = []
    for folder, names, files in os.walk(root / only):
        names[:] = [name for name in names if not name.startswith(".")]
        shown = [name for name in files if not name.startswith(".")]
        found += [Path(folder, name).relative_to(root).as_posix() for name in shown]
    yield from sorted(found)


def _read(root: Path, file: str) -> tuple[Document, bytes]:
    """A parsed file and its bytes; links, pipes and huge files are findings, never opened."""
    try:
        state = (root / file).lstat()
        if not stat.S_ISREG(state.st_mode):
            return _refused(file, "file-unreadable", "This is no regular file.")
        if state.st_size > MAX_BYTES:
            said = f"The file has {state.st_size:,} bytes; {MAX_BYTES:,} are read at most."
            return _refused(file, "yaml-size", said)
        data = (root / file).read_bytes()
    except OSError as error:
        return _refused(file, "file-unreadable", f"The file cannot be read: {error.strerror}.")
    return (parse_sql if is_sql(file) else parse)(data, file=file), data


def _refused(file: str, rule: str, message: str) -> tuple[Document, bytes]:
    document = Document(file=file)
    document.add((), rule, message, "Write a readable file of text, or delete it.")
    return document, b""
