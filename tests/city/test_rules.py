"""One small bad city per rule: the tiny good one with a single mistake."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from citybrain.city import check
from tests.city.tiny import CONTRACT, FILES, replace, write_city

SYSTEM = "systems/people.yml"
SEX = "codelists/sex.yml"
P = "schema[0].properties"


@dataclass(frozen=True)
class Bad:
    """One mistake: ``old`` becomes ``new``; the finding is in the line that holds ``at``.

    An empty ``old`` appends ``new``; ``at`` empty means the finding is about the whole file.
    ``where`` names the file of the finding when it is another one.
    """

    rule: str
    file: str
    old: str
    new: str
    key: str
    at: str
    where: str = ""


BAD = [
    # What YAML would read differently than it is written.
    Bad("yaml-boolean-key", SEX, '"1": {title: 男, title_en: male}',
        '"1": {title: 男}\n  no: {title: 无}', "entries.no", "no: {"),
    Bad("yaml-unquoted-key", SEX, '"2": {', "2: {", "entries.2", "2: {title: 女"),
    Bad("yaml-duplicate-key", SYSTEM, "drift: refuse", "drift: refuse\ntitle: 又", "title", "又"),
    Bad("yaml-boolean-word", CONTRACT, "required: true", "required: yes",
        f"{P}[0].required", "required: yes"),
    Bad("yaml-number", CONTRACT, "version: 1.2.0", "version: 1.20", "version", "1.20"),
    Bad("yaml-number", SYSTEM, '"12:00"', "12:00", "schedule.by", "12:00"),
    Bad("yaml-number", SEX, 'replaced_by: "1"', "replaced_by: 01",
        "entries.3.replaced_by", "replaced_by: 01"),
    Bad("yaml-alias", SYSTEM, "title: 人口", "title: &t 人口\nowners_: *t", "owners_", "owners_"),
    Bad("yaml-tag", SYSTEM, "title: 人口", "title: !!python/name:os.system 人口",
        "title", "!!python"),
    Bad("yaml-tab", SYSTEM, "  persons:", "\tpersons:", "", "persons:"),
    Bad("yaml-syntax", SYSTEM, "{cycle: daily", "{cycle: [daily", "", 'by: "12:00"'),
    Bad("yaml-empty", "roles/steward.yml", "", "# nothing yet\n", "", ""),
    Bad("yaml-depth", "texts/zh.yml", "", "deep: " + "[" * 60 + "]" * 60 + "\n",
        "deep" + "[0]" * 40, "deep"),
    # What breaks a schema.
    Bad("unquoted-code", "departments/registry.yml", '"341800"', "341800",
        "division", "division: 341800"),
    Bad("unknown-property", SYSTEM, "kind: pull", "knid: pull\nkind: pull", "knid", "knid"),
    Bad("unknown-property", CONTRACT, "physicalName: SR", "phisicalName: SR",
        f"{P}[3].phisicalName", "phisicalName"),
    Bad("missing-property", "departments/archive.yml", "title: 档案馆\n", "", "title", ""),
    Bad("wrong-type", SYSTEM, "owners:\n  - {", "owners:\n    {", "owners", "owners"),
    Bad("not-allowed", SYSTEM, "mode: upsert", "mode: upset", "tables.persons.mode", "upset"),
    Bad("not-allowed", CONTRACT, "value: birth_date", "value: birth_dat",
        f"{P}[1].customProperties[1].value", "birth_dat}"),
    Bad("not-allowed", CONTRACT, "{rule: id_number}", "{rule: id_nummer}",
        f"{P}[0].quality[0].implementation.rule", "id_nummer"),
    Bad("citybrain-property", CONTRACT, "citybrain.formats", "citybrain.fromats",
        f"{P}[1].customProperties[2].property", "fromats"),
    Bad("citybrain-property", CONTRACT, "citybrain.formats", "citybrian.formats",
        f"{P}[1].customProperties[2].property", "citybrian"),
    Bad("out-of-range", SYSTEM, "cycle: daily", "cycle: weekly, weekday: 8",
        "schedule.weekday", "weekday: 8"),
    Bad("duplicate-item", "roles/officer.yml", "lake.correct", "lake.read", "actions", "actions"),
    Bad("name-form", CONTRACT, "name: income", "name: Income", f"{P}[3].name", "Income"),
    Bad("version-form", CONTRACT, "1.2.0", "v2", "version", "v2"),
    Bad("date-form", SYSTEM, '"2005-01-01"', '"2005-13-01"', "owners[0].since", "2005-13"),
    Bad("code-form", "departments/registry.yml", '"341800"', '"3418"', "division", '"3418"'),
    Bad("time-form", SYSTEM, '"12:00"', '"25:00"', "schedule.by", "25:00"),
    Bad("retention-form", CONTRACT, "{period: permanent}", "{period: forever}",
        "customProperties[1].value.period", "forever"),
    Bad("type-form", CONTRACT, '"decimal(12,2)"', '"decimal(52,2)"',
        f"{P}[3].customProperties[2].value", "decimal(52"),
    Bad("not-allowed", CONTRACT, "status: active", "status: aktive", "status", "aktive"),
    Bad("not-allowed", CONTRACT, "apiVersion: v3.1.0", "apiVersion: v9", "apiVersion", "v9"),
    # Files stand where they belong.
    Bad("unknown-folder", "source/a/b.yaml", "", "x: 1\n", "", "", "source/a/b.yaml"),
    Bad("misplaced-file", "notes.yml", "", "x: 1\n", "", "", "notes.yml"),
    Bad("misplaced-file", "roles/steward.txt", "", "x\n", "", "", "roles/steward.txt"),
    Bad("misplaced-file", "roles/old/judge.yml", "",
        "name: judge\ntitle: 法官\nactions: []\nscope: city\n", "", "", "roles/old/judge.yml"),
    Bad("duplicate-id", "roles/officer.yaml", "", FILES["roles/officer.yml"], "", "",
        "roles/officer.yml"),
    Bad("name-differs", SYSTEM, "name: people", "name: persons", "name", "name: persons"),
    Bad("name-differs", "calendar/2021.yml", "year: 2021", "year: 2022", "year", "year: 2022"),
    # Departments and divisions.
    Bad("department-parent", "departments/archive.yml", "parent: registry", "parent: registrie",
        "parent", "registrie"),
    Bad("department-cycle", "departments/registry.yml", "level: city",
        "level: city\nparent: archive", "parent", "parent: archive"),
    Bad("department-uscc", "departments/registry.yml", "0000000B", "0000000K", "uscc", "uscc"),
    Bad("dates-reversed", "departments/registry.yml", 'since: "2001-01-01"',
        'since: "2001-01-01"\nuntil: "1999-01-01"', "until", "until"),
    Bad("division-unknown", "departments/registry.yml", '"341800"', '"341899"',
        "division", "341899"),
    Bad("division-unknown", "city.yml", '"341800"', '"341899"', "division", "341899"),
    Bad("division-parent", "divisions/divisions.yml", 'parent: "341800"', 'parent: "349900"',
        "divisions[1].parent", "349900"),
    Bad("duplicate-id", "divisions/divisions.yml", 'code: "341802"', 'code: "341800"',
        "divisions[1].code", "宣州区"),
    # Calendar.
    Bad("calendar-year", "calendar/2021.yml", '"2021-06-14"', '"2020-06-14"',
        "holidays[1]", "2020-06-14"),
    Bad("calendar-both", "calendar/2021.yml", '"2021-02-07"', '"2021-06-14"', "makeup[0]",
        'makeup:\n  - "2021-06-14"'),
    Bad("calendar-weekday", "calendar/2021.yml", '"2021-02-07"', '"2021-02-08"',
        "makeup[0]", "2021-02-08"),
    Bad("calendar-gap", "calendar/2024.yml", "",
        "year: 2024\nholidays: []\nmakeup: []\nlaw: 通知\n", "year", "year"),
    # Codelists.
    Bad("code-successor", SEX, 'replaced_by: "1"', 'replaced_by: "9"',
        "entries.3.replaced_by", 'replaced_by: "9"'),
    # Systems.
    Bad("owner-department", SYSTEM, "department: registry", "department: regisrty",
        "owners[0].department", "regisrty"),
    Bad("duplicate-id", SYSTEM, 'since: "2005-01-01"}',
        'since: "2005-01-01"}\n  - {department: archive, since: "2005-01-01"}',
        "owners[1].since", "archive"),
    Bad("table-without-contract", SYSTEM, "tables:", "tables:\n  pets: {source: T, mode: full}",
        "tables.pets", "pets"),
    Bad("contract-without-table", SYSTEM, "  persons: {source: T_RK, mode: upsert, "
        "cursor: updated_at}\n", "  {}\n", "schema[0].name", "name: persons", CONTRACT),
    Bad("contract-without-system", "sources/pets/dogs.yaml", "",
        FILES[CONTRACT].replace("id: people.persons", "id: pets.dogs").replace(
            "- name: persons", "- name: dogs"), "", ""),
    Bad("mode-key", CONTRACT, "        primaryKey: true\n        primaryKeyPosition: 1\n", "",
        "tables.persons.mode", "mode: upsert", SYSTEM),
    Bad("mode-cursor", SYSTEM, "mode: upsert, cursor: updated_at", "mode: append",
        "tables.persons.mode", "mode: append"),
    Bad("cursor-field", SYSTEM, "cursor: updated_at", "cursor: update_at",
        "tables.persons.cursor", "update_at"),
    Bad("cursor-type", CONTRACT, "logicalType: timestamp", "logicalType: boolean",
        "tables.persons.cursor", "cursor", SYSTEM),
    Bad("upload-format", SYSTEM, "kind: pull", "kind: upload", "tables.persons.format",
        "persons:"),
    Bad("format-option", SYSTEM, "mode: upsert", "mode: upsert, sheet: 表1",
        "tables.persons.sheet", "sheet"),
    # Contracts.
    Bad("name-differs", CONTRACT, "- name: persons", "- name: people", "schema[0].name",
        "- name: people"),
    Bad("duplicate-id", CONTRACT, "- name: sex", "- name: income", f"{P}[3].name",
        "value: sex}\n      - name: income"),
    Bad("field-name", CONTRACT, "- name: income", "- name: _reasons", f"{P}[3].name",
        "value: sex}\n      - name: _reasons"),
    Bad("duplicate-id", CONTRACT, "          - {property: citybrain.codelist, value: sex}",
        "          - {property: citybrain.level, value: 1}",
        f"{P}[2].customProperties[1].property", "value: 1}"),
    Bad("sharing-missing", CONTRACT, "  - property: citybrain.sharing\n    value: {type: "
        "conditional, law: 《政务数据共享条例》第十二条}\n", "", "customProperties",
        "status: active\ncustomProperties:"),
    Bad("sharing-law", CONTRACT, ", law: 《政务数据共享条例》第十二条", "", "customProperties",
        "status: active\ncustomProperties:"),
    Bad("retention-missing", CONTRACT,
        "  - property: citybrain.retention\n    value: {period: permanent}\n", "",
        "customProperties",
        "status: active\ncustomProperties:"),
    Bad("key-position", CONTRACT, "primaryKeyPosition: 1", "primaryKeyPosition: 2",
        f"{P}[0].primaryKeyPosition", "primaryKeyPosition"),
    Bad("key-position", CONTRACT, "physicalName: SR", "physicalName: SR\n        "
        "primaryKeyPosition: 2", f"{P}[3].primaryKeyPosition", "primaryKeyPosition: 2"),
    # Fields.
    Bad("level-missing", CONTRACT, "          - {property: citybrain.level, value: 2}\n"
        "          - {property: citybrain.codelist, value: sex}",
        "          - {property: citybrain.codelist, value: sex}", f"{P}[2]", "- name: sex"),
    Bad("masking-missing", CONTRACT, "          - {property: citybrain.masking, value: text}\n",
        "", f"{P}[3].customProperties[0].value",
        "maximum: 9000000}\n        customProperties:\n          - {property: citybrain.level, "
        "value: 3}"),
    Bad("id-number-class", CONTRACT, "masking, value: id_number", "masking, value: name",
        f"{P}[0]", "- name: id_number"),
    Bad("type-differs", CONTRACT, "logicalType: number", "logicalType: boolean",
        f"{P}[3].customProperties[2].value", "decimal"),
    Bad("format-type", CONTRACT, "logicalType: date", "logicalType: string",
        f"{P}[1].customProperties[2].value", "formats"),
    Bad("renamed-from", CONTRACT, "          - {property: citybrain.codelist, value: sex}",
        "          - {property: citybrain.renamedFrom, value: income}",
        f"{P}[2].customProperties[1].value", "renamedFrom"),
    # Rules of fields.
    Bad("codelist-missing", CONTRACT, "value: sex}", "value: sexes}",
        f"{P}[2].customProperties[1].value", "sexes"),
    Bad("rule-argument", CONTRACT, "{rule: birth_of, id: id_number}", "{rule: birth_of}",
        f"{P}[1].quality[0].implementation", "birth_of"),
    Bad("rule-argument", CONTRACT, "{rule: id_number}", "{rule: id_number, other: sex}",
        f"{P}[0].quality[0].implementation.other", "other"),
    Bad("rule-field", CONTRACT, "id: id_number}", "id: id_numbers}",
        f"{P}[1].quality[0].implementation.id", "id_numbers}"),
    Bad("rule-type", CONTRACT, "{rule: birth_of, id: id_number}", "{rule: birth_of, id: income}",
        f"{P}[1].quality[0].implementation.id", "income}"),
    Bad("rule-type", CONTRACT, "{rule: birth_of, id: id_number}", "{rule: phone}",
        f"{P}[1].quality[0].implementation", "phone"),
    Bad("rule-pattern", CONTRACT, '"[0-9]"', '"[0-9"', f"{P}[2].logicalTypeOptions.pattern",
        '"[0-9"'),
    Bad("rule-pattern", CONTRACT, '"[0-9]"', '"(?=1)"', f"{P}[2].logicalTypeOptions.pattern",
        '"(?=1)"'),
    Bad("rule-bounds", CONTRACT, "minimum: 0", "minimum: 9900000",
        f"{P}[3].logicalTypeOptions.minimum", "9900000"),
]  # fmt: skip


def _line(text: str, at: str) -> int:
    """The line of the one place where ``at`` stands (of its last line when it has several)."""
    assert text.count(at) == 1, f"{at!r} stands {text.count(at)} times"
    return text[: text.index(at) + at.rfind("\n") + 1].count("\n") + 1


def test_the_good_city_has_no_findings(tmp_path: Path) -> None:
    assert check(write_city(tmp_path)) == []


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.rule}-{bad.key or bad.file}")
def test_each_mistake_is_said_where_it_stands(tmp_path: Path, bad: Bad) -> None:
    root = write_city(tmp_path)
    replace(root, bad.file, bad.old, bad.new)
    findings = check(root)
    file = bad.where or bad.file
    said = [f for f in findings if (f.file, f.key, f.rule) == (file, bad.key, bad.rule)]
    assert said, "\n".join(map(str, findings)) or "nothing was found"
    if bad.at:
        assert said[0].line == _line((root / file).read_text(), bad.at), said[0]
    assert said[0].message.endswith((".", "?"))
    assert said[0].remedy.endswith((".", "?"))
    assert findings == sorted(findings)


def test_a_missing_city_file_is_said(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    (root / "city.yml").unlink()
    assert [(f.file, f.line, f.rule) for f in check(root)] == [("city.yml", 0, "city-missing")]


def test_a_wrong_encoding_is_said_with_its_line(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    (root / SEX).write_bytes(FILES[SEX].encode("gb18030"))
    first = [f for f in check(root) if f.file == SEX]
    assert [(f.rule, f.line) for f in first] == [("yaml-encoding", 2)]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    root = write_city(tmp_path / "city")
    outside = (root / "texts/zh.yml").rename(tmp_path / "zh.yml")
    (root / "texts/zh.yml").symlink_to(outside)
    assert [(f.rule, f.file) for f in check(root)] == [("file-unreadable", "texts/zh.yml")]


def test_a_pipe_does_not_hold_the_check_up(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    os.mkfifo(root / "texts/en.yml")
    assert [(f.rule, f.file) for f in check(root)] == [("file-unreadable", "texts/en.yml")]


@pytest.mark.parametrize(
    ("file", "old", "new", "meant"),
    [
        (CONTRACT, "citybrain.formats", "citybrain.format", "citybrain.formats"),
        (CONTRACT, "citybrain.formats", "city_brain.formats", "citybrain.formats"),
        (CONTRACT, "physicalName: SR", "physicalname: SR", "physicalName"),
        (CONTRACT, "value: birth_date", "value: birthdate", "birth_date"),
        (SYSTEM, "department: registry", "department: registy", "registry"),
        (SYSTEM, "cursor: updated_at", "cursor: updated", "updated_at"),
        (SYSTEM, "drift: refuse", "drift: refused", "refuse"),
        ("roles/officer.yml", "scope: department", "scop: department", "scope"),
    ],
)
def test_a_slip_is_answered_with_the_word_that_was_meant(
    tmp_path: Path, file: str, old: str, new: str, meant: str
) -> None:
    root = write_city(tmp_path)
    replace(root, file, old, new)
    assert f"Did you mean '{meant}'?" in {f.remedy for f in check(root)}


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    (root / "texts/zh.yml").write_text("a: b\n" * 900_000)
    assert [f.rule for f in check(root)] == ["yaml-size"]


def test_a_bomb_of_aliases_is_read_in_no_time(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    bomb = "a0: &a0 [x, x]\n" + "".join(
        f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}]\n" for n in range(1, 60)
    )
    (root / "texts/zh.yml").write_text(bomb)
    assert {f.rule for f in check(root)} >= {"yaml-alias"}


def test_every_broken_file_is_said_and_the_rest_is_read(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    (root / SEX).write_text("{")
    (root / "departments/archive.yml").write_text("- a list\n")
    replace(root, CONTRACT, "version: 1.2.0", "version: 1.20")
    files = {f.file for f in check(root)}
    assert {SEX, "departments/archive.yml", CONTRACT} <= files
