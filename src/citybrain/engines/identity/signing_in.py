"""Signing in and out of the pages; signing in is an act."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest

from citybrain.base.errors import CityError
from citybrain.base.wording import both
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.actors import Actor, actor_of
from citybrain.engines.identity.models import User


def sign_in(request: HttpRequest, username: str, password: str) -> Actor:
    """Open a session under a fresh key and record it; raises :class:`CityError` if it may not.

    The sentence never says whether the username exists.
    """
    user = authenticate(request, username=username.strip(), password=password)
    if not isinstance(user, User):
        raise CityError(
            both("没有登录", "You were not signed in"),
            why=both("用户名或密码不对", "the user name or the password is wrong"),
            do=both("请核对后重试", "Check both and retry"),
        )
    actor = actor_of(user)
    with guard.act(actor, "identity.login", f"account:{actor.id}"):
        login(request, user)
    return actor


def sign_out(request: HttpRequest) -> None:
    """End the session and forget its contents."""
    logout(request)
