"""Accounts, posts, sign-in, and the accounts of a rehearsal."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity import backend, rehearsal, service
from citybrain.engines.identity.models import Guessing, Post, User
from citybrain.engines.ledger import service as ledger

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def accounts(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backend, "CLOCK", clock)
    service.ensure_rehearsal_accounts(clock=clock)


def visit(address: str = "10.0.0.1") -> HttpRequest:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = address
    request.session = SessionStore()
    return request


def test_signing_in_opens_a_fresh_session_and_is_recorded(clock: FixedClock) -> None:
    request = visit()
    request.session["before"] = "kept"
    request.session.save()
    old = request.session.session_key
    actor = service.sign_in(request, " civil ", rehearsal.PASSWORD)
    assert (actor.department, actor.duties) == ("civil_affairs", frozenset({"officer"}))
    assert request.session.session_key != old
    (entry,) = ledger.entries(action="identity.login", clock=clock)
    assert entry.thing == f"account:{actor.id}"
    service.sign_out(request)
    assert not get_user(request).is_authenticated


@pytest.mark.parametrize(("who", "password"), [("civil", "wrong"), ("nobody", "wrong"), ("", "")])
def test_a_wrong_sign_in_says_no_more_than_that(who: str, password: str) -> None:
    with pytest.raises(CityError, match="用户名或密码不对"):
        service.sign_in(visit(), who, password)
    assert ledger.count() == 0


def test_guessing_is_locked_and_unlocked_by_time(clock: FixedClock) -> None:
    for n in range(backend.FREE_GUESSES):
        with pytest.raises(CityError, match="没有登录"):
            service.sign_in(visit(f"10.0.0.{n}"), "civil", "guess")
    with pytest.raises(CityError, match="暂时不能登录"):
        service.sign_in(visit(), "civil", rehearsal.PASSWORD)
    service.sign_in(visit(), "police", rehearsal.PASSWORD)  # others are not locked out
    clock.advance(timedelta(minutes=2))
    service.sign_in(visit(), "civil", rehearsal.PASSWORD)
    assert not Guessing.objects.filter(who="user:civil").exists()


def test_one_address_cannot_try_many_names() -> None:
    for n in range(10 * backend.FREE_GUESSES):
        with pytest.raises(CityError):
            service.sign_in(visit("10.9.9.9"), f"name{n}", "guess")
    with pytest.raises(CityError, match="暂时不能登录"):
        service.sign_in(visit("10.9.9.9"), "civil", rehearsal.PASSWORD)
    service.sign_in(visit("10.9.9.8"), "civil", rehearsal.PASSWORD)


def test_rehearsal_accounts_are_worth_nothing_outside(
    settings: Any, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = visit()
    actor = service.sign_in(request, "engineer", rehearsal.PASSWORD)
    assert {one.username for one in service.rehearsal_accounts()} == {
        "engineer", "civil", "police", "operator", "auditor", "leader",
    }  # fmt: skip
    settings.CITYBRAIN_REHEARSAL = False
    assert service.rehearsal_accounts() == []
    assert not get_user(request).is_authenticated  # an open session ends too
    with pytest.raises(CityError):
        service.sign_in(visit(), "engineer", rehearsal.PASSWORD)
    with pytest.raises(CityError):
        service.ensure_rehearsal_accounts(clock=clock)
    monkeypatch.setenv("CITYBRAIN_ACTOR", "engineer")
    with pytest.raises(CityError, match="Nobody is known"):
        service.local_actor(clock=clock)
    assert not guard.may(actor, "ledger.read", "ledger:", clock=clock).allowed


def test_making_the_accounts_twice_changes_nothing(clock: FixedClock) -> None:
    before = list(User.objects.order_by("pk").values_list("pk", "uid"))
    service.ensure_rehearsal_accounts(clock=clock)
    assert list(User.objects.order_by("pk").values_list("pk", "uid")) == before


def test_duties_are_those_of_the_posts_held_today(clock: FixedClock) -> None:
    user = User.objects.get(username="civil")
    today = clock.now().date()
    with guard.unrecorded("a test"):
        Post.objects.filter(user=user).update(until=today)
        Post.objects.create(user=user, duty="auditor", since=today + timedelta(days=1))
    assert service.actor_of(user, clock=clock).duties == {"officer"}
    clock.advance(timedelta(days=1))
    assert service.actor_of(user, clock=clock).duties == {"auditor"}


def test_the_command_line_acts_for_a_named_account(
    clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.local_actor(clock=clock).username == "engineer"
    monkeypatch.setenv("CITYBRAIN_ACTOR", "auditor")
    assert service.local_actor(clock=clock).duties == {"auditor"}
    monkeypatch.setenv("CITYBRAIN_ACTOR", "nobody")
    with pytest.raises(CityError, match="nobody"):
        service.local_actor(clock=clock)


def test_nobody_is_no_actor() -> None:
    from django.contrib.auth.models import AnonymousUser

    with pytest.raises(CityError):
        service.actor_of(AnonymousUser())


def test_an_inactive_account_cannot_sign_in(clock: FixedClock) -> None:
    with guard.unrecorded("a test"):
        User.objects.filter(username="civil").update(is_active=False)
    with pytest.raises(CityError):
        service.sign_in(visit(), "civil", rehearsal.PASSWORD)
    with pytest.raises(CityError):
        service.actor_of(User.objects.get(username="civil"), clock=clock)
