"""Iceberg's files on local disk, durable before anyone may point at them.

pyiceberg's own file access never fsyncs: after a power cut an acknowledged commit may point
at an empty file. Here every written file and its directory are on the platter when ``close``
returns, which is before the catalog swap.
"""

from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pyiceberg.io import FileIO, InputFile, InputStream, OutputFile, OutputStream

from citybrain.base.files import fsync_directory
from citybrain.lake.locations import Warehouse, make_directory


class _Input(InputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self._path = path

    def __len__(self) -> int:
        return self._path.stat().st_size

    def exists(self) -> bool:
        return self._path.exists()

    def open(self, seekable: bool = True) -> InputStream:
        del seekable  # a local file always is
        return self._path.open("rb")


class _DurableStream:
    """A new file; ``close`` returns when the file and its name are durable."""

    def __init__(self, path: Path) -> None:
        import os

        self._path = path
        self._sync = os.fsync
        self._file: BinaryIO = path.open("xb")

    def write(self, b: bytes) -> int:
        return self._file.write(b)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        if self._file.closed:
            return
        self._file.flush()
        self._sync(self._file.fileno())
        self._file.close()
        fsync_directory(self._path.parent)

    def __enter__(self) -> "_DurableStream":
        return self

    def __exit__(
        self,
        exctype: type[BaseException] | None,
        excinst: BaseException | None,
        exctb: TracebackType | None,
    ) -> None:
        self.close()


class _Output(OutputFile):
    def __init__(self, location: str, path: Path) -> None:
        super().__init__(location)
        self._path = path

    def __len__(self) -> int:
        return self._path.stat().st_size

    def exists(self) -> bool:
        return self._path.exists()

    def to_input_file(self) -> InputFile:
        return _Input(self.location, self._path)

    def create(self, overwrite: bool = False) -> OutputStream:
        # Names carry a UUID: writing over an existing file would be a bug, never a need.
        del overwrite
        make_directory(self._path.parent)
        return _DurableStream(self._path)


class DurableFileIO(FileIO):
    """Local files of one warehouse; remembers what it wrote, so that a refused commit can tidy."""

    def __init__(self, warehouse: Warehouse) -> None:
        super().__init__()
        self._warehouse = warehouse
        self.written: list[Path] = []

    def new_input(self, location: str) -> InputFile:
        """The file at an Iceberg location."""
        return _Input(location, self._warehouse.path(location))

    def new_output(self, location: str) -> OutputFile:
        """A file yet to be written at an Iceberg location."""
        path = self._warehouse.path(location)
        self.written.append(path)
        return _Output(location, path)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        """Remove a file; one that is gone already is no error."""
        text = location if isinstance(location, str) else location.location
        self._warehouse.path(text).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove everything written through this instance: nothing points at it."""
        for path in self.written:
            path.unlink(missing_ok=True)
        self.written.clear()
