"""Who acts: an account with the duties it holds today."""

import os
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from citybrain.base.clock import Clock, SystemClock
from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.models import Post, User

CLOCK: Clock = SystemClock()
LOCAL_DEFAULT = "engineer"  # who the command line acts for in rehearsal


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One who acts. ``id`` is what the ledger keeps; ``duties`` are those held today."""

    id: str
    username: str
    name: str
    name_en: str
    department: str
    duties: frozenset[str]
    contractor: bool
    rehearsal: bool


def actor_of(user: Any, *, clock: Clock = CLOCK) -> Actor:
    """The actor behind a signed-in account; raises :class:`CityError` for anybody else."""
    if not isinstance(user, User):
        # request.user is a lazy object round the account
        user = getattr(user, "_wrapped", user)
    if not isinstance(user, User) or not user.is_active:
        raise CityError("请先登录", do="登录后重试")
    return Actor(
        id=user.uid,
        username=user.username,
        name=user.name,
        name_en=user.name_en or user.name,
        department=user.department,
        duties=_duties(user, clock.now().date()),
        contractor=user.contractor,
        rehearsal=user.rehearsal,
    )


def _duties(user: User, on: date) -> frozenset[str]:
    held = Post.objects.filter(Q(until__isnull=True) | Q(until__gte=on), user=user, since__lte=on)
    return frozenset(held.values_list("duty", flat=True))


def local_actor(*, clock: Clock = CLOCK) -> Actor:
    """Who the command line acts for: ``CITYBRAIN_ACTOR``, or the rehearsal's data engineer."""
    named = os.environ.get("CITYBRAIN_ACTOR", "")
    if not named and guard.in_rehearsal():
        named = LOCAL_DEFAULT
    user = User.objects.filter(username=named).first() if named else None
    if user is None or (user.rehearsal and not guard.in_rehearsal()):
        raise CityError(
            "Nobody is known to act for here",
            why=f"there is no account {named!r}" if named else "CITYBRAIN_ACTOR is not set",
            do="Set CITYBRAIN_ACTOR to the username of your account",
        )
    return actor_of(user, clock=clock)


def name_of(actor: str) -> str:
    """The name of the account that the ledger knows by this id; empty when there is none."""
    return User.objects.filter(uid=actor).values_list("name", flat=True).first() or ""


def display_names(ids: set[str]) -> dict[str, tuple[str, str]]:
    """Actor id → (name, English name), for those that are accounts here."""
    rows = User.objects.filter(uid__in=ids).values_list("uid", "name", "name_en")
    return {uid: (name, name_en or name) for uid, name, name_en in rows}
