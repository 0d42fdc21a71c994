"""Proofs that an entry is in the record, drawn level by level."""

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.reading import require
from citybrain.engines.catalogue.seen import row
from citybrain.engines.catalogue.views import Download
from citybrain.engines.catalogue.views_proof import PathStep, ProofView
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

VERIFIER = "python tools/verify_ledger.py"


def proof(actor: Actor, number: int) -> ProofView:
    """The proof of an entry: for who may read its record, and for who made it."""
    found = path_of(number, actor)
    entry = found.entry
    if entry is not None and not entry.is_me:
        require(actor, "ledger.read", entry.thing)
    return found


def path_of(number: int, reader: Actor) -> ProofView:
    """The proof as it is now; ``whole`` is False when what is stored no longer fits."""
    made = _proof(number)
    return ProofView(
        number=number,
        size=made.size,
        entry=row(made.entry, reader) if made.entry else None,
        whole=made.whole,
        leaf=made.leaf_now,
        path=tuple(_step(step) for step in made.path),
        root_signed=made.root_signed,
        root_now=made.root_now,
        checkpoint=made.checkpoint,
        checkpoint_at=made.checkpoint_at,
        checkpoint_text=made.checkpoint_text,
        witnesses=made.witnesses,
        verifier=VERIFIER,
    )


def _proof(number: int) -> ledger.ProofView:
    try:
        return ledger.proof(number, clock=wiring.clock())
    except CityError as missing:
        raise Unknown(
            missing.texts["what"],
            why=missing.texts["why"],
            do=both("请在“谁看过”中查找", "Look for it on the page “Seen by”"),
        ) from missing


def _step(step: ledger.Step) -> PathStep:
    return PathStep(
        level=step.level,
        side=step.side,
        neighbour=step.neighbour,
        then=step.then,
        now=step.now,
        changed=step.then != step.now,
    )


def proof_bundle(actor: Actor, number: int) -> Download:
    """The proof as a file that the single-file verifier checks anywhere."""
    proof(actor, number)
    return Download(
        file_name=f"proof-{number}.json",
        media_type="application/json",
        content=_proof(number).as_json().encode(),
        entry="",
    )
