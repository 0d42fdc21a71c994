"""The page about the folder is true: every property and rule is named, every example checks."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from citybrain.city import check, load, write_schemas
from citybrain.config.kinds import KINDS
from tests.city.test_rules import BAD

PAGE = Path(__file__).parents[2] / "docs" / "describe-a-city.md"
_HEADINGS = {"city": "city.yml"}


def _section(kind: str, folder: str) -> str:
    heading = _HEADINGS.get(kind, f"{folder}/")
    match = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## )", PAGE.read_text(), re.M | re.S)
    assert match, f"no section {heading}"
    return match[1]


def _properties(schema: Any) -> set[str]:
    """All property names anywhere in a schema of ours, the standard's own left out."""
    if isinstance(schema, list):
        return set().union(*map(_properties, schema))
    if not isinstance(schema, dict):
        return set()
    # Under these two words stand names, not keywords; one of the names is "properties".
    named = [schema.get("properties", {}), schema.get("$defs", {})]
    inner = [value for names in named for value in names.values()]
    inner += [value for word, value in schema.items() if word not in ("properties", "$defs")]
    return set(named[0]).union(*map(_properties, inner))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_property_of_a_kind_is_documented(kind: Any) -> None:
    section = _section(kind.name, kind.folder)
    tables = "\n".join(line for line in section.splitlines() if line.startswith("|"))
    documented = set(re.findall(r"[A-Za-z_]+", " ".join(re.findall(r"`([^`]+)`", tables))))
    # `property`, `value` and `type`, `engine`, `implementation` are the standard's own wrapping.
    wrapping = {"property", "value", "type", "engine"}
    assert _properties(kind.schema()) - wrapping <= documented | {"implementation"}


def test_every_citybrain_property_is_documented() -> None:
    contract = next(kind for kind in KINDS if kind.name == "contract").schema()
    names = set(re.findall(r'"(citybrain\.[A-Za-z]+)"', json.dumps(contract)))
    assert len(names) > 8
    assert {name for name in names if f"| `{name}` |" not in PAGE.read_text()} == set()


def test_every_rule_is_documented_and_every_documented_rule_is_tested() -> None:
    text = PAGE.read_text().split("## What check says")[1].split("## Plan and apply")[0]
    documented = {
        rule
        for line in text.splitlines()
        if line.startswith("| `")
        for rule in re.findall(r"`([a-z-]+)`", line.split("|")[1])
    }
    elsewhere = {"city-missing", "yaml-encoding", "yaml-size", "file-unreadable", "version-bump"}
    assert documented == {bad.rule for bad in BAD} | elsewhere


def test_the_examples_are_a_city_without_findings(tmp_path: Path) -> None:
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", PAGE.read_text(), re.S)
    for file, content in blocks:
        target = tmp_path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    assert len(blocks) == PAGE.read_text().count("```yaml")
    assert check(tmp_path, kinds=KINDS) == []
    assert set(load(tmp_path).city.contracts) == {"civil.marriages", "civil.offices"}


def test_schemas_are_written_one_per_kind_and_are_schemas(tmp_path: Path) -> None:
    from jsonschema import Draft202012Validator

    files = write_schemas(tmp_path / "schemas", kinds=KINDS)
    assert {file.name for file in files} == {f"{kind.name}.schema.json" for kind in KINDS} | {
        "odcs-3.1.0.schema.json"
    }
    for kind in KINDS:
        written = json.loads((tmp_path / "schemas" / f"{kind.name}.schema.json").read_text())
        assert written["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(written)
