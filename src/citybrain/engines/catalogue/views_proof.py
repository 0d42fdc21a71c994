"""What the integrity and proof pages are drawn from; see ``views`` for the house style."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.base.wording import Text
from citybrain.engines.catalogue.views import SeenRow


@dataclass(frozen=True, kw_only=True)
class FilePart:
    """What cheating changed in a file, known only because the rehearsal kept a note."""

    offset: int
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class FileProblem:
    """A data file that is not what it was when it was committed (SHA-256 in hex)."""

    file: str
    table: str
    title: Text
    sentence: Text
    rows: int
    sha256_then: str
    sha256_now: str
    bytes_then: int
    bytes_now: int
    change: FilePart | None
    in_backup: bool
    found_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of an entry in words, then and now."""

    name: str
    title: Text
    then: Text
    now: Text
    changed: bool


@dataclass(frozen=True, kw_only=True)
class EntryProblem:
    """An entry of the record that is not what was signed; ``facts`` set both side by side."""

    number: int
    title: Text
    sentence: Text
    facts: tuple[Fact, ...]
    leaf_then: str
    leaf_now: str
    in_copy: bool
    found_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PathStep:
    """One level of a Merkle path, from the leaf: neighbour's side and hashes in hex."""

    level: int
    side: str  # left or right
    neighbour: str
    then: str
    now: str
    changed: bool


@dataclass(frozen=True, kw_only=True)
class ProofView:
    """The proof that an entry is in the record, level by level.

    ``whole`` says that what is computed now equals what was signed; ``verifier`` is the
    command that checks the bundle elsewhere.
    """

    number: int
    size: int
    entry: SeenRow | None
    whole: bool
    leaf: str
    path: tuple[PathStep, ...]
    root_signed: str
    root_now: str
    checkpoint: int
    checkpoint_at: datetime | None
    checkpoint_text: str
    witnesses: int
    verifier: str


@dataclass(frozen=True, kw_only=True)
class VerificationRow:
    """One verification in the list; ``result`` for its chip.

    ``files`` or ``entries`` is 0 where that half was not verified this time.
    """

    at: datetime
    scope: Text
    seconds: float
    files: int
    entries: int
    problems: int
    result: Text


@dataclass(frozen=True, kw_only=True)
class Cheat:
    """What the cheating button did (rehearsal only): one byte and one entry."""

    at: datetime
    by: str
    table: str
    file: str
    offset: int
    before: str
    after: str
    entry: int
    field: str
    entry_before: str
    entry_after: str


@dataclass(frozen=True, kw_only=True)
class RepairStep:
    """A step of repair; ``action`` is restore_file, restore_record, verify or empty.

    ``argument`` goes with the action (a file, an entry's number); ``done`` when it is.
    """

    number: int
    title: Text
    sentence: Text
    action: str
    argument: str
    done: bool
    commands: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class PutBack:
    """A file, an entry or a checkpoint that was put back from a copy; when and by whom."""

    at: datetime
    what: Text
    who: str


@dataclass(frozen=True, kw_only=True)
class IntegrityView:
    """The integrity page: ``state`` is whole, damaged or unknown."""

    state: str
    headline: Text
    sentence: Text
    cheated: Text
    files: int
    entries: int
    checkpoint: int
    checkpoint_at: datetime | None
    verified_at: datetime | None
    files_at: datetime | None
    record_at: datetime | None
    seconds: float
    problem_count: int
    file_problems: tuple[FileProblem, ...]
    entry_problems: tuple[EntryProblem, ...]
    other_problems: tuple[Text, ...]
    proof: ProofView | None
    refused: tuple[Text, ...]
    still: Text
    steps: tuple[RepairStep, ...]
    verifications: tuple[VerificationRow, ...]
    put_back: tuple[PutBack, ...]
    backup_at: datetime | None
    may_verify: bool
    may_cheat: bool
    may_restore: bool
