"""Verdicts: denied unless a duty grants it, whatever is asked."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain.base.wording import Text
from citybrain.engines.guard import service as guard

CITY = Path(__file__).resolve().parents[3] / "cities" / "xuancheng"


@dataclass(frozen=True, kw_only=True)
class Someone:
    id: str = "u1"
    username: str = "u1"
    department: str = "civil_affairs"
    duties: frozenset[str] = frozenset()
    contractor: bool = False
    rehearsal: bool = False


def duty(name: str, *actions: str, scope: str = "department", reveal: bool = False) -> guard.Duty:
    return guard.Duty(name=name, title=name, actions=frozenset(actions), scope=scope, reveal=reveal)


DUTIES = {
    "steward": duty("steward", *sorted(guard.ACTIONS), scope="city", reveal=True),
    "officer": duty("officer", "lake.read", "lake.reveal", "lake.correct", reveal=True),
    "reader": duty("reader", "lake.read", "lake.reveal"),
    "contractor": duty("contractor", "work.read", "lake.verify", "lake.read", scope="city"),
    "auditor": duty("auditor", "ledger.read", "ledger.verify", scope="city"),
}
FACTS = guard.Facts(duties=DUTIES, rehearsal=False)
OWN = guard.Thing(kind="table", name="civil.marriages", owner="civil_affairs")
OTHER = guard.Thing(kind="table", name="household.persons", owner="public_security")
LAKE = guard.Thing(kind="lake", name="")


def ask(
    who: Someone, action: str, thing: guard.Thing, purpose: str = "", facts: guard.Facts = FACTS
) -> tuple[bool, set[str]]:
    verdict = guard.decide(who, action, thing, purpose=purpose, facts=facts)
    return verdict.allowed, {reason.code for reason in verdict.reasons}


OFFICER = Someone(duties=frozenset({"officer"}))


@pytest.mark.parametrize(
    ("who", "action", "thing", "purpose", "expected"),
    [
        (Someone(), "lake.read", OWN, "", "no-duty"),
        (OFFICER, "lake.read", OWN, "", ""),
        (OFFICER, "lake.read", OTHER, "", "other-department"),
        (OFFICER, "lake.read", LAKE, "", "not-yours"),
        (OFFICER, "lake.reveal", OWN, "  x ", "purpose"),
        (OFFICER, "lake.reveal", OWN, "核对登记", ""),
        (OFFICER, "ledger.read", OWN, "", "no-duty"),
        (Someone(duties=frozenset({"reader"})), "lake.reveal", OWN, "核对登记", "no-reveal"),
        (
            Someone(duties=frozenset({"contractor"}), contractor=True),
            "lake.read",
            OWN,
            "",
            "contractor",
        ),
        (Someone(duties=frozenset({"contractor"}), contractor=True), "work.read", LAKE, "", ""),
        (
            Someone(duties=frozenset({"steward"}), contractor=True),
            "lake.reveal",
            OWN,
            "核对登记",
            "contractor",
        ),
        (Someone(duties=frozenset({"auditor"})), "ledger.read", OTHER, "", ""),
        (Someone(duties=frozenset({"auditor"})), "lake.read", OTHER, "", "no-duty"),
        (Someone(duties=frozenset({"steward"})), "lake.cheat", LAKE, "", "rehearsal-only"),
        (Someone(duties=frozenset({"steward"})), "lake.read", OTHER, "", ""),
        (
            Someone(duties=frozenset({"steward"}), rehearsal=True),
            "lake.read",
            OTHER,
            "",
            "rehearsal-account",
        ),
        (Someone(duties=frozenset({"steward"})), "lake.drop", LAKE, "", "unknown-action"),
        (Someone(duties=frozenset({"steward", "ghost"})), "ledger.read", LAKE, "", ""),
    ],
)
def test_verdicts(
    who: Someone, action: str, thing: guard.Thing, purpose: str, expected: str
) -> None:
    allowed, codes = ask(who, action, thing, purpose)
    assert allowed == (not expected)
    assert not expected or expected in codes


def test_another_department_is_called_by_its_name() -> None:
    theirs = replace(OTHER, called=Text(zh="市公安局", en="Public Security Bureau"))
    (reason,) = guard.decide(OFFICER, "lake.read", theirs, facts=FACTS).reasons
    assert "市公安局" in reason.sentence
    assert "Public Security Bureau" in reason.sentence_en
    assert "public_security" not in reason.sentence + reason.sentence_en


def test_everybody_may_sign_in_as_themselves_and_read_what_they_did() -> None:
    mine, theirs = (guard.Thing(kind="account", name=name) for name in ("u1", "u2"))
    assert ask(Someone(), "identity.login", mine)[0]
    assert not ask(Someone(), "identity.login", theirs)[0]
    assert ask(Someone(), "ledger.read", guard.Thing(kind="actor", name="u1"))[0]
    assert not ask(Someone(), "ledger.read", guard.Thing(kind="actor", name="u2"))[0]


def test_reveal_is_offered_only_where_it_would_be_granted() -> None:
    def offered(who: Someone, thing: guard.Thing) -> bool:
        return guard.decide(who, "lake.read", thing, facts=FACTS).reveal_allowed

    assert offered(OFFICER, OWN)
    assert not offered(OFFICER, OTHER)
    assert not offered(Someone(duties=frozenset({"reader"})), OWN)
    assert not offered(replace(OFFICER, contractor=True), OWN)


names = st.sampled_from(["civil_affairs", "public_security", "", "x"])
people = st.builds(
    Someone, department=names, duties=st.frozensets(st.sampled_from([*DUTIES, "ghost"])),
    contractor=st.booleans(), rehearsal=st.booleans(),
)  # fmt: skip
things = st.builds(guard.Thing, kind=st.text(max_size=8), name=st.text(max_size=8), owner=names)
actions = st.one_of(st.sampled_from(sorted(guard.ACTIONS)), st.text(max_size=12))


@given(people, actions, things, st.text(max_size=10), st.booleans())
def test_nothing_is_allowed_that_no_duty_grants(
    who: Someone, action: str, thing: guard.Thing, purpose: str, rehearsal: bool
) -> None:
    facts = replace(FACTS, rehearsal=rehearsal)
    verdict = guard.decide(who, action, thing, purpose=purpose, facts=facts)
    assert verdict.reasons
    assert all(reason.sentence and reason.sentence_en for reason in verdict.reasons)
    if not verdict.allowed:
        return
    known = guard.ACTIONS[action]
    own = thing.kind in {"account", "actor"} and thing.name == who.id
    granting = [
        one for name in who.duties & DUTIES.keys() if action in (one := DUTIES[name]).actions
    ]
    assert own or granting
    assert (
        own
        or known.stateless
        or any(
            one.scope == "city" or (thing.owner and thing.owner == who.department)
            for one in granting
        )
    )
    assert not (who.contractor and known.payload)
    assert rehearsal or not (who.rehearsal or known.rehearsal)
    assert not known.purposeful or len(purpose.strip()) >= 4


@given(people, actions, things)
def test_without_duties_everything_is_denied(who: Someone, action: str, thing: guard.Thing) -> None:
    facts = guard.Facts(duties={}, rehearsal=True)
    own = thing.kind in {"account", "actor"} and thing.name == who.id
    assert own or not guard.decide(who, action, thing, purpose="a purpose", facts=facts).allowed


def test_the_shipped_city_grants_what_its_people_need() -> None:
    from citybrain.city import load

    duties = guard.duties_of(load(CITY).city.roles)
    facts = guard.Facts(duties=duties, rehearsal=True)
    officer = Someone(duties=frozenset({"officer"}))
    assert guard.decide(officer, "lake.correct", OWN, facts=facts).allowed
    assert not guard.decide(officer, "lake.correct", OTHER, facts=facts).allowed
    contractor = Someone(duties=frozenset({"contractor"}), contractor=True)
    assert guard.decide(contractor, "work.read", LAKE, facts=facts).allowed
    granted = {name for name in guard.ACTIONS if name in duties["contractor"].actions}
    assert not any(guard.ACTIONS[name].payload for name in granted)
    assert guard.decide(Someone(duties=frozenset({"auditor"})), "ledger.read", LAKE, facts=facts)


def test_what_nobody_has_heard_of_grants_nothing() -> None:
    odd = guard.duties_of({"x": duty("x", "lake.drop", "lake.read", scope="galaxy")})["x"]
    assert (odd.actions, odd.scope) == ({"lake.read"}, "department")
