"""Writing entries, inside the transaction of the act they tell of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from citybrain.engines.ledger import content
from citybrain.engines.ledger.models import Entry, Purpose, microseconds


@dataclass(frozen=True, kw_only=True)
class Draft:
    """One act to be recorded. ``masked`` is None where no values were shown."""

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


def append_many(drafts: Sequence[Draft]) -> list[Entry]:
    """Write the entries of several acts in one transaction; all of them or none.

    Durable when the outermost transaction commits. Raises :class:`CityError` for free
    text, and the database's error when it cannot write: the act must then fail.
    """
    purposes: list[Purpose] = []
    entries = [_entry(draft, purposes) for draft in drafts]
    with transaction.atomic():
        Entry.objects.bulk_create(entries, batch_size=1000)
        Purpose.objects.bulk_create(purposes, batch_size=1000)
    return entries


def _entry(draft: Draft, purposes: list[Purpose]) -> Entry:
    content.refuse_free_text(
        {
            "actor": draft.actor,
            "department": draft.department,
            "action": draft.action,
            "thing": draft.thing,
            "outcome": draft.outcome,
            "digest": draft.digest,
        }
    )
    uid = content.fresh_id()
    return Entry(
        uid=uid,
        at=microseconds(draft.at),
        actor=draft.actor,
        department=draft.department,
        action=draft.action,
        thing=draft.thing,
        outcome=draft.outcome,
        masked=draft.masked,
        count=draft.count,
        purpose=_keep_words(draft.purpose, uid, purposes),
        digest=draft.digest,
    )


def _keep_words(text: str, uid: str, purposes: list[Purpose]) -> str:
    words = content.purpose_words(text)
    if not words:
        return ""
    salt = content.fresh_id()
    purposes.append(Purpose(uid=uid, salt=salt, text=words))
    return content.purpose_digest(salt, words)


def words_of(uids: Iterable[str]) -> dict[str, str]:
    """Entry id → words of its purpose, where they are kept."""
    return dict(Purpose.objects.filter(uid__in=list(uids)).values_list("uid", "text"))
