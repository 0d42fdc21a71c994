"""One life told by departments: what is kept, who said it, who lost and why, who must correct."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from citybrain import city as folder
from citybrain.standards.resident_id import check_digit
from tests.lake.libraries.building import Rows, a_lake, built, shipped

CITY = folder.load(shipped()).city


def number(body: str) -> str:
    return body + check_digit(body)


WANG = number("34189119410308002")
LIN = number("34189119600101003")
CHILD = number("34189120100101004")
AT = datetime(2020, 1, 1)  # noqa: DTZ001 - the lake keeps the city's own time


def person(number_: str, name: str, **more: Any) -> dict[str, Any]:
    born = date(int(number_[6:10]), int(number_[10:12]), int(number_[12:14]))
    sex = "1" if int(number_[16]) % 2 else "2"
    return {"id_number": number_, "name": name, "birth_date": born, "sex": sex, **more}


ROWS: Rows = {
    "household.persons": [
        person(WANG, "王小兰", nationality="01", marital_status="20", cancelled="0",
               address="宣城市宣州区洪林镇柏枝村1组2号", household_number="H1", updated_at=AT),
        person(LIN, "林　建国", nationality="01", marital_status="20", cancelled="0",
               address="宣城市泾县茂林镇1号", household_number="H2", updated_at=AT),
    ],
    "medical.enrolled": [
        {"person_number": "M1", **person(WANG, "王小蓝"), "phone": "10000000001",
         "nationality": "01", "updated_at": datetime(2021, 1, 1)},  # noqa: DTZ001
        {"person_number": "M2", **person(LIN, "林建国"), "phone": "123", "updated_at": AT},
    ],
    "social_insurance.insured": [
        {"person_number": "S1", "scheme": "110", **person(WANG, "王小兰"), "phone": "10000000002",
         "updated_at": datetime(2019, 1, 1)},  # noqa: DTZ001
        {"person_number": "S1", "scheme": "170", **person(WANG, "王小梅"), "phone": "10000000003",
         "updated_at": datetime(2015, 1, 1)},  # noqa: DTZ001
    ],
    "social_insurance.benefits": [
        {"person_number": "S1", "kind": "1", "monthly_amount": 1, "updated_at": AT},
    ],
    "social_insurance.payments": [
        {"payment_number": 1, "person_number": "S1", "scheme": "110", "month": "202001"},
        {"payment_number": 2, "person_number": "S1", "scheme": "110", "month": "202002"},
        {"payment_number": 3, "person_number": "S1", "scheme": "110", "month": "202002"},
    ],
    "civil.marriages": [
        {"registration_number": "R1", "kind": "结婚", "registered_on": date(1962, 5, 1),
         "man_id_number": LIN, "man_name": "林建国", "man_birth_date": date(1960, 1, 1),
         "woman_id_number": WANG, "woman_name": "王小兰", "woman_birth_date": date(1941, 3, 8)},
        {"registration_number": "R2", "kind": "离婚", "registered_on": date(2001, 5, 1),
         "man_id_number": LIN, "man_name": "林建国", "man_birth_date": date(1960, 1, 1),
         "woman_id_number": WANG, "woman_name": "王小兰", "woman_birth_date": date(1941, 3, 8)},
    ],
    "civil.allowances": [
        {"id_number": WANG, "name": "王小兰", "month": m, "kind": "高龄津贴"}
        for m in ("2021-03", "2021-04", "2021-05", "2021-06")
    ],
    "vital.deaths": [
        {"certificate_number": "D1", **person(WANG, "王小兰"), "died_on": date(2021, 4, 20)},
    ],
    "students.students": [
        {"student_number": "G1", **person(CHILD, "林小"), "status": "01", "school_code": "A",
         "guardian_name": "林建国", "guardian_id_number": LIN, "guardian_phone": "10000000009"},
    ],
    "hotline.tickets": [
        {"ticket_number": "T1", "caller_name": "陌生人", "caller_phone": "10000000077",
         "channel": "1", "category": "0101", "received_at": AT, "status": "2"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with a_lake(CITY, ROWS) as connection:
        built(connection, CITY)
        yield connection


def one(lake: duckdb.DuckDBPyConnection, sql: str) -> dict[str, Any]:
    answer = lake.execute(sql)
    names = [c[0] for c in answer.description or ()]
    rows = answer.fetchall()
    assert len(rows) == 1, (sql, rows)
    return dict(zip(names, rows[0], strict=True))


def known(lake: duckdb.DuckDBPyConnection, number_: str) -> dict[str, Any]:
    return one(lake, f"SELECT * FROM lib.population WHERE id_number = '{number_}'")  # noqa: S608


def test_each_value_comes_from_its_source_and_says_so(lake: duckdb.DuckDBPyConnection) -> None:
    wang = known(lake, WANG)
    assert (wang["name"], wang["name__row"]) == ("王小兰", f"household.persons/{WANG}")
    assert (wang["phone"], wang["phone__row"]) == ("10000000001", "medical.enrolled/M1")
    assert (wang["died_on"], wang["died_on__row"]) == (date(2021, 4, 20), "vital.deaths/D1")
    assert wang["division"] == "341802104"
    assert wang["records"] == 11


def test_marriage_is_what_the_newest_registration_says(lake: duckdb.DuckDBPyConnection) -> None:
    wang = known(lake, WANG)
    assert (wang["marital_status"], wang["marital_status__row"]) == ("40", "civil.marriages/R2")
    assert wang["spouse_id_number"] is None


def test_a_value_that_cannot_be_is_passed_over(lake: duckdb.DuckDBPyConnection) -> None:
    lin = known(lake, LIN)
    assert (lin["phone"], lin["phone__row"]) == ("10000000009", "students.students/G1")
    lost = one(
        lake,
        "SELECT other, why FROM lib.population_conflicts "  # noqa: S608
        f"WHERE field = 'phone' AND entity_id = '{lin['person_id']}'",
    )
    assert lost == {"other": "123", "why": "invalid"}


def test_who_lost_and_why(lake: duckdb.DuckDBPyConnection) -> None:
    rows = lake.execute(
        "SELECT field, other, other_row, why FROM lib.population_conflicts WHERE entity_id = ? "
        "AND field IN ('name', 'marital_status') ORDER BY ALL",
        [known(lake, WANG)["person_id"]],
    ).fetchall()
    assert rows == [
        ("marital_status", "20", "civil.marriages/R1", "older"),
        ("marital_status", "20", f"household.persons/{WANG}", "rank"),
        ("name", "王小梅", "social_insurance.insured/S1|170", "rank"),
        ("name", "王小蓝", "medical.enrolled/M1", "rank"),
    ]


def test_a_disagreement_goes_to_the_department_that_can_correct_it(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    rows = lake.execute(
        "SELECT department, table_name, said, believed, sentence FROM lib.findings "
        "WHERE kind = 'disagreement' AND field IN ('name', 'marital_status') ORDER BY ALL"
    ).fetchall()
    assert [(r[0], r[1], r[2], r[3]) for r in rows] == [
        # What an older row of the same person said was replaced by the newer one.
        ("human_resources", "social_insurance.insured", "王小梅", "王小兰"),
        ("medical_insurance", "medical.enrolled", "王小蓝", "王小兰"),
        ("public_security", "household.persons", "20", "40"),
        ("public_security", "household.persons", "20", "40"),
    ]
    assert "王小蓝" in rows[1][4]
    assert "王小兰" in rows[1][4]
    assert "已婚" in rows[2][4]
    assert "离婚" in rows[2][4]


def test_what_cannot_be_is_told(lake: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(
        lake.execute(
            "SELECT kind, list(said ORDER BY said) FROM lib.findings "
            "WHERE kind <> 'disagreement' GROUP BY kind"
        ).fetchall()
    )
    assert kinds["death_not_cancelled"] == ["否"]
    assert kinds["paid_after_death"] == ["2021-05", "2021-06"]
    assert kinds["pension_after_death"] == ["无停发日期"]
    assert kinds["married_too_young"] == ["2"]


def test_a_finding_keeps_its_id_and_goes_when_the_value_is_right() -> None:
    def told(name: str) -> set[str]:
        rows = {**ROWS, "medical.enrolled": [{**ROWS["medical.enrolled"][0], "name": name}]}
        with a_lake(CITY, rows) as lake:
            built(lake, CITY)
            found = lake.execute(
                "SELECT finding_id FROM lib.findings WHERE table_name = 'medical.enrolled'"
            ).fetchall()
            return {row[0] for row in found}

    wrong = told("王小蓝")
    assert len(wrong) == 1
    assert told("王晓兰") == wrong
    assert told(" 王　小兰 ") == set()


def test_a_caller_alone_makes_nobody_exist(lake: duckdb.DuckDBPyConnection) -> None:
    callers = lake.execute("SELECT count(*) FROM lib.person_mentions WHERE role = 'caller'")
    assert callers.fetchone() == (1,)
    assert lake.execute("SELECT count(*) FROM lib.population WHERE name = '陌生人'").fetchone() == (
        0,
    )
    assert lake.execute("SELECT count(*) FROM lib.population").fetchone() == (3,)


def test_rows_without_identity_belong_by_way_of_another_and_count_once(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    row = one(
        lake,
        "SELECT insurance_months, pension, allowances FROM theme.government_service "  # noqa: S608
        f"WHERE id_number = '{WANG}'",
    )
    # Two schemes give the same person number: its payments still count once.
    assert row == {"insurance_months": 2, "pension": "1", "allowances": "高龄津贴"}


def test_every_expectation_of_the_generated_models_holds(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    models = {name: m for name, m in _models().items() if m.expectations}
    assert len(models) > 10
    broken = {
        f"{name}.{e.name}": rows
        for name, m in models.items()
        for e in m.expectations
        if (rows := lake.execute(e.sql).fetchall())
    }
    assert broken == {}


def _models() -> Any:
    from citybrain.lake.libraries import generated

    return generated(CITY)


def test_household_and_village_scores_say_their_reasons(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    rows = lake.execute(
        "SELECT COLUMNS('points__.*'), score, score__reasons FROM theme.credit_household"
    ).fetchall()
    assert rows
    for *points, score, reasons in rows:
        assert score == max(0, min(100, 60 + sum(points)))
        assert reasons.startswith("起评 60")
        assert reasons.count("；") == sum(1 for p in points if p)
