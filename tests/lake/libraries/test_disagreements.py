"""Who is asked to look at a disagreement: the department that says otherwise, or the source."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from citybrain import city as folder
from citybrain.standards.resident_id import check_digit
from tests.lake.libraries.building import a_lake, built, shipped

CITY = folder.load(shipped()).city
SOURCE, MEDICAL, SOCIAL = "household.persons", "medical.enrolled", "social_insurance.insured"
FUND, SCHOOL, DRIVER = "housing_fund.accounts", "students.students", "vehicles.licences"
KEYS: dict[str, dict[str, Any]] = {
    SOURCE: {"cancelled": "0"},
    MEDICAL: {"person_number": "M{}"},
    SOCIAL: {"person_number": "S{}", "scheme": "110"},
    FUND: {"account_number": "F{}"},
    SCHOOL: {"student_number": "G{}", "status": "01", "school_code": "A"},
    DRIVER: {"file_number": "L{}"},
}
# For each case: what each table says, and who is told: table, what it says, what is against it.
SAID: dict[str, tuple[dict[str, str], set[tuple[str, str, str]]]] = {
    "two departments agree against the source, and nobody with it": (
        {SOURCE: "张山", MEDICAL: "张三", SOCIAL: "张三"},
        {(SOURCE, "张山", "张三")},
    ),
    "two departments say otherwise, and differently": (
        {SOURCE: "李四", MEDICAL: "李思", SOCIAL: "李司"},
        {(MEDICAL, "李思", "李四"), (SOCIAL, "李司", "李四")},
    ),
    "two against the source and one with it": (
        {SOURCE: "王五", MEDICAL: "王武", SOCIAL: "王武", FUND: "王五"},
        {(MEDICAL, "王武", "王五"), (SOCIAL, "王武", "王五")},
    ),
    "three against the source and one with it": (
        {SOURCE: "赵六", MEDICAL: "赵陆", SOCIAL: "赵陆", FUND: "赵陆", SCHOOL: "赵六"},
        {(SOURCE, "赵六", "赵陆")},
    ),
    "tables of the source's own department have no vote": (
        {SOURCE: "孙八", DRIVER: "孙巴", MEDICAL: "孙巴"},
        {(DRIVER, "孙巴", "孙八"), (MEDICAL, "孙巴", "孙八")},
    ),
    "a third value is still told": (
        {SOURCE: "钱七", MEDICAL: "钱柒", SOCIAL: "钱柒", FUND: "钱期"},
        {(SOURCE, "钱七", "钱柒"), (FUND, "钱期", "钱七")},
    ),
    "what only writing differs in agrees": (
        {SOURCE: "吐尔逊江", MEDICAL: "吐尔逊·江华", SOCIAL: "吐尔逊江华"},
        {(SOURCE, "吐尔逊江", "吐尔逊·江华")},
    ),
}


def _number(place: int) -> str:
    body = f"3418911990010{place + 1:1d}001"
    return body + check_digit(body)


def _rows() -> dict[str, list[dict[str, Any]]]:
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in KEYS}
    for place, (said, _) in enumerate(SAID.values()):
        number = _number(place)
        for table, name in said.items():
            key = {k: v.format(place) if isinstance(v, str) else v for k, v in KEYS[table].items()}
            born = {} if table == FUND else {"birth_date": date(1990, 1, place + 1), "sex": "2"}
            rows[table].append({"id_number": number, "name": name, **born, **key})
    return rows


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with a_lake(CITY, _rows()) as connection:
        built(connection, CITY)
        yield connection


@pytest.mark.parametrize("case", SAID)
def test_who_is_asked(lake: duckdb.DuckDBPyConnection, case: str) -> None:
    number = _number(list(SAID).index(case))
    found = lake.execute(
        "SELECT f.table_name, f.said, f.believed FROM lib.findings AS f JOIN lib.population AS p "
        "ON p.person_id = f.entity_id WHERE p.id_number = ? AND f.field = 'name'",
        [number],
    ).fetchall()
    assert set(found) == SAID[case][1]
    assert len(found) == len(SAID[case][1])


def test_the_source_is_told_who_says_what_and_keeps_its_value(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    found = lake.execute(
        "SELECT kind, department, _row, title, sentence, sentence_en, p.name FROM lib.findings "
        "JOIN lib.population AS p ON p.person_id = entity_id WHERE said = '张山'"
    ).fetchall()
    assert len(found) == 1
    kind, department, row, title, zh, en, kept = found[0]
    assert (kind, department, row) == ("outvoted", "public_security", f"{SOURCE}/{_number(0)}")
    assert title == "姓名与多数部门不一致"
    assert kept == "张山"
    for told in ("张山", "张三", "医疗保障局", "人力资源和社会保障局", "请市公安局核对"):
        assert told in zh
    for told in ("张山", "张三", "all say", "Please check: Public Security"):
        assert told in en
