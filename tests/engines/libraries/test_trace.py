"""Trace: from the number on the wall to the department's cell, and up again."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.engines.libraries.oracle import NUMBER, Person, done, lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long

COUNTED = "indicator:residents_living"
WHY = "核对墙上的数字"
UNKNOWN = (
    "indicator:nothing",
    "model:lib.nothing",
    "person:P000000000000000000000000",
    "person:P000000000000000000000000/name",
    "unicorn:x",
    "nothing",
)


def traced(site: Site, thing: str, who: str = "engineer", **query: str) -> Any:
    return view(site, f"/steward/trace/{thing}.json", who, **query)


def kinds(told: Any) -> list[str]:
    return [step["kind"] for step in told["steps"]]


def test_a_trace_begins_at_every_number_and_every_library(site: Site, home: Path) -> None:
    page = site.client().get("/steward/trace").content.decode()
    for thing in (COUNTED, "model:lib.population", "model:lib.legal_person"):
        assert f'href="/steward/trace/{thing}"' in page


def test_the_number_on_the_wall_is_what_the_lake_counts(site: Site, home: Path) -> None:
    told = traced(site, COUNTED)
    assert kinds(told)[:3] == ["number", "indicator", "model"]
    (counted,) = lake(home, "SELECT CAST(sum(people) AS INTEGER) AS n FROM {ads.age_structure}")
    number = told["steps"][0]
    assert number["value"] == str(counted["n"])
    assert number["verdict"] == "match"
    assert len(number["hash"]) == 64
    assert "sum(people)" in told["steps"][1]["sql"]
    reads = {step["detail"]["zh"].partition(" ")[0] for step in told["steps"]}
    assert any("age_structure" in str(step) for step in told["steps"][2:]), reads
    assert told["differs"] == 0


def test_a_number_leads_to_a_record_to_its_row_and_to_its_cell(
    site: Site, home: Path, person: Person
) -> None:
    choices = traced(site, COUNTED)["choices"]
    assert choices
    chosen = choices[0]
    assert chosen["via"] == "residents_living"
    told = traced(site, chosen["thing"], via=chosen["via"])
    assert kinds(told)[:2] == ["number", "indicator"]
    assert kinds(told)[-3:] == ["field", "row", "cell"]
    assert "model" in kinds(told)
    assert [step["number"] for step in told["steps"]] == list(range(1, len(told["steps"]) + 1))


def cell_of(systems: Path, registration: str) -> tuple[str, str]:
    """Where the workbook of marriages has a registration's kind, and what stands there."""
    (path,) = systems.rglob("婚姻登记累计表.xlsx")
    sheet = load_workbook(path, read_only=True).worksheets[0]
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        if registration in row:
            return f"B{number}", str(row[1])
    raise AssertionError(registration)


def test_field_row_and_cell_are_those_that_the_lake_and_the_workbook_say(
    site: Site, home: Path, person: Person
) -> None:
    (row,) = lake(home, "SELECT * FROM {lib.population} WHERE person_id = ?", person.id)
    told = traced(site, f"person:{person.id}/marital_status")
    field, delivered, cell = told["steps"][-3:]
    assert (field["value"], field["masked"]) == ("***", True)
    assert field["verdict"] == delivered["verdict"] == "match"
    table, _, registration = row["marital_status__row"].partition("/")
    assert table == "civil.marriages"
    assert delivered["title"]["zh"] == "ods.civil.marriages #1"
    assert "市民政局" in delivered["detail"]["zh"]
    facts = {fact["title"]["zh"]: fact["value"]["zh"] for fact in cell["facts"]}
    assert facts["物理表"] == "婚姻登记累计表.xlsx"
    grid = cell["grid"]
    at, kind = cell_of(site.systems, registration)
    assert cell["title"]["zh"] == at
    assert grid["rows"][grid["at"][0]][grid["at"][1]] == kind == delivered["value"]


