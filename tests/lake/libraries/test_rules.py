"""What is wrong with a library's file is said with its place and remedy."""

from pathlib import Path

import pytest

from citybrain import city as folder
from citybrain.city.kinds import BASE_KINDS
from citybrain.lake.libraries import libraries
from citybrain.lake.libraries.expressions import columns, is_expression, is_select, outputs, put
from citybrain.lake.libraries.kind import LIBRARIES
from citybrain.lake.mask import is_masked
from tests.city.tiny import FILES
from tests.lake.libraries.building import shipped

GOOD = """\
name: people
title: 人
kind: base
entity: person
owner: registry
identity:
  - table: people.persons
    role: registered
    columns: {id_number: id_number, birth_date: birth_date, sex: sex}
fields:
  - name: sex
    title: 性别
    codelist: sex
    valid: value <> '9'
    compare: exact
    finding: true
    sources:
      - {table: people.persons, value: sex}
"""


def findings(root: Path, text: str) -> list[tuple[str, str]]:
    for file, content in {**FILES, "libraries/people.yml": text}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content, encoding="utf-8")
    found = folder.check(root, kinds=(*BASE_KINDS, LIBRARIES))
    return [(f.key, f.rule) for f in found if f.file.startswith("libraries/")]


def test_a_good_library_has_no_finding(tmp_path: Path) -> None:
    assert findings(tmp_path, GOOD) == []
    assert libraries(folder.load(tmp_path).city)["people"].field("sex").finding


@pytest.mark.parametrize(
    ("old", "new", "key", "rule"),
    [
        ("owner: registry", "owner: registri", "owner", "owner-department"),
        ("table: people.persons\n", "table: people.person\n", "identity[0].table",
         "table-without-contract"),
        ("sex: sex}", "sex: sexx}", "identity[0].columns.sex", "column-missing"),
        ("birth_date: birth_date", "born: birth_date", "identity[0].columns.born",
         "mention-column"),
        ("codelist: sex", "codelist: sexes", "fields[0].codelist", "codelist-missing"),
        ("value: sex}", "value: income + sax}", "fields[0].sources[0].value", "column-missing"),
        ("value: sex}", "value: sex FROM x}", "fields[0].sources[0].value", "sql-unreadable"),
        ("value: sex}", "value: sex, role: owner}", "fields[0].sources[0].role", "role-missing"),
        ("valid: value <> '9'", "valid: sex <> '9'", "fields[0].valid", "column-missing"),
        ("compare: exact", "compare: exactly", "fields[0].compare", "not-allowed"),
        ("entity: person", "entity: dog", "entity", "not-allowed"),
        ("title: 人", "titel: 人", "titel", "unknown-property"),
        ("name: people", "name: person", "name", "name-differs"),
        ("fields:", "impossible:\n  - {name: x, title: 甲, sql: DROP TABLE x, sentence: 乙, "
         "sentence_en: c}\nfields:", "impossible[0].sql", "sql-unreadable"),
        ("fields:", "key: [nothing]\nfields:", "key[0]", "field-missing"),
        ("fields:", "list: [sex, nothing]\nfields:", "list[1]", "field-missing"),
        ("fields:", "heading: [nothing]\nfields:", "heading[0]", "field-missing"),
        ("fields:", "series: {period: sex, value: sex, by: [nothing]}\nfields:",
         "series.by[0]", "field-missing"),
        ("fields:", "series: {period: day, value: sex, by: [sex]}\nfields:", "series.period",
         "field-missing"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_where_it_is(
    tmp_path: Path, old: str, new: str, key: str, rule: str
) -> None:
    assert old in GOOD
    assert (key, rule) in findings(tmp_path, GOOD.replace(old, new, 1))


def test_an_entity_is_mentioned_in_one_library_only(tmp_path: Path) -> None:
    other = tmp_path / "libraries" / "again.yml"
    other.parent.mkdir()
    other.write_text(GOOD.replace("name: people", "name: again"), encoding="utf-8")
    assert ("identity", "identity-twice") in findings(tmp_path, GOOD)


def test_the_shipped_libraries_are_six_and_two_and_have_no_finding() -> None:
    found = folder.check(shipped(), kinds=(*BASE_KINDS, LIBRARIES))
    assert [str(f) for f in found if f.file.startswith("libraries/")] == []
    held = libraries(folder.load(shipped()).city)
    assert {n for n, one in held.items() if one.kind == "base"} == {
        "population",
        "legal_person",
        "macro_economy",
        "event",
        "component",
        "licence",
    }
    assert {"government_service", "credit_village"} <= set(held)


def test_every_value_of_the_shipped_people_and_companies_has_a_source() -> None:
    held = libraries(folder.load(shipped()).city)
    assert [
        (name, f.name) for name, one in held.items() if one.entity != "none"
        for f in one.fields if not f.sources
    ] == []  # fmt: skip


# Public in the register of companies, and taken only of rows that are about a company.
PUBLIC = {
    ("legal_person", "uscc"),
    ("legal_person", "name"),
    ("legal_person", "legal_person_name"),
}


def test_no_library_shows_what_the_contract_of_a_source_hides() -> None:
    city = folder.load(shipped()).city
    shown = set()
    for name, library in libraries(city).items():
        for field in library.fields:
            said = [(s.table, s.value) for s in field.sources]
            said += [(rows.table, rows.values.get(field.name, "")) for rows in library.rows]
            for table, sql in said:
                read = columns(sql) if sql else set()
                hidden = [
                    one.name
                    for one in city.contracts[table].fields
                    if one.name in read and is_masked(one.masking, one.level)
                ]
                if hidden and not is_masked(field.masking, field.level):
                    shown.add((name, field.name))
    assert shown == PUBLIC


def test_what_an_expression_reads() -> None:
    assert columns("CASE WHEN a = '1' THEN count(b) END") == {"a", "b"}
    assert not is_expression("a, b")
    assert not is_expression("(a")
    assert not is_select("DELETE FROM x")
    assert not is_select("SELECT 1; SELECT 2")
    assert outputs("SELECT a AS x, b FROM c") == ("x", "b")
    assert put("value IN ('1') AND length(value) = 1", "x || y") == (
        "(x || y) IN ('1') AND LENGTH((x || y)) = 1"
    )
