"""What stands beside the code is true: publiccode.yml, change fragments, hooks, links."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = [
    *ROOT.glob("*.md"),
    *(ROOT / "docs").rglob("*.md"),
    *(ROOT / "changes").glob("*.md"),
]
LINK = re.compile(r"\[[^]]*\]\((?!https?:|mailto:)([^)\s#]*)(#[^)\s]*)?\)")
FRAGMENT = re.compile(r"(\d+|\+[a-z0-9-]+)\.(added|changed|fixed|removed|security)\.md")


def load(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def test_publiccode_has_what_the_standard_requires() -> None:
    card = load("publiccode.yml")
    assert card["publiccodeYmlVersion"] == "0.4"
    assert card["name"] == PROJECT["name"]
    assert card["softwareVersion"] == PROJECT["version"]
    assert card["legal"]["license"] == PROJECT["license"]
    assert card["url"].startswith("https://")
    assert card["platforms"]
    assert card["categories"]
    statuses = ("concept", "development", "beta", "stable", "obsolete")
    assert card["developmentStatus"] in statuses
    assert card["softwareType"] == "standalone/web"
    assert card["maintenance"]["type"] in ("internal", "contract", "community", "none")
    assert all(contact["name"] for contact in card["maintenance"]["contacts"])
    assert card["localisation"]["localisationReady"] is True
    assert card["localisation"]["availableLanguages"] == list(card["description"])


@pytest.mark.parametrize("language", ["zh-Hans", "en"])
def test_publiccode_describes_within_the_standards_lengths(language: str) -> None:
    text = load("publiccode.yml")["description"][language]
    assert len(text["shortDescription"]) <= 150
    assert 500 <= len(text["longDescription"]) <= 10_000
    assert all(len(feature) <= 100 for feature in text["features"])


def test_change_fragments_are_named_and_told_as_agreed() -> None:
    fragments = [p for p in (ROOT / "changes").iterdir() if p.name != "README.md"]
    assert fragments
    for path in fragments:
        assert FRAGMENT.fullmatch(path.name), path.name
        text = path.read_text(encoding="utf-8")
        assert text.rstrip().endswith("."), f"{path.name} does not end in a full sentence"
        assert not re.search(r"^#", text, re.MULTILINE), f"{path.name} has a heading"


def test_the_hooks_call_what_make_setup_installs() -> None:
    hooks = [hook for repo in load(".pre-commit-config.yaml")["repos"] for hook in repo["hooks"]]
    assert {repo["repo"] for repo in load(".pre-commit-config.yaml")["repos"]} == {"local"}
    assert {"ruff", "ruff-format", "mypy", "lint-imports"} <= {hook["id"] for hook in hooks}
    for hook in hooks:
        program, *arguments = hook["entry"].split()
        assert program.startswith(".venv/bin/")
        if arguments[:1] == ["-m"]:
            assert (ROOT / f"{arguments[1].replace('.', '/')}.py").exists()


def test_the_hooks_are_what_pre_commit_accepts() -> None:
    command = [sys.executable, "-m", "pre_commit", "validate-config"]
    subprocess.run([*command, str(ROOT / ".pre-commit-config.yaml")], check=True)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, anchor in LINK.findall(text):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{page.name} links to {target}, which is not there"
        if anchor and path.suffix == ".md":
            assert anchor[1:] in anchors(path), f"{page.name} links to {target}{anchor}"


def anchors(page: Path) -> set[str]:
    """Anchors as the usual renderers make them of headings."""
    headings = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    plain = (re.sub(r"[^\w\- ]", "", h.lower()).strip() for h in headings)
    return {h.replace(" ", "-") for h in plain}


def test_every_page_of_the_docs_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        for target, _ in LINK.findall(page.read_text(encoding="utf-8")):
            path = (page.parent / target).resolve()
            # A link to a folder (the decisions) reaches every page in it.
            waiting += path.glob("*.md") if target and path.is_dir() else [path]
    lost = [p.relative_to(ROOT).as_posix() for p in (ROOT / "docs").rglob("*.md")]
    lost = [name for name in lost if ROOT / name not in reached]
    assert lost == []
