"""Ask, do, record: one act."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction

from citybrain.base.clock import Clock, SystemClock
from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.guard.actions import ACTIONS
from citybrain.engines.guard.facts import facts, thing_of
from citybrain.engines.guard.policy import ActorLike, Reason, Verdict, decide
from citybrain.engines.ledger import service as ledger

CLOCK: Clock = SystemClock()
ONCE_WITHIN = timedelta(minutes=1)
MOST_LATELY = 30  # entries of one person turned away within that time
_why_writing: ContextVar[str] = ContextVar("why_writing", default="")


class Refused(CityError):  # noqa: N818  # a verdict, not a fault of the program
    """The guard said no; ``reasons`` say why, in both languages."""

    status = 403

    def __init__(self, *, reasons: tuple[Reason, ...], where: str = "") -> None:
        super().__init__(
            both("这件事没有获准", "This was not allowed"),
            why=both(
                "".join(reason.sentence for reason in reasons),
                " ".join(reason.sentence_en for reason in reasons),
            ),
            do=both(
                "需要的话，请联系本单位的数据专员",
                "If you need it, ask your department's data officer",
            ),
            where=where,
        )
        self.reasons = reasons

    def in_english(self) -> str:
        """One sentence for a terminal: the first reason goes on after *because*."""
        parts = self.as_dict(english=True)
        why = parts["why"][:1].lower() + parts["why"][1:]
        one = CityError(parts["what"], why=why, do=parts["do"], where=parts["where"])
        return one.in_english()


@dataclass
class Done:
    """What an act may add to its entry while it runs: how many, and a digest of what."""

    count: int | None = None
    digest: str = ""
    masked: bool | None = None
    entries: tuple[str, ...] = ()  # the entries' ids, once the act is over


def writing() -> str:
    """Why rows may be written just now; empty when they may not."""
    return _why_writing.get()


def may(
    actor: ActorLike, action: str, thing: str, *, purpose: str = "", clock: Clock = CLOCK
) -> Verdict:
    """Whether the actor may; asks only, records nothing."""
    at = clock.now()
    return decide(actor, action, thing_of(thing, on=at.date()), purpose=purpose, facts=facts())


@contextmanager
def act(
    actor: ActorLike, action: str, thing: str | Sequence[str], *, purpose: str = "",
    masked: bool | None = None, hold: bool = True, clock: Clock = CLOCK,
) -> Iterator[Done]:  # fmt: skip
    """Ask, let the body do, and record: one entry per thing, or nothing happened.

    Raises :class:`Refused`, which is recorded too. With ``hold`` the body runs inside the
    transaction of its entry. Without, the body runs first and its entry is durable before
    the block ends: for reads and work on the lake, which write no rows here and would else
    keep every other writer waiting. What the body found must leave the block only after it.
    """
    things = (thing,) if isinstance(thing, str) else tuple(thing)
    _ask(actor, action, things, purpose=purpose, clock=clock)
    done = Done(masked=masked)
    if not hold:
        yield done
    failed: list[BaseException] = []
    with _fail_closed(action, failed), transaction.atomic(), _writing_for(action):
        if hold:
            try:
                yield done
            except BaseException as error:
                failed.append(error)
                raise
        at = clock.now()
        drafts = [_draft(actor, action, one, purpose=purpose, done=done, at=at) for one in things]
        ledger.append_many(drafts)
    done.entries = tuple(draft.uid for draft in drafts)


@contextmanager
def unrecorded(why: str) -> Iterator[None]:
    """Let rows be written that are nobody's act, and say why: sessions, counters, set-up."""
    if not why.strip():
        raise CityError("An unrecorded write needs a reason", do="Say why in a few words")
    with _writing_for(f"unrecorded: {why}"):
        yield


@contextmanager
def _writing_for(why: str) -> Iterator[None]:
    token = _why_writing.set(why)
    try:
        yield
    finally:
        _why_writing.reset(token)


def _ask(
    actor: ActorLike, action: str, things: tuple[str, ...], *, purpose: str, clock: Clock
) -> None:
    for thing in things:
        verdict = may(actor, action, thing, purpose=purpose, clock=clock)
        if verdict.allowed:
            continue
        _record([_refusal(actor, action, thing, verdict.reasons, at=clock.now())])
        raise Refused(reasons=verdict.reasons, where=f"{action} {thing}")


def turned_away(
    actor: ActorLike, action: str, thing: str, reasons: tuple[Reason, ...], *, clock: Clock = CLOCK
) -> Refused:
    """Record that somebody was refused before any act began, and give what to raise.

    Doors are knocked at by hand and by program, so the record is bounded: one entry within
    a minute for a person, action and thing, and no more than a few dozen for a person.
    """
    at = clock.now()
    draft = _refusal(actor, action, thing, reasons, at=at)
    lately = ledger.refused_since(at - ONCE_WITHIN, actor=actor.id)
    if len(lately) < MOST_LATELY and (draft.action, draft.thing) not in lately:
        _record([draft])
    return Refused(reasons=reasons, where=f"{action} {thing}")


def _refusal(
    actor: ActorLike, action: str, thing: str, reasons: tuple[Reason, ...], *, at: datetime
) -> ledger.Draft:
    """The entry of a refusal; what is kept beside it is not a purpose but why it was refused."""
    return ledger.Draft(
        actor=actor.id,
        action=action if action in ACTIONS else "guard.unknown",
        thing=thing if ledger.is_thing(thing) else "unknown:",
        at=at,
        purpose=" ".join(reason.code for reason in reasons),
        department=actor.department,
        outcome="refused",
    )


def _record(drafts: list[ledger.Draft]) -> None:
    with _fail_closed(drafts[0].action, []):
        ledger.append_many(drafts)


@contextmanager
def _fail_closed(action: str, failed: list[BaseException]) -> Iterator[None]:
    """When the record cannot be written, the act did not happen; the body's faults pass."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        if failed:
            raise
        raise CityError(
            both("操作没有完成，也没有改变任何内容", "Nothing was done and nothing was changed"),
            why=both(
                f"无法写入留痕（{type(error).__name__}: {error}）",
                f"the ledger could not be written ({type(error).__name__}: {error})",
            ),
            do=both(
                "请检查磁盘空间与数据库后重试",
                "Check the disk's space and the database, then retry",
            ),
            where=action,
        ) from error


def _draft(
    actor: ActorLike, action: str, thing: str, *, purpose: str, done: Done, at: datetime
) -> ledger.Draft:
    return ledger.Draft(
        actor=actor.id,
        action=action,
        thing=thing,
        at=at,
        purpose=purpose,
        department=actor.department,
        masked=done.masked,
        count=done.count,
        digest=done.digest,
    )
