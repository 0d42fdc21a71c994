"""The ledger's door: append, sequence, checkpoint, read, prove, verify, restore, export."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from citybrain.base.clock import Clock, SystemClock
from citybrain.engines.ledger import bundling, gathering, proving, reading, sequencing
from citybrain.engines.ledger.content import is_thing
from citybrain.engines.ledger.entries import Draft, append_many
from citybrain.engines.ledger.models import Checkpoint, microseconds, moment
from citybrain.engines.ledger.problems import Problem, Verification
from citybrain.engines.ledger.proving import ProofView, Step
from citybrain.engines.ledger.reading import EntryView, count, done_since, refused_since
from citybrain.engines.ledger.restoring import restore_entry
from citybrain.engines.ledger.sequencing import newest_checkpoint, signer, tree_size
from citybrain.engines.ledger.standing import standing_still

CLOCK: Clock = SystemClock()


def append(  # noqa: PLR0913  # one keyword for each field of an entry
    *, actor: str, action: str, thing: str, purpose: str = "", department: str = "",
    masked: bool | None = None, count: int | None = None, digest: str = "",
    outcome: str = "done", at: datetime | None = None, clock: Clock = CLOCK,
) -> Draft:  # fmt: skip
    """Write one entry in the caller's transaction; durable when that commits.

    ``thing`` is ``kind:name``; ``digest`` hex SHA-256 or empty. Raises :class:`CityError`
    for free text, and the database's error when it cannot write.
    """
    draft = Draft(
        actor=actor, action=action, thing=thing, at=at or clock.now(), purpose=purpose,
        department=department, masked=masked, count=count, digest=digest, outcome=outcome,
    )  # fmt: skip
    append_many([draft])
    return draft


def sequence(*, clock: Clock = CLOCK) -> int:
    """Number what is committed; how many were numbered. A checkpoint follows in seconds."""
    return sequencing.sequence(clock=clock)


def checkpoint(*, clock: Clock = CLOCK) -> Checkpoint | None:
    """Number what is committed and sign the tree now; the newest checkpoint, if any."""
    sequencing.sequence(clock=clock, sign=True)
    return newest_checkpoint()


def verify(*, clock: Clock = CLOCK) -> Verification:
    """Recompute entries, tree and checkpoints, and name every difference.

    What only the files held of the newest checkpoints is put back first, and told.
    """
    missing = sequencing.missing_in_database()
    checkpoint(clock=clock)
    held = Checkpoint.objects.filter(size__in=missing).values_list("size", flat=True)
    return replace(gathering.verify(), put_back=tuple(sorted(held)))


def entries(
    *, thing_prefix: str = "", actor: str = "", action: str = "", limit: int = 50,
    offset: int = 0, clock: Clock = CLOCK,
) -> list[EntryView]:  # fmt: skip
    """Entries, newest first, numbered as far as they are committed; see ``reading.entries``."""
    sequence(clock=clock)
    return reading.entries(
        thing_prefix=thing_prefix, actor=actor, action=action, limit=limit, offset=offset
    )


def proof(number: int, *, clock: Clock = CLOCK) -> ProofView:
    """The proof of an entry under the newest checkpoint; raises :class:`CityError` if none."""
    checkpoint(clock=clock)
    return proving.proof(number)


def export_bundle(path: Path | str, *, clock: Clock = CLOCK) -> None:
    """Write the bundle that ``tools/verify_ledger.py`` checks."""
    checkpoint(clock=clock)
    bundling.export_bundle(path)


def verifier() -> bytes:
    """The program that goes with a bundle; see ``bundling.verifier``."""
    return bundling.verifier()


def verifier_key() -> str:
    """The public key of the checkpoints, as C2SP writes it."""
    return signer().verifier()


__all__ = [
    "Checkpoint",
    "Draft",
    "EntryView",
    "Problem",
    "ProofView",
    "Step",
    "Verification",
    "append",
    "append_many",
    "checkpoint",
    "count",
    "done_since",
    "entries",
    "export_bundle",
    "is_thing",
    "microseconds",
    "moment",
    "newest_checkpoint",
    "proof",
    "refused_since",
    "restore_entry",
    "sequence",
    "standing_still",
    "tree_size",
    "verifier",
    "verifier_key",
    "verify",
]
