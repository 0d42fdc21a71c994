"""Every command, when all is well and when it is not: JSON for scripts, English for people."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from citybrain.interfaces.cli import _WHERE
from tests.city.tiny import write_city

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile("[\u4e00-\u9fff]")
_LOOKS = ("ledger", "account")
ALL = "SELECT * FROM ods.shop.goods"


@dataclass(frozen=True)
class Step:
    """One command, the code it ends with, and whether its answer is one JSON document."""

    words: Sequence[str]
    code: int = 0
    actor: str = ""
    lines: bool = False  # a JSON document in each line

    def __str__(self) -> str:
        return " ".join((*self.words, *([f"(as {self.actor})"] if self.actor else ())))


@dataclass(frozen=True)
class Answer:
    """What a command answered."""

    step: Step
    code: int
    said: str
    warned: str


@dataclass(frozen=True)
class Place:
    """A folder with a city, a database of a department, and homes."""

    root: Path

    def __truediv__(self, name: str) -> str:
        return str(self.root / name)


def department_database(to: Path) -> None:
    """Goods with their prices; one of them has none."""
    with sqlite3.connect(to) as made:
        made.execute("CREATE TABLE goods (id INTEGER PRIMARY KEY, label TEXT, price REAL)")
        made.execute("INSERT INTO goods VALUES (1, 'lamp', 9.5), (2, 'rope', NULL)")


def before_anything(place: Place) -> list[Step]:
    """What is asked of a home that holds nothing yet."""
    backup = place / "backup"
    return [
        Step(["doctor"], 1),
        Step(["status"], 1),
        Step(["query", "SELECT 1"], 1),
        Step(["build"], 1),
        Step(["lineage"], 1),
        Step(["trace"], 1),
        Step(["scrub"], 1),
        Step(["sweep"], 1),
        Step(["compact"], 1),
        Step(["backup", backup], 1),
        Step(["restore", place / "nothing"], 1),
        Step(["check", place / "nowhere"], 1),
        Step(["plan", place / "nowhere"], 1),
        Step(["apply", place / "nowhere"], 1),
        Step(["check"], 2),
        Step(["plan"], 2),
        Step(["apply"], 2),
        Step(["collect"], 1),
        Step(["simulate", place / "nowhere", "--to", place / "systems"], 1),
        Step(["discover", "gopher://x", "--system", "a", "--department", "b"], 2),
        Step(["discover", "gopher://x", "--system", "a", "--department", "b",
              "--city", place / "nowhere"], 1),
        Step(["schema"], 2),
        Step(["query"], 2),
        Step(["fly"], 2),
        Step(["restore"], 2),
        Step(["account", "add", "x"], 2),
    ]  # fmt: skip


def with_a_city(place: Place) -> list[Step]:
    """A city is described, applied, collected and looked at; then some of it goes wrong."""
    city, database = place / "city", f"sqlite:///{place / 'shop.sqlite'}"
    found = ["--system", "shop", "--department", "data_resources", "--city", city]
    return [
        Step(["discover", database, *found]),
        Step(["discover", database, *found], 1),
        Step(["schema", "--to", place / "schemas"]),
        Step(["schema", "--to", place / "shop.sqlite"], 1),
        Step(["check", city]),
        Step(["plan", city]),
        Step(["apply", city]),
        Step(["collect", "--city", city, "shop"]),
        Step(["collect", "--city", city]),
        Step(["collect", "no.such"], 1),
        Step(["status"]),
        Step(["query", "SELECT count(*) AS n FROM ods.shop.goods"]),
        Step(["query", "SELECT unnest([1, 2, 3]) AS n", "--limit", "2"]),
        Step(["query", ALL, "--reveal"], 2),
        Step(["trace", "model:ods.shop.goods", "--reveal", "--purpose", " "], 2),
        Step(["query", "SELECT 'NaN'::DOUBLE AS n, [-'Infinity'::DOUBLE] AS m"]),
        Step(["query", ALL, "--reveal", "--purpose", "checking it"]),
        Step(["query", ALL, "--as-of", "yesterday"], 1),
        Step(["query", "SELECT * FROM ods.no.such"], 1),
        Step(["query", "SELECT * FROM lib.no_such"], 1),
        Step(["query", "DROP TABLE x"], 1),
        Step(["query", ALL], 1, actor="nobody"),
        Step(["account", "add", "ann", "--name", "Ann", "--department", "data_resources",
              "--duty", "contractor"]),
        Step(["account", "add", "ann", "--name", "Ann", "--department", "data_resources",
              "--duty", "contractor"], 1),
        Step(["account", "add", "bob", "--name", "Bob", "--department", "none", "--duty", "x"], 1),
        Step(["account", "list"]),
        Step(["query", ALL], 1, actor="ann"),
        Step(["apply", city], 1, actor="ann"),
        Step(["account", "list"], 1, actor="ann"),
        Step(["account", "close", "ann"]),
        Step(["account", "close", "nobody"], 1),
        Step(["build", "--test"]),
        Step(["build"]),
        Step(["build", "lib.no_such"], 1),
        Step(["lineage"]),
        Step(["lineage", "--run", "no such"], 1),
        Step(["lineage", "--limit", "0"], 2),
        Step(["lineage", "--openlineage"], lines=True),
        Step(["trace"]),
        Step(["trace", "model:ods.shop.goods"]),
        Step(["trace", "no_such"], 1),
        Step(["lineage", "--to", place / "events.jsonl"]),
        Step(["lineage", "--to", place / "no/such/events.jsonl"], 1),
        Step(["scrub"]),
        Step(["sweep", "--dry-run"]),
        Step(["compact"]),
        Step(["compact", "no.such"], 1),
        Step(["compact", "shop"]),
        Step(["ledger", "verify"]),
        Step(["ledger", "export", place / "bundle.zip"]),
        Step(["ledger", "export", place / "no/such/bundle.zip"], 1),
        Step(["backup", place / "copy"]),
        Step(["backup", place / "copy"], 1),
        Step(["restore", place / "copy"], 1),
        Step(["restore", place / "copy", "--file", "no/such.parquet"], 1),
        Step(["restore", place / "copy", "--home", place / "second"]),
        Step(["doctor"]),
        Step(["sweep", "--older-than", "long ago"], 2),
        Step(["sweep", "--older-than", "-1"], 2),
        Step(["collect", "shop", "--workers", "0"], 2),
        Step(["query", ALL, "--limit", "-1"], 2),
        Step(["up", "--port", "x"], 2),
        Step(["up", "--port", "99999"], 2),
    ]  # fmt: skip


def spoilt(place: Place) -> list[Step]:
    """The folder has a mistake."""
    city = place / "city"
    return [
        Step(["check", city], 1),
        Step(["plan", city], 1),
        Step(["apply", city], 1),
        Step(["simulate", city, "--to", place / "systems"], 1),
        Step(["doctor", "--city", city], 1),
    ]


def run_all(place: Place, steps: Sequence[Step], *options: str) -> list[Answer]:
    mine = {k: v for k, v in os.environ.items() if not k.startswith("CITYBRAIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.cli.answering"],
        input=json.dumps(
            [
                ([*step.words, *options], {"CITYBRAIN_ACTOR": step.actor} if step.actor else {})
                for step in steps
            ]
        ),
        env=mine | {"CITYBRAIN_HOME": place / "home", "CITYBRAIN_REHEARSAL": "0"},
        cwd=ROOT, text=True, capture_output=True, check=False, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout)
    return [Answer(step, *found) for step, found in zip(steps, answers, strict=True)]


def told(place: Place) -> list[Step]:
    """What is said to people where all is well; what goes wrong is said alike to everybody."""
    city = place / "city"
    words = (
        ["check", city], ["plan", city], ["apply", city], ["collect", "shop"], ["collect"],
        ["status"], ["query", ALL], ["query", "SELECT NULL AS nothing, '' AS e, 1 AS n"],
        ["account", "list"], ["build"], ["build", "--test"],
        ["trace"], ["trace", "model:ods.shop.goods"],
        ["lineage"], ["lineage", "--to", place / "told.jsonl"], ["scrub"], ["sweep"], ["compact"],
        ["ledger", "verify"], ["ledger", "export", place / "told.zip"], ["doctor"],
        ["schema", "--to", place / "told"], ["backup", place / "told-copy"],
    )  # fmt: skip
    return [Step(one) for one in words]


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Answer], list[Answer]]:
    """What every step answers to scripts, and to people."""
    place = Place(tmp_path_factory.mktemp("walk"))
    department_database(place.root / "shop.sqlite")
    json_too = ("--format", "json")
    answers = run_all(place, [*before_anything(place), *with_a_city(place)], *json_too)
    people = run_all(place, told(place))
    (place.root / "city" / "systems" / "shop.yml").write_text("name: shop\nkind: push\n")
    answers += run_all(place, spoilt(place), *json_too)
    return answers, people + run_all(place, spoilt(place))


@pytest.fixture
def for_scripts(walked: tuple[list[Answer], list[Answer]]) -> list[Answer]:
    """What every step answers with ``--format json``."""
    return walked[0]


@pytest.fixture
def for_people(walked: tuple[list[Answer], list[Answer]]) -> list[Answer]:
    """What a person reads."""
    return walked[1]


def wrong(answers: Sequence[Answer], fault: Callable[[Answer], str]) -> list[str]:
    """The steps with a fault, and what it is."""
    return [f"{one.step}: {said}" for one in answers if (said := fault(one))]


def test_every_command_ends_with_its_promised_code(
    for_scripts: list[Answer], for_people: list[Answer]
) -> None:
    def fault(one: Answer) -> str:
        if one.code == one.step.code:
            return ""
        return f"{one.code}, not {one.step.code}\n{one.said}\n{one.warned}"

    assert wrong([*for_scripts, *for_people], fault) == []
    walked = {one.step.words[0] for one in for_scripts if one.code != 2}
    assert walked == set(_WHERE) - {"up"}  # it serves until it is ended; `test_up` has it


def test_scripts_always_get_json_and_of_wrong_usage_nothing(for_scripts: list[Answer]) -> None:
    def fault(one: Answer) -> str:
        if one.code == 2:
            return one.said
        try:
            documents = one.said.splitlines() if one.step.lines else [one.said]
            return "" if [json.loads(text) for text in documents] else "nothing"
        except ValueError:
            return f"no JSON: {one.said!r}"

    assert wrong(for_scripts, fault) == []


def test_what_is_no_number_is_a_text_in_json(for_scripts: list[Answer]) -> None:
    (asked,) = [one for one in for_scripts if "'NaN'::DOUBLE" in str(one.step)]
    assert json.loads(asked.said) == [{"n": "NaN", "m": ["-Infinity"]}]


def test_wrong_usage_says_what_to_give(for_scripts: list[Answer]) -> None:
    said = {str(one.step): one.warned for one in for_scripts if one.code == 2}
    for words in ("check", "plan", "apply"):
        assert "CITYBRAIN_CITY" in said[words]
    assert said[f"query {ALL} --reveal"] == (
        "citybrain query: --reveal needs a purpose, because whoever is shown values unmasked is "
        "recorded with the reason. Say it with --purpose TEXT, or leave --reveal out.\n"
    )


def test_after_discovering_the_next_command_is_told_whole(tmp_path: Path) -> None:
    place = Place(tmp_path)
    department_database(tmp_path / "shop.sqlite")
    words = [
        "discover", f"sqlite:///{place / 'shop.sqlite'}", "--system", "shop",
        "--department", "sales", "--city", place / "city",
    ]  # fmt: skip
    (found,) = run_all(place, [Step(words)])
    assert f"then citybrain collect shop --city {place / 'city'}." in found.said


def test_rows_that_the_source_has_no_more_are_told(tmp_path: Path) -> None:
    place, shop = Place(tmp_path), tmp_path / "shop.sqlite"
    department_database(shop)
    steps = {str(one): one for one in with_a_city(place)}
    collect = next(one for words, one in steps.items() if words.startswith("collect --city"))
    before = run_all(place, [next(iter(steps.values())), collect])
    assert "no longer" not in before[-1].said
    with sqlite3.connect(shop) as source:
        source.execute("DELETE FROM goods WHERE id = (SELECT max(id) FROM goods)")
    (found,) = run_all(place, [collect])
    assert "\n1 row no longer at the source: taken out, and still there to query" in found.said


def test_a_system_is_collected_table_by_table(for_people: list[Answer]) -> None:
    (asked,) = [one for one in for_people if str(one.step) == "collect shop"]
    assert "1 of 1 table " in asked.warned


def test_no_value_is_told_from_an_empty_text(for_people: list[Answer]) -> None:
    (asked,) = [one for one in for_people if "AS nothing" in str(one.step)]
    assert asked.said.splitlines()[2].split() == ["NULL", "1"]


def test_a_look_makes_no_installation(tmp_path: Path) -> None:
    place, city = Place(tmp_path / "place"), str(write_city(tmp_path / "city"))
    place.root.mkdir()
    asked = (
        ["status"], ["status", "--city", city], ["query", "SELECT 1"],
        ["trace"], ["lineage"], ["scrub"], ["ledger", "verify"], ["ledger", "export", place / "x"],
        ["account", "list"], ["doctor"], ["backup", place / "copy"], ["sweep"], ["compact"],
        ["plan", city],
    )  # fmt: skip
    answers = run_all(place, [Step(words) for words in asked])
    assert [one.code for one in answers] == [1] * (len(asked) - 1) + [0]
    assert all("--home" in one.warned for one in answers if one.step.words[0] in _LOOKS)
    assert list(place.root.iterdir()) == []


def test_a_failure_says_to_scripts_what_it_says_to_people(for_scripts: list[Answer]) -> None:
    def fault(one: Answer) -> str:
        found: Any = json.loads(one.said) if one.code == 1 else None
        if not isinstance(found, dict) or "error" not in found:
            return ""
        complete = set(found["error"]) - {"findings"} == {"what", "why", "do", "where"}
        said = complete and found["error"]["what"].rstrip(".") in one.warned
        return "" if said else f"{found} but {one.warned}"

    assert wrong(for_scripts, fault) == []
    errors = [one for one in for_scripts if one.code == 1 and '"error": {' in one.said]
    assert len(errors) > 25


def test_a_folder_that_is_none_leaves_no_home(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (one,) = run_all(place, [Step(["--home", place / "home", "apply", place / "nowhere"], 1)])
    assert "because it is not a folder" in one.warned
    assert not (tmp_path / "home").exists()


def test_a_bad_folder_is_told_finding_by_finding(
    for_scripts: list[Answer], for_people: list[Answer]
) -> None:
    spoilt = {one.step.words[0]: json.loads(one.said) for one in for_scripts[-5:-1]}
    names = {"file", "line", "key", "rule", "message", "remedy"}
    assert spoilt["check"]
    assert all(set(one) == names for one in spoilt["check"])
    assert spoilt["plan"]["findings"] == spoilt["check"]
    assert spoilt["apply"]["error"]["do"]
    assert spoilt["apply"]["error"]["findings"] == spoilt["check"]
    assert len(spoilt["check"]) > 1
    told = {one.step.words[0]: one for one in for_people[-5:-1]}
    listed = [line for line in told["check"].said.splitlines() if line.endswith("]")]
    assert len(listed) == len(spoilt["check"])
    assert [line for line in told["apply"].warned.splitlines() if line.endswith("]")] == listed


def test_who_gets_a_part_of_an_answer_is_told(for_scripts: list[Answer]) -> None:
    asked = [one for one in for_scripts if one.step.words[0] == "query"]
    (cut,) = [one for one in asked if "Only the first 2 rows are told" in one.warned]
    assert json.loads(cut.said) == [{"n": 1}, {"n": 2}]
    assert sum("Only the first" in one.warned for one in asked) == 1


def test_the_terminal_speaks_english(for_scripts: list[Answer], for_people: list[Answer]) -> None:
    def fault(one: Answer) -> str:
        # Of values and titles of the city's own nothing is Chinese here.
        return "".join(
            line for line in (one.said + one.warned).splitlines() if CHINESE.search(line)
        )

    assert wrong([*for_people, *for_scripts], fault) == []


def test_what_goes_wrong_is_said_in_whole_sentences(for_scripts: list[Answer]) -> None:
    def fault(one: Answer) -> str:
        lines = [line for line in one.warned.splitlines() if line.startswith("citybrain ")]
        if one.code != 1 or not lines:
            return ""
        sentence = lines[-1].partition(": ")[2]
        whole = sentence[:1].isupper() or sentence[:1] in "'/“" or "." in sentence.split()[0]
        return "" if whole and sentence.endswith((".", ")")) else lines[-1]

    assert wrong(for_scripts, fault) == []
