"""The SQL workbench: one SELECT for a person, kept in their own history."""

from datetime import datetime
from uuid import UUID

from citybrain.base.clock import Stopwatch
from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.service import Actor
from citybrain.engines.libraries import wiring
from citybrain.engines.libraries.errors import Unknown
from citybrain.engines.libraries.faults import fault
from citybrain.engines.libraries.models import PastQuery, SavedQuery
from citybrain.engines.libraries.schema import hints
from citybrain.engines.libraries.views_query import (
    Answer,
    PastRow,
    ResultColumn,
    SavedRow,
    WorkbenchView,
)
from citybrain.lake.compared import MaskedError

MOST_SHOWN = 200  # rows of one answer on the page
MOST_EXPORTED = 5_000  # rows of one answer taken away
LONGEST = 20_000  # characters of a query
KEPT = 200  # queries of one person's history
_NUMBERS = ("int", "long", "ulong", "double", "float", "decimal")
_HISTORY = "a reader's own list of queries; what they read is recorded by the query itself"


def workbench(actor: Actor) -> WorkbenchView:
    """What the reader ran and kept, and what may be asked about; refuses who may not read."""
    wiring.require(actor, "lake.read", "lake:")
    past = PastQuery.objects.filter(account=actor.id)[:12]
    kept = SavedQuery.objects.filter(account=actor.id)[:12]
    return WorkbenchView(
        past=tuple(_past(one) for one in past),
        saved=tuple(_saved(one) for one in kept),
        tables=hints(),
        may_read=True,
        may_reveal=wiring.may(actor, "lake.reveal", "lake:"),
        may_export=wiring.may(actor, "lake.export", "lake:"),
        most_shown=MOST_SHOWN,
        most_exported=MOST_EXPORTED,
    )


def run_query(actor: Actor, sql: str, *, reveal: bool = False, purpose: str = "") -> Answer:
    """Answer a query: at most ``MOST_SHOWN`` rows, masked by class unless revealed.

    What cannot be answered comes back as a fault with sentences, not as an error; a guard's
    refusal too. Both are kept in the reader's history.
    """
    sql, took = sql.strip(), Stopwatch()
    try:
        bounded(sql)
        found = catalogue.query(actor, sql, reveal=reveal, purpose=purpose, max_rows=MOST_SHOWN)
    except CityError as error:
        answer = Answer(
            sql=sql, fault=fault(error, sql), seconds=took.seconds(), purpose=purpose,
            masked=error.columns if isinstance(error, MaskedError) else (),
        )  # fmt: skip
    else:
        answer = Answer(
            sql=sql,
            columns=_columns(found),
            rows=tuple(tuple(catalogue.as_text(v) for v in row.values()) for row in found.rows),
            tables=found.tables,
            masked=found.masked_columns,
            complete=found.complete,
            seconds=found.seconds,
            entry=found.entry,
            revealed=reveal,
            purpose=purpose,
            warning=found.warning,
        )
    _keep(actor, answer, at=wiring.clock().now())
    return answer


def save_query(actor: Actor, sql: str, title: str) -> str:
    """Keep a query under an address of its own; its id. Refuses one that is empty."""
    wiring.require(actor, "lake.read", "lake:")
    bounded(sql.strip())
    with guard.unrecorded(_HISTORY):
        kept = SavedQuery.objects.create(
            title=(title.strip() or sql.strip().splitlines()[0])[:100],
            sql=sql.strip(),
            account=actor.id,
            created_at=wiring.clock().now(),
        )
    return str(kept.pk)


def saved_query(actor: Actor, query_id: str) -> SavedRow:
    """A query that the reader kept; nobody sees another's, for its text may name people."""
    try:
        found = SavedQuery.objects.filter(account=actor.id, pk=UUID(query_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise Unknown(
            both("没有这条查询", "There is no such query"),
            do=both("请在“我存的查询”中查找", "Look for it among your saved queries"),
            where=query_id,
        )
    return _saved(found)


def past_query(actor: Actor, number: int) -> PastRow:
    """One query of the reader's history."""
    found = PastQuery.objects.filter(account=actor.id, pk=number).first()
    if found is None:
        raise Unknown(
            both("您的历史里没有这条查询", "Your history does not hold this query"),
            do=both("请在“历史”中查找", "Look for it in the history"),
            where=str(number),
        )
    return _past(found)


def past_queries(actor: Actor) -> tuple[PastRow, ...]:
    """The reader's history, newest first; refuses who may not read."""
    wiring.require(actor, "lake.read", "lake:")
    return tuple(_past(one) for one in PastQuery.objects.filter(account=actor.id)[:KEPT])


def bounded(sql: str) -> None:
    """Refuse a text that is empty or too long to be a query."""
    if not sql:
        raise CityError(
            both("没有写查询", "The query is empty"), do=both("请写一条 SELECT", "Write one SELECT")
        )
    if len(sql) > LONGEST:
        raise CityError(
            both("查询太长", "The query is too long"),
            why=both(f"有 {len(sql):,} 个字", f"it has {len(sql):,} characters"),
            do=both(f"请写在 {LONGEST:,} 个字以内", f"Keep to {LONGEST:,} characters"),
        )


def _columns(found: catalogue.AnswerView) -> tuple[ResultColumn, ...]:
    masked = set(found.masked_columns)
    types = found.types or ("",) * len(found.columns)
    return tuple(
        ResultColumn(name=name, type=kind, number=kind.startswith(_NUMBERS), masked=name in masked)
        for name, kind in zip(found.columns, types, strict=True)
    )


def _keep(actor: Actor, answer: Answer, *, at: datetime) -> None:
    said = answer.fault
    with guard.unrecorded(_HISTORY):
        PastQuery.objects.create(
            account=actor.id,
            sql=answer.sql[:LONGEST],
            at=at,
            seconds=answer.seconds,
            rows=None if said else len(answer.rows),
            tables=list(answer.tables),
            revealed=answer.revealed,
            error=said.what.zh if said else "",
            entry=answer.entry,
        )
        old = PastQuery.objects.filter(account=actor.id).values_list("pk", flat=True)[KEPT:]
        PastQuery.objects.filter(pk__in=list(old)).delete()


def _past(one: PastQuery) -> PastRow:
    return PastRow(
        number=one.pk,
        at=wiring.local(one.at),
        sql=one.sql,
        seconds=one.seconds,
        rows=one.rows,
        revealed=one.revealed,
        state="failed" if one.error else "done",
        error=one.error,
    )


def _saved(one: SavedQuery) -> SavedRow:
    return SavedRow(id=str(one.pk), title=one.title, sql=one.sql, at=wiring.local(one.created_at))
