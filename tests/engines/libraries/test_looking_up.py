"""Somebody is found, looked at, traced to what departments said, and unmasked for a purpose."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from pypinyin import lazy_pinyin

from tests.engines.libraries.oracle import NUMBER, Person, done, lake, record, view
from tests.steward.conftest import Site

pytestmark = pytest.mark.long

FOUND = "/steward/libraries/population.json"
WHY = "核对婚姻登记与户籍"


def fields(told: Any) -> dict[str, Any]:
    return {field["name"]: field for field in told["fields"]}


def said(answer: Any) -> bool:
    """Whether the refusal speaks of the reader's duty."""
    as_json = answer["Content-Type"].startswith("application/json")
    text = str(answer.json()) if as_json else answer.content.decode()
    return "职责" in text or "运维人员不接触数据内容" in text


def test_a_person_is_found_by_name_by_pinyin_and_by_the_number(site: Site, person: Person) -> None:
    pinyin = "".join(lazy_pinyin(person.name))
    initials = "".join(word[0] for word in lazy_pinyin(person.name))
    for query in (person.name, pinyin, initials, person.number, person.number[:6]):
        hits = view(site, FOUND, q=query)
        assert person.id in {hit["id"] for hit in hits}, query


def test_what_is_masked_of_a_number_is_not_found_by_trying(site: Site, person: Person) -> None:
    for digits in range(7, len(person.number)):
        for who in ("engineer", "auditor"):
            assert view(site, FOUND, who, q=person.number[:digits]) == [], digits
    ordered = [hit["id"] for hit in view(site, FOUND, q=person.number[:6])]
    assert ordered == sorted(ordered)  # not by the digits that are hidden


def test_a_whole_number_is_on_record_as_a_look_at_whom_it_was_of(
    site: Site, person: Person
) -> None:
    view(site, FOUND, q=person.name)
    view(site, FOUND, q=person.number[:6])
    assert done(f"person:{person.id}", "lake.read") == []
    view(site, FOUND, q=person.number)
    (entry,) = done(f"person:{person.id}", "lake.read")
    assert (entry.masked, entry.count) == (True, 1)


def test_a_number_written_where_an_id_belongs_never_enters_the_record(
    site: Site, person: Person
) -> None:
    page = f"/steward/libraries/population/{person.number}"
    for who in ("engineer", "auditor"):
        for address in (page, f"{page}.json", f"/steward/trace/person:{person.number}.json"):
            assert site.client(who).get(address).status_code == 404
    assert site.client("leader").get(page).status_code == 403  # refused, which is an entry too
    assert record("page:entity")
    kept = view(site, "/steward/record.json", "auditor")
    assert person.number not in str(kept)


def test_who_may_never_unmask_finds_a_name_only_whole_or_by_what_is_shown(
    site: Site, person: Person
) -> None:
    pinyin = "".join(lazy_pinyin(person.name))
    for query in (person.name, pinyin, f" {person.name} "):
        assert person.id in {hit["id"] for hit in view(site, FOUND, "auditor", q=query)}, query
    initials = "".join(word[0] for word in lazy_pinyin(person.name))
    for query in (person.name[1:], person.name[:-1] if len(person.name) > 2 else "", initials):
        found = {hit["id"] for hit in view(site, FOUND, "auditor", q=query)} if query else set()
        assert person.id not in found, query


def test_a_number_finds_nobody_else(site: Site, person: Person) -> None:
    (hit,) = view(site, FOUND, q=person.number)
    assert hit["id"] == person.id
    assert view(site, FOUND, q=f"{person.number[:-2]}ZZ") == []


def test_hits_are_masked_on_the_page_and_in_both_twins(site: Site, person: Person) -> None:
    client = site.client()
    for address in ("/steward/libraries/population", FOUND, FOUND.replace("json", "csv")):
        text = client.get(address, {"q": person.name[0]}).content.decode()
        assert person.id in text or f"{person.name[0]}**" in text, address
        assert person.name not in text, address
        assert NUMBER.findall(text) == [], address


def test_who_represents_a_company_is_masked_on_their_own_page(site: Site, home: Path) -> None:
    (row,) = lake(
        home,
        "SELECT p.person_id, p.name FROM {lib.population} p JOIN {lib.person_links} l"
        " ON l.entity_id = p.person_id WHERE l.table_name = 'companies.companies'"
        " AND length(p.name) = 3 AND l._row IN (SELECT _row FROM {ods.companies.companies}"
        " WHERE legal_person_name = p.name) ORDER BY p.person_id LIMIT 1",
    )
    address = f"/steward/libraries/population/{row['person_id']}"
    for page in (address, f"{address}.json", f"/steward/trace/person:{row['person_id']}/name"):
        answer = site.client().get(page)
        assert answer.status_code == 200
        assert row["name"] not in answer.content.decode(), page


