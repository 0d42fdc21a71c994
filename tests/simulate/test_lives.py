"""Lives are plausible and hang together across departments; no number is a real one's."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from citybrain.city.contracts import Field
from citybrain.simulate import rhythm
from citybrain.standards import rehearsal as ranges
from tests.simulate import reading
from tests.simulate.conftest import Rehearsal

_NUMBER = re.compile(r"(?<![0-9A-Z])[1-9][0-9]{5}(?:19|20)[0-9]{9}[0-9X](?![0-9A-Z])")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def clean(rehearsal: Rehearsal, table: str) -> list[dict[str, Any]]:
    """Rows by field name, those with planted defects left out."""
    planted = {d["row"] for d in rehearsal.truth("defects") if d["table"] == table}
    fields = rehearsal.city.contracts[table].fields
    return [
        {f.name: row[f.source] for f in fields}
        for number, row in enumerate(rehearsal.rows(table), 1)
        if number not in planted
    ]


def values(rehearsal: Rehearsal, table: str, field: str) -> set[Any]:
    return {row[field] for row in clean(rehearsal, table) if row[field] not in (None, "")}


def test_references_between_departments_are_kept(rehearsal: Rehearsal) -> None:
    everywhere = {
        t: set(rehearsal.column(t, f))
        for t, f in {
            "household.households": "household_number",
            "social_insurance.employers": "employer_number",
            "social_insurance.insured": "person_number",
            "medical.enrolled": "person_number",
            "vital.institutions": "institution_code",
            "students.schools": "school_code",
            "students.students": "student_number",
            "companies.companies": "uscc",
            "permits.permits": "permit_number",
            "vehicles.vehicles": "vehicle_number",
            "housing_fund.accounts": "account_number",
            "real_estate.titles": "title_number",
            "hotline.tickets": "ticket_number",
            "incomers.dwellings": "dwelling_number",
        }.items()
    }
    points = {
        ("household.persons", "household_number"): "household.households",
        ("social_insurance.insured", "employer_number"): "social_insurance.employers",
        ("social_insurance.payments", "employer_number"): "social_insurance.employers",
        ("social_insurance.payments", "person_number"): "social_insurance.insured",
        ("social_insurance.benefits", "person_number"): "social_insurance.insured",
        ("medical.settlements", "person_number"): "medical.enrolled",
        ("medical.settlements", "institution_code"): "vital.institutions",
        ("medical.remote_filings", "person_number"): "medical.enrolled",
        ("vital.births", "institution_code"): "vital.institutions",
        ("students.students", "school_code"): "students.schools",
        ("students.transfers", "student_number"): "students.students",
        ("companies.shareholders", "uscc"): "companies.companies",
        ("companies.changes", "uscc"): "companies.companies",
        ("tax.registrations", "taxpayer_number"): "companies.companies",
        ("permits.permits", "holder_uscc"): "companies.companies",
        ("permits.revocations", "permit_number"): "permits.permits",
        ("vehicles.inspections", "vehicle_number"): "vehicles.vehicles",
        ("housing_fund.deposits", "account_number"): "housing_fund.accounts",
        ("housing_fund.withdrawals", "account_number"): "housing_fund.accounts",
        ("real_estate.mortgages", "title_number"): "real_estate.titles",
        ("hotline.callbacks", "ticket_number"): "hotline.tickets",
        ("incomers.residents", "dwelling_number"): "incomers.dwellings",
    }
    for (table, field), target in points.items():
        pointing = values(rehearsal, table, field)
        assert pointing <= everywhere[target], (
            table,
            field,
            sorted(pointing - everywhere[target])[:3],
        )


def test_employers_are_registered_firms_or_public_bodies(rehearsal: Rehearsal) -> None:
    firms = values(rehearsal, "companies.companies", "uscc")
    public = values(rehearsal, "students.schools", "uscc") | values(
        rehearsal, "vital.institutions", "uscc"
    )
    for row in clean(rehearsal, "social_insurance.employers"):
        if row["kind"] in ("10", "70"):
            assert row["uscc"] in firms
        elif row["kind"] == "30":
            assert row["uscc"] in public


def test_people_are_the_same_in_all_departments(rehearsal: Rehearsal) -> None:
    known = {p["id_number"]: p for p in rehearsal.truth("people")}
    for table, name, number in (
        ("social_insurance.insured", "name", "id_number"),
        ("medical.enrolled", "name", "id_number"),
        ("vehicles.licences", "name", "id_number"),
        ("students.students", "name", "id_number"),
        ("civil.marriages", "man_name", "man_id_number"),
        ("vital.births", "mother_name", "mother_id_number"),
        ("companies.companies", "legal_person_name", "legal_person_id_number"),
        ("real_estate.titles", "holder_name", "holder_id_number"),
    ):
        rows = clean(rehearsal, table)
        assert rows, table
        for row in rows:
            assert known[row[number]]["name"] == row[name], table


def test_families_are_possible(rehearsal: Rehearsal) -> None:
    people = {p["truth_id"]: p for p in rehearsal.truth("people")}
    assert len({p["id_number"] for p in people.values()}) == len(people)
    for person in people.values():
        mother = people.get(person["mother"])
        if mother:
            assert mother["sex"] == "2"
            assert 15 <= (person["birth_date"] - mother["birth_date"]).days / 365.25 <= 46
        spouse = people.get(person["spouse"])
        if spouse:
            assert spouse["spouse"] == person["truth_id"]
            assert spouse["sex"] != person["sex"]
    for row in clean(rehearsal, "civil.marriages"):
        day = date.fromisoformat(row["registered_on"])
        if row["kind"] == "结婚":
            man, woman = (date.fromisoformat(row[f"{who}_birth_date"]) for who in ("man", "woman"))
            assert rhythm.anniversary(man, 22) <= day
            assert rhythm.anniversary(woman, 20) <= day
    heads = Counter(
        r["household_number"]
        for r in clean(rehearsal, "household.persons")
        if r["relation"] == "02" and r["cancelled"] == "0"
    )
    assert set(heads.values()) == {1}


def test_the_dead_are_dead_in_every_book(rehearsal: Rehearsal) -> None:
    for row in clean(rehearsal, "household.cancellations"):
        registered = [
            p for p in rehearsal.rows("household.persons") if p["GMSFHM"] == row["id_number"]
        ]
        assert [p["ZXBZ"] for p in registered] in (["1"], [])


def test_counters_keep_working_days(rehearsal: Rehearsal) -> None:
    calendar = rehearsal.city.calendar
    days = [date.fromisoformat(r["registered_on"]) for r in clean(rehearsal, "civil.marriages")]
    paid = [
        datetime.fromisoformat(r["paid_at"]).date()
        for r in clean(rehearsal, "social_insurance.payments")
        if r["scheme"] != "170"
    ]
    assert len(days) > 15
    assert len(paid) > 500
    assert all(rhythm.is_open(calendar, day) for day in days + paid)


def test_people_wed_on_lucky_days_and_call_on_weekdays(rehearsal: Rehearsal) -> None:
    calendar = rehearsal.city.calendar
    assert rhythm.weddings(calendar, date(2021, 5, 20)) > 5 * rhythm.weddings(
        calendar, date(2021, 5, 25)
    )
    assert rhythm.weddings(calendar, date(2021, 5, 22)) == 0  # a Saturday
    assert rhythm.weddings(calendar, date(2021, 10, 1)) == 0  # National Day
    weekdays: Counter[int] = Counter()
    hours: Counter[int] = Counter()
    for row in clean(rehearsal, "hotline.tickets"):
        at = datetime.fromisoformat(row["received_at"])
        weekdays[at.weekday()] += 1
        hours[at.hour] += 1
    assert sum(weekdays[d] for d in range(5)) / 5 > 1.3 * (weekdays[5] + weekdays[6]) / 2
    assert sum(hours[h] for h in range(8, 18)) > 0.6 * sum(hours.values())


def test_namesakes_exist_and_towns_have_their_weight(rehearsal: Rehearsal) -> None:
    names = Counter(p["name"] for p in rehearsal.truth("people"))
    assert max(names.values()) >= 2
    counties = Counter(rehearsal.column("household.persons", "county"))
    assert set(counties) <= {d.code for d in rehearsal.city.divisions.values()}
    assert counties["341802"] > counties["341825"]


def all_texts(rehearsal: Rehearsal) -> Iterator[tuple[Field, str]]:
    """Every text of every table with its field, wide digits and blanks put right."""
    for table in reading.tables(rehearsal.city):
        for field in rehearsal.city.contracts[table].fields:
            for value in rehearsal.column(table, field.name):
                if isinstance(value, str) and value:
                    yield field, value.translate(_WIDE).replace(" ", "").replace("\u3000", "")


def test_no_number_could_be_a_real_persons(rehearsal: Rehearsal) -> None:
    """Every resident number, telephone and credit code is of a range never issued."""
    seen: Counter[str] = Counter()
    for field, text in all_texts(rehearsal):
        rules = {rule.name for rule in field.rules}
        numbers = _NUMBER.findall(text) + ([text] if "id_number" in rules else [])
        assert all(map(ranges.is_rehearsal_id, numbers)), (field, text)
        assert field.masking != "phone" or ranges.is_rehearsal_phone(text), (field, text)
        assert "uscc" not in rules or ranges.is_rehearsal_code(text[2:8]), (field, text)
        seen.update(numbers=len(numbers), phones=field.masking == "phone", codes="uscc" in rules)
    assert seen["numbers"] > 3000
    assert seen["phones"] > 1000
    assert seen["codes"] > 300


def test_plates_carry_letters_that_plates_never_carry(rehearsal: Rehearsal) -> None:
    plates = rehearsal.column("vehicles.vehicles", "plate")
    assert len(set(plates)) == len(plates) > 20
    assert all("I" in plate or "O" in plate for plate in plates)


def test_departments_named_are_departments_of_the_city(rehearsal: Rehearsal) -> None:
    known = {d.title for d in rehearsal.city.departments.values()}
    assert values(rehearsal, "hotline.tickets", "department") <= known
    assert values(rehearsal, "components.components", "department") <= known


def test_days_of_validity_end_on_anniversaries() -> None:
    assert rhythm.anniversary(date(2020, 2, 29), 1) == date(2021, 2, 28)
    assert rhythm.anniversary(date(2021, 6, 11), 5) == date(2026, 6, 11)
