"""What is wrong with a model is said with its file, line, key and remedy."""

from pathlib import Path

import pytest

from citybrain.city import check, plan
from citybrain.city.kinds import BASE_KINDS
from citybrain.lake.models.classes import classes
from citybrain.lake.models.fingerprint import made_by
from citybrain.lake.models.kind import MODEL, MODEL_TEST
from citybrain.lake.models.registry import models
from citybrain.lake.models.tested import last, remember
from citybrain.lake.models.testing import model_tests, run_tests
from tests.lake.models.small import a_lake, a_model, write_city

KINDS = (*BASE_KINDS, MODEL, MODEL_TEST)
GOOD = a_model("SELECT person_id, name FROM household.persons", grain="[person_id]", owner="police")


def _found(root: Path, models: dict[str, str], **others: str) -> list[tuple[str, int, str, str]]:
    write_city(root, models, **others)
    return [
        (f.file, f.line, f.key, f.rule)
        for f in check(root, kinds=KINDS)
        if f.file.startswith(("models/", "tests/"))
    ]


def test_a_good_model_has_no_finding(tmp_path: Path) -> None:
    assert _found(tmp_path, {"lib.people": GOOD}) == []


@pytest.mark.parametrize(
    ("text", "line", "key", "rule"),
    [
        ("SELECT 1 AS a", 1, "", "file-header"),
        (a_model("SELECT 1 AS a", titel="x"), 3, "titel", "unknown-property"),
        (a_model("SELECT 1 AS a", owner="nobody"), 3, "owner", "unknown-department"),
        (a_model("SELECT 1 AS a", schedule="hourly"), 3, "schedule", "wrong-form"),
        (a_model("SELECT 1 AS a", materialise="table"), 3, "materialise", "not-allowed"),
        (a_model("SELECT 1 AS a", materialise="view"), 3, "materialise", "not-allowed"),
        (a_model("SELECT 1 AS a", grain="[b]"), 3, "grain[0]", "model-grain"),
        (a_model("SELECT 1 AS a; SELECT 2"), 4, "sql", "model-select"),
        (a_model("DELETE FROM ods.household.persons"), 4, "sql", "model-select"),
        (a_model("SELECT * FROM read_csv('/etc/passwd')"), 4, "sql", "model-select"),
        (a_model("SELECT getenv('HOME') AS a"), 4, "sql", "model-select"),
        (a_model("SELECT 1\nAS a,\n  nothing FROM household.persons"), 6, "sql", "model-sql"),
        (a_model("SELECT 1 AS a FROM household.person"), 4, "sql", "unknown-table"),
        (a_model("SELECT 1 AS a FROM lib.x"), 4, "sql", "model-cycle"),
        (a_model("SELECT [1] AS a"), 4, "sql", "model-sql"),
        (a_model("SELECT 1 AS a", materialise="incremental"), 3, "materialise",
         "model-incremental"),
        (a_model("SELECT 1 AS a", materialise="incremental", grain="[a]",
                 incremental="{by: b}"), 5, "incremental.by", "model-incremental"),
        (a_model("SELECT 1 AS a", expectations="\n  e:\n    title: 好\n    sql: SELECT * FROM lib.x"
                 " WHERE b = 1"), 6, "expectations.e.sql", "model-expectation"),
        (a_model("SELECT name AS a FROM household.persons",
                 columns="\n  a: {level: 1, masking: none}"), 4, "columns.a", "class-lowered"),
    ],
)  # fmt: skip
def test_each_mistake_is_named_at_its_line(
    tmp_path: Path, text: str, line: int, key: str, rule: str
) -> None:
    assert _found(tmp_path, {"lib.x": text}) == [("models/lib/x.sql", line, key, rule)]


def test_a_file_without_a_select_is_refused(tmp_path: Path) -> None:
    found = _found(tmp_path, {"lib.x": "/*\ntitle: 表\n*/\n"})
    assert {rule for _file, _line, _key, rule in found} == {"model-select", "out-of-range"}


def test_a_class_may_be_lowered_with_a_reason(tmp_path: Path) -> None:
    text = a_model("SELECT left(name, 1) AS a FROM household.persons",
                   columns="{a: {level: 1, masking: none, why: 只留姓氏}}")  # fmt: skip
    assert _found(tmp_path, {"lib.x": text}) == []
    city = write_city(tmp_path, {"lib.x": text, "lib.y": a_model("SELECT a AS b FROM lib.x")})
    store = a_lake(tmp_path / "home")
    assert classes(store, city, "lib.x")["a"].level == 1
    assert classes(store, city, "lib.y")["b"].masking == "none"


