"""A table's page tells who reads it, and leads only where the reader may go."""

import re

import pytest

from tests.steward.conftest import Site

pytestmark = pytest.mark.long
PAGE = "/steward/tables/civil.marriages"


def links(site: Site, who: str) -> set[str]:
    html = site.client(who).get(PAGE).content.decode()
    made = html[html.index('id="flow"') :]
    return set(re.findall(r'href="(/[^"]+)"', made[: made.index("</section>")]))


def test_models_libraries_and_the_lineage_are_led_to(site: Site) -> None:
    found = links(site, "engineer")
    assert found >= {"/steward/libraries/population", "/steward/lineage/ods.civil.marriages"}
    assert "/steward/models/ads.marriages_monthly" in found


@pytest.mark.parametrize("who", ["engineer", "civil", "auditor"])
def test_no_link_leads_to_a_refusal(site: Site, who: str) -> None:
    client, found = site.client(who), links(site, who)
    assert {one: client.get(one).status_code for one in found} == dict.fromkeys(found, 200)
