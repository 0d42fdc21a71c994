"""One SELECT on the lake for a person: asked, masked, read, recorded, then handed out."""

from datetime import datetime

from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.reading import ask, gate, record, source_name, thing_of
from citybrain.engines.catalogue.views_tables import AnswerView
from citybrain.engines.identity.service import Actor

MOST = 100_000  # rows of one answer; more is an export


def query(
    actor: Actor, sql: str, *, as_of: datetime | None = None, reveal: bool = False,
    purpose: str = "", max_rows: int | None = None,
) -> AnswerView:  # fmt: skip
    """The answer's rows, masked by class unless ``reveal`` (which needs ``purpose``).

    One entry per table that was read (about the lake itself when none was), so that the
    record of each table is complete. Refuses tables that the actor may not read, damaged
    ones, and anything but one SELECT.
    """
    from citybrain.lake.query import query as read
    from citybrain.lake.query import tables_of

    action = "lake.reveal" if reveal else "lake.read"
    sources = sorted({source_name(name) for name in tables_of(sql)})
    for name in sources:
        ask(actor, action, thing_of(wiring.contract(name).id), purpose=purpose)
    gate(*sources)
    answer = read(
        wiring.store(), wiring.city(), sql, as_of=as_of, reveal=reveal, max_rows=max_rows or MOST
    )
    rows = tuple(answer.to_pylist())
    entries = [
        record(
            actor, thing=thing, action=action, masked=not reveal, count=len(rows), purpose=purpose
        )
        for thing in [thing_of(name) for name in sources] or ["lake:"]
    ]
    return AnswerView(
        columns=tuple(answer.columns),
        rows=rows,
        tables=tuple(answer.tables),
        masked_columns=tuple(answer.masked_columns),
        entry=entries[-1],
    )
