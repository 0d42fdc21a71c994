"""Accounts of real people, and who acts from the command line outside a rehearsal."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import authenticate

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.engines.guard import service as guard
from citybrain.engines.identity import service
from citybrain.engines.ledger import service as ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keeper(
    tmp_path: Path, settings: Any, shipped_home: Path, monkeypatch: pytest.MonkeyPatch
) -> service.Actor:
    settings.CITYBRAIN_HOME = tmp_path
    settings.CITYBRAIN_REHEARSAL = False
    monkeypatch.delenv("CITYBRAIN_ACTOR", raising=False)
    shutil.copytree(shipped_home / "applied", tmp_path / "applied")
    return service.local_actor()


def test_the_owner_of_the_home_acts_and_leaves_a_trace(
    keeper: service.Actor, clock: FixedClock
) -> None:
    assert guard.may(keeper, "lake.reveal", "table:civil.marriages", purpose="核对数据").allowed
    assert not guard.may(keeper, "lake.cheat", "lake:").allowed
    with guard.act(keeper, "lake.verify", "lake:", clock=clock):
        pass
    assert ledger.entries(limit=5, offset=0)[0].actor == keeper.id
    assert service.name_of(keeper.id).startswith("本机 ")


def test_a_home_of_somebody_else_is_refused(
    keeper: service.Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 65534)
    with pytest.raises(CityError, match="belongs to somebody else"):
        service.local_actor()


def test_a_made_account_signs_in_and_a_closed_one_does_not(
    keeper: service.Actor, clock: FixedClock
) -> None:
    password = service.create_account(
        keeper, username="wang", name="王", department="civil_affairs", duty="officer", clock=clock
    )
    user = authenticate(username="wang", password=password)
    actor = service.actor_of(user, clock=clock)
    assert guard.may(actor, "lake.read", "table:civil.marriages").allowed
    assert not guard.may(actor, "lake.read", "table:household.persons").allowed
    assert not guard.may(actor, "identity.manage", "account:").allowed
    assert [row.username for row in service.accounts(keeper, clock=clock)] == ["wang"]
    service.close_account(keeper, username="wang", clock=clock)
    assert authenticate(username="wang", password=password) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"username": "Wang Li"}, "no username"),
        ({"department": "nowhere"}, "no department 'nowhere'"),
        ({"duty": "keeper"}, "no duty 'keeper'"),
    ],
)
def test_an_unfit_account_is_refused_with_a_sentence(
    keeper: service.Actor, clock: FixedClock, change: dict[str, str], message: str
) -> None:
    words = {"username": "li", "name": "李", "department": "health", "duty": "officer"} | change
    with pytest.raises(CityError, match=message):
        service.create_account(keeper, clock=clock, **words)


def test_only_who_may_manage_accounts_does(keeper: service.Actor, clock: FixedClock) -> None:
    service.create_account(
        keeper, username="zhao", name="赵", department="health", duty="steward", clock=clock
    )
    from citybrain.engines.identity.models import User

    steward = service.actor_of(User.objects.get(username="zhao"), clock=clock)
    with pytest.raises(guard.Refused):
        service.create_account(
            steward, username="x1", name="x", department="health", duty="steward", clock=clock
        )
