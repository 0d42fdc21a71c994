"""Entries as people see them, newest first."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from citybrain.engines.ledger.entries import words_of
from citybrain.engines.ledger.models import Entry, microseconds, moment

BLOCK = 2000  # entries read at a time on the way back
NEWEST = 500  # entries looked at for what was refused just now


@dataclass(frozen=True, kw_only=True)
class EntryView:
    """One entry with the words of its purpose. ``number`` is None until it is sequenced."""

    number: int | None
    uid: str
    at: datetime
    actor: str
    department: str
    action: str
    thing: str
    outcome: str
    masked: bool | None
    count: int | None
    purpose: str
    digest: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for machine-readable output."""
        return {**self.__dict__, "at": self.at.isoformat()}


def entries(
    *, thing_prefix: str = "", actor: str = "", action: str = "", limit: int = 50, offset: int = 0
) -> list[EntryView]:
    """Entries about a thing, by an actor, of an action (each: all when empty), newest first.

    ``thing_prefix`` matches the thing itself and what lies below it (``table:a`` does not
    match ``table:ab``), or all of a kind when it ends with a colon.
    """
    rows = list(_matching(thing_prefix, actor, action).order_by("-id")[offset : offset + limit])
    words = words_of(row.uid for row in rows if row.purpose)
    return [view(row, words.get(row.uid, "")) for row in rows]


def count(*, thing_prefix: str = "", actor: str = "", action: str = "") -> int:
    """How many entries :func:`entries` could list."""
    return _matching(thing_prefix, actor, action).count()


def done_since(
    actions: Collection[str], *, since: int, after: int
) -> tuple[Mapping[tuple[str, str], int], int]:
    """Numbered entries beyond number ``after`` that were done at or after ``since``, counted.

    ``since`` is in microseconds as entries keep it. Walks back from the newest number and ends
    at a whole block of older entries: times are not assumed to grow, but a block is long.
    Returns the counts by department and thing, and the newest number seen, to go on from.
    """
    counts: Counter[tuple[str, str]] = Counter()
    rows = Entry.objects.filter(number__gt=after).order_by("-number")
    newest, upto = after, None
    while True:
        block = list(
            (rows.filter(number__lt=upto) if upto else rows).values_list(
                "number", "at", "action", "outcome", "department", "thing"
            )[:BLOCK]
        )
        newest = max(newest, block[0][0]) if block and block[0][0] else newest
        counts.update(
            (department, thing)
            for _number, at, action, outcome, department, thing in block
            if at >= since and action in actions and outcome == "done" and department
        )
        if len(block) < BLOCK or all(at < since for _n, at, *_rest in block):
            return counts, newest
        upto = block[-1][0]


def refused_since(at: datetime, *, actor: str) -> list[tuple[str, str]]:
    """Action and thing of what the actor was refused since then, newest first.

    Only the newest entries of all are looked at, so that it costs the same however long the
    record is; where more than these were made since, some are left out.
    """
    newest = Entry.objects.order_by("-id").values_list("actor", "outcome", "at", "action", "thing")[
        :NEWEST
    ]
    since = microseconds(at)
    return [
        (action, thing)
        for who, outcome, when, action, thing in newest
        if who == actor and outcome == "refused" and when >= since
    ]


def view(row: Entry, words: str) -> EntryView:
    """A row as people see it."""
    return EntryView(
        number=row.number, uid=row.uid, at=moment(row.at), actor=row.actor,
        department=row.department, action=row.action, thing=row.thing, outcome=row.outcome,
        masked=row.masked, count=row.count, purpose=words, digest=row.digest,
    )  # fmt: skip


def _matching(thing: str, actor: str, action: str) -> QuerySet[Entry]:
    found = Entry.objects.all()
    if thing.endswith((":", ".", "/")):
        found = found.filter(thing__startswith=thing)
    elif thing:
        found = found.filter(Q(thing=thing) | Q(thing__startswith=f"{thing}/"))
    if actor:
        found = found.filter(actor=actor)
    return found.filter(action=action) if action else found
