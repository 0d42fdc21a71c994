"""Proofs that an entry is in the record, drawn level by level."""

import json
from typing import Any

from citybrain.engines.catalogue.errors import Unknown
from citybrain.engines.catalogue.reading import may, require
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
    try:
        made = ledger.proof(number)
    except LookupError as missing:
        raise Unknown(f"没有第 {number} 条记录", do="请在“谁看过”中查找") from missing
    return ProofView(
        number=number,
        size=made.size,
        entry=row(made.entry, reader) if made.entry else None,
        whole=made.whole,
        leaf=made.leaf,
        path=tuple(_step(level, step) for level, step in enumerate(made.path, 1)),
        root_signed=made.root_signed,
        root_now=made.root_now,
        checkpoint=made.checkpoint,
        checkpoint_at=made.checkpoint_at,
        checkpoint_text=made.note,
        witnesses=made.witnesses,
        verifier=VERIFIER,
    )


def _step(level: int, step: Any) -> PathStep:
    return PathStep(
        level=level,
        side=step.side,
        neighbour=step.neighbour,
        then=step.then,
        now=step.now,
        changed=step.then != step.now,
    )


def proof_bundle(actor: Actor, number: int) -> Download:
    """The proof as a file that the single-file verifier checks anywhere."""
    found = proof(actor, number)
    content = json.dumps(ledger.proof(number).as_dict(), ensure_ascii=False, indent=1)
    return Download(
        file_name=f"proof-{found.number}.json",
        media_type="application/json",
        content=content.encode(),
        entry="",
    )
