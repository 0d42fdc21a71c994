"""Checks a password, slowly for those who guess, never for rehearsal accounts in earnest."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from citybrain.base.clock import Clock, SystemClock
from citybrain.base.errors import CityError
from citybrain.base.wording import both, counted
from citybrain.engines.guard import service as guard
from citybrain.engines.identity.models import Guessing, User

CLOCK: Clock = SystemClock()
FREE_GUESSES = 5  # of one username; an office behind one address gets ten times as many
LOCK_MINUTES = (1, 5, 15)


class CityBackend(BaseBackend):
    """Django's authentication backend of the platform."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None,
        password: str | None = None, **_: Any,
    ) -> User | None:  # fmt: skip
        """The account, or None. Raises :class:`CityError` while guessing is locked."""
        if not username or password is None:
            return None
        keys = _keys(username, request)
        _refuse_locked(keys)
        user = User.objects.filter(username=username).first()
        if user is None:
            make_password(password)  # an unknown name must take as long as a wrong password
        elif _right(user, password):
            Guessing.objects.filter(who__in=keys).delete()
            return user
        _count_failure(keys)
        return None

    def get_user(self, user_id: Any) -> User | None:
        """The account of a session, as long as it may sign in."""
        user = User.objects.filter(pk=user_id).first()
        return user if user and _may_sign_in(user) else None


def _right(user: User, password: str) -> bool:
    with guard.unrecorded("a password's hash is brought to today's strength"):
        right = user.check_password(password)
    return right and _may_sign_in(user)


def _may_sign_in(user: User) -> bool:
    return user.is_active and (guard.in_rehearsal() or not user.rehearsal)


def _keys(username: str, request: HttpRequest | None) -> dict[str, int]:
    """What is counted → how many failures are free."""
    keys = {f"user:{username[:64]}": FREE_GUESSES}
    if request is not None and request.META.get("REMOTE_ADDR"):
        keys[f"address:{request.META['REMOTE_ADDR']}"] = 10 * FREE_GUESSES
    return keys


def _refuse_locked(keys: dict[str, int]) -> None:
    now = CLOCK.now()
    locked = Guessing.objects.filter(who__in=keys, locked_until__gt=now).first()
    if locked is not None and locked.locked_until is not None:
        minutes = (locked.locked_until - now) // timedelta(minutes=1) + 1
        raise CityError(
            both("暂时不能登录", "Signing in is not possible just now"),
            why=both(
                f"密码连续输错 {locked.failures} 次",
                f"a wrong password was given {counted(locked.failures, 'time')}",
            ),
            do=both(
                f"请 {minutes} 分钟后再试，或联系管理员",
                f"Try again in {minutes} min, or ask the administrator",
            ),
        )


def _count_failure(keys: dict[str, int]) -> None:
    now = CLOCK.now()
    for who, free in keys.items():
        row, _ = Guessing.objects.get_or_create(who=who)
        row.failures += 1
        over = row.failures - free
        if over >= 0:
            minutes = LOCK_MINUTES[min(over, len(LOCK_MINUTES) - 1)]
            row.locked_until = now + timedelta(minutes=minutes)
        row.save()
