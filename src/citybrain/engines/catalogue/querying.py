"""One SELECT on the lake for a person: asked, masked, read, recorded, then handed out."""

from datetime import datetime

from citybrain.base.clock import Stopwatch
from citybrain.engines.catalogue import wiring
from citybrain.engines.catalogue.reading import known_table, reading
from citybrain.engines.catalogue.views_tables import AnswerView
from citybrain.engines.identity.service import Actor

MOST = 100_000  # rows of one answer; more is an export


def query(
    actor: Actor, sql: str, *, as_of: datetime | None = None, reveal: bool = False,
    purpose: str = "", max_rows: int | None = None, export: bool = False,
) -> AnswerView:  # fmt: skip
    """The answer's rows, masked by class unless ``reveal`` (which needs ``purpose``).

    One entry per table that was read (about the lake itself when none was), so that the
    record of each table is complete. With ``export`` it is recorded as taken away. Refuses
    tables that the actor may not read, damaged ones, and anything but one SELECT.
    """
    from citybrain.lake.compared import warning
    from citybrain.lake.query import query as read
    from citybrain.lake.query import tables_of
    from citybrain.lake.types import of_arrow

    sources = sorted({known_table(name) for name in tables_of(sql)})
    action, took = "lake.export" if export else "", Stopwatch()
    with reading(actor, *sources, reveal=reveal, purpose=purpose, action=action) as done:
        answer = read(
            wiring.store(), wiring.city(), sql, as_of=as_of, reveal=reveal,
            max_rows=max_rows or MOST,
        )  # fmt: skip
        rows = tuple(answer.to_pylist())
        done.count = len(rows)
    return AnswerView(
        columns=tuple(answer.columns),
        rows=rows,
        tables=tuple(answer.tables),
        masked_columns=tuple(answer.masked_columns),
        entry=done.entries[-1],
        types=tuple(of_arrow(field.type) for field in answer.to_arrow().schema),
        complete=answer.complete,
        seconds=took.seconds(),
        warning=warning(answer.compared),
    )