def test_files_stand_where_a_table_can_be_named_by_them(tmp_path: Path) -> None:
    found = _found(
        tmp_path,
        {"raw.x": GOOD, "lib.people": GOOD, "lib.more.people": GOOD, "lib.Bad-name": GOOD},
        **{"models/lib/x.txt": "x", "models/README.md": "x"},
    )  # fmt: skip
    assert sorted((f, rule) for f, _line, _key, rule in found) == [
        ("models/lib/Bad-name.sql", "misplaced-file"),
        ("models/lib/people.sql", "duplicate-id"),
        ("models/lib/x.txt", "misplaced-file"),
        ("models/raw/x.sql", "misplaced-file"),
    ]


TEST = """\
tests:
  one:
    given:
      ods.household.persons:
        - {person_id: "1", name: 王小明}
    expect:
      - {person_id: "1", name: 王小明}
"""


def test_tests_of_models_are_checked_and_run(tmp_path: Path) -> None:
    home = a_lake(tmp_path / "home").home
    files = {"tests/lib.people.yml": TEST}
    assert _found(tmp_path / "c", {"lib.people": GOOD}, **files) == []
    city = write_city(tmp_path / "c", {"lib.people": GOOD}, **files)
    assert [r.passed for r in run_tests(home, city)] == [True]
    upper = GOOD.replace("name FROM", "'x' || name AS name FROM")
    (failed,) = run_tests(home, write_city(tmp_path / "c", {"lib.people": upper}, **files))
    assert not failed.passed
    assert failed.missing == [{"person_id": "1", "name": "王小明"}]
    assert failed.extra == [{"person_id": "1", "name": "x王小明"}]
    assert "missing: person_id=1, name=王小明" in failed.render()


def test_the_last_run_of_a_test_is_kept_until_text_or_test_change(tmp_path: Path) -> None:
    store = a_lake(tmp_path / "home")
    files = {"tests/lib.people.yml": TEST}
    wrong = GOOD.replace("name FROM", "'x' || name AS name FROM")
    ran = {}
    for text in (GOOD, wrong):
        city = write_city(tmp_path / "c", {"lib.people": text}, **files)
        tests, model = model_tests(city), models(city)["lib.people"]
        assert last(store, model, tests) == {}
        remember(store, city, run_tests(store.home, city))
        (ran[text],) = last(store, model, tests).values()
    assert (ran[GOOD].passed, ran[GOOD].said) == (True, "")
    assert not ran[wrong].passed
    assert "too many: person_id=1, name=x王小明" in ran[wrong].said


@pytest.mark.parametrize(
    ("old", "new", "line", "rule"),
    [
        ("ods.household.persons", "ods.household.moves", 4, "unknown-table"),
        ("{person_id: \"1\", name: 王小明}\n    exp", "{nme: a}\n    exp", 5, "unknown-column"),
        ("expect:\n      - {person_id", "expect:\n      - {id", 7, "unknown-column"),
        ("given:", "gven:", 3, "unknown-property"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_test_is_named(
    tmp_path: Path, old: str, new: str, line: int, rule: str
) -> None:
    text = TEST.replace(old, new)
    assert text != TEST
    found = _found(tmp_path, {"lib.people": GOOD}, **{"tests/lib.people.yml": text})
    assert (line, rule) in [(at, said) for _file, at, _key, said in found]


def test_a_test_needs_its_model(tmp_path: Path) -> None:
    found = _found(tmp_path, {"lib.people": GOOD}, **{"tests/lib.peple.yml": TEST})
    assert [(f, rule) for f, _l, _k, rule in found] == [("tests/lib.peple.yml", "unknown-model")]


def test_a_changed_select_is_another_city(tmp_path: Path) -> None:
    before = write_city(tmp_path / "c", {"lib.people": GOOD})
    after = write_city(tmp_path / "c", {"lib.people": GOOD.replace("name", "upper(name) AS name")})
    assert before.fingerprint != after.fingerprint
    found = plan(tmp_path / "c", tmp_path / "home", kinds=KINDS)
    assert ("model", "lib.people") in [(c.kind, c.name) for c in found.changes]


def test_words_alone_change_nothing_that_is_built(tmp_path: Path) -> None:
    before = models(write_city(tmp_path / "before", {"lib.people": GOOD}))
    after = models(
        write_city(
            tmp_path / "after",
            {"lib.people": GOOD.replace("/*\n", "/*\ndescription_en: One row for each.\n", 1)},
        )
    )
    assert after["lib.people"].description_en == "One row for each."
    assert made_by(after["lib.people"]) == made_by(before["lib.people"])


def test_a_written_model_replaces_a_generated_one(tmp_path: Path) -> None:
    text = a_model("SELECT person_id, _row FROM household.persons")
    city = write_city(tmp_path, {"dwd.household.persons": text})
    assert not models(city)["dwd.household.persons"].generated
    assert models(city)["dwd.household.moves"].generated
    assert list(models(city)) == sorted(models(city))
