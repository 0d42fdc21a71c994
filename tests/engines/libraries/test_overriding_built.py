"""Decisions by hand as they take effect: after the build that each of them orders."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.clock import SystemClock
from citybrain.city.applied import applied_city
from citybrain.lake import open_lake
from citybrain.lake.libraries.record import golden
from citybrain.lake.resolve import overrides
from tests.engines.libraries.oracle import Person, done, lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long
WHY = "经核对证件原件为同一人"


@pytest.fixture
def home(tmp_path: Path, filled: Path) -> Path:
    """A home of each test's own, since decisions stay."""
    copy = tmp_path / "home"
    shutil.copytree(filled, copy)
    return copy


def decide(site: Site, person: Person, who: str = "engineer", **form: str) -> Any:
    return site.client(who).post(f"{person.page}/same", {"purpose": WHY, **form})


def entity_of(home: Path, mention: str) -> str:
    (link,) = lake(home, "SELECT entity_id FROM {lib.person_links} WHERE mention = ?", mention)
    return str(link["entity_id"])


def mentions_of(home: Path, entity: str) -> list[str]:
    rows = lake(
        home,
        "SELECT mention FROM {lib.person_links} WHERE entity_id = ? ORDER BY table_name, mention",
        entity,
    )
    return [row["mention"] for row in rows]


def named(home: Path, entity: str) -> list[str]:
    """What the page calls the mentions that decisions in force name."""
    store, city = open_lake(home).store, applied_city(home)
    assert city is not None
    decided = {m for o in overrides.in_force(store, kind="people") for m in o.mentions}
    whole = golden(store, city, "population", entity, reveal=True)
    assert whole is not None
    found = [f"{e.place.ref}#{e.role}" for e in whole.edges if e.mention in decided]
    assert len(found) == len(decided)
    return found


def test_two_are_made_one_and_a_mention_is_made_another_and_both_stay_recorded(
    site: Site, home: Path, person: Person, stranger: str
) -> None:
    mine, theirs = mentions_of(home, person.id), mentions_of(home, stranger)
    sent = decide(site, person, other=stranger, same="1")
    assert sent.status_code == 302
    assert sent["Location"].startswith("/steward/builds/")
    assert {e.thing for e in done("person:", "library.override")} == {
        f"person:{person.id}",
        f"person:{stranger}",
    }
    assert {e.purpose for e in done("person:", "library.override")} == {WHY}
    assert entity_of(home, theirs[0]) == stranger  # it takes effect with the build
    site.work()
    assert "构建结束" in site.client().get(sent["Location"]).content.decode()
    assert {entity_of(home, one) for one in (*mine, *theirs)} == {entity_of(home, mine[0])}
    one = view(site, f"/steward/libraries/population/{entity_of(home, mine[0])}.json")
    (decided,) = one["overrides"]
    assert (decided["same"], decided["reason"]) == (True, WHY)
    assert one["records"] == len(mine) + len(theirs)
    assert person.number not in str(one)

    # the id that went leads to the one that stayed, which tells of it
    (gone,) = {person.id, stranger} - {entity_of(home, mine[0])}
    stands = f"/steward/libraries/population/{one['id']}"
    today = SystemClock().now().date()
    for twin in ("", ".json", ".csv", f"?day={today}", f".json?day={today}"):
        moved = site.client().get(f"/steward/libraries/population/{gone}{twin}")
        assert (moved.status_code, moved["Location"]) == (302, f"{stands}{twin}")
    traced = view(site, f"/steward/trace/person:{gone}/name.json")
    assert traced["thing"] == f"person:{one['id']}/name"
    last = one["ids"][-1]
    assert (last["event"], last["said"]["zh"], last["other"]) == ("merge", "并入本编号：", gone)
    assert last["leads"] == ""  # it leads here
    assert decided["tables"]["zh"]
    assert one["ids"][0]["event"] == "born"
    page = site.client().get(f"/steward/libraries/population/{one['id']}").content.decode()
    assert "编号的来历" in page
    assert f'并入本编号： <span class="hash">{gone}</span>' in page
    opened = site.client().get(f"/steward/libraries/population/{gone}", follow=True)
    assert f"编号 {gone} 已并入这个主体" in opened.content.decode()
    assert "已并入这个主体" not in page
    for none in ("P000000", "Pnope", "张三"):
        assert site.client().get(f"/steward/libraries/population/{none}").status_code == 404

    # against a decision in force nothing is decided
    kept = Person(
        id=entity_of(home, mine[0]), name=person.name, number=person.number, phone=person.phone
    )
    before = len(record("person:", "library.override"))
    by_name = {m["mention"]: m for m in one["mentions"]}
    assert len(by_name) == len(mine) + len(theirs)
    apart = decide(site, kept, other="", same="0")
    assert apart.status_code == 422
    assert len(record("person:", "library.override")) == before


