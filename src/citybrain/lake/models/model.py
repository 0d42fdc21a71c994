"""What a model is: one SELECT (or a native step) that makes one table of the upper layers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from citybrain.lake.locations import MADE
from citybrain.lake.mask import is_masked

if TYPE_CHECKING:
    import duckdb

    from citybrain.city import City
    from citybrain.lake.change import NewFile
    from citybrain.lake.store import Store
    from citybrain.lake.views import Column

LAYERS = MADE
ON_CHANGE = "on_change"


@dataclass(frozen=True, kw_only=True)
class ColumnNote:
    """What the header says of a column; empty or 0 where it is inherited by lineage.

    ``why`` says why the column is less protected than what it was made from. ``type`` (of the
    contract's grammar) is said by native steps only, so that models above them can be checked.
    ``identifies`` is "person" for ids of people, which no header says.
    """

    title: str = ""
    title_en: str = ""
    level: int = 0
    masking: str = ""
    why: str = ""
    type: str = ""
    identifies: str = ""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """A query that must return no rows; the model's own name in it means the new table."""

    name: str
    title: str
    sql: str
    title_en: str = ""


@dataclass(frozen=True, kw_only=True)
class ModelTest:
    """Rows that are given of each table, and the rows that the model must make of them.

    Columns that are not given are NULL, tables that are not given are empty; only columns that
    ``expect`` names are compared, the order of rows is not.
    """

    model: str
    name: str
    title: str = ""
    given: Mapping[str, tuple[Mapping[str, Any], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    expect: tuple[Mapping[str, Any], ...] = ()
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class NativeContext:
    """What a native step gets: its inputs as SELECT texts for ``connection``, and where to write.

    ``previous`` is the SELECT of the model's published table, empty before the first build.
    ``target(columns)`` makes the table fit and gives the file to write (``copy_sql``).
    ``changes(columns)`` gives one for rows that are new or other than the published ones with
    the same grain, if that will do: None where all rows are wanted. ``differing`` are SELECTs
    of the rows of inputs, as they were and as they are, that are not those ``previous`` was
    made from; an input that is not there may have changed in any row.
    """

    store: "Store"
    city: "City"
    now: datetime
    connection: "duckdb.DuckDBPyConnection"
    inputs: Mapping[str, str]
    previous: str
    target: "Callable[[list[Column]], NewFile]"
    changes: "Callable[[list[Column]], NewFile | None] | None" = None
    differing: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Native:
    """A step that SQL cannot say. ``version`` is part of the fingerprint: raise it on a change.

    ``settings`` is what it was configured with, part of the fingerprint too (JSON values).
    """

    run: Callable[[NativeContext], None]
    inputs: tuple[str, ...]
    version: str
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Follow:
    """Which keys of an incremental model a changed row of an input concerns.

    ``column`` holds the key in that input; then only rows of changed keys are read of it. Else
    ``sql`` is a SELECT of ``key`` from ``{rows}``, the changed rows as they were and as they
    are, and other inputs by their names in braces. ``reads`` are the columns that matter; empty
    for all.
    """

    column: str = ""
    sql: str = ""
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Model:
    """One table above ``ods``, ``lib.population`` or ``dwd.civil.marriages``, and how it is made.

    ``sql`` is one SELECT in DuckDB's dialect, empty for a native step.
    ``grain`` names the columns that identify a row. ``owner`` is a department. ``schedule`` is
    ``on_change`` or ``daily HH:MM``. ``file`` is the path in the city's folder, and for a
    generated model the file it was generated from. ``by`` is the column whose values an
    incremental model may be restricted to; ``follow`` says how inputs without that column lead
    to its values. ``lookup`` are columns by which single rows are looked up (``NewFile``).
    """

    name: str
    title: str
    sql: str = ""
    native: Native | None = None
    title_en: str = ""
    description: str = ""
    grain: tuple[str, ...] = ()
    materialise: str = "full"
    owner: str = ""
    schedule: str = ON_CHANGE
    columns: Mapping[str, ColumnNote] = field(default_factory=lambda: MappingProxyType({}))
    expectations: tuple[Expectation, ...] = ()
    file: str = ""
    generated: bool = False
    description_en: str = ""
    by: str = ""
    follow: Mapping[str, Follow] = field(default_factory=lambda: MappingProxyType({}))
    lookup: tuple[str, ...] = ()

    @property
    def scattered(self) -> bool:
        """Whether rows are looked up by what readers see masked: their order must not tell it."""
        notes = [self.columns[name] for name in self.lookup if name in self.columns]
        return any(is_masked(note.masking or "none", note.level) for note in notes)
