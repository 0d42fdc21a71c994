"""The registry of data elements: bound fields, contradictions, proposals, findings."""

from pathlib import Path

import pytest

from citybrain.city import check, load
from citybrain.city.contracts import Field, Rule
from citybrain.config.kinds import KINDS
from citybrain.lake.elements.binding import bindings, contradictions
from citybrain.lake.elements.element import Element, elements
from citybrain.lake.elements.inference import bound, infer, proposals
from tests.city.tiny import CONTRACT, replace, write_city
from tests.lake.collecting import contract

SHIPPED = Path(__file__).parents[3] / "cities" / "xuancheng"
REGISTRY = """\
name: person
title: 自然人
elements:
  id_number: {title: 身份号码, type: string, length: {min: 18, max: 18}, rule: id_number, standard: GB 11643—1999, source: national}
  sex: {title: 性别, type: string, length: {min: 1, max: 1}, codelist: sex, source: national}
"""  # noqa: E501
ID = Element(name="id", title="身份号码", type="string", least=18, most=18, rule="id_number")
SEX = Element(name="sex", title="性别", type="string", least=1, most=1, codelist="sex")
NAME = Element(name="name", title="姓名", type="string", most=40, also=("户主姓名",))
MONEY = Element(name="money", title="金额", type="decimal(14,2)")
KNOWN = (ID, SEX, NAME, MONEY)


def field(name: str, type_: str = "string", **more: object) -> Field:
    return Field(name=name, source=name, type=type_, **more)  # type: ignore[arg-type]


def length(most: int) -> Rule:
    return Rule(name="length", arguments={"max": most})


@pytest.mark.parametrize(
    ("one", "element", "about"),
    [
        (field("a", "date"), NAME, ["type"]),
        (field("a", rules=(length(60),)), NAME, ["length"]),
        (field("a", rules=(length(20),)), NAME, []),  # narrower is no contradiction
        (field("a", codelist="sex_word"), SEX, ["codelist"]),
        (field("a", codelist="sex", rules=(length(4),)), SEX, []),  # the codes bound it closer
        (field("a", rules=(length(15),)), ID, ["length", "rule"]),
        (field("a", rules=(Rule(name="id_number"), length(20))), ID, []),
        (field("a", "decimal(10,2)"), MONEY, []),
        (field("a", "decimal(10,4)"), MONEY, ["type"]),
        (field("a", "decimal(18,2)"), MONEY, ["type"]),
    ],
)
def test_a_field_agrees_with_its_element_or_the_contradiction_is_named(
    one: Field, element: Element, about: list[str]
) -> None:
    assert [found.about for found in contradictions(one, element)] == about


@pytest.mark.parametrize(
    ("one", "name", "because"),
    [
        (field("x", codelist="sex"), "sex", "codelist"),
        (field("x", rules=(Rule(name="id_number"),)), "id", "rule"),
        (field("x", title="姓名"), "name", "title"),
        (field("x", title="户主姓名"), "name", "title"),
        (field("money", "decimal(8,2)"), "money", "name"),
    ],
)
def test_what_a_field_could_be_is_told_with_the_reason(one: Field, name: str, because: str) -> None:
    found = infer(one, KNOWN)
    assert found is not None
    assert (found[0].name, found[1]) == (name, because)


@pytest.mark.parametrize(
    "one",
    [
        field("x", codelist="other"),
        field("name", "date"),  # the name fits and the type does not
        field("x", title="备注"),
        field("sex"),  # without the codelist it is no code
    ],
)
def test_nothing_is_guessed(one: Field) -> None:
    assert infer(one, KNOWN) is None


def test_discovered_contracts_are_bound_where_one_element_fits() -> None:
    made = bound(contract(field("a", title="姓名"), field("b", "date")), {"name": NAME})
    assert [one.element for one in made.fields] == ["name", ""]


def _city(tmp_path: Path, registry: str = REGISTRY) -> Path:
    root = write_city(tmp_path / "city")
    (root / "elements").mkdir()
    (root / "elements" / "person.yml").write_text(registry, encoding="utf-8")
    return root


@pytest.mark.parametrize(
    ("old", "new", "rule", "key"),
    [
        ("codelist: sex", "codelist: sx", "codelist-missing", "elements.sex.codelist"),
        ("min: 18", "min: 20", "element-length", "elements.id_number.length"),
        ("  sex:", "  Sex:", "name-form", "elements.Sex"),
        ("source: national}\n  sex", "source: nation}\n  sex", "not-allowed",
         "elements.id_number.source"),
        ("name: person", "name: people", "name-differs", "name"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_registry_is_a_finding(
    tmp_path: Path, old: str, new: str, rule: str, key: str
) -> None:
    assert old in REGISTRY
    found = check(_city(tmp_path, REGISTRY.replace(old, new, 1)), kinds=KINDS)
    assert (rule, key) in [(f.rule, f.key) for f in found], found


def test_a_contract_names_an_element_that_is_there(tmp_path: Path) -> None:
    root = _city(tmp_path)
    line = "          - {property: citybrain.level, value: 4}"
    assert line in (root / CONTRACT).read_text(encoding="utf-8")
    named = f"{line}\n          - {{property: citybrain.element, value: id_numbr}}"
    replace(root, CONTRACT, line, named)
    (finding,) = check(root, kinds=KINDS)
    assert (finding.rule, finding.file) == ("element-missing", CONTRACT)
    assert "id_number" in finding.remedy
    replace(root, CONTRACT, "id_numbr", "id_number")
    assert check(root, kinds=KINDS) == []
    assert "id_number" in {f.element for c in load(root).city.contracts.values() for f in c.fields}


def test_the_shipped_city_binds_nine_fields_of_ten_and_says_what_contradicts() -> None:
    city = load(SHIPPED).city
    found = bindings(city)
    assert sum(one.element is not None for one in found) / len(found) > 0.9
    assert {one.field.element for one in found} - {""} <= set(elements(city))
    by_hand = {(one.table, one.field.name): one for one in found}
    allowance = by_hand["civil.allowances", "county"]
    assert {c.about for c in allowance.contradictions} == {"length", "codelist"}
    unbound = {(one.table, one.field.name) for one in found if one.element is None}
    assert unbound
    assert {(p.table, p.field) for p in proposals(city)} <= unbound


def test_every_element_of_the_shipped_city_is_used_or_its_name_says_why() -> None:
    city = load(SHIPPED).city
    used = {one.field.element for one in bindings(city)}
    assert set(elements(city)) - used == set()
    for element in elements(city).values():
        assert element.title_en
        assert element.standard or element.codelist or element.source in {"city", "industry"}
