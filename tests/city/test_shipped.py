"""The shipped city has no findings, and other tools agree that its contracts are contracts."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from citybrain.city import applied_city, check, load
from citybrain.city.contracts import Contract, Field, Sharing
from citybrain.city.document import parse
from citybrain.city.schema import ODCS, schema
from citybrain.city.write import dump_contract
from citybrain.config.kinds import KINDS
from citybrain.lake.elements.element import elements
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.models.registry import models

CITY = Path(__file__).parents[2] / "cities" / "xuancheng"

_LINT = """
import json, sys
from datacontract.data_contract import DataContract
for file in sys.argv[1:]:
    run = DataContract(data_contract_file=file).lint()
    print(json.dumps([file, str(run.result.value), [check.reason for check in run.checks]]))
"""


def test_the_shipped_city_has_no_findings(shipped_home: Path) -> None:
    applied = applied_city(shipped_home)  # which is refused to a folder with findings
    assert applied is not None
    assert applied.fingerprint == load(CITY).city.fingerprint


def test_every_contract_names_its_post_and_its_english_title() -> None:
    contracts = load(CITY).city.contracts.values()
    assert contracts
    assert [c.id for c in contracts if not (c.contact and c.title_en)] == []


def test_what_is_described_is_described_in_english_too() -> None:
    found = load(CITY).city
    things: list[Any] = [*found.systems.values(), *found.contracts.values()]
    things += [field for contract in found.contracts.values() for field in contract.fields]
    things += [*libraries(found).values(), *models(found).values(), *elements(found).values()]
    assert [one for one in things if one.description and not one.description_en] == []
    assert [c.id for c in found.contracts.values() if c.contact and not c.contact_en] == []


def test_dumped_contracts_keep_to_the_official_schema() -> None:
    """Also those that were discovered, whose file nobody wrote by hand."""
    validator = Draft201909Validator(schema(ODCS))
    for contract in (*load(CITY).city.contracts.values(), _discovered()):
        document = parse(dump_contract(contract).encode(), file=contract.file)
        assert [error.message for error in validator.iter_errors(document.value)] == []


def _discovered() -> Contract:
    fields = [
        Field(name=f"f{n}", source=f"F{n}", type=kind, level=1)
        for n, kind in enumerate(
            ["string", "boolean", "int", "long", "ulong", "float", "double", "decimal(38,10)",
             "date", "timestamp", "timestamptz", "time", "binary", "json"]
        )
    ]  # fmt: skip
    return Contract(
        system="shop", table="all", version="1.0.0", title="All", fields=tuple(fields),
        sharing=Sharing(type="withheld", law="—"), retention="P1Y",
    )  # fmt: skip


def _datacontract() -> Path:
    """The Python of the environment that holds datacontract-cli, apart from ours."""
    command = os.environ.get("CITYBRAIN_DATACONTRACT", "")
    if not command:
        reason = "CITYBRAIN_DATACONTRACT does not name the command datacontract"
        if os.environ.get("CITYBRAIN_TESTS_MANDATORY"):
            pytest.fail(reason)
        pytest.skip(reason)
    return Path(command).parent / "python"


@pytest.mark.long
def test_datacontract_lint_passes_every_contract(tmp_path: Path) -> None:
    python = _datacontract()
    other = tmp_path / "discovered.yaml"
    other.write_text(dump_contract(_discovered()))
    bad = tmp_path / "bad.yaml"
    bad.write_text(dump_contract(_discovered()).replace("kind: DataContract", "kind: Letter"))
    files = [str(file) for file in (*sorted(CITY.glob("sources/*/*.yaml")), other, bad)]
    run = subprocess.run(
        [python, "-c", _LINT, *files], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    results = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("[")]
    assert len(results) == len(files)
    assert [result for result in results[:-1] if result[1] != "passed"] == []
    assert results[-1][1] != "passed", "the lint itself must be able to fail"


@pytest.mark.parametrize(
    "file",
    [
        "calendar/2022.yml", "codelists/sex.yml", "departments/civil_affairs.yml",
        "divisions/divisions.yml", "elements/person.yml", "libraries/population.yml",
        "sources/civil/marriages.yaml", "systems/civil.yml",
    ],
)  # fmt: skip
def test_one_wrong_line_is_one_finding(tmp_path: Path, file: str) -> None:
    """What only follows from a file that could not be read is not said in a hundred others."""
    folder = Path(shutil.copytree(CITY, tmp_path / "city"))
    with (folder / file).open("a", encoding="utf-8") as broken:
        broken.write("x: [\n")
    found = check(folder, kinds=KINDS)
    assert [(one.file, one.rule) for one in found] == [(file, "yaml-syntax")]


def test_what_follows_from_nothing_is_said_beside_a_file_that_could_not_be_read(
    tmp_path: Path,
) -> None:
    folder = Path(shutil.copytree(CITY, tmp_path / "city"))
    broken, wrong = folder / "departments/civil_affairs.yml", folder / "systems/household.yml"
    broken.write_text(broken.read_text("utf-8") + "x: [\n", encoding="utf-8")
    text = wrong.read_text("utf-8")
    wrong.write_text(text.replace("public_security", "public_securty"), encoding="utf-8")
    found = {(one.file, one.rule) for one in check(folder, kinds=KINDS)}
    assert ("departments/civil_affairs.yml", "yaml-syntax") in found
    assert {rule for file, rule in found if file == "systems/household.yml"} & {
        "owner-department", "unknown-department",
    }  # fmt: skip
