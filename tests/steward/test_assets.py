"""Scripts and styles: vendored files unchanged, small enough, readable colours."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

from tools import messages

ROOT = Path(__file__).resolve().parents[2]
INTERFACES = ROOT / "src" / "citybrain" / "interfaces"
KIT = INTERFACES / "kit" / "static"
STATIC = INTERFACES / "steward" / "static"
_SENT = {".css", ".js", ".svg"}
BUDGET = 60_000  # bytes of CSS and JavaScript, compressed
LOCKS = (KIT / "vendor" / "vendor.lock.json", ROOT / "tests/walks/vendor/vendor.lock.json")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.parent.parent.name)
def test_vendored_files_are_what_the_lock_says(lock: Path) -> None:
    named = set()
    for package in json.loads(lock.read_text(encoding="utf-8"))["packages"]:
        assert any("LICENSE" in name for name in package["files"]), package["name"]
        for name, sha256 in package["files"].items():
            assert hashlib.sha256((lock.parent / name).read_bytes()).hexdigest() == sha256
            named.add(name)
    present = {p.relative_to(lock.parent).as_posix() for p in lock.parent.rglob("*") if p.is_file()}
    assert present - {lock.name} == named


def test_all_scripts_and_styles_together_stay_within_the_budget() -> None:
    files = [f for of in (KIT, STATIC) for f in of.rglob("*.*") if f.suffix in _SENT]
    sizes = {f.name: len(gzip.compress(f.read_bytes(), 9)) for f in files}
    assert sum(sizes.values()) <= BUDGET, sizes


def test_nothing_is_fetched_from_elsewhere_and_nothing_evaluated() -> None:
    own = [f for f in INTERFACES.glob("*/static/*/*.*") if f.suffix in {".js", ".css"}]
    assert len(own) > 5
    for file in own:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/", "")
        assert not re.search(r"https?://|\beval\(|new Function|innerHTML|hx-on", text), file.name


def test_every_icon_that_is_used_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (KIT / "kit/icons.svg").read_text()))
    used = {
        name
        for file in INTERFACES.rglob("*.html")
        for name in re.findall(r'{% icon "([\w-]+)" %}', file.read_text(encoding="utf-8"))
    }
    context = (STATIC.parent / "context.py").read_text(encoding="utf-8")
    used |= set(re.findall(r'_\("[^"]+"\), "(\w+)"\)', context))
    assert len(used) > 15
    assert used - drawn == set()


def _themes() -> dict[str, dict[str, str]]:
    light, dark = (
        dict(re.findall(r"(--[\w-]+):\s*([^;]+);", _general(name)))
        for name in ("tokens.css", "dark.css")
    )
    return {"light": light, "dark": {**light, **dark}}


def _general(name: str) -> str:
    """What a stylesheet says of the page as a whole, whoever reads it."""
    text = re.sub(r"/\*.*?\*/", "", (KIT / "kit" / name).read_text(encoding="utf-8"), flags=re.S)
    rules = re.findall(r"([^{}]+)\{([^{}]*)\}", text.split("@media")[0])
    return "".join(
        body for selector, body in rules if selector.strip() in {":root", ":where(:root)"}
    )


def _luminance(tokens: dict[str, str], name: str) -> float:
    value = tokens[name].strip()
    while value.startswith("var("):
        value = tokens[value[4:-1]].strip()
    value = value.removeprefix("#")
    value = "".join(c * 2 for c in value) if len(value) == 3 else value
    parts = [int(value[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    lin = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]


PAIRS = [
    *((text, ground, 4.5) for text in ("--text", "--text-2", "--text-3", "--brand", "--accent")
      for ground in ("--bg", "--surface", "--surface-2")),
    *((f"--{name}", f"--{name}-soft", 4.5) for name in ("ok", "warn", "bad", "info")),
    ("--on-brand", "--brand", 4.5),
    ("--code-text", "--surface", 4.5),
    ("--code-number", "--surface", 4.5),
    ("--line-strong", "--surface", 3.0),
    ("--c1", "--surface", 3.0),
    ("--c2", "--surface", 3.0),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_can_be_read(theme: str) -> None:
    tokens = _themes()[theme]
    for text, ground, least in PAIRS:
        low, high = sorted((_luminance(tokens, text), _luminance(tokens, ground)))
        ratio = (high + 0.05) / (low + 0.05)
        assert ratio >= least, f"{theme}: {text} on {ground} is {ratio:.2f}"


def test_every_sentence_is_translated_and_compiled(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.main(["--check"]) == 0, capsys.readouterr().out


def test_where_no_elements_may_stand_words_are_plain() -> None:
    """``say`` marks what is Chinese with an element; ``plain`` and ``lang`` are for the rest."""
    held = r"<(?:option|title|text|textarea)\b[^>]*>(?:(?!</).)*?\|say\b"
    wrong = re.compile(rf'="[^"<>]*\|say\b|\{{% block title %\}}[^\n]*\|say\b|{held}')
    found = {
        template.name: match[0][-80:]
        for template in INTERFACES.rglob("*.html")
        for match in wrong.finditer(template.read_text(encoding="utf-8"))
    }
    assert found == {}
