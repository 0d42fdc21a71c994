"""Counts agree with their nouns: a number is said with its noun in one place, never by hand."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from citybrain.base.wording import counted
from citybrain.engines.ledger.problems import problem

SOURCE = Path(__file__).resolve().parents[2] / "src" / "citybrain"
CHINESE = re.compile("[\u4e00-\u9fff]")
# A hole, perhaps one word, and a word in the plural: "{n} old snapshots", "%(n)s files".
HOLE = r"\{[^{}]*\}|%\(\w+\)s"
PLURAL = re.compile(rf"(?:{HOLE}) (?:more |old |other )?([a-z]+s)\b")
NO_NOUNS = {
    "as", "belongs", "disagrees", "does", "exists", "gives", "has", "holds", "is", "lacks",
    "leads", "mentions", "names", "needs", "occurs", "stands", "waits", "was",
}  # fmt: skip
# Numbers that can never be one: bounds that are written in the code, and counts above it.
NEVER_ONE = {
    "adapters/readers/excel.py": {"characters"},  # longer than a cell may be
    "adapters/readers/files.py": {"workbooks"},  # more than one matches
    "city/folder.py": {"bytes"},
    "config/up.py": {"workers"},
    "engines/guard/policy.py": {"characters"},
    "engines/ledger/content.py": {"characters"},  # longer than a purpose may be
    "engines/ledger/merkle.py": {"leaves"},  # for programmers
    "engines/libraries/querying.py": {"characters"},
    "interfaces/cli/collecting.py": {"tables"},  # one table has a sentence of its own
    "lake/collect.py": {"sources"},  # a kind of source, not a count
    "lake/csvrepair.py": {"bytes"},
    "lake/discover.py": {"sources"},
    "lake/duplicates.py": {"rows"},
    "lake/explain.py": {"characters"},  # "between 2 and 20 characters"
    "lake/indicators/measure.py": {"parts"},
    "lake/libraries/rules.py": {"roles"},
    "lake/statement.py": {"statements"},
}
NEVER_ONE_ON_PAGES = {"页面最多显示", "只显示前"}


def _sentences(file: Path) -> Iterator[str]:
    """Every text of a module; what an f-string puts in stands as a pair of braces."""
    parts: set[int] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(part) for part in node.values}
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and id(node) not in parts:
            text = node.value
            yield text if isinstance(text, str) and "\n" not in text else ""


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [(1, "row", "1 row"), (0, "entry", "0 entries"), (1_200, "row", "1,200 rows"),
     (2, "day", "2 days"), (1, "day", "1 day"), (3, "other table", "3 other tables")],
)  # fmt: skip
def test_a_count_agrees_with_its_noun(number: int, noun: str, said: str) -> None:
    assert counted(number, noun) == said


def test_no_sentence_writes_a_plural_beside_a_number_by_hand() -> None:
    found = {}
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE).as_posix()
        for said in _sentences(file):
            if CHINESE.search(said) or "SELECT " in said:
                continue
            nouns = set(PLURAL.findall(said)) - NO_NOUNS - NEVER_ONE.get(name, set())
            if nouns:
                found[f"{name}: {said}"] = nouns
    assert not found, "Say the number with citybrain.base.wording.counted"


def test_pages_say_every_count_in_the_singular_where_it_is_one() -> None:
    """Only the number that chose the plural may stand before a plural noun."""
    found = []
    for file in sorted(SOURCE.glob("interfaces/*/locale/en/LC_MESSAGES/django.po")):
        for entry in polib.pofile(str(file)):
            if any(words in entry.msgid for words in NEVER_ONE_ON_PAGES):
                continue
            many = entry.msgstr_plural.get(1, entry.msgstr)
            chosen = 1 if entry.msgid_plural else 0
            nouns = [noun for noun in PLURAL.findall(many) if noun not in NO_NOUNS]
            if len(nouns) > chosen:
                found.append(many)
    assert not found, "Give the second number with its noun by a filter of kit/figures.py"


def test_a_sentence_with_two_counts_agrees_with_both() -> None:
    short = problem("copy-short", 1, other=2)
    assert short.sentence_en == "The hot copy has 1 line, the ledger 2 entries."
    assert "over 1 entry does" in problem("forked", 1).sentence_en
