"""What the database readers share: finding the table, quoting, and counting fairly."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from citybrain.base.errors import CityError
from citybrain.city.systems import Fetch
from citybrain.lake.connections import address
from citybrain.lake.sources import Connection, Doubtful, ReadRequest, SourceTable
from citybrain.lake.untold import without_values

SAMPLE_ROWS = 400


def no_table(where: Connection, request: ReadRequest, known: Sequence[str]) -> CityError:
    """The table is not at the source."""
    near = ", ".join(sorted(known)[:20]) or "none"
    return CityError(
        f"The table {request.fetch.source} is not at the source",
        why=f"{where.name} holds these: {near}",
        do="Correct 'source' in the system's file, or ask the department what became of it",
        where=request.table,
    )


def unreachable(where: Connection, error: BaseException) -> CityError:
    """The source does not answer."""
    return CityError(
        f"The source {where.name} does not answer",
        why=first_line(error),
        do=f"Check that {address(where)} is up and lets us in, then try again",
        where=where.name,
    )


def broke_off(request: ReadRequest, error: BaseException) -> CityError:
    """The source stopped in the middle; nothing of it may be kept."""
    return CityError(
        f"Reading {request.fetch.source} broke off",
        why=first_line(error),
        do="Nothing was changed in the lake; collect again when the source is well",
        where=request.table,
    )


def first_line(error: BaseException) -> str:
    """What an error says, without its traceback and values."""
    said = str(error)
    if len(error.args) == 2 and not isinstance(error, OSError):  # PyMySQL's number and sentence
        said = str(error.args[1])
    return without_values((said.strip().splitlines() or [type(error).__name__])[0][:300])


def guarded(request: ReadRequest, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches; whatever breaks them becomes one sentence (a panic is no Exception)."""
    try:
        yield from batches
    except (GeneratorExit, KeyboardInterrupt, CityError, Doubtful):
        raise
    except BaseException as error:
        raise broke_off(request, error) from error


def bracket(before: int, count: Callable[[], int]) -> tuple[int, int]:
    """Least and most rows of a source that others may write to while it is read."""
    after = count()
    return min(before, after), max(before, after)


def view(source: str) -> SourceTable:
    """A view: told by its name, and not described."""
    return SourceTable(name=source, columns=(), rows=-1, fetch=Fetch(source=source), view=True)


def texts(row: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> dict[str, str | None]:
    """A sample row as texts."""
    return {
        name: None if value is None else value.hex() if isinstance(value, bytes) else str(value)
        for name, value in dict(row).items()
    }
