"""A look at one person or company: asked, refused where damaged, read, recorded, handed out."""

from collections.abc import Iterator
from contextlib import contextmanager

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring


@contextmanager
def looking(
    actor: Actor, thing: str, *tables: str, reveal: bool = False, purpose: str = ""
) -> Iterator[guard.Done]:
    """Around a read about ``thing``; its entry is durable when the block ends.

    ``tables`` are those the values lie in: a damaged one is refused. What was read must
    leave the block only after it.
    """
    verb = "lake.reveal" if reveal else "lake.read"
    with guard.act(
        actor, verb, thing, purpose=purpose, masked=not reveal, hold=False, clock=wiring.clock()
    ) as done:
        catalogue.gate(*tables)
        yield done
