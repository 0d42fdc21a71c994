"""Acts: ask, do, record, or nothing happened; and no write outside of one."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.city import applied
from citybrain.engines.guard import facts
from citybrain.engines.guard import service as guard
from citybrain.engines.identity import service as identity
from citybrain.engines.identity.models import User
from citybrain.engines.ledger import service as ledger

pytestmark = pytest.mark.django_db
ENGINES = Path(__file__).resolve().parents[3] / "src" / "citybrain" / "engines"
CITY = Path(__file__).resolve().parents[3] / "cities" / "xuancheng"


@pytest.fixture
def engineer(clock: FixedClock) -> identity.Actor:
    identity.ensure_rehearsal_accounts(clock=clock)
    return identity.local_actor(clock=clock)


def test_an_act_is_recorded_with_what_it_did(engineer: identity.Actor, clock: FixedClock) -> None:
    with guard.act(
        engineer, "identity.manage", "account:x", purpose="调整岗位", clock=clock
    ) as done:
        User.objects.filter(username="civil").update(name_en="Chen")
        done.count = 1
    (entry,) = ledger.entries(thing_prefix="account:", clock=clock)
    assert (entry.uid,) == done.entries
    assert (entry.actor, entry.action, entry.count) == (engineer.id, "identity.manage", 1)
    assert (entry.purpose, entry.department) == ("调整岗位", "data_resources")
    assert entry.at == clock.now()


def test_a_failed_act_leaves_neither_change_nor_entry(
    engineer: identity.Actor, clock: FixedClock
) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        guard.act(engineer, "identity.manage", "account:x", clock=clock),
    ):
        User.objects.filter(username="civil").update(name_en="changed" * (1 // 0))
    assert ledger.count() == 0


def test_one_entry_for_each_thing(engineer: identity.Actor, clock: FixedClock) -> None:
    things = ["ledger:", "run:7"]
    with guard.act(engineer, "ledger.read", things, clock=clock, hold=False) as done:
        done.masked = True
    assert len(done.entries) == 2
    assert {one.thing for one in ledger.entries(clock=clock)} == set(things)


def test_a_refusal_is_recorded_too(engineer: identity.Actor, clock: FixedClock) -> None:
    with (
        pytest.raises(guard.Refused) as refused,
        guard.act(engineer, "lake.reveal", "table:civil.marriages", clock=clock),
    ):
        pytest.fail("the body must not run")
    assert "purpose" in {reason.code for reason in refused.value.reasons}
    (entry,) = ledger.entries(clock=clock)
    assert (entry.outcome, entry.action) == ("refused", "lake.reveal")
    with pytest.raises(guard.Refused), guard.act(engineer, "no such", "王小明", clock=clock):
        pytest.fail("the body must not run")
    newest = ledger.entries(clock=clock, limit=1)[0]
    assert (newest.action, newest.thing) == ("guard.unknown", "unknown:")


def test_rows_cannot_be_written_outside_an_act(engineer: identity.Actor) -> None:
    user = User.objects.get(username="civil")
    for write in (
        user.save,
        user.delete,
        lambda: User.objects.filter(username="civil").update(name="x"),
        lambda: User.objects.bulk_create([User(username="y", created_at=user.created_at)]),
        lambda: User.objects.filter(username="civil").delete(),
    ):
        with pytest.raises(CityError, match="no act is open"):
            write()
    with guard.unrecorded("a test"):
        user.save()
    with pytest.raises(CityError), guard.unrecorded(" "):
        pytest.fail("a reason is needed")


def test_no_engine_goes_round_the_watch_over_writes() -> None:
    """Raw cursors and ``using=`` are not seen by the router: only these may use them."""
    allowed = {
        "ledger/entries.py",
        "ledger/gathering.py",
        "ledger/sequencing.py",
        "catalogue/cheating.py",  # going round the watch is what cheating is
    }
    raw = re.compile(r"\.cursor\(|\.using\(|using=|\.raw\(")
    found = {
        str(path.relative_to(ENGINES))
        for path in ENGINES.rglob("*.py")
        if raw.search(path.read_text(encoding="utf-8"))
    }
    assert found <= allowed


def test_every_exempt_model_says_why() -> None:
    from django.apps import apps

    exempt = {
        model.__name__: model.unrecorded_because
        for model in apps.get_models()
        if getattr(model, "unrecorded_because", "")
    }
    assert {"Entry", "Purpose", "Tile", "Tree", "Checkpoint", "Job", "Guessing"} <= set(exempt)
    assert "User" not in exempt
    assert all(len(why) > 10 for why in exempt.values())


def test_the_applied_city_says_who_owns_a_thing(
    engineer: identity.Actor, clock: FixedClock, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from citybrain.city import load

    city = load(CITY).city
    (home / "applied").mkdir()
    (home / "applied" / "CURRENT").write_text("0" * 64)
    monkeypatch.setattr(applied, "applied_city", lambda _: city)
    today = clock.now().date()
    assert facts.thing_of("table:civil.marriages", on=today).owner == "civil_affairs"
    assert facts.thing_of("system:household", on=today).owner == "public_security"
    assert facts.thing_of("table:nothing.there", on=today).owner == ""
    called = facts.thing_of("table:civil.marriages", on=today).called
    assert called == facts.thing_of("department:civil_affairs", on=today).called
    assert called is not None
    assert called.zh == "市民政局"
    long_ago = today - timedelta(days=36_500)
    assert facts.thing_of("table:civil.marriages", on=long_ago).owner == ""
    assert guard.may(engineer, "lake.read", "table:civil.marriages", clock=clock).allowed
    officer = identity.actor_of(User.objects.get(username="civil"), clock=clock)
    assert guard.may(officer, "lake.correct", "table:civil.marriages", clock=clock).allowed
    assert not guard.may(officer, "lake.read", "table:household.persons", clock=clock).allowed