def test_where_the_source_is_not_known_the_trace_goes_as_far_as_it_can_and_says_so(
    site: Site, home: Path, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = traced(site, f"person:{person.id}/marital_status")
    monkeypatch.delenv("CITYBRAIN_SYSTEMS")
    told = traced(site, f"person:{person.id}/marital_status")
    assert kinds(told) == kinds(whole)
    assert told["steps"][-2]["value"] == whole["steps"][-2]["value"]
    cell = told["steps"][-1]
    assert cell["grid"] is None
    assert "CITYBRAIN_SYSTEMS" in cell["missing"]["zh"]
    assert "CITYBRAIN_CONNECTION_CIVIL" in cell["missing"]["en"]
    page = site.client("engineer").get(f"/steward/trace/person:{person.id}/marital_status")
    assert "CITYBRAIN_SYSTEMS" in page.content.decode()
    assert whole["steps"][-1]["missing"]["zh"] == ""


def test_the_cell_is_the_one_that_holds_the_value_in_the_persons_role(
    site: Site, home: Path, person: Person
) -> None:
    told = view(site, f"/steward/trace/person:{person.id}/spouse_id_number.json")
    (row,) = [step for step in told["steps"] if step["kind"] == "row"]
    (wed,) = lake(
        home,
        "SELECT m.man_id_number AS man FROM {ods.civil.marriages} m JOIN {lib.population} p"
        " ON p.spouse_id_number__row = m._row WHERE p.person_id = ?",
        person.id,
    )
    spouse = "woman_id_number" if wed["man"] == person.number else "man_id_number"
    assert row["grid"]["names"][row["grid"]["at"][1]] == spouse


def test_unmasking_a_cell_does_not_unmask_the_rows_of_other_people_beside_it(
    site: Site, home: Path, person: Person
) -> None:
    address = f"/steward/trace/person:{person.id}/marital_status/reveal"
    text = site.client().post(address, {"purpose": WHY}).content.decode()
    mine = lake(
        home,
        "SELECT man_id_number AS man, woman_id_number AS woman FROM {ods.civil.marriages}"
        " WHERE ? IN (man_id_number, woman_id_number)",
        person.number,
    )
    allowed = {number for row in mine for number in row.values()}
    shown = set(NUMBER.findall(text))
    assert shown  # of the couple whose row it is, as far as the columns around the cell have it
    assert shown <= allowed


def test_the_way_back_names_the_models_and_numbers_that_stand_on_a_value(
    site: Site, person: Person
) -> None:
    told = traced(site, f"person:{person.id}/died_on")
    things = {one["thing"] for one in told["affected"]}
    assert {"model:ads.age_structure", COUNTED} <= things
    below = traced(site, "model:lib.population")
    assert {one["thing"] for one in below["affected"]} >= things
    assert kinds(below) == ["model"]
    assert "FROM" in below["steps"][0]["sql"]


def test_the_trace_of_a_person_is_masked_and_one_entry_about_that_person(
    site: Site, person: Person
) -> None:
    client = site.client()
    for address in (
        f"/steward/trace/person:{person.id}/id_number",
        f"/steward/trace/person:{person.id}/id_number.json",
        f"/steward/trace/person:{person.id}/id_number.csv",
    ):
        text = client.get(address).content.decode()
        assert f"{person.number[:6]}********{person.number[-4:]}" in text, address
        for secret in (person.number, person.name, person.phone):
            assert secret not in text, address
        assert NUMBER.findall(text) == [], address
    entries = done(f"person:{person.id}", "lake.read", "lake.reveal")
    assert [(e.action, e.masked, e.count) for e in entries] == [("lake.read", True, 1)] * 3


def test_unmasking_a_trace_needs_a_purpose_and_is_recorded_with_it(
    site: Site, person: Person
) -> None:
    address = f"/steward/trace/person:{person.id}/id_number/reveal"
    refused = site.client().post(address, {"purpose": ""})
    assert refused.status_code in {403, 422}
    assert person.number not in refused.content.decode()
    assert done(f"person:{person.id}", "lake.reveal") == []
    shown = site.client().post(address, {"purpose": WHY})
    assert shown.status_code == 200
    assert shown.content.decode().count(person.number) >= 3  # the field, the row and the cell
    (entry,) = done(f"person:{person.id}", "lake.reveal")
    assert (entry.purpose, entry.masked) == (WHY, False)


@pytest.mark.parametrize("username", ["leader", "operator", "civil"])
def test_who_may_not_see_the_record_is_led_to_the_model_and_told_why(
    site: Site, person: Person, username: str
) -> None:
    assert traced(site, COUNTED, username)["choices"] == []
    told = traced(site, f"person:{person.id}/died_on", username, via="residents_living")
    assert set(kinds(told)) == {"number", "indicator", "model"}
    why = "只看本单位的内容" if username == "civil" else "不看内容"
    assert why in told["refused"]["zh"]
    assert done("person:", "lake.read") == []
    address = f"/steward/trace/person:{person.id}/died_on/reveal"
    assert site.client(username).post(address, {"purpose": WHY}).status_code == 403
    # Whose duty never unmasks is stopped at the door, the officer by the guard, which records it.
    kept = {"refused"} if username == "civil" else set()
    assert {e.outcome for e in record("person:")} == kept


def test_what_nobody_knows_is_not_found_and_the_page_says_what_to_write(site: Site) -> None:
    client = site.client()
    for thing in UNKNOWN:
        answer = client.get(f"/steward/trace/{thing}")
        assert answer.status_code == 404, thing
        text = answer.content.decode()
        assert "追不到" in text
        assert "indicator:名字" in text
        twin = client.get(f"/steward/trace/{thing}.json")
        assert twin.status_code == 404, thing
        assert twin.json()["error"]["do"]
        asked = client.get("/steward/trace", {"thing": thing})
        assert asked.status_code == 404, thing
        assert "追不到" in asked.content.decode()


def test_a_field_that_the_library_does_not_have_is_not_found(site: Site, person: Person) -> None:
    answer = site.client().get(f"/steward/trace/person:{person.id}/shoe_size")
    assert answer.status_code == 404
    assert record(f"person:{person.id}") == []


def test_what_is_written_into_the_field_is_traced_like_an_address(site: Site) -> None:
    answer = site.client().get("/steward/trace", {"thing": " residents_living "})
    assert answer.status_code == 200
    assert "健在户籍人口" in answer.content.decode()


def test_each_step_tells_its_time_and_the_hash_it_is_known_by(
    site: Site, home: Path, person: Person
) -> None:
    for field in ("marital_status", "birth_date"):  # from a workbook, and from a database
        thing = f"person:{person.id}/{field}"
        steps = traced(site, thing, via="residents_living")["steps"]
        assert kinds({"steps": steps})[-1] == "cell"
        for step in steps:
            assert step["at"], step["kind"]
            assert len(step["hash"]) == 64, step["kind"]
            assert step["hash_title"]["zh"]
    (path,) = site.systems.rglob("婚姻登记累计表.xlsx")
    cell = traced(site, f"person:{person.id}/marital_status")["steps"][-1]
    assert cell["hash"] == sha256(path.read_bytes()).hexdigest()
