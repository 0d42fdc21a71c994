"""The floors hold, nothing is excused, and each contract bites when its rule is broken."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]

# One import per contract that must turn exactly that contract red: file, line, contract.
PLANTED = {
    "floors": ("base/errors.py", "import citybrain.standards"),
    "engine-order": ("engines/ledger/service.py", "import citybrain.engines.guard.service"),
    "interfaces-apart": ("interfaces/cli/__init__.py", "import citybrain.interfaces.steward"),
    "doors": ("interfaces/steward/urls.py", "import citybrain.engines.ledger.models"),
    "lake-speaks": ("standards/uscc.py", "import duckdb"),
    "arrow": ("city/contracts.py", "import pyarrow"),
    "django-free": ("lake/home.py", "import django"),
}


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    path = f"{folder / 'src'}:{folder}"
    return subprocess.run(
        [*command, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": path, "PATH": "/usr/bin:/bin", "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def copy(to: Path) -> Path:
    ignore = shutil.ignore_patterns("__pycache__", "static", "templates", "locale", "*.csv")
    shutil.copytree(ROOT / "src", to / "src", ignore=ignore)
    shutil.copytree(ROOT / "tools", to / "tools", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", to)
    return to


def broken(output: str) -> set[str]:
    return {
        contract["id"]
        for contract in CONTRACTS
        if re.search(rf"^{re.escape(contract['name'])}\s.*BROKEN", output, re.MULTILINE)
    }


def test_every_contract_is_kept() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(CONTRACTS)} kept, 0 broken" in result.stdout


def test_nothing_is_excused_and_the_floors_are_exhaustive() -> None:
    assert not [c["id"] for c in CONTRACTS if c.get("ignore_imports")]
    assert all(c.get("exhaustive") for c in CONTRACTS if c["type"] == "layers")
    assert {c["id"] for c in CONTRACTS} == set(PLANTED)


def test_planted_imports_turn_every_contract_red(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    for file, line in PLANTED.values():
        path = folder / "src" / "citybrain" / file
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    result = lint(folder)
    assert result.returncode == 1, result.stdout + result.stderr
    assert broken(result.stdout) == set(PLANTED)


def test_the_kit_knows_no_interface(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    path = folder / "src" / "citybrain" / "interfaces" / "kit" / "figures.py"
    path.write_text(path.read_text("utf-8") + "\nimport citybrain.interfaces.cli\n", "utf-8")
    assert broken(lint(folder).stdout) == {"interfaces-apart"}


def test_rooms_nobody_placed_are_refused_each_by_its_contract(tmp_path: Path) -> None:
    folder = copy(tmp_path)
    rooms = {"floors": "attic", "engine-order": "engines/cases",
             "interfaces-apart": "interfaces/gate"}  # fmt: skip
    for room in rooms.values():
        package = folder / "src" / "citybrain" / room
        package.mkdir()
        (package / "__init__.py").write_text('"""A new room."""\n', encoding="utf-8")
    said = lint(folder).stdout
    assert broken(said) == set(rooms)
    # The report goes through the contracts in their order, and says what each did not know.
    unknown = re.findall(r"^- citybrain\.(\S+)$", said, re.MULTILINE)
    assert unknown == [room.replace("/", ".") for room in rooms.values()]
