"""Loading: what was written is what is read, and nothing that can be written makes it fail."""

import json
import random
from dataclasses import replace as changed
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citybrain.city import check, load, odcs
from citybrain.city.contracts import MASKING_CLASSES, Contract, Field, Rule, Sharing
from citybrain.city.document import parse
from citybrain.city.model import City, Department
from citybrain.city.systems import Fetch, Owner, Schedule, System
from citybrain.city.write import (
    dump_contract,
    write_contract,
    write_department,
    write_system,
)
from tests.city.tiny import CONTRACT, FILES, write_city

WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=20
)
MAYBE = st.one_of(st.just(""), WORDS)
SLUGS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
TYPES = st.one_of(
    st.sampled_from(
        [
            "string",
            "boolean",
            "int",
            "long",
            "ulong",
            "float",
            "double",
            "date",
            "timestamp",
            "timestamptz",
            "time",
            "binary",
            "json",
        ]
    ),
    st.tuples(st.integers(1, 38), st.integers(0, 38)).map(lambda d: f"decimal({d[0]},{d[1]})"),
)
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False)
)
BOUNDS = st.one_of(
    st.fixed_dictionaries({"min": NUMBERS}, optional={"max": NUMBERS}),
    st.fixed_dictionaries({"max": st.dates().map(date.isoformat)}),
)


def _rule(name: str, arguments: Any) -> Rule:
    return Rule(name=name, arguments=arguments)


@st.composite
def _fields(draw: st.DrawFn, name: str, key: int) -> Field:
    codelist = draw(st.one_of(st.just(""), SLUGS))
    options = [
        *draw(st.lists(WORDS.map(lambda p: _rule("pattern", {"pattern": p})), max_size=1)),
        *draw(st.lists(BOUNDS.map(lambda b: _rule("length", b)), max_size=1)),
        *draw(st.lists(BOUNDS.map(lambda b: _rule("range", b)), max_size=1)),
        *([_rule("codelist", {"codelist": codelist})] if codelist else []),
    ]
    more = st.one_of(
        st.sampled_from(["id_number", "uscc", "phone", "not_future"]).map(lambda r: _rule(r, {})),
        SLUGS.map(lambda other: _rule("not_before", {"other": other})),
        SLUGS.map(lambda other: _rule("birth_of", {"id": other})),
    )
    return Field(
        name=name,
        source=draw(WORDS),
        type=draw(TYPES),
        title=draw(MAYBE),
        title_en=draw(MAYBE),
        description=draw(MAYBE),
        required=draw(st.booleans()),
        key=key,
        unique=draw(st.booleans()),
        level=draw(st.integers(1, 4)),
        masking=draw(st.sampled_from(MASKING_CLASSES)),
        codelist=codelist,
        formats=tuple(draw(st.lists(WORDS, max_size=2))),
        renamed_from=draw(st.one_of(st.just(""), SLUGS)),
        rules=(*options, *draw(st.lists(more, max_size=2))),
    )


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    names = draw(st.lists(SLUGS, min_size=1, max_size=3, unique=True))
    keys = draw(st.permutations([n + 1 if n < 2 else 0 for n in range(len(names))]))
    return Contract(
        system=draw(SLUGS),
        table=draw(SLUGS),
        version="1.0.10",
        title=draw(WORDS),
        title_en=draw(MAYBE),
        description=draw(MAYBE),
        status=draw(st.sampled_from(["active", "draft"])),
        fields=tuple(draw(_fields(n, k)) for n, k in zip(names, keys, strict=True)),
        sharing=Sharing(type=draw(st.sampled_from(["withheld", "conditional"])), law=draw(MAYBE)),
        retention=draw(st.sampled_from(["permanent", "P10Y", ""])),
        retention_law=draw(MAYBE),
        contact=draw(MAYBE),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts())
def test_a_contract_loads_as_it_was_dumped(contract: Contract) -> None:
    text = dump_contract(contract)
    document = parse(text.encode(), file="x.yaml")
    assert document.findings == []
    read = odcs.contract(document.value, system=contract.system, table=contract.table, file="")
    assert read == contract
    assert dump_contract(read) == text


