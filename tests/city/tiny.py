"""A tiny good city, and ways to spoil it: tests of the folder start here."""

from collections.abc import Mapping
from pathlib import Path

FILES: Mapping[str, str] = {
    "city.yml": """\
name: tiny
title: 小城
title_en: Tiny
division: "341800"
""",
    "departments/registry.yml": """\
name: registry
title: 登记局
title_en: Registry
uscc: 11341800MB0000000B
division: "341800"
level: city
since: "2001-01-01"
""",
    "departments/archive.yml": """\
name: archive
title: 档案馆
parent: registry
""",
    "divisions/divisions.yml": """\
divisions:
  - {code: "341800", name: 宣城市, since: "2000-06-25"}
  - {code: "341802", name: 宣州区, parent: "341800"}
""",
    "calendar/2020.yml": """\
year: 2020
provisional: false
holidays: ["2020-01-01"]
makeup: ["2020-01-19"]
law: 国办发明电〔2019〕16号
""",
    "calendar/2021.yml": """\
year: 2021
provisional: false
holidays:
  - "2021-01-01"
  - "2021-06-14"
makeup:
  - "2021-02-07"
law: 国办发明电〔2020〕27号
""",
    "codelists/sex.yml": """\
name: sex
title: 性别
standard: GB/T 2261.1
entries:
  "1": {title: 男, title_en: male}
  "2": {title: 女, title_en: female}
  "3": {title: 旧码, until: "2003-12-31", replaced_by: "1"}
""",
    "systems/people.yml": """\
name: people
title: 人口
kind: pull
connection: people
owners:
  - {department: registry, since: "2005-01-01"}
drift: refuse
schedule: {cycle: daily, by: "12:00"}
tables:
  persons: {source: T_RK, mode: upsert, cursor: updated_at}
""",
    "sources/people/persons.yaml": """\
apiVersion: v3.1.0
kind: DataContract
id: people.persons
name: people_persons
version: 1.2.0
status: active
customProperties:
  - property: citybrain.sharing
    value: {type: conditional, law: 《政务数据共享条例》第十二条}
  - property: citybrain.retention
    value: {period: permanent}
schema:
  - name: persons
    physicalName: T_RK
    businessName: 人口
    properties:
      - name: id_number
        physicalName: SFZH
        logicalType: string
        required: true
        primaryKey: true
        primaryKeyPosition: 1
        customProperties:
          - {property: citybrain.level, value: 4}
          - {property: citybrain.masking, value: id_number}
        quality:
          - {type: custom, engine: citybrain, implementation: {rule: id_number}}
      - name: birth_date
        physicalName: CSRQ
        logicalType: date
        customProperties:
          - {property: citybrain.level, value: 3}
          - {property: citybrain.masking, value: birth_date}
          - {property: citybrain.formats, value: ["%Y%m%d"]}
        quality:
          - {type: custom, engine: citybrain, implementation: {rule: birth_of, id: id_number}}
      - name: sex
        physicalName: XB
        logicalType: string
        logicalTypeOptions: {pattern: "[0-9]", maxLength: 1}
        customProperties:
          - {property: citybrain.level, value: 2}
          - {property: citybrain.codelist, value: sex}
      - name: income
        physicalName: SR
        logicalType: number
        logicalTypeOptions: {minimum: 0, maximum: 9000000}
        customProperties:
          - {property: citybrain.level, value: 3}
          - {property: citybrain.masking, value: text}
          - {property: citybrain.type, value: "decimal(12,2)"}
      - name: updated_at
        physicalName: GXSJ
        logicalType: timestamp
        customProperties:
          - {property: citybrain.level, value: 2}
""",
    "roles/officer.yml": """\
name: officer
title: 数据专员
actions: [lake.read, lake.correct]
scope: department
reveal: false
""",
    "texts/zh.yml": """\
home.title: 小城大脑
""",
}
CONTRACT = "sources/people/persons.yaml"


def write_city(root: Path, files: Mapping[str, str] = FILES) -> Path:
    """Write the files below ``root`` and give it back."""
    for name, text in files.items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def replace(root: Path, file: str, old: str, new: str) -> None:
    """Replace the one place in a file where ``old`` stands."""
    path = root / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text.count(old) == 1 or not old, f"{old!r} stands {text.count(old)} times in {file}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
