"""The ledger's door: append, sequence, checkpoint, prove, verify, restore."""

from datetime import datetime

from citybrain.base.clock import Clock, SystemClock
from citybrain.engines.ledger.content import is_thing
from citybrain.engines.ledger.entries import Draft, append_many
from citybrain.engines.ledger.models import Entry

CLOCK: Clock = SystemClock()


def append(
    *, actor: str, action: str, thing: str, purpose: str = "", department: str = "",
    masked: bool | None = None, count: int | None = None, digest: str = "",
    outcome: str = "done", at: datetime | None = None, clock: Clock = CLOCK,
) -> Entry:  # fmt: skip
    """Write one entry in the caller's transaction; durable when that commits.

    ``thing`` is ``kind:name``; ``digest`` hex SHA-256 or empty. Raises :class:`CityError`
    for free text, and the database's error when it cannot write.
    """
    draft = Draft(
        actor=actor, action=action, thing=thing, at=at or clock.now(), purpose=purpose,
        department=department, masked=masked, count=count, digest=digest, outcome=outcome,
    )  # fmt: skip
    return append_many([draft])[0]


__all__ = ["Draft", "append", "append_many", "is_thing"]