def test_the_tiny_city_is_read_whole(tmp_path: Path) -> None:
    loaded = load(write_city(tmp_path))
    city = loaded.city
    assert loaded.findings == ()
    assert (city.name, city.title, city.division) == ("tiny", "小城", "341800")
    assert city.departments["archive"].parent == "registry"
    assert city.divisions["341802"].parent == "341800"
    assert city.calendar.is_workday(date(2021, 2, 7))
    assert not city.calendar.is_workday(date(2021, 6, 14))
    assert city.codelists["sex"].entries["3"].replaced_by == "1"
    assert city.systems["people"].department(date(2010, 1, 1)) == "registry"
    assert city.systems["people"].schedule.by == time(12, 0)
    assert city.roles["officer"].actions == {"lake.read", "lake.correct"}
    assert city.texts == {"zh": {"home.title": "小城大脑"}}
    contract = city.contracts["people.persons"]
    assert contract.key == ("id_number",)
    assert contract.field("income").type == "decimal(12,2)"
    assert contract.field("sex").rules == (
        _rule("pattern", {"pattern": "[0-9]"}),
        _rule("length", {"max": 1}),
        _rule("codelist", {"codelist": "sex"}),
    )


def test_what_is_written_is_checked_clean(tmp_path: Path) -> None:
    """A discovered system, its contracts and its department make a city without findings."""
    write_city(tmp_path)
    title = Field(name="title", source="Title", type="string", title="Title", level=1)
    day = Field(name="day", source="Day", type="int", title="Day", level=2, key=1, required=True)
    price = changed(
        title, name="price", type="decimal(10,2)", rules=(_rule("range", {"min": 0.5}),)
    )
    contract = Contract(
        system="shop", table="albums", version="1.0.0", title="Album", fields=(day, title, price),
        sharing=Sharing(type="unconditional"), retention="P1Y",
    )  # fmt: skip
    system = System(
        name="shop",
        title="Shop",
        connection="shop",
        owners=(Owner(department="trade", since=date(2020, 1, 1)),),
        schedule=Schedule(cycle="weekly", by=time(8, 30), weekday=5),
        tables={"albums": Fetch(source="Album", mode="upsert", cursor="day")},
    )
    write_department(tmp_path, Department(name="trade", title="商务局", since=date(2001, 1, 1)))
    write_system(tmp_path, system)
    write_contract(tmp_path, contract)
    assert check(tmp_path) == []
    city = load(tmp_path).city
    assert city.systems["shop"] == changed(system, file="systems/shop.yml")
    assert city.contracts["shop.albums"] == changed(contract, file="sources/shop/albums.yaml")
    assert city.departments["trade"].since == date(2001, 1, 1)


def test_comments_and_layout_do_not_change_the_fingerprint(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    before = load(root).city.fingerprint
    file = root / "systems/people.yml"
    file.write_text("# a remark\n" + file.read_text().replace("kind: pull", "kind:   'pull'"))
    assert load(root).city.fingerprint == before
    file.write_text(file.read_text().replace("12:00", "13:00"))
    assert load(root).city.fingerprint != before


def test_a_moved_file_changes_the_fingerprint(tmp_path: Path) -> None:
    root = write_city(tmp_path)
    before = load(root).city.fingerprint
    (root / "roles/officer.yml").rename(root / "roles/clerk.yml")
    assert load(root).city.fingerprint != before


_SCRAPS = [
    "\t", "\0", "- ", ": ", "{", "}", "[", "&a ", "*a ", "!!set ", "\n", "'", '"', "|\n", "~",
    "<<: ", "? ", "1e999", "0x1F", "yes", "2021-02-30", "\ufeff", "\u2028", "9" * 5000,
]  # fmt: skip


def _mangled(text: str, chance: random.Random) -> bytes:
    data = text
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(data) + 1), chance.choice([0, 0, 1, 5, 40])
        data = data[:at] + chance.choice(_SCRAPS) + data[at + length :]
    raw = data.encode("utf-8")
    if chance.random() < 0.2:
        at = chance.randrange(len(raw))
        raw = raw[:at] + bytes([chance.randrange(256)]) + raw[at + 1 :]
    return raw


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_no_mangled_city_makes_check_fail(tmp_path: Path, seed: int) -> None:
    _check_mangled(tmp_path, seed)


