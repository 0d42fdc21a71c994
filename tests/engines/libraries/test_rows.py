"""Libraries whose rows are no people or companies: listed, chosen from, and each row by itself."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citybrain import city as folder
from citybrain.engines.libraries import rowids
from citybrain.engines.libraries.errors import Unknown
from citybrain.lake.libraries import libraries
from tests.engines.libraries.oracle import NUMBER, done, lake
from tests.steward.conftest import FOLDER, Site
from tests.steward.reading import faults

pytestmark = pytest.mark.long

HELD = libraries(folder.load(FOLDER).city)
ROWS = tuple(name for name, one in HELD.items() if one.entity == "none")
WHY = "核对信用评分的依据"


def page(site: Site, address: str, who: str = "engineer", **asked: str) -> str:
    answer = site.client(who).get(address, asked)
    assert answer.status_code == 200, answer.content.decode()[:1000]
    return str(answer.content.decode())


def rows_of(site: Site, library: str, **asked: str) -> list[dict[str, Any]]:
    found = json.loads(page(site, f"/steward/libraries/{library}.json", **asked))
    return list(found["rows"])


def links(html: str, library: str) -> list[str]:
    """The names of the listed rows."""
    listed = html.partition('<table class="rows">')[2]
    return re.findall(rf'href="/steward/libraries/{library}/([A-Za-z0-9_-]+)"', listed)


def row(site: Site, library: str, **asked: str) -> tuple[str, dict[str, Any]]:
    """The first row that is found, by its address."""
    html = page(site, f"/steward/libraries/{library}", **asked)
    address = f"/steward/libraries/{library}/{links(html, library)[0]}"
    return address, json.loads(page(site, f"{address}.json"))["view"]


@pytest.mark.parametrize("library", ROWS)
def test_every_library_is_listed_with_its_rows(site: Site, home: Path, library: str) -> None:
    of = HELD[library]
    assert f'href="/steward/libraries/{library}"' in page(site, "/steward/libraries")
    html = page(site, f"/steward/libraries/{library}")
    assert faults(html) == []
    ((counted),) = lake(home, f"SELECT count(*) AS n FROM {{{of.table}}}")  # noqa: S608
    assert f"{counted['n']:,}" in html
    assert len(links(html, library)) == min(counted["n"], 25) > 0
    assert done(f"table:{of.table}", "lake.read")[0].count == min(counted["n"], 25)
    address = f"/steward/libraries/{library}/{links(html, library)[0]}"
    assert faults(page(site, address)) == []
    english = site.client("engineer")
    english.cookies["django_language"] = "en"
    assert english.get(address).status_code == 200


@pytest.mark.parametrize("library", ["credit_household", "licence"])
def test_no_page_shows_what_its_class_hides(site: Site, home: Path, library: str) -> None:
    of = HELD[library]
    hidden = [f.name for f in of.fields if f.masking in ("account", "id_number")]
    told = lake(home, f"SELECT {', '.join(hidden)} FROM {{{of.table}}}")  # noqa: S608
    # A company's number is public in the register; a person's, and a household's, are not.
    held = {value for one in told for value in one.values() if value}
    numbers = {one for one in held if NUMBER.fullmatch(one) or library == "credit_household"}
    assert len(numbers) > 20
    html = page(site, f"/steward/libraries/{library}")
    seen = [html, json.dumps(rows_of(site, library))]
    seen += [page(site, f"/steward/libraries/{library}/{one}") for one in links(html, library)[:5]]
    shown = set(re.findall(r"[0-9A-Za-z]{6,}", " ".join(seen)))
    assert numbers & shown == set()


def test_what_is_masked_is_neither_sorted_nor_chosen_by(site: Site, home: Path) -> None:
    address = "/steward/libraries/credit_household"
    (one,) = lake(home, "SELECT household_number FROM {theme.credit_household} LIMIT 1")
    number = one["household_number"]
    plain = links(page(site, address), "credit_household")
    for asked in ({"sort": "household_number"}, {"household_number": number}, {"homes": "1"}):
        assert links(page(site, address, **asked), "credit_household") == plain
    held = [r["household_number"] for r in lake(home, "SELECT household_number FROM "
            "{theme.credit_household}")]  # fmt: skip
    sealed = [rowids.id_of(HELD["credit_household"], key) for key in sorted(held)]
    assert plain != sealed[: len(plain)]  # nor does the list's own order tell the key


def test_a_masked_number_is_found_whole_and_the_look_is_on_record(site: Site, home: Path) -> None:
    address = "/steward/libraries/credit_household"
    (one,) = lake(home, "SELECT household_number FROM {theme.credit_household} LIMIT 1")
    number = one["household_number"]
    for part in (number[:-1], number[1:]):
        assert links(page(site, address, q=part), "credit_household") == []
    (found,) = links(page(site, address, q=number), "credit_household")
    (entry,) = done(f"credit_household:{found}", "lake.read")
    assert (entry.masked, entry.count) == (True, 1)
    assert number not in entry.thing


def test_rows_are_chosen_found_and_sorted_as_the_lake_holds_them(site: Site, home: Path) -> None:
    late = lake(home, "SELECT event_number FROM {lib.event} WHERE late ORDER BY received_at DESC")
    told = rows_of(site, "event", late="true", sort="received_at", down="1")
    assert [one["event_number"] for one in told] == [one["event_number"] for one in late]
    html = page(site, "/steward/libraries/event", late="true")
    assert f'<option value="true" selected>是 {len(late):,}</option>' in html
    status = folder.load(FOLDER).city.codelists["event_status"].entries["finished"]
    finished = lake(home, "SELECT event_number FROM {lib.event} WHERE status = 'finished'")
    by_word = rows_of(site, "event", q=status.title)
    assert len(by_word) == len(finished) > 0
    assert {one["event_number"] for one in by_word} == {one["event_number"] for one in finished}


def test_pages_hold_every_row_once(site: Site, home: Path) -> None:
    ((counted),) = lake(home, "SELECT count(*) AS n FROM {theme.credit_household}")
    seen: list[str] = []
    for offset in range(0, counted["n"], 25):
        html = page(site, "/steward/libraries/credit_household", offset=str(offset))
        seen += links(html, "credit_household")
    assert len(seen) == len(set(seen)) == counted["n"]


def test_a_row_goes_by_a_name_that_nobody_can_make(site: Site) -> None:
    address, told = row(site, "credit_household")
    name = told["record"]["id"]
    assert address.endswith(name)
    client = site.client("engineer")
    for wrong in (name[:-3] + "AAA", name[: len(name) // 2], "P0", "A"):
        assert client.get(f"/steward/libraries/credit_household/{wrong}").status_code == 404
    assert client.get(f"/steward/libraries/licence/{name}").status_code == 404
    for who in ("leader", "operator", "police"):
        assert site.client(who).get(address).status_code == 403


@given(key=st.text(min_size=1, max_size=80).filter(lambda key: key.isprintable()))
def test_a_key_comes_back_from_its_name(key: str) -> None:
    library, other = HELD["licence"], HELD["event"]
    name = rowids.id_of(library, key)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
    assert rowids.id_of(library, key) == name != rowids.id_of(other, key)
    assert rowids.entity_of(library, name) == key
    with pytest.raises(Unknown):
        rowids.entity_of(other, name)


@pytest.mark.parametrize("library", ["credit_household", "credit_village"])
def test_a_score_is_its_rules_added_up(site: Site, home: Path, library: str) -> None:
    of = HELD[library]
    assert of.score is not None
    _address, told = row(site, library, sort="score", down="1")
    score = told["score"]
    given_ = sum(rule["given"] for rule in score["rules"])
    assert score["total"] == max(of.score.lowest, min(of.score.highest, score["base"] + given_))
    assert {rule["given"] for rule in score["rules"]} - {0} != set()
    html = page(site, f"/steward/libraries/{library}")
    for rule in of.score.rules:
        assert rule.title in html
    ((best),) = lake(home, f"SELECT max(score) AS most FROM {{{of.table}}}")  # noqa: S608
    assert score["total"] == best["most"]


def test_a_village_leads_to_its_households_and_back(site: Site, home: Path) -> None:
    address, told = row(site, "credit_village", sort="households", down="1")
    (down,) = [one for one in told["related"] if one["library"] == "credit_household"]
    assert down["rows"] == int(
        next(f["value"] for f in told["record"]["fields"] if f["name"] == "households")
    )
    where = dict(down["where"])
    assert len(rows_of(site, "credit_household", **where)) == down["rows"]
    _up, household = row(site, "credit_household", **where)
    (up,) = [one for one in household["related"] if one["library"] == "credit_village"]
    assert address.endswith(up["id"])


def test_a_series_is_drawn_with_unit_caliber_and_source(site: Site, home: Path) -> None:
    address, told = row(site, "macro_economy", area="全市", period_kind="month", q="GY001")
    series = told["series"]
    held = lake(
        home,
        "SELECT period, value, growth, unit, caliber, source FROM {lib.macro_economy} "
        "WHERE indicator = 'GY001' AND area = '全市' AND period_kind = 'month' ORDER BY period",
    )
    assert [(p["period"], p["value"]) for p in series["points"]] == [
        (one["period"], float(one["value"])) for one in held
    ]
    html = page(site, address)
    for word in (held[-1]["unit"], held[-1]["caliber"], held[-1]["source"]):
        assert word in html
    assert html.count("<circle") >= len(held)
    assert html.count('class="here"') == 1
    overview = page(site, "/steward/libraries/macro_economy")
    ((kinds),) = lake(home, "SELECT count(DISTINCT indicator) AS n FROM {lib.macro_economy}")
    assert overview.count("<polyline") == kinds["n"]


def test_a_value_of_a_row_is_traced_to_the_department_s_cell(site: Site) -> None:
    _address, told = row(site, "macro_economy", area="全市", period_kind="month")
    thing = told["record"]["thing"]
    traced = json.loads(page(site, f"/steward/trace/{thing}/value.json"))["view"]
    assert [step["kind"] for step in traced["steps"]][-3:] == ["field", "row", "cell"]
    assert {step["verdict"] for step in traced["steps"]} <= {"match", ""}
    assert done(thing, "lake.read")[0].masked


def test_a_row_is_unmasked_for_a_purpose_alone(site: Site, home: Path) -> None:
    address, told = row(site, "credit_household")
    thing, client = told["record"]["thing"], site.client("engineer")
    refused = client.post(f"{address}/reveal", {"purpose": ""})
    assert refused.status_code == 422
    key = rowids.entity_of(HELD["credit_household"], told["record"]["id"])
    assert key not in refused.content.decode()
    shown = client.post(f"{address}/reveal", {"purpose": WHY})
    assert shown.status_code == 200
    assert key in shown.content.decode()
    (entry,) = done(thing, "lake.reveal")
    assert (entry.purpose, entry.masked) == (WHY, False)


def test_twins_hold_what_is_chosen_with_all_fields(site: Site, home: Path) -> None:
    text = page(site, "/steward/libraries/component.csv", status="1")
    read = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))
    broken = lake(home, "SELECT component_code FROM {lib.component} WHERE status = '1'")
    assert {one["component_code"] for one in read} == {one["component_code"] for one in broken}
    assert set(read[0]) >= {one.name for one in HELD["component"].fields}
    assert {one["rehearsal"] for one in read} == {"演练"}
