"""The cockpit by plain HTTP: what a leader sees of a real small city, and what she may do."""

import csv
import io
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from citybrain import city
from citybrain.base.clock import CITY_ZONE, Stopwatch
from citybrain.city import City
from citybrain.engines.indicators import service as indicators
from tests.cockpit.gallery import PAGES
from tests.steward.conftest import Site
from tests.steward.reading import faults

PARTS = ("cards", "sources", "libraries", "users", "hours", "late", "quality", "integrity", "feed")
WAIT = datetime.now(CITY_ZONE) + timedelta(days=3)


class Then:
    """A clock that goes on from when the tables were collected: nothing is late, nothing old."""

    began: datetime
    watch: Stopwatch

    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.watch.seconds())


@pytest.fixture(autouse=True)
def then(site: Site, settings: Any) -> None:
    """Tests ask the same however long after collecting, and at whatever hour, they run."""
    from citybrain.lake.home import Home
    from citybrain.lake.status import status

    applied = city.applied_city(site.home)
    assert isinstance(applied, City)
    stands = status(Home(site.home), applied, now=datetime.now(CITY_ZONE))
    Then.began = max(one.last_run for one in stands if one.last_run)
    Then.watch = Stopwatch()
    settings.CITYBRAIN_CLOCK = "tests.cockpit.test_pages.Then"


class Later:
    """A clock three days on: by then something is late."""

    def now(self) -> datetime:
        return WAIT


@pytest.fixture
def later(then: None, settings: Any) -> None:
    settings.CITYBRAIN_CLOCK = "tests.cockpit.test_pages.Later"


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return str(answer.content.decode())


def test_a_leader_begins_at_the_map_and_a_steward_at_the_overview(site: Site) -> None:
    client = site.client("")
    signed = {"username": "leader", "password": "rehearsal-2021"}
    assert client.post("/login/", signed)["Location"] == "/cockpit/data-centre"
    assert site.client("engineer").get("/")["Location"] == "/steward/"
    assert site.client("auditor").get("/")["Location"] == "/steward/"


def test_every_card_tells_definition_source_and_owner(site: Site) -> None:
    html = text(site.client("leader"), "/cockpit/data-centre")
    assert faults(html) == []
    view = json.loads(text(site.client("leader"), "/cockpit/data-centre.json"))["view"]
    assert len(view["cards"]) == 7
    for card in view["cards"]:
        assert card["caliber"]["zh"] in html
        assert card["source"] in html
        assert f'popovertarget="p-{card["name"]}"' in html
    assert "公开数字，与本屏数字无关" in html
    assert "13.95 亿行" in html


def test_the_river_adds_up_and_is_the_same_in_picture_and_table(site: Site) -> None:
    client = site.client("leader")
    river = json.loads(text(client, "/cockpit/data-centre.json"))["view"]["river"]
    assert river["read"] == river["arrived"] + river["set_aside"] > 0  # all came first today
    assert sum(spring["rows"] for spring in river["springs"]) == river["arrived"]
    html = text(client, "/cockpit/data-centre")
    for spring in river["springs"]:
        assert f"{spring['rows']:,}</td>" in html
    assert html.count('class="r b"') >= len(river["springs"])
    assert {pool["rows"] for pool in river["libraries"]} == {None}
    assert "还没有构建" in html


def test_every_chart_turns_into_a_table_without_a_script(site: Site) -> None:
    client = site.client("leader")
    assert "astable" not in text(client, "/cockpit/data-centre")
    whole = text(client, "/cockpit/data-centre?view=table")
    assert whole.count("astable") >= 2
    one = text(client, "/cockpit/data-centre?table=hours")
    assert one.count("astable") == 1


