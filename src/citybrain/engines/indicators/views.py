"""What the cockpit is drawn from: plain frozen values, no queries, nothing about a person."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.engines.catalogue.service import Text

TONES = ("ok", "warn", "bad", "none")


@dataclass(frozen=True, kw_only=True)
class Part:
    """One part of an indicator, e.g. a county's."""

    key: str
    title: Text
    value: float


@dataclass(frozen=True, kw_only=True)
class Point:
    """An indicator at a moment, and the hash of what was read for it."""

    at: datetime
    value: float | None
    sha256: str
    error: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """What a number was read from: a table of the lake at a snapshot."""

    table: str
    title: Text
    snapshot: int | None
    committed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Card:
    """One number with everything one must know to trust it.

    ``value`` is None while there is nothing to read, and ``note`` then says why. ``tone`` is
    one of ``TONES``. ``at`` is when what was read came to be, ``checked_at`` when it was last
    found to be so; ``fresh`` says whether the promise of ``fresh_minutes`` is kept.
    """

    name: str
    title: Text
    value: float | None
    decimals: int
    unit: Text
    note: Text
    tone: str
    caliber: Text
    owner: Text
    source: str
    sql: str
    at: datetime | None
    checked_at: datetime | None
    fresh: bool
    fresh_minutes: int
    better: str
    of: int | None = None  # as in 12 of 16 departments


@dataclass(frozen=True, kw_only=True)
class IndicatorView:
    """The page of one indicator."""

    card: Card
    parts: tuple[Part, ...]
    history: tuple[Point, ...]
    sources: tuple[Source, ...]
    sha256: str
    file: str


@dataclass(frozen=True, kw_only=True)
class Spring:
    """A department as a source of the river: rows new or changed today.

    ``state`` is as tables have it.
    """

    department: str
    title: Text
    rows: int
    tables: int
    state: str
    note: Text


@dataclass(frozen=True, kw_only=True)
class Pool:
    """A table of the upper layers as the river shows it; ``rows`` None while it is not built.

    ``reads`` are the tables that it is made of, those of the models between included.
    """

    table: str
    title: Text
    unit: Text
    rows: int | None
    built_at: datetime | None
    reads: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class User:
    """A department that looked at data today: how often, and at which table how often.

    The table is one of the pools', or empty for tables as they were delivered and others.
    """

    department: str
    title: Text
    looks: int
    of: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class River:
    """From departments to those who use the data, all counts of today but the pools' sizes.

    ``arrived`` are the rows new or changed; ``set_aside`` those of the ``read`` that are wrong,
    each table's once, however often it was read. ``standard`` are the rows of the standard
    layer, None while no table of it is built.
    """

    springs: tuple[Spring, ...]
    read: int
    arrived: int
    set_aside: int
    standard_tables: int
    standard: int | None
    libraries: tuple[Pool, ...]
    themes: tuple[Pool, ...]
    users: tuple[User, ...]
    looks: int

    @property
    def passed(self) -> int:
        """Of the rows read those that are not set aside."""
        return self.read - self.set_aside


@dataclass(frozen=True, kw_only=True)
class Hour:
    """Rows new or changed in one hour of the day; ``rows`` None for hours still to come."""

    hour: int
    rows: int | None
    yesterday: int


@dataclass(frozen=True, kw_only=True)
class Late:
    """A table that is late or failed, and whether somebody reminded its department of it."""

    table: str
    title: Text
    department: str
    department_title: Text
    state: str
    sentence: Text
    readers: tuple[str, ...]
    due_at: datetime | None
    reminded_at: datetime | None
    reminders: int


@dataclass(frozen=True, kw_only=True)
class Quality:
    """The score of the city's tables, its terms, and of how many tables; None: not measured."""

    score: float | None
    terms: tuple["Term", ...]
    tables: int


@dataclass(frozen=True, kw_only=True)
class Term:
    """One part of the score, from 0 to 100, and its weight."""

    name: str
    title: Text
    value: float
    weight: float


@dataclass(frozen=True, kw_only=True)
class Integrity:
    """Files and record: ``state`` is whole, damaged or unknown (never verified).

    ``intact`` are files found to be so: none before anybody verified.
    """

    state: str
    files: int
    intact: int
    damaged: int
    entries: int
    checkpoint: int
    checkpoint_at: datetime | None
    verified_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Moment:
    """One line of what happens now; nobody is named in it."""

    at: datetime
    tone: str
    who: Text
    sentence: Text


@dataclass(frozen=True, kw_only=True)
class Note:
    """Published figures beside the city's own, which are not part of them."""

    title: Text
    text: Text


@dataclass(frozen=True, kw_only=True)
class DataCentre:
    """The first map of the cockpit."""

    now: datetime
    brand: Text
    title: Text
    newest_at: datetime | None
    cards: tuple[Card, ...]
    river: River
    hours: tuple[Hour, ...]
    late: tuple[Late, ...]
    quality: Quality
    integrity: Integrity
    feed: tuple[Moment, ...]
    note: Note | None
    may_remind: bool
