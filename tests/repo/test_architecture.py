"""ARCHITECTURE.md is true to the tree: rooms, kinds, paths, floors."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "citybrain"
TEXT = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([^`\s]+)`", TEXT))
PATHS = sorted(n for n in NAMED if re.fullmatch(r"[\w./-]+(/|\.(py|md|yml|yaml|toml))", n))
HOUSES = [SOURCE, *(SOURCE / name for name in ("engines", "interfaces", "adapters"))]
CITIES = sorted(path for path in (ROOT / "cities").iterdir() if path.is_dir())


def rooms() -> list[str]:
    """Packages of the source, and those inside engines, interfaces and adapters."""
    inside = [p.parent for house in HOUSES for p in house.glob("*/__init__.py")]
    return sorted(f"{path.relative_to(SOURCE).as_posix()}/" for path in inside)


def test_there_are_rooms_and_paths_to_judge() -> None:
    assert {"base/", "lake/", "engines/ledger/", "interfaces/cli/"} <= set(rooms())
    assert len(PATHS) > 30


@pytest.mark.parametrize("room", rooms())
def test_every_room_has_its_row_with_four_full_cells(room: str) -> None:
    (row,) = re.findall(rf"^\| `{re.escape(room)}` \|.*\|$", TEXT, re.MULTILINE)
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert len(cells) == 4
    assert all(cells)


def test_no_row_tells_of_a_room_that_is_gone() -> None:
    told = set(re.findall(r"^\| `([\w/]+/)` \|(?:[^|]*\|){3}$", TEXT, re.MULTILINE))
    assert told == set(rooms())


@pytest.mark.parametrize("city", CITIES, ids=lambda p: p.name)
def test_every_kind_of_a_shipped_city_has_its_row(city: Path) -> None:
    kinds = {f"{path.name}/" for path in city.iterdir() if path.is_dir()}
    told = set(re.findall(r"^\| `(\w+/)` \|[^|]*\|$", TEXT, re.MULTILINE))
    assert kinds == told


@pytest.mark.parametrize("path", PATHS)
def test_every_path_it_names_exists(path: str) -> None:
    places = [ROOT, SOURCE, *CITIES]
    name = Path(path).name
    anywhere = "/" not in path and any(SOURCE.rglob(name))
    assert anywhere or any((place / path).exists() for place in places), path


def test_the_floors_drawn_are_the_floors_enforced() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = {c["id"]: c for c in project["tool"]["importlinter"]["contracts"]}
    drawing = re.search(r"```text\n(.*?)```", TEXT, re.DOTALL)
    assert drawing is not None
    drawn = [re.split(r"\s{2,}", line)[0] for line in drawing[1].splitlines()]
    assert drawn == contracts["floors"]["layers"]
    engines = " > ".join(contracts["engine-order"]["layers"])
    assert engines in drawing[1]