@pytest.mark.parametrize("part", PARTS)
def test_every_part_has_its_twins(site: Site, part: str) -> None:
    client = site.client("leader")
    client.get("/cockpit/data-centre")  # the record of signing in is sealed by now
    answer = json.loads(text(client, f"/cockpit/data-centre/{part}.json"))
    assert answer["rehearsal"] is True
    rows = list(csv.reader(io.StringIO(text(client, f"/cockpit/data-centre/{part}.csv"))))
    assert len(rows) == len(answer["rows"]) + 1
    assert rows[0][-1] == "rehearsal"


def test_what_is_not_changed_is_not_sent_again(site: Site) -> None:
    client = site.client("leader")
    first = client.get("/cockpit/data-centre/live")
    assert "<html" not in first.content.decode()
    tag = first["ETag"]
    for _look in range(10):  # a checkpoint of the record may be signed between two looks
        again = client.get("/cockpit/data-centre/live", headers={"If-None-Match": tag})
        if again.status_code == 304:
            break
        assert again["ETag"] != tag
        tag = again["ETag"]
    assert (again.status_code, again.content) == (304, b"")


def test_a_late_source_is_reminded_once_and_it_is_recorded(site: Site, later: None) -> None:
    from citybrain.engines.indicators.models import Reminder
    from citybrain.engines.ledger import service as ledger

    client = site.client("leader")
    html = text(client, "/cockpit/data-centre")
    late = json.loads(text(client, "/cockpit/data-centre/late.json"))["rows"]
    assert late
    table = late[0]["table"]
    assert f'name="table" value="{table}"' in html
    assert client.post("/cockpit/remind", {"table": table}).status_code == 302
    assert "已催办" in text(client, "/cockpit/data-centre")
    again = client.post("/cockpit/remind", {"table": table}, follow=True)
    assert "半小时内只催一次" in again.content.decode()
    assert [one.table for one in Reminder.objects.all()] == [table]
    kept = ledger.entries(action="indicators.remind", thing_prefix=f"table:{table}")
    # The second try is no act: its entry was rolled back with it.
    assert [entry.outcome for entry in kept] == ["done"]


def test_what_is_not_late_is_not_reminded(site: Site) -> None:
    answer = site.client("leader").post("/cockpit/remind", {"table": "civil.x"}, follow=True)
    assert "没有迟到" in answer.content.decode()


def test_an_officer_sees_the_map_and_may_not_remind(site: Site, later: None) -> None:
    client = site.client("police")
    assert "/cockpit/remind" not in text(client, "/cockpit/data-centre")
    assert client.post("/cockpit/remind", {"table": "civil.marriages"}).status_code == 403


def test_an_indicator_tells_what_was_read_and_its_hash(site: Site) -> None:
    client = site.client("leader")
    assert "residents_registered" in indicators.refresh()
    html = text(client, "/cockpit/indicators/residents_registered")
    assert faults(html) == []
    view = json.loads(text(client, "/cockpit/indicators/residents_registered.json"))["view"]
    assert view["card"]["value"] == sum(part["value"] for part in view["parts"]) > 50
    assert view["sources"][0]["table"] == "ods.household.persons"
    assert view["sha256"] in html
    assert "宣州区" in html
    assert indicators.refresh() == ()


def test_no_line_of_the_cockpit_names_a_person(site: Site) -> None:
    client = site.client("leader")
    client.get("/cockpit/data-centre")
    told = text(client, "/cockpit/data-centre.json")
    assert "李**" not in told
    assert "leader" not in told


def test_an_unknown_indicator_is_an_error_page_of_the_cockpit(site: Site) -> None:
    answer = site.client("leader").get("/cockpit/indicators/nothing")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert faults(html) == []
    assert "cockpit/cockpit.css" in html
    assert "没有名为 nothing 的指标" in html


@pytest.mark.urls("tests.cockpit.gallery")
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_every_example_keeps_the_rules_of_pages(site: Site, language: str) -> None:
    client = site.client("leader")
    if language == "en":
        client.post("/language/", {"language": "en"})
    for name in PAGES:
        html = text(client, f"/gallery/{name}")
        assert faults(html, language=language) == [], name