def test_a_mention_is_said_to_be_somebody_elses_and_the_links_part(site: Site, home: Path) -> None:
    (row,) = lake(
        home,
        "SELECT entity_id FROM {lib.person_links} GROUP BY entity_id"
        " HAVING count(*) FILTER (WHERE table_name = 'civil.marriages') = 1 AND count(*) > 3"
        " ORDER BY entity_id DESC LIMIT 1",
    )
    entity = row["entity_id"]
    held = view(site, f"/steward/libraries/population/{entity}.json")["mentions"]
    ref = next(m["mention"] for m in held if m["source"]["table"] == "civil.marriages")
    whole = mentions_of(home, entity)
    mention = next(one for one in whole if one.startswith("civil.marriages/"))
    sent = site.client().post(
        f"/steward/libraries/population/{entity}/same",
        {"other": ref, "same": "0", "purpose": "登记表填错了人"},
    )
    assert sent.status_code == 302
    site.work()
    rest = {entity_of(home, one) for one in whole if one != mention}
    assert entity_of(home, mention) not in rest
    assert len(rest) == 1
    page = site.client().get(f"/steward/libraries/population/{rest.pop()}").content.decode()
    assert "登记表填错了人" in page


def test_a_decision_is_withdrawn_on_the_page_and_stays_readable(
    site: Site, home: Path, person: Person, stranger: str
) -> None:
    before = {one: entity_of(home, one) for one in mentions_of(home, person.id)}
    before |= {one: entity_of(home, one) for one in mentions_of(home, stranger)}
    decide(site, person, other=stranger, same="1")
    site.work()
    (kept,) = {entity_of(home, one) for one in before}
    page = f"/steward/libraries/population/{kept}"
    (decided,) = view(site, f"{page}.json")["overrides"]

    # A mention that the decision joined cannot be said away: its mates would leave with it.
    for ref in named(home, kept):
        refused = site.client().post(f"{page}/same", {"other": ref, "same": "0", "purpose": WHY})
        assert refused.status_code == 422
        assert "请先撤回那条人工认定" in refused.content.decode()

    back = f"{page}/same/{decided['id']}/withdraw"
    assert back in site.client().get(page).content.decode()
    assert back not in site.client("auditor").get(page).content.decode()
    assert site.client("civil").post(back, {"purpose": WHY}).status_code == 403
    assert site.client().post(back, {"purpose": ""}).status_code in {403, 422}
    other = f"{page}/same/{decided['id'] + 1}/withdraw"
    assert site.client().post(other, {"purpose": WHY}).status_code == 422
    sent = site.client().post(back, {"purpose": "看错了照片"})
    assert sent["Location"].startswith("/steward/builds/")
    told = {e.thing for e in done("person:", "library.override") if e.purpose == "看错了照片"}
    assert told == {f"person:{person.id}", f"person:{stranger}"}
    site.work()
    assert {one: entity_of(home, one) for one in before} == before
    for one in (person.id, stranger):  # the id that went stands for itself again
        assert site.client().get(f"/steward/libraries/population/{one}").status_code == 200
    (told,) = view(site, f"{page}.json")["overrides"]
    assert (told["reason"], told["withdrawn_why"]) == (WHY, "看错了照片")
    assert told["withdrawn_at"]
    html = site.client().get(page).content.decode()
    assert "看错了照片" in html
    assert back not in html
    assert site.client().post(back, {"purpose": WHY}).status_code == 422
