"""Folders of files: which files a table is, and Excel, which is read here.

CSV, TSV, JSON lines and Parquet are read by the lake itself; this module only says where
they are and of what kind.
"""

from collections.abc import Iterator
from pathlib import Path

from citybrain.adapters.readers import excel
from citybrain.adapters.readers.common import unreachable
from citybrain.base.errors import CityError
from citybrain.city.systems import Fetch
from citybrain.lake.connections import path_of
from citybrain.lake.sources import (
    Batches,
    Connection,
    Delivery,
    Files,
    ReadRequest,
    SourceTable,
)

FORMATS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".xls": "excel",
    ".ods": "excel",
}


class FilesReader:
    """Reads the files of a folder; ``source`` is a name or a pattern such as ``*.csv``."""

    def read(self, connection: Connection, request: ReadRequest) -> Delivery:
        """One table, of one or more files."""
        paths = _found(_existing(connection), request)
        kind = request.fetch.format or FORMATS.get(paths[0].suffix.lower(), "")
        if kind == "excel":
            return _one_workbook(paths, request)
        if kind not in ("csv", "tsv", "jsonl", "parquet"):
            raise CityError(
                f"The file {paths[0].name} is of no known kind",
                why="it is none of csv, tsv, jsonl, parquet and Excel",
                do="Say its 'format' in the system's file",
                where=request.table,
            )
        return Files(
            format=kind,
            paths=tuple(paths),
            encoding=request.fetch.encoding,
            delimiter="\t" if kind == "tsv" else request.fetch.delimiter,
            header_row=request.fetch.header_row,
        )

    def describe(self, connection: Connection) -> Iterator[SourceTable]:
        """Every file of a known kind; its columns are found by reading it."""
        for path in sorted(_existing(connection).iterdir()):
            kind = FORMATS.get(path.suffix.lower())
            if kind and path.is_file() and not path.name.startswith((".", "~$")):
                fetch = Fetch(source=path.name, format=kind, delimiter=_delimiter(path, kind))
                yield SourceTable(name=path.stem, columns=(), rows=-1, fetch=fetch)


def _existing(connection: Connection) -> Path:
    folder = path_of(connection)
    if not folder.is_dir():
        raise unreachable(connection, FileNotFoundError(f"there is no folder {folder}"))
    return folder


def _found(folder: Path, request: ReadRequest) -> list[Path]:
    source = request.fetch.source
    inside = folder.resolve()
    paths = [p for p in sorted(folder.glob(source)) if p.is_file()]
    if not paths or any(not p.resolve().is_relative_to(inside) for p in paths):
        held = ", ".join(sorted(p.name for p in folder.iterdir())[:20]) or "nothing"
        raise CityError(
            f"The file {source} is not at the source",
            why=f"the folder {folder} holds {held}",
            do="Ask the department for the file, or correct 'source' in the system's file",
            where=request.table,
        )
    return paths


def _one_workbook(paths: list[Path], request: ReadRequest) -> Batches:
    if len(paths) > 1:
        raise CityError(
            f"{len(paths)} workbooks match {request.fetch.source}",
            why="a table is one worksheet of one workbook",
            do="Leave only the current workbook in the folder",
            where=request.table,
        )
    return excel.read(paths[0], request)


def _delimiter(path: Path, kind: str) -> str:
    if kind != "csv":
        return ","  # of no meaning: a tsv says its own
    head = path.read_bytes()[:4096].splitlines()[:1]
    counts = {d: head[0].count(d.encode()) if head else 0 for d in (",", ";", "\t", "|")}
    return max(counts, key=lambda d: counts[d])
