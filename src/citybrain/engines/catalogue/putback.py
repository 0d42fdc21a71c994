"""What was put back: files and entries by people, checkpoints by a verification."""

from citybrain.base.wording import Text, counted
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.models import Verification
from citybrain.engines.catalogue.seen import person, thing_title
from citybrain.engines.catalogue.views_proof import PutBack
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger

SHOWN = 10


def put_back(reader: Actor) -> tuple[PutBack, ...]:
    """The newest that were put back, newest first; names of others are masked."""
    found = [*_by_people(reader), *_by_verifying(reader)]
    return tuple(sorted(found, key=lambda one: one.at, reverse=True)[:SHOWN])


def _by_people(reader: Actor) -> list[PutBack]:
    entries = ledger.entries(action="lake.restore", limit=SHOWN, clock=wiring.clock())
    return [
        PutBack(at=wiring.local(entry.at), what=_what(entry.thing), who=person(entry.actor, reader))
        for entry in entries
        if entry.outcome == "done"
    ]


def _what(thing: str) -> Text:
    if thing.startswith("ledger:"):
        return Text(zh="一条留痕记录，由热备副本", en="An entry of the record, from its hot copy")
    title = thing_title(thing)
    return Text(zh=f"{title.zh}的一个文件，由备份", en=f"A file of {title.en}, from a backup")


def _by_verifying(reader: Actor) -> list[PutBack]:
    return [
        PutBack(
            at=wiring.local(row.at),
            what=Text(
                zh=f"{size:,} 条记录时的检查点，由副本（数据库中缺失，校验时补回）",
                en=f"The checkpoint over {counted(size, 'entry')}, from its copies: the database "
                "lacked it when it was verified",
            ),
            who=person(row.account, reader),
        )
        for row in Verification.objects.exclude(put_back=[])[:SHOWN]
        for size in row.put_back
    ]
