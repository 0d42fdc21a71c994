"""What the pages about rows set aside and uploads are drawn from; see ``views``."""

from dataclasses import dataclass
from datetime import datetime

from citybrain.base.wording import Text
from citybrain.engines.catalogue.views import ReasonCount


@dataclass(frozen=True, kw_only=True)
class GridColumn:
    """A column of a grid: spreadsheet letter, field name, the department's header."""

    letter: str
    field: str
    title: Text
    level: int


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell of a grid, as text (empty for NULL).

    ``state`` is clean, wrong or changed; ``before`` holds the original of a changed cell;
    ``masked`` cells show a mask and cannot be edited until revealed.
    """

    field: str
    value: str
    state: str
    before: str
    masked: bool


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why a row is set aside: field, rule, sentence, and a value that would settle it.

    ``suggestion`` is empty when there is none or when it must not be shown.
    """

    field: str
    field_title: Text
    rule: str
    sentence: Text
    suggestion: str
    suggestion_label: Text


@dataclass(frozen=True, kw_only=True)
class QuarantineRow:
    """One row set aside; ``corrected`` says a correction waits for the next collect.

    ``row`` is an opaque token, ``seen`` the version of its corrections that is shown.
    ``raw`` is the text of a record that could not be read, empty unless revealed; ``office``
    is whom to ask.
    """

    row: str
    seen: int
    label: Text
    raw: str
    office: Text
    cells: tuple[Cell, ...]
    troubles: tuple[Trouble, ...]
    corrected: bool


@dataclass(frozen=True, kw_only=True)
class QuarantineView:
    """Rows of one table that are set aside, with every reason.

    ``entry`` names the record of this reading. Without ``revealed``, values and sentences
    are masked and ``may_correct`` fields are shown as closed.
    """

    table: str
    title: Text
    system: str
    system_title: Text
    department_title: Text
    version: str
    columns: tuple[GridColumn, ...]
    rows: tuple[QuarantineRow, ...]
    total: int
    offset: int
    limit: int
    reasons: tuple[ReasonCount, ...]
    revealed: bool
    purpose: str
    entry: str
    may_reveal: bool
    may_correct: bool

    @property
    def masked(self) -> bool:
        """Whether a purpose would show more: a cell is masked, or a record's text is held back."""
        held = (any(cell.masked for cell in row.cells) or not row.cells for row in self.rows)
        return not self.revealed and any(held)


@dataclass(frozen=True, kw_only=True)
class QuarantineTable:
    """One table in the list of what waits for correction."""

    table: str
    title: Text
    system: str
    system_title: Text
    department_title: Text
    quarantined: int
    reasons: tuple[ReasonCount, ...]
    may_correct: bool
    may_upload: bool


@dataclass(frozen=True, kw_only=True)
class UploadTarget:
    """A table that the reader may upload to; ``fields`` are its headers in order."""

    table: str
    title: Text
    system_title: Text
    department_title: Text
    fields: tuple[Text, ...]


@dataclass(frozen=True, kw_only=True)
class GridRow:
    """A row of the upload's grid. ``kind`` is row or gap.

    A gap stands for ``folded`` clean rows and has no cells; ``state`` of a row is clean,
    wrong, changed (every trouble settled by edits) or returned (left out on purpose). An
    ``unread`` row could not be told into columns: it has no cells, only its troubles.
    """

    kind: str
    folded: int
    number: int
    state: str
    cells: tuple[Cell, ...]
    troubles: tuple[Trouble, ...]
    unread: bool = False


@dataclass(frozen=True, kw_only=True)
class UploadView:
    """A spreadsheet on its way in. ``step``: 1 put in, 2 dry run, 3 correct, 4 submitted.

    The figures are the dry run's and, once submitted, the delivery's. ``removing`` says how
    many rows would go (empty when none), ``gone`` names the first of them, and
    ``next_collect`` says what becomes of it when the table is collected, and
    ``must_confirm`` that so many go that submitting needs ``removed`` to be confirmed.
    ``masked`` says that a purpose would show more.
    """

    draft: str
    table: str
    title: Text
    system: str
    version: str
    step: int
    file_name: str
    bytes: int
    file_note: Text
    uploaded_at: datetime
    by: str
    read: int
    accepted: int
    quarantined: int
    inserted: int
    updated: int
    unchanged: int
    removed: int
    removing: Text
    next_collect: Text
    gone: tuple[Text, ...]
    must_confirm: bool
    wrong_rows: int
    fixed_rows: int
    error: Text
    columns: tuple[GridColumn, ...]
    rows: tuple[GridRow, ...]
    masked: bool
    may_reveal: bool
    dock: Text
    submitted: bool
    run: str
    entry: str

    @property
    def more_gone(self) -> int:
        """Rows that would go and are not named."""
        return max(0, self.removed - len(self.gone)) if self.gone else 0


@dataclass(frozen=True, kw_only=True)
class DraftRow:
    """An upload that is not submitted yet."""

    draft: str
    table: str
    title: Text
    file_name: str
    uploaded_at: datetime
