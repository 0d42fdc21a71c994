"""The rules of the game: from facts to a verdict, without database or clock.

Denied unless a duty of the actor allows the action on the thing. What no duty may allow:
payload to a contractor, a reveal without purpose or by a duty that may not reveal, a
rehearsal's account or action outside rehearsal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from citybrain.base.wording import Text, both
from citybrain.engines.guard.actions import ACTIONS, Action

PURPOSE_MINIMUM = 4  # characters; "test" in Chinese is two, a case number is more
CITY, DEPARTMENT = "city", "department"


class ActorLike(Protocol):
    """Whoever acts, as identity describes them."""

    @property
    def id(self) -> str: ...  # noqa: D102
    @property
    def username(self) -> str: ...  # noqa: D102
    @property
    def department(self) -> str: ...  # noqa: D102
    @property
    def duties(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def contractor(self) -> bool: ...  # noqa: D102
    @property
    def rehearsal(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What holders of a duty may do: content of the city's folder (``roles/``)."""

    name: str
    title: str
    actions: frozenset[str]
    scope: str = DEPARTMENT
    reveal: bool = False


@dataclass(frozen=True, kw_only=True)
class Thing:
    """What is acted on: ``kind:name``, and the department that owns it, if one does.

    ``called`` is what people call that department, where it is known.
    """

    kind: str
    name: str
    owner: str = ""
    called: Text | None = None


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why a verdict fell as it did; sentences in both languages."""

    code: str
    sentence: str
    sentence_en: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Allowed or not, and why. ``reveal_allowed``: values may be asked for unmasked."""

    allowed: bool
    reasons: tuple[Reason, ...]
    reveal_allowed: bool = False
    needs_purpose: bool = False


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a verdict is drawn from, beside the question itself."""

    duties: Mapping[str, Duty]
    rehearsal: bool


def decide(
    actor: ActorLike, action: str, thing: Thing, *, purpose: str = "", facts: Facts
) -> Verdict:
    """The verdict; every reason to refuse is named, not only the first."""
    known = ACTIONS.get(action)
    if known is None:
        return Verdict(allowed=False, reasons=(_unknown(action),))
    against = [*_never(actor, known, facts), *_not_granted(actor, known, thing, facts)]
    lacking = known.purposeful and len(purpose.strip()) < PURPOSE_MINIMUM
    if lacking:
        against.append(_NEEDS_PURPOSE)
    return Verdict(
        allowed=not against,
        reasons=tuple(against) or (_granted(actor, known, thing, facts),),
        reveal_allowed=_may_reveal(actor, thing, facts),
        needs_purpose=lacking,
    )


def _never(actor: ActorLike, action: Action, facts: Facts) -> list[Reason]:
    found = []
    if actor.contractor and action.payload:
        found.append(_CONTRACTOR)
    if actor.rehearsal and not facts.rehearsal:
        found.append(_REHEARSAL_ACCOUNT)
    if action.rehearsal and not facts.rehearsal:
        found.append(_REHEARSAL_ONLY)
    return found


def _not_granted(actor: ActorLike, action: Action, thing: Thing, facts: Facts) -> list[Reason]:
    if _own(actor, action, thing):
        return []
    granting = [duty for duty in _held(actor, facts) if action.name in duty.actions]
    if not granting:
        return [_no_duty(action)]
    reaching = [duty for duty in granting if _reaches(duty, actor, action, thing)]
    if not reaching:
        return [_other_department(thing)]
    if action.purposeful and not any(duty.reveal for duty in reaching):
        return [_NO_REVEAL]
    return []


def _held(actor: ActorLike, facts: Facts) -> list[Duty]:
    return [facts.duties[name] for name in sorted(actor.duties) if name in facts.duties]


def _own(actor: ActorLike, action: Action, thing: Thing) -> bool:
    """Everybody may sign in as themselves and read what they did themselves."""
    mine = thing.kind in {"account", "actor"} and thing.name == actor.id
    return mine and (action.own or action.name == "ledger.read")


def _reaches(duty: Duty, actor: ActorLike, action: Action, thing: Thing) -> bool:
    if duty.scope == CITY or action.stateless:
        return True
    return bool(thing.owner) and thing.owner == actor.department


def _may_reveal(actor: ActorLike, thing: Thing, facts: Facts) -> bool:
    reveal = ACTIONS["lake.reveal"]
    return not (_never(actor, reveal, facts) or _not_granted(actor, reveal, thing, facts))


def _granted(actor: ActorLike, action: Action, thing: Thing, facts: Facts) -> Reason:
    if _own(actor, action, thing):
        return Reason(code="own", sentence="这是您自己的。", sentence_en="It is your own.")
    names = "、".join(duty.title for duty in _held(actor, facts) if action.name in duty.actions)
    return Reason(
        code="duty",
        sentence=f"职责“{names}”允许{action.title}。",
        sentence_en=f"The duty “{names}” allows to {action.title_en}.",
    )


def _unknown(action: str) -> Reason:
    return Reason(
        code="unknown-action",
        sentence=f"没有名为“{action}”的操作。",
        sentence_en=f"There is no action named “{action}”.",
    )


def _no_duty(action: Action) -> Reason:
    return Reason(
        code="no-duty",
        sentence=f"您的职责中没有“{action.title}”。",
        sentence_en=f"None of your duties allows to {action.title_en}.",
    )


def _other_department(thing: Thing) -> Reason:
    if not thing.owner:
        return Reason(
            code="not-yours",
            sentence="它不属于您的单位，而您的职责只及于本单位的系统。",
            sentence_en="It belongs to no department, and your duty reaches your department only.",
        )
    called = thing.called or both(thing.owner)
    return Reason(
        code="other-department",
        sentence=f"它属于另一个单位（{called.zh}），而您的职责只及于本单位的系统。",
        sentence_en=f"It belongs to another department ({called.en}), and your duty reaches your "
        "own only.",
    )


_CONTRACTOR = Reason(
    code="contractor",
    sentence="运维人员不接触数据内容。",
    sentence_en="Contractors see no payload.",
)
_REHEARSAL_ACCOUNT = Reason(
    code="rehearsal-account",
    sentence="演练账号在演练之外无效。",
    sentence_en="A rehearsal's account is worth nothing outside rehearsal.",
)
_REHEARSAL_ONLY = Reason(
    code="rehearsal-only",
    sentence="这一操作只存在于演练之中。",
    sentence_en="This exists in rehearsal only.",
)
_NEEDS_PURPOSE = Reason(
    code="purpose",
    sentence=f"查看明文须写明用途，至少 {PURPOSE_MINIMUM} 个字。",
    sentence_en=f"To see values unmasked, give a purpose of {PURPOSE_MINIMUM} characters or more.",
)
_NO_REVEAL = Reason(
    code="no-reveal",
    sentence="您的职责不允许查看明文。",
    sentence_en="Your duty does not allow to see values unmasked.",
)
