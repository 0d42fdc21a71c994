"""Writing entries, inside the transaction of the act they tell of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from citybrain.engines.ledger import content
from citybrain.engines.ledger.models import Purpose, microseconds

# One prepared statement for all rows: making a model of each costs ten times as much.
_ENTRY = (
    "INSERT INTO ledger_entry (uid, at, actor, department, action, thing, outcome, masked,"
    " count, purpose, digest) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
_PURPOSE = "INSERT INTO ledger_purpose (uid, salt, text) VALUES (%s, %s, %s)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """One act to be recorded. ``masked`` is None where no values were shown.

    ``uid`` is the entry's id from the beginning; its number follows when it is committed.
    """

    actor: str
    action: str
    thing: str
    at: datetime
    purpose: str = ""
    department: str = ""
    masked: bool | None = None
    count: int | None = None
    digest: str = ""
    outcome: str = "done"
    uid: str = field(default_factory=content.fresh_id)


def append_many(drafts: Sequence[Draft]) -> None:
    """Write the entries of several acts in one transaction; all of them or none.

    Durable when the outermost transaction commits. Raises :class:`CityError` for free
    text, and the database's error when it cannot write: the act must then fail.
    """
    purposes: list[tuple[str, str, str]] = []
    entries = [_row(draft, purposes) for draft in drafts]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_ENTRY, entries)
        if purposes:
            cursor.executemany(_PURPOSE, purposes)


def _row(draft: Draft, purposes: list[tuple[str, str, str]]) -> tuple[Any, ...]:
    content.refuse_free_text(draft)
    return (
        draft.uid, microseconds(draft.at), draft.actor, draft.department, draft.action,
        draft.thing, draft.outcome, draft.masked, draft.count, _keep_words(draft, purposes),
        draft.digest,
    )  # fmt: skip


def _keep_words(draft: Draft, purposes: list[tuple[str, str, str]]) -> str:
    words = content.purpose_words(draft.purpose) if draft.purpose else ""
    if not words:
        return ""
    salt = content.fresh_id()
    purposes.append((draft.uid, salt, words))
    return content.purpose_digest(salt, words)


def words_of(uids: Iterable[str]) -> dict[str, str]:
    """Entry id → words of its purpose, where they are kept."""
    return dict(Purpose.objects.filter(uid__in=list(uids)).values_list("uid", "text"))
