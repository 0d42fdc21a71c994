"""Who acts: an account with the duties it holds today."""

import os
import pwd
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Q

from citybrain.base.clock import Clock, SystemClock
from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.models import Post, User

CLOCK: Clock = SystemClock()
LOCAL = "os."  # begins the id of whoever owns the home on its machine
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
        raise CityError(
            both("请先登录", "Nobody has signed in"), do=both("登录后重试", "Sign in and retry")
        )
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
    return frozenset(held.values_list("duty", flat=True)) - {guard.KEEPER}


def local_actor(*, clock: Clock = CLOCK) -> Actor:
    """Who the command line acts for.

    ``CITYBRAIN_ACTOR`` names an account; without it, it is the rehearsal's data engineer in
    a rehearsal, and elsewhere whoever owns the home on this machine.
    """
    named = os.environ.get("CITYBRAIN_ACTOR", "")
    if not named and not guard.in_rehearsal():
        return _keeper()
    named = named or LOCAL_DEFAULT
    user = User.objects.filter(username=named).first()
    if user is None:
        raise _nobody(f"there is no account {named!r}")
    if user.rehearsal and not guard.in_rehearsal():
        raise _nobody(f"{named!r} is a rehearsal's account, and this is no rehearsal")
    return actor_of(user, clock=clock)


def _nobody(why: str) -> CityError:
    return CityError(
        "Nobody is known to act for here",
        why=why,
        do="Set CITYBRAIN_ACTOR to the username of your account, or unset it",
    )


def _keeper() -> Actor:
    home, me = Path(settings.CITYBRAIN_HOME), os.geteuid()
    if home.stat().st_uid != me:
        raise CityError(
            "This home belongs to somebody else",
            why="without CITYBRAIN_ACTOR only its owner on this machine may act",
            do="Set CITYBRAIN_ACTOR to the username of your account",
            where=str(home),
        )
    name = pwd.getpwuid(me).pw_name[:24]
    return Actor(
        id=f"{LOCAL}{name}",
        username=f"{LOCAL}{name}",
        name=f"本机 {name}",
        name_en=f"local {name}",
        department="",
        duties=frozenset({guard.KEEPER}),
        contractor=False,
        rehearsal=False,
    )


def name_of(actor: str) -> str:
    """The name of the account that the ledger knows by this id; empty when there is none."""
    if actor.startswith(LOCAL):
        return f"本机 {actor.removeprefix(LOCAL)}"
    return User.objects.filter(uid=actor).values_list("name", flat=True).first() or ""


def display_names(ids: set[str]) -> dict[str, tuple[str, str]]:
    """Actor id → (name, English name), for those that are accounts here."""
    rows = User.objects.filter(uid__in=ids).values_list("uid", "name", "name_en")
    local = {uid: uid.removeprefix(LOCAL) for uid in ids if uid.startswith(LOCAL)}
    return {uid: (name, name_en or name) for uid, name, name_en in rows} | {
        uid: (f"本机 {name}", f"local {name}") for uid, name in local.items()
    }
