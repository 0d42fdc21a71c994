"""Every fact that a city may name is worked out, and adds up."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from citybrain.base.clock import CITY_ZONE, SystemClock
from citybrain.engines.catalogue import service as catalogue
from citybrain.engines.indicators import service as indicators
from citybrain.engines.indicators.facts import fact
from citybrain.engines.indicators.looks import looks
from citybrain.engines.indicators.stand import stand
from citybrain.lake.indicators import values
from citybrain.lake.indicators.indicator import FACTS
from tests.steward.conftest import Site, built, own_site, site, systems

__all__ = ["built", "own_site", "site", "systems"]


def actor(username: str) -> Any:
    from citybrain.engines.identity.models import User
    from citybrain.engines.identity.service import actor_of

    return actor_of(User.objects.get(username=username))


def test_every_fact_that_may_be_named_is_worked_out(site: Site) -> None:
    assert indicators.known_facts() == set(FACTS)
    now = stand()
    for name in FACTS:
        found = fact(name, now)
        assert found.value is None or found.value >= 0, name
        assert found.value is not None or found.note.zh, f"{name}: nothing, and no reason"


def test_the_facts_of_rows_are_the_lakes_own(site: Site) -> None:
    now = stand()
    rows = sum(now.store.snapshot(f"ods.{d.table}").rows for d in now.good)
    assert fact("rows_in_lake", now).value == rows
    assert fact("tables_in_lake", now).value == len(now.good) == 4
    assert fact("departments_connected", now).value == 3


def test_looks_are_counted_by_department_once_each(site: Site) -> None:
    midnight = stand().midnight
    before = sum(looks(since=midnight).values())
    who = actor("engineer")
    for _ in range(3):
        catalogue.sample(who, "civil.marriages", limit=1)
    found = looks(since=midnight)
    assert found["data_resources", ""] >= 3
    assert sum(found.values()) == before + 3
    assert looks(since=midnight) == found
    assert looks(since=datetime.now(CITY_ZONE) + timedelta(hours=1)) == {}


def test_refused_looks_are_not_among_them(site: Site) -> None:
    from citybrain.base.errors import CityError

    before = dict(looks(since=stand().midnight))
    with pytest.raises(CityError):
        catalogue.sample(actor("police"), "civil.marriages", limit=1)
    assert looks(since=stand().midnight) == before


def test_damage_is_on_the_wall_before_anybody_verifies(own_site: Site) -> None:
    from citybrain.lake.scrub import scrub

    unverified = fact("files_intact", stand())
    assert unverified.value is None
    assert "还没有全量校验过" in unverified.note.zh
    page = own_site.client().get("/cockpit/data-centre").content.decode()
    assert "未校验" in page
    assert "相符" not in page.partition('id="integrity"')[2].partition("</section>")[0]
    catalogue.verify(actor("engineer"))
    assert fact("files_intact", stand()).value == 100.0
    file = next((own_site.home / "lake" / "data").rglob("*.parquet"))
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    scrub(catalogue.store())
    found = fact("files_intact", stand())
    assert found.value is not None
    assert found.value < 100.0
    assert "损坏" in found.note.zh


def test_a_collected_change_reaches_the_wall_and_says_how_long_it_took(own_site: Site) -> None:
    """One cell changes in a department's own spreadsheet; the indicator moves."""
    who = actor("engineer")
    assert fact("change_to_wall", stand()).value is None
    catalogue.collect(who, ["hotline.tickets"])
    assert "tickets_open" in indicators.refresh()
    first = indicators.indicator(who, "tickets_open").card.value
    _reopen_one(own_site)
    began = SystemClock().now()
    catalogue.collect(who, ["hotline.tickets"])
    assert indicators.refresh() == ("tickets_open",)
    view = indicators.indicator(who, "tickets_open")
    assert first is not None
    assert view.card.value == first + 1
    assert [point.value for point in view.history] == [first, first + 1]
    passed = fact("change_to_wall", stand()).value
    assert passed is not None
    assert 0 < passed <= (SystemClock().now() - began).total_seconds()
    store = catalogue.store()
    newest = values.newest(store)["tickets_open"]
    moved = replace(newest, at=newest.at + timedelta(minutes=20), value=first + 9)
    values.write(store, moved)  # as a changed definition does: nothing was delivered
    assert values.moves(store)[0].value.value == first + 9
    assert fact("change_to_wall", stand()).value == passed


def _reopen_one(site: Site) -> None:
    """Set one finished ticket back to being handled, in the hotline's own file."""
    for file in sorted((site.systems / "hotline").glob("gd_*.csv")):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        for place, line in enumerate(lines):
            if line.rstrip().endswith(",3"):
                lines[place] = line.rstrip()[:-1] + "2\n"
                file.write_text("".join(lines), "utf-8")
                return
    raise AssertionError("no ticket is finished")
