"""What the pages of base libraries are drawn from: plain frozen values, no queries.

Values are masked by class unless they were revealed. A source row goes by its ``ref``, its
place among the record's rows of its table: its address may carry a person's number.
"""

from dataclasses import dataclass
from datetime import date, datetime

from citybrain.engines.catalogue.service import SeenPage, Text


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """A delivered row: where it stands, whose it is, and when it was true."""

    table: str
    table_title: Text
    department: str
    department_title: Text
    ref: str
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A value that was not kept, and why; ``why`` is rank, older, invalid or a step's own."""

    value: str | None
    source: SourceRow
    why: str
    why_title: Text


@dataclass(frozen=True, kw_only=True)
class GoldenField:
    """One value of a golden record with its source; ``source`` is None where nobody says it."""

    name: str
    title: Text
    level: int
    value: str | None
    code_title: Text
    masked: bool
    source: SourceRow | None
    lost: tuple[Lost, ...]


@dataclass(frozen=True, kw_only=True)
class LifeEvent:
    """One thing that a department tells of a life: at a day, or from a day ``until`` another.

    ``times`` is more than 1 where many rows of a table are told as one stretch.
    """

    at: date
    until: date | None
    department: str
    department_title: Text
    title: Text
    table: str
    table_title: Text
    ref: str
    times: int = 1


@dataclass(frozen=True, kw_only=True)
class MentionRow:
    """Why a mention is counted to this entity: ``how`` is number, probability, alone, by_hand."""

    mention: str
    role: str
    role_title: Text
    source: SourceRow
    how: str
    how_title: Text
    probability: float | None
    closest: str
    closest_probability: float | None


@dataclass(frozen=True, kw_only=True)
class SourceField:
    """A value as its department delivered it."""

    name: str
    title: Text
    value: str | None
    masked: bool


@dataclass(frozen=True, kw_only=True)
class SourceView:
    """One source record of an entity."""

    source: SourceRow
    roles: tuple[Text, ...]
    fields: tuple[SourceField, ...]


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """A disagreement or impossibility. ``state`` is the newest step, ``open`` without any.

    ``key`` is the row's key in its own table, columns apart by ``|`` as in ``key_title``, and
    ``number`` that of whom the row is about; masked by class like the values.
    """

    id: str
    kind: str
    title: Text
    library: str
    thing: str
    field: str
    field_title: Text
    department: str
    department_title: Text
    table: str
    table_title: Text
    key_title: Text
    key: str
    number: str
    said: str
    believed: str
    sentence: Text
    state: str
    reason: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ChangeRow:
    """A field that was given another value by a build."""

    at: datetime
    field: str
    field_title: Text
    before: str | None
    after: str | None
    table: str
    table_title: Text


@dataclass(frozen=True, kw_only=True)
class IdEvent:
    """One event of an id: ``born``, ``merge``, ``split`` or ``gone``, and the ``other`` id.

    ``leads`` is the other id where it has a page of its own.
    """

    at: datetime
    event: str
    said: Text
    other: str
    leads: str


@dataclass(frozen=True, kw_only=True)
class Override:
    """A decision by hand: what these tables say is, or is not, of the same one.

    It is in force while ``withdrawn_at`` is None.
    """

    id: int
    at: datetime
    same: bool
    tables: Text
    by: str
    reason: str
    withdrawn_at: datetime | None
    withdrawn_why: str


@dataclass(frozen=True, kw_only=True)
class RecordView:
    """The page of one golden record, as it is now or as it was believed ``as_of`` a day."""

    thing: str
    library: str
    library_title: Text
    table: str
    entity: str
    id: str
    heading: str
    born: date | None
    believed_at: datetime | None
    as_of: datetime | None
    records: int
    departments: int
    disagreements: int
    fields: tuple[GoldenField, ...]
    events: tuple[LifeEvent, ...]
    mentions: tuple[MentionRow, ...]
    sources: tuple[SourceView, ...]
    findings: tuple[FindingRow, ...]
    changes: tuple[ChangeRow, ...]
    overrides: tuple[Override, ...]
    ids: tuple[IdEvent, ...]
    seen: SeenPage
    now: datetime
    revealed: bool
    purpose: str
    entry: str
    may_reveal: bool
    may_override: bool
    beyond: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True, kw_only=True)
class LibraryRow:
    """One library in a list; ``rows`` is None while it is not built."""

    name: str
    title: Text
    kind: str
    entity: str
    table: str
    description: Text
    owner_title: Text
    rows: int | None
    fields: int
    sources: int
    built_at: datetime | None
    file: str


@dataclass(frozen=True, kw_only=True)
class FieldOrder:
    """Who says a field of a library: the department whose duty it is, and who stands in for it.

    ``fallbacks`` are departments in their order, each once; empty texts where nobody is declared.
    """

    name: str
    title: Text
    level: int
    department_title: Text
    table: str
    table_title: Text
    fallbacks: Text


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One person or company that was found."""

    thing: str
    id: str
    heading: str
    detail: tuple[SourceField, ...]
    records: int


@dataclass(frozen=True, kw_only=True)
class SearchView:
    """What was found for a word; not ``complete`` where the hits were cut."""

    library: str
    library_title: Text
    description: Text
    table: str
    owner_title: Text
    rows: int | None
    built_at: datetime | None
    query: str
    hits: tuple[Hit, ...]
    complete: bool
    built: bool
    entry: str


@dataclass(frozen=True, kw_only=True)
class FindingsView:
    """A page of findings by state, newest first, as far as the reader may see them.

    ``counts`` are by state within what was asked; ``departments``, ``tables`` and ``fields``
    are what else may be asked, with how many there are. ``may_open`` says whether the records
    that they are about are the reader's to open.
    """

    rows: tuple[FindingRow, ...]
    total: int
    offset: int
    limit: int
    counts: tuple[tuple[str, int], ...]
    departments: tuple[tuple[str, Text, int], ...]
    tables: tuple[tuple[str, Text, int], ...]
    fields: tuple[tuple[str, Text, int], ...]
    may_handle: bool
    may_open: bool
    may_reveal: bool
    revealed: bool
    purpose: str
    built: bool
    entry: str