def test_a_company_is_found_by_its_name_and_its_code(site: Site, home: Path) -> None:
    (row,) = lake(
        home,
        "SELECT company_id, name, uscc, legal_person_id_number AS boss, phone"
        " FROM {lib.legal_person} WHERE name IS NOT NULL AND length(legal_person_id_number) = 18"
        " AND phone IS NOT NULL ORDER BY uscc LIMIT 1",
    )
    for query in (row["name"], row["uscc"]):
        hits = view(site, "/steward/libraries/legal_person.json", q=query)
        assert row["company_id"] in {hit["id"] for hit in hits}
    page = site.client().get(f"/steward/libraries/legal_person/{row['company_id']}")
    text = page.content.decode()
    assert row["name"] in text  # what a company is called is public, whose number it is not
    assert row["boss"] not in text
    assert f"{row['boss'][:6]}********{row['boss'][-4:]}" in text


def test_a_search_is_one_entry_about_the_library(site: Site, person: Person) -> None:
    hits = view(site, FOUND, q=person.name)
    (entry,) = done("table:lib.population", "lake.read")
    assert (entry.count, entry.masked) == (len(hits), True)
    assert person.name not in repr(entry)


def test_the_page_of_a_person_and_its_twins_are_masked_by_class(site: Site, person: Person) -> None:
    client = site.client()
    for address in (person.page, f"{person.page}.json", f"{person.page}.csv"):
        text = client.get(address).content.decode()
        assert f"{person.name[0]}**" in text, address
        for secret in (person.name, person.number, person.phone):
            assert secret not in text, address
        assert NUMBER.findall(text) == [], address
    told = fields(view(site, f"{person.page}.json"))
    assert told["id_number"]["value"] == f"{person.number[:6]}********{person.number[-4:]}"
    assert told["birth_date"]["value"].endswith("-**-**")


def test_what_is_masked_differs_from_the_lake_and_the_rest_is_as_it_is(
    site: Site, person: Person, home: Path
) -> None:
    (row,) = lake(home, "SELECT * FROM {lib.population} WHERE person_id = ?", person.id)
    told = {n: f for n, f in fields(view(site, f"{person.page}.json")).items() if f["value"]}
    assert {field["masked"] for field in told.values()} == {True, False}
    for name, field in told.items():
        assert field["masked"] == (field["value"] != str(row[name])), name
        assert field["masked"] or field["level"] < 3, name


def test_every_look_is_one_entry_about_that_person(site: Site, person: Person) -> None:
    view(site, f"{person.page}.json")
    (entry,) = done(f"person:{person.id}", "lake.read", "lake.reveal")
    assert (entry.action, entry.masked, entry.count) == ("lake.read", True, 1)


def test_unmasking_without_a_purpose_shows_nothing_and_says_why(site: Site, person: Person) -> None:
    for purpose in ("", "  ", "看看"):
        answer = site.client().post(f"{person.page}/reveal", {"purpose": purpose})
        assert answer.status_code in {403, 422}, purpose
        text = answer.content.decode()
        assert "至少 4 个字" in text, purpose
        assert person.number not in text
        assert person.name not in text
    assert done(f"person:{person.id}", "lake.reveal") == []


def test_unmasking_for_a_purpose_shows_the_values_and_is_one_entry(
    site: Site, person: Person
) -> None:
    answer = site.client().post(f"{person.page}/reveal", {"purpose": WHY})
    assert answer.status_code == 200
    text = answer.content.decode()
    for shown in (person.name, person.number, person.phone, WHY):
        assert shown in text
    (entry,) = [e for e in record("person:") if e.action == "lake.reveal"]
    assert (entry.thing, entry.purpose) == (f"person:{person.id}", WHY)
    assert (entry.masked, entry.count, entry.outcome) == (False, 1, "done")


def turned_away(site: Site, person: Person, username: str) -> None:
    client = site.client(username)
    for address in (
        person.page,
        f"{person.page}.json",
        f"{person.page}.csv",
        f"/steward/libraries/population?q={person.number}",
        f"{FOUND}?q={person.number}",
    ):
        answer = client.get(address)
        assert answer.status_code == 403, address
        text = answer.content.decode()
        assert person.number[:6] not in text.replace(person.number, "")
        assert person.name not in text
        assert said(answer), address
    assert client.post(f"{person.page}/reveal", {"purpose": WHY}).status_code == 403


