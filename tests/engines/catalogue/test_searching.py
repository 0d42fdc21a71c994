"""Finding things, and what is connected; nothing here shows payload or leaves an entry."""

from collections.abc import Callable

from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.identity.service import Actor
from citybrain.engines.ledger import service as ledger


def test_tables_fields_and_departments_are_found_by_words_and_pinyin(engineer: Actor) -> None:
    by_words = catalogue.search(engineer, "婚姻")
    assert ("table", "civil.marriages") in {(hit.kind, hit.key) for hit in by_words}
    by_pinyin = catalogue.search(engineer, "hunyin")
    assert "civil.marriages" in {hit.key for hit in by_pinyin}
    fields = [hit for hit in catalogue.search(engineer, "男方出生") if hit.kind == "field"]
    assert [(hit.table, hit.key) for hit in fields] == [("civil.marriages", "man_birth_date")]
    assert any(hit.kind == "department" for hit in catalogue.search(engineer, "民政局"))
    assert catalogue.search(engineer, "  ") == ()


def test_the_plan_names_every_city_unit_and_what_is_connected(engineer: Actor) -> None:
    plan = catalogue.connection_plan(engineer)
    connected = {row.department: row for row in plan if row.connected}
    assert set(connected) == {"civil_affairs", "tax"}
    assert connected["civil_affairs"].tables == 1
    assert len(plan) >= 36
    assert plan[0].connected
    assert not plan[-1].connected


def test_everybody_with_a_duty_finds_and_nothing_is_recorded(
    who: Callable[[str], Actor],
) -> None:
    before = ledger.count()
    for name in ("engineer", "civil", "police", "operator", "auditor"):
        assert catalogue.search(who(name), "婚姻")
    assert ledger.count() == before


def test_officers_are_offered_their_own_uploads_only(who: Callable[[str], Actor]) -> None:
    offered = catalogue.upload_targets(who("civil"))
    assert [target.table for target in offered] == ["civil.marriages"]
    assert catalogue.upload_targets(who("police")) == ()
    assert catalogue.upload_targets(who("operator")) == ()
    assert offered[0].fields[0].zh == "登记字号"
