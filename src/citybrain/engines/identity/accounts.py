"""Accounts of real people: made, listed and closed by those who may manage them."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from citybrain.base.clock import Clock
from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.actors import Actor
from citybrain.engines.identity.models import Post, User, fresh_uid

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,31}")


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account as its manager sees it."""

    username: str
    name: str
    department: str
    duties: tuple[str, ...]
    active: bool
    rehearsal: bool


def create_account(
    actor: Actor, *, username: str, name: str, department: str, duty: str, clock: Clock
) -> str:
    """Make an account and return its first password, which is shown this once.

    ``CityError`` when the name is taken or unfit, or the city knows no such department or
    duty; ``Refused`` when the actor may not manage accounts.
    """
    _fit(username=username, department=department, duty=duty)
    uid, password, now = fresh_uid(), secrets.token_urlsafe(12), clock.now()
    with guard.act(actor, "identity.manage", f"account:{uid}", clock=clock):
        user = User.objects.create(
            uid=uid,
            username=username,
            password=make_password(password),
            name=name,
            department=department,
            contractor=duty == "contractor",
            created_at=now,
        )
        Post.objects.create(user=user, duty=duty, since=now.date())
    return password


def close_account(actor: Actor, *, username: str, clock: Clock) -> None:
    """Let an account act no more, open sessions included; nothing of it is forgotten."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CityError(f"There is no account {username}", do="See citybrain account list")
    with guard.act(actor, "identity.manage", f"account:{user.uid}", clock=clock):
        User.objects.filter(pk=user.pk).update(is_active=False)


def accounts(actor: Actor, *, clock: Clock) -> list[AccountRow]:
    """Every account, by username; ``Refused`` when the actor may not manage accounts."""
    with guard.act(actor, "identity.manage", "account:", clock=clock):
        found: Sequence[User] = list(User.objects.prefetch_related("posts").order_by("username"))
    return [
        AccountRow(
            username=user.username,
            name=user.name,
            department=user.department,
            duties=tuple(sorted(post.duty for post in user.posts.all())),
            active=user.is_active,
            rehearsal=user.rehearsal,
        )
        for user in found
    ]


def _fit(*, username: str, department: str, duty: str) -> None:
    city = guard.applied()
    if city is None:
        raise CityError(
            "No city has been applied to this home", do="Run citybrain apply CITY first"
        )
    if not _USERNAME.fullmatch(username):
        raise CityError(
            f"'{username}' is no username",
            why="it is 2 to 32 small letters, digits, dots, dashes or underscores, a letter first",
            do="Choose another",
        )
    if User.objects.filter(username=username).exists():
        raise CityError(f"The username {username} is taken", do="Choose another")
    for kind, name, known in (
        ("department", department, city.departments),
        ("duty", duty, city.roles),
    ):
        if name not in known:
            raise CityError(
                f"The applied city has no {kind} '{name}'",
                do=f"Use one of: {', '.join(sorted(known))}",
            )
