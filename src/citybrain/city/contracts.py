"""A data contract: what a department promises about one table.

Read from ``sources/<system>/<table>.yaml`` (Open Data Contract Standard v3.1 plus the
closed ``citybrain.*`` properties). Types use one small grammar, exact in every store:

``string boolean int long ulong float double decimal(p,s) date timestamp timestamptz
time binary json``

Rules beyond type, ``required`` and ``unique`` are a closed list; each is a
:class:`Rule` with a name and arguments:

==============  ==========================================  ==============================
rule            arguments                                   holds when
==============  ==========================================  ==============================
``pattern``     ``pattern`` (RE2)                           the whole text matches
``length``      ``min``, ``max`` (characters)               length is within
``range``       ``min``, ``max`` (inclusive)                value is within
``codelist``    ``codelist``                                value is a code valid on the day
``id_number``   —                                           GB 11643, 15 or 18 digits
``uscc``        —                                           GB 32100, 18 characters
``phone``       —                                           11 digits
``birth_of``    ``id`` (name of the ID number field)        date equals the one in the number
``sex_of``      ``id``                                      sex equals the one in the number
``not_before``  ``other`` (name of another date field)      this date is not earlier
``not_future``  —                                           date is not after the collection
==============  ==========================================  ==============================
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

MASKING_CLASSES = (
    "none",  # shown as it is
    "name",
    "id_number",
    "birth_date",
    "phone",
    "address",
    "account",
    "plate",
    "text",  # free text that may name people
    "secret",  # never shown masked in part
)
LEVELS = {1: "公开", 2: "内部", 3: "个人", 4: "敏感"}
RULE_NAMES = (
    "pattern",
    "length",
    "range",
    "codelist",
    "id_number",
    "uscc",
    "phone",
    "birth_of",
    "sex_of",
    "not_before",
    "not_future",
)
_EMPTY: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One checkable promise about a field; see the table in the module's text."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=lambda: _EMPTY)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column: its name in the lake, its name at the source, meaning and rules.

    ``level`` is 1 public to 4 sensitive; ``masking`` is one of ``MASKING_CLASSES``.
    ``formats`` are strptime patterns tried in order for text dates and times. ``element`` is
    the data element of the city's registry that the field holds, empty while it is unbound.
    """

    name: str
    source: str  # the column or header as the department holds it
    type: str
    title: str = ""
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    required: bool = False
    key: int = 0  # 1-based position in the primary key, 0 when not part of it
    unique: bool = False
    level: int = 2
    masking: str = "none"
    codelist: str = ""
    element: str = ""
    formats: tuple[str, ...] = ()
    renamed_from: str = ""
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """How the table may be shared, and by which law (unconditional, conditional, withheld)."""

    type: str = "conditional"
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """One table's contract, version and fields in order."""

    system: str
    table: str
    version: str
    title: str
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    status: str = "active"
    fields: tuple[Field, ...] = ()
    sharing: Sharing = field(default_factory=Sharing)
    retention: str = ""  # e.g. "permanent" or "P10Y"
    retention_law: str = ""
    contact: str = ""  # post to ask, never a person's name
    contact_en: str = ""
    file: str = ""  # path relative to the city's folder

    @property
    def id(self) -> str:
        """``system.table``."""
        return f"{self.system}.{self.table}"

    @property
    def lake_table(self) -> str:
        """``ods.<system>.<table>``."""
        return f"ods.{self.id}"

    @property
    def quarantine_table(self) -> str:
        """``quarantine.<system>.<table>``."""
        return f"quarantine.{self.id}"

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's fields in order; empty when the table has none."""
        return tuple(f.name for f in sorted(self.fields, key=lambda f: f.key) if f.key)

    def field(self, name: str) -> Field:
        """The field of that name; ``KeyError`` when there is none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)
