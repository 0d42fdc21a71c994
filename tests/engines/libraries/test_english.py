"""On English pages only data, names and cited laws are Chinese, and they say that they are."""

import csv
import io
from collections.abc import Iterator

import pytest

from citybrain.base.clock import SystemClock
from citybrain.city.applied import applied_city
from citybrain.lake.home import Home
from citybrain.lake.quality.measuring import measure
from citybrain.lake.store import open_store
from tests.engines.libraries.oracle import Person
from tests.steward.conftest import Site
from tests.steward.reading import CHINESE, Page, faults

pytestmark = pytest.mark.long

STARTS = (
    "/steward/",
    "/steward/libraries",
    "/steward/models",
    "/steward/lineage",
    "/steward/findings",
    "/steward/quality",
    "/steward/standards",
    "/steward/trace",
    "/steward/operations",
    "/steward/integrity",
    "/steward/sql",
    "/steward/plan",
    "/steward/help",
    "/steward/search?q=marriage",
    "/steward/systems",
    "/steward/systems/household",
    "/steward/tables",
    "/steward/tables/civil.marriages",
    "/steward/models/ads.elder_allowance",
    "/steward/models/dwd.household.persons",
    "/steward/models/lib.population",
    "/steward/lineage/lib.population?column=marital_status",
    "/steward/standards/id_number",
    "/steward/quality/departments/civil_affairs",
    "/steward/quality/civil.marriages",
    "/steward/trace/indicator:residents_living",
    "/steward/repair",
    "/steward/repair/household.persons",
    "/steward/upload",
    "/cockpit/",
    "/cockpit/indicators",
    "/cockpit/indicators/residents_living",
)


@pytest.fixture
def measured(site: Site) -> Site:
    """The filled site with its quality measured, as collecting through the pages leaves it."""
    city = applied_city(site.home)
    assert city is not None
    measure(open_store(Home(site.home), clock=SystemClock()), city)
    return site


def english(site: Site, who: str, addresses: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The pages that this account may see, in English."""
    client = site.client(who)
    client.post("/language/", {"language": "en"})
    for address in addresses:
        answer = client.get(address, follow=True)
        assert answer.status_code in (200, 403), address
        if answer.status_code == 200:
            yield address, answer.content.decode()


@pytest.mark.parametrize("who", ["engineer", "leader"])
def test_on_english_pages_what_is_chinese_says_so(measured: Site, person: Person, who: str) -> None:
    found, names = {}, ["/steward/libraries/population?q=王"]
    names += [person.page, f"/steward/trace/person:{person.id}/marital_status"]
    for address, html in english(measured, who, (*STARTS, *names)):
        told = [f"told in Chinese: {one}" for one in Page(html).told]
        if wrong := faults(html, language="en") + told:
            found[address] = wrong
    assert found == {}


def test_every_description_of_the_shipped_city_is_english_there(measured: Site) -> None:
    pages = dict(english(measured, "engineer", STARTS))
    for address, said in (
        ("/steward/systems/household", "The household register"),
        ("/steward/tables/civil.marriages", "One row for each registration"),
        ("/steward/tables/civil.marriages", "Name on the identity document"),
        ("/steward/tables/civil.marriages", "Data officer, Bureau of Civil Affairs"),
        ("/steward/libraries", "One row for each person"),
        ("/steward/models/ads.elder_allowance", "Living people of eighty and over"),
        ("/steward/models/dwd.household.persons", "One row for each person"),
        ("/steward/standards/id_number", "Seventeen digits and a check digit"),
    ):
        assert said in pages[address], address


def test_lists_follow_the_language_of_the_page_that_they_come_from(site: Site) -> None:
    client = site.client()
    chinese = client.get("/steward/libraries.csv").content.decode("utf-8-sig")
    assert "每人一行" in chinese
    client.post("/language/", {"language": "en"})
    rows = csv.DictReader(io.StringIO(client.get("/steward/libraries.csv").content.decode()))
    found = ["".join(v for k, v in row.items() if k != "rehearsal") for row in rows]
    assert len(found) > 5
    assert [one for one in found if CHINESE.search(one)] == []
