"""The lock files pin every package by hash, satisfy what is asked, and name no index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
ASKED = {
    "run.lock": [*PROJECT["project"]["dependencies"], *GROUPS["build"]],
    "all.lock": [*PROJECT["project"]["dependencies"], *GROUPS["build"], *GROUPS["test"]],
    "contracts.lock": GROUPS["contracts"],
    "linkage.lock": GROUPS["linkage"],
}
SMALL = {"linkage.lock": 1}  # one package read as files
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;\\]+)")


def entries(path: Path) -> dict[str, tuple[str, list[str]]]:
    """Name to version and hashes, each entry joined over its continued lines."""
    text = path.read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        pin = PIN.match(line)
        assert pin, f"{path.name}: '{line[:60]}' pins nothing"
        hashes = re.findall(r"--hash=sha256:([0-9a-f]{64})\b", line)
        found[canonicalize_name(pin["name"])] = (pin["version"], hashes)
    return found


def test_every_lock_is_known() -> None:
    assert [path.name for path in LOCKS] == sorted(ASKED)


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_every_package_is_pinned_with_hashes(path: Path) -> None:
    locked = entries(path)
    assert len(locked) >= SMALL.get(path.name, 10)
    assert [name for name, (_, hashes) in locked.items() if not hashes] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_what_the_project_asks_for_is_locked_and_satisfied(path: Path) -> None:
    locked = entries(path)
    for text in ASKED[path.name]:
        asked = Requirement(text)
        name = canonicalize_name(asked.name)
        assert name in locked, f"{name} is asked for and not in {path.name}"
        assert asked.specifier.contains(locked[name][0]), f"{text} got {locked[name][0]}"


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_no_lock_names_an_index_or_a_machine(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links|--trusted-host|file:", text)


def test_the_small_lock_agrees_with_the_large_one() -> None:
    every = entries(ROOT / "requirements" / "all.lock")
    run = entries(ROOT / "requirements" / "run.lock")
    assert {n: v for n, (v, _) in run.items()} == {n: every[n][0] for n in run}
