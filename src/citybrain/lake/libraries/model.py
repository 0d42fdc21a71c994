"""What a library is: one table in which every field has one source, told by the city's folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

ENTITIES = ("person", "company", "none")
KINDS = ("base", "theme")
DIVISIONS = "division"  # as a field's code list: the city's own divisions
# How two values of a field are held against each other; ``none`` never disagree.
COMPARE = ("none", "exact", "text", "number")
PERSON_COLUMNS = (
    "id_number",
    "name",
    "birth_date",
    "sex",
    "phone",
    "address",
    "division",
    "relative_id",
)
COMPANY_COLUMNS = (
    "uscc",
    "registration_number",
    "name",
    "legal_person_name",
    "address",
    "phone",
)
MENTION_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"person": PERSON_COLUMNS, "company": COMPANY_COLUMNS}
)
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Mention:
    """How rows of a standardised table mention a person or company, in one role.

    ``columns`` are SQL expressions over the row by the column of the mention; ``where`` keeps
    the rows that mention anyone at all (owners that are people, not companies). ``weak`` ones
    (a caller's name) belong to whom they fit, but make nobody exist.
    """

    table: str
    role: str
    columns: Mapping[str, str]
    seen_at: str = ""
    where: str = ""
    weak: bool = False
    title: str = ""
    title_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Via:
    """Rows without an identity of their own belong to whom a row of ``table`` mentions.

    ``by`` is the column that both tables have.
    """

    table: str
    role: str
    by: str


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place a field's value may come from; sources stand in the order of their rank.

    ``value`` is SQL over one row; with ``all`` an aggregate over all rows of the entity.
    ``where`` keeps the rows that count. The role may be left out where a table has one. A
    ``quiet`` source may say otherwise than the one before it without being wrong.
    """

    table: str
    value: str
    role: str = ""
    where: str = ""
    all: bool = False
    quiet: bool = False
    via: Via | None = None


@dataclass(frozen=True, kw_only=True)
class LibraryField:
    """One golden value: what it is, and who says it.

    ``valid`` is SQL over ``value``; what fails it is passed over. ``compare`` says how values
    disagree; with ``finding`` a disagreement is told to the department that should correct it.
    ``search`` is name or number where an entity is found by it. ``why`` says why it is less
    protected than what it is made of.
    """

    name: str
    title: str
    type: str = "string"
    title_en: str = ""
    level: int = 2
    masking: str = "none"
    why: str = ""
    codelist: str = ""
    element: str = ""
    valid: str = ""
    compare: str = "none"
    finding: bool = False
    search: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows of a library without an entity: one SQL expression for each of its fields.

    ``links`` names the role whose entity stands in ``person_id`` or ``company_id``. With
    ``grouped`` the values are aggregates and keys, and ``row`` says which row is named.
    """

    table: str
    values: Mapping[str, str]
    where: str = ""
    links: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    grouped: bool = False
    row: str = '"_row"'


@dataclass(frozen=True, kw_only=True)
class ScoreRule:
    """Points given where ``when`` holds."""

    name: str
    title: str
    points: int
    when: str
    title_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Score:
    """A score whose rule is shown: ``base`` and the points of each rule, within the bounds.

    ``why`` says why points are shown where what they are given for is masked.
    """

    base: int
    lowest: int
    highest: int
    rules: tuple[ScoreRule, ...] = ()
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Rows that are figures over time: those of equal ``by`` are one series, drawn as a line.

    All are names of fields; ``growth``, ``unit``, ``caliber`` and ``source`` may be left out.
    """

    period: str
    value: str
    by: tuple[str, ...]
    unit: str = ""
    growth: str = ""
    caliber: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Impossible:
    """What cannot be: a SELECT of ``entity_id, field, table_name, _row, said, believed``.

    It is one finding for each entity, field and table, or for each ``part`` of those (a month).
    ``sentence`` is the finding's text, with ``{said}`` and ``{believed}`` in it.
    """

    name: str
    title: str
    sql: str
    sentence: str
    title_en: str = ""
    sentence_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Library:
    """One library. Its table is ``lib.<name>`` or, of kind ``theme``, ``theme.<name>``.

    ``entity`` says what a row is; the library that declares ``identity`` is where its entities
    are mentioned, and ``resolution`` how they are told apart (docs/resolution.md). A library of
    ``none`` has ``rows``, or a ``select`` of its own; its rows are headed by the
    fields of ``heading``, or the key, and listed with those of ``listed``.
    """

    name: str
    title: str
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    kind: str = "base"
    entity: str = "none"
    owner: str = ""
    key: tuple[str, ...] = ()
    heading: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    identity: tuple[Mention, ...] = ()
    fields: tuple[LibraryField, ...] = ()
    rows: tuple[Rows, ...] = ()
    select: str = ""
    score: Score | None = None
    series: Series | None = None
    impossible: tuple[Impossible, ...] = ()
    resolution: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    file: str = ""

    @property
    def table(self) -> str:
        """The lake table."""
        return f"{'lib' if self.kind == 'base' else 'theme'}.{self.name}"

    @property
    def entity_id(self) -> str:
        """The column that names the entity; empty when a row is none."""
        return "" if self.entity == "none" else f"{self.entity}_id"

    @property
    def conflicts(self) -> str:
        """The lake table of the values that lost."""
        return f"{self.table}_conflicts"

    def field(self, name: str) -> LibraryField:
        """The field of that name; ``KeyError`` when there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)
