"""What is told of one entity: values, those that lost, the rows they came from, and the links."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from citybrain.lake.libraries.model import Library, LibraryField


@dataclass(frozen=True, kw_only=True)
class Place:
    """A row: ``table`` is ``system.table``; ``row`` is empty for a reader who did not reveal."""

    table: str
    department: str
    ref: str
    row: str = ""
    seen_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Loser:
    """A value that was not kept; ``why`` is rank, older or invalid."""

    value: str | None
    place: Place
    why: str


@dataclass(frozen=True, kw_only=True)
class Value:
    """A field of the golden record; ``place`` is None where nobody says anything."""

    field: LibraryField
    value: str | None
    masked: bool
    place: Place | None = None
    losers: tuple[Loser, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edge:
    """Why a mention is counted to the entity, and who else it might have been.

    ``how`` is number, probability, alone or by_hand; ``closest_id`` the best rejected entity.
    """

    mention: str
    role: str
    place: Place
    how: str
    probability: float | None
    closest_id: str = ""
    closest_probability: float | None = None


@dataclass(frozen=True, kw_only=True)
class SourceRecord:
    """A row as its department delivered it: values by column, masked by the contract."""

    place: Place
    roles: tuple[str, ...]
    values: Mapping[str, str | None]
    masked: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Record:
    """Everything the city knows of one entity, as of the library's snapshot ``snapshot_id``.

    ``beyond`` are columns that are no fields: the score, its points, whose entity the row names.
    """

    library: Library
    entity_id: str
    snapshot_id: int | None
    committed_at: datetime | None
    values: tuple[Value, ...]
    sources: tuple[SourceRecord, ...]
    edges: tuple[Edge, ...]
    records: int = 0
    beyond: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def departments(self) -> tuple[str, ...]:
        """Who tells this life, each once, in the order of the sources."""
        return tuple(dict.fromkeys(s.place.department for s in self.sources))

    @property
    def disagreements(self) -> int:
        """In how many fields anyone said otherwise."""
        return sum(1 for value in self.values if value.losers)