@pytest.mark.long
def test_no_mangled_city_of_very_many_makes_check_fail(tmp_path: Path) -> None:
    for seed in range(1500):
        _check_mangled(tmp_path, seed)


def _check_mangled(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    root = write_city(tmp_path)
    for name in chance.sample(sorted(FILES), 3):
        (root / name).write_bytes(_mangled(FILES[name], chance))
    findings = check(root)
    assert all(f.file and f.line >= 0 and f.rule for f in findings), seed
    assert load(root).city.root == root


_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), WORDS, st.floats(allow_nan=False)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "name",
                    "schema",
                    "properties",
                    "customProperties",
                    "property",
                    "value",
                    "quality",
                    "engine",
                    "implementation",
                    "rule",
                    "tables",
                    "owners",
                    "schedule",
                    "entries",
                    "divisions",
                    "holidays",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("file", [f for f in FILES if f != "texts/zh.yml"])
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(value=_VALUES)
def test_no_shape_of_values_makes_check_fail(tmp_path: Path, file: str, value: Any) -> None:
    root = write_city(tmp_path)
    (root / file).write_text(json.dumps(value))
    check(root)


def test_a_contract_with_wrong_shapes_inside_is_still_checked(tmp_path: Path) -> None:
    """Every property of a good contract replaced in turn by every wrong shape."""
    root = write_city(tmp_path)
    good = parse(FILES[CONTRACT].encode(), file=CONTRACT).value
    for place in _places(good):
        spoiled = json.loads(json.dumps(good))
        _put(spoiled, place, [[]])
        document = parse(json.dumps(spoiled).encode(), file=CONTRACT)
        odcs.contract(document.value, system="people", table="persons", file=CONTRACT)
    (root / CONTRACT).write_text(json.dumps(spoiled))
    assert check(root)


@pytest.mark.long
@pytest.mark.parametrize("wrong", [None, [[]], {"a": {}}, -1, 1.5, True, ""], ids=repr)
def test_every_place_of_every_file_may_hold_any_shape(tmp_path: Path, wrong: Any) -> None:
    root = write_city(tmp_path)
    for file, text in FILES.items():
        good = parse(text.encode(), file=file).value
        for place in _places(good):
            spoiled = json.loads(json.dumps(good))
            _put(spoiled, place, wrong)
            (root / file).write_text(json.dumps(spoiled))
            check(root)
        (root / file).write_text(text)


def _places(value: Any) -> list[tuple[Any, ...]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [p for key, v in inner for p in [(key,), *((key, *rest) for rest in _places(v))]]


def _put(value: Any, place: tuple[Any, ...], new: Any) -> None:
    for key in place[:-1]:
        value = value[key]
    value[place[-1]] = new


def test_numbers_are_read_as_they_are_written() -> None:
    text = "a: 18446744073709551615\nb: 0.1\nc: -5\nd: 1.5e+20\ne: true\nf: 2021-06-11\n"
    document = parse(text.encode(), file="x.yml")
    assert document.value == {
        "a": 2**64 - 1, "b": 0.1, "c": -5, "d": float(Decimal("1.5e20")), "e": True,
        "f": "2021-06-11",
    }  # fmt: skip
    assert document.findings == []


def test_the_one_unit_that_all_others_belong_to_is_no_department() -> None:
    def units(**parents: str) -> frozenset[str]:
        made = {name: Department(name=name, title=name, parent=up) for name, up in parents.items()}
        town = Department(name="town", title="town", level="township", parent="a")
        return City(
            name="x", title="x", root=Path(), fingerprint="", departments=made | {"town": town}
        ).units

    assert units(a="") == {"a"}
    assert units(a="", b="") == {"a", "b"}
    assert units(a="", b="a", c="b") == {"b", "c"}