def test_who_may_not_read_gets_no_value_and_is_not_recorded_as_a_reader(
    site: Site, person: Person
) -> None:
    for username in ("civil", "police", "operator", "leader"):
        turned_away(site, person, username)
    assert done("person:", "lake.read", "lake.reveal") == []
    assert done("table:lib.population", "lake.read") == []


def test_an_auditor_reads_masked_but_does_not_unmask(site: Site, person: Person) -> None:
    client = site.client("auditor")
    page = client.get(person.page)
    assert page.status_code == 200
    assert "/reveal" not in page.content.decode()
    assert client.post(f"{person.page}/reveal", {"purpose": WHY}).status_code == 403
    assert done("person:", "lake.reveal") == []


def test_each_field_names_the_department_and_the_row_that_said_it(
    site: Site, person: Person, home: Path
) -> None:
    told = view(site, f"{person.page}.json")
    (row,) = lake(home, "SELECT * FROM {lib.population} WHERE person_id = ?", person.id)
    for name, field in fields(told).items():
        origin = row[f"{name}__row"]
        if origin is None:
            assert field["source"] is None, name
            continue
        table = origin.partition("/")[0]
        assert field["source"]["table"] == table, name
        assert field["source"]["ref"].startswith(f"{table}/"), name
        assert field["source"]["ref"] != origin, name  # the row's own name carries a number
        assert field["source"]["department_title"]["zh"], name
    assert fields(told)["marital_status"]["source"]["department"] == "civil_affairs"
    assert fields(told)["name"]["source"]["department"] == "public_security"


def test_the_picture_and_the_list_have_all_rows_that_are_about_the_person(
    site: Site, person: Person, home: Path
) -> None:
    links = lake(home, "SELECT * FROM {lib.person_links} WHERE entity_id = ?", person.id)
    told = view(site, f"{person.page}.json")
    assert len(told["mentions"]) == len(links)
    assert sorted(m["source"]["table"] for m in told["mentions"]) == sorted(
        link["table_name"] for link in links
    )
    assert {m["how"] for m in told["mentions"]} == {link["how"] for link in links}
    page = site.client().get(person.page).content.decode()
    assert '<svg class="clu"' in page
    assert '<svg class="life"' in page
    assert f"{len(links)} 处提及连到一个主体" in page


def test_a_day_before_the_first_build_knows_nobody_and_today_knows_the_same(
    site: Site, person: Person
) -> None:
    client = site.client()
    before = client.get(person.page, {"day": "2020-01-01"})
    assert before.status_code == 404
    assert "还没有这个主体" in before.content.decode()
    now = view(site, f"{person.page}.json")
    then = view(site, f"{person.page}.json", day=now["now"][:10])
    assert then["as_of"] is not None
    assert then["fields"] == now["fields"]
    assert not then["may_override"]
    assert client.get(person.page, {"day": "0001-01-01"}).status_code == 404


def test_what_is_no_day_and_what_is_to_come_are_refused_in_a_sentence(
    site: Site, person: Person
) -> None:
    client, csv_twin = site.client(), f"{person.page}.csv"
    for day, words in (
        ("yesterday", "不是日期"), ("2020-13-45", "不是日期"), ("<script>x", "不是日期"),
        ("9999-12-31", "还没有到"),
    ):  # fmt: skip
        for answer in (
            client.get(person.page, {"day": day}),
            client.get(f"{person.page}.json", {"day": day}),
            client.get(csv_twin, {"day": day}),
            client.post(f"{person.page}/reveal", {"day": day, "purpose": WHY}),
        ):
            assert answer.status_code == 422, day
            said = answer.json()["error"]["what"] if "json" in answer["Content-Type"] else ""
            assert words in said + answer.content.decode(), day
            assert said or "<script>x" not in answer.content.decode()
    assert done(f"person:{person.id}", "lake.read", "lake.reveal") == []


def test_the_csv_has_the_values_of_the_json(site: Site, person: Person) -> None:
    told = fields(view(site, f"{person.page}.json"))
    text = site.client().get(f"{person.page}.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["name"]: row["value"] or None for row in rows} == {
        name: field["value"] for name, field in told.items()
    }
    assert {row["rehearsal"] for row in rows} == {"演练"}


def test_the_list_of_libraries_counts_what_was_built(site: Site, home: Path) -> None:
    rows = {row["name"]: row for row in view(site, "/steward/libraries.json", "leader")}
    (held,) = lake(home, "SELECT count(*) AS n FROM {lib.population}")
    assert rows["population"]["rows"] == held["n"] > 100
    assert {row["kind"] for row in rows.values()} == {"base", "theme"}
    assert all(row["built_at"] for row in rows.values())
    assert record("table:") == []
