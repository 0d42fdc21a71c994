"""What is wrong with a library's file is said with its place and remedy."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from citybrain import city as folder
from citybrain.city.kinds import BASE_KINDS
from citybrain.lake.libraries import generated, libraries
from citybrain.lake.libraries.expressions import columns, is_expression, is_select, outputs, put
from citybrain.lake.libraries.kind import LIBRARIES
from citybrain.lake.mask import is_masked
from citybrain.lake.models.analysis import analyse
from citybrain.lake.models.kind import MODEL
from citybrain.lake.models.registry import models
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


def test_no_library_shows_what_the_contract_of_a_source_hides_without_its_reason() -> None:
    city = folder.load(shipped()).city
    shown = {}
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
                    shown[name, field.name] = field.why
    assert shown
    assert [field for field, why in shown.items() if "企业信息公示暂行条例" not in why] == []


ROWS = """\
name: people
title: 人
kind: base
entity: none
key: [who]
fields:
  - {name: who, title: 谁, level: 4, masking: id_number}
  - {name: income, title: 收入, type: "decimal(12,2)", level: 3, masking: text}
"""
OF_ROWS = "rows:\n  - {table: people.persons, values: {who: id_number, income: income}}\n"
OF_SELECT = (
    "select: SELECT id_number AS who, income, 'people.persons' AS table_name, _row\n"
    "  FROM dwd.people.persons\n"
)
IMPOSSIBLE = """\
impossible:
  - name: both
    title: 两性
    sentence: 不可能
    sentence_en: cannot be
    sql: >-
      SELECT e.entity_id, 'sex' AS field, 'people.persons' AS table_name, p._row, p.sex AS said,
      p.sex AS believed FROM dwd.people.persons AS p
      JOIN lib.person_links AS e ON e._row = p._row
"""
SCORE = """\
score:
  base: 0
  lowest: 0
  highest: 9
  rules:
    - {name: rich, title: 富, points: 5, when: income > 100000}
"""


@pytest.mark.parametrize(
    ("good", "old", "new", "key"),
    [
        (GOOD, "value: sex}", "value: id_number}", "fields[0]"),
        (GOOD, "value: sex}", "value: \"CASE WHEN income > 1 THEN '1' END\"}", "fields[0]"),
        (GOOD, "sex: sex}\n", "sex: sex}\n    seen_at: birth_date\n", "identity"),
        (ROWS + OF_ROWS, "4, masking: id_number", "4, masking: none", "fields[0]"),
        (ROWS + OF_ROWS, "4, masking: id_number", "3, masking: id_number", "fields[0]"),
        (ROWS + OF_SELECT, "level: 3, masking: text", "level: 2", "fields[1]"),
        (ROWS + OF_SELECT, "level: 3, masking: text", "level: 3, masking: phone", "fields[1]"),
        (ROWS + OF_SELECT, "SELECT id_number AS who, income,", "SELECT COLUMNS('income|sex'),",
         "fields[1]"),
        (ROWS + OF_ROWS, "fields:", SCORE + "fields:", "score"),
        (GOOD + IMPOSSIBLE, "e.entity_id, ", "p.id_number AS entity_id, ", "impossible"),
    ],
)  # fmt: skip
def test_a_class_weaker_than_that_of_the_sources_is_said_at_its_field(
    tmp_path: Path, good: str, old: str, new: str, key: str
) -> None:
    assert old in good
    assert findings(tmp_path, good) == []
    assert (key, "class-lowered") in findings(tmp_path, good.replace(old, new, 1))


def test_a_weaker_class_is_allowed_with_its_reason(tmp_path: Path) -> None:
    shown = (ROWS + OF_ROWS + SCORE).replace("level: 3, masking: text", "level: 1")
    assert {k for k, _rule in findings(tmp_path, shown)} == {"fields[1]", "score"}
    told = shown.replace("level: 1", "level: 1, why: 依法公示").replace(
        "score:\n", "score:\n  why: 规则公开\n"
    )
    assert findings(tmp_path, told) == []
    made = generated(folder.load(tmp_path).city)["lib.people"]
    assert (made.columns["income"].why, made.columns["score"].why) == ("依法公示", "规则公开")


COMPANIES = """\
name: firms
title: 企业
kind: base
entity: company
identity:
  - {table: people.persons, role: owner, columns: {uscc: id_number}}
fields:
  - name: uscc
    title: 代码
    level: 4
    masking: id_number
    sources: [{table: people.persons, value: id_number}]
"""


def test_what_mentions_show_needs_the_reason_of_the_field(tmp_path: Path) -> None:
    files = {"libraries/people.yml": GOOD, "libraries/firms.yml": COMPANIES}
    line = COMPANIES[: COMPANIES.index("- name: uscc")].count("\n") + 1
    assert _lowered(tmp_path, files) == [("libraries/firms.yml", line, "fields[0]")]
    told = COMPANIES.replace("title: 代码", "title: 代码\n    why: 只取单位")
    assert _lowered(tmp_path, {**files, "libraries/firms.yml": told}) == []


@pytest.mark.parametrize(
    ("old", "new"), [("value: sex}", "value: sex FROM x}"), ("entity: person", "entity: dog")]
)
def test_what_cannot_be_read_does_not_end_the_check_of_models(
    tmp_path: Path, old: str, new: str
) -> None:
    model = "/*\ntitle: 表\n*/\nSELECT sex FROM dwd.people.persons\n"
    files = {"libraries/people.yml": GOOD.replace(old, new, 1), "models/ads/x.sql": model}
    for file, content in {**FILES, **files}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content, encoding="utf-8")
    found = folder.check(tmp_path, kinds=(*BASE_KINDS, MODEL, LIBRARIES))
    assert {f.rule for f in found} & {"sql-unreadable", "not-allowed"}


def _lowered(root: Path, files: Mapping[str, str]) -> list[tuple[str, int, str]]:
    for file, content in {**FILES, **files}.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content, encoding="utf-8")
    found = folder.check(root, kinds=(*BASE_KINDS, LIBRARIES))
    return [(f.file, f.line, f.key) for f in found if f.rule == "class-lowered"]


def test_no_model_of_the_shipped_city_protects_less_without_a_reason() -> None:
    city = folder.load(shipped()).city
    found = analyse(city, models(city))
    assert found.problems == ()
    assert {name for name in models(city) if name not in found.classes} == set()


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


def test_a_field_may_have_a_name_that_links_have_too(tmp_path: Path) -> None:
    text = GOOD.replace("  - name: sex\n", "  - name: role\n")
    for file, content in {**FILES, "libraries/people.yml": text}.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(content, encoding="utf-8")
    city = folder.load(tmp_path).city
    said = analyse(city, models(city)).problems
    assert not said, said
