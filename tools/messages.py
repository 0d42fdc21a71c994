"""Collect the pages' Chinese sentences, keep the English catalogues in step, compile them.

Run ``python -m tools.messages`` after changing a sentence: it rewrites the ``django.po`` of
each interface (new sentences come empty, gone ones go) and compiles its ``django.mo``. With
``--check`` it writes nothing and exits 1 when something is untranslated, gone, not compiled,
or translated differently in two interfaces. What the kit says, the others do not repeat.
It needs no gettext: a bare machine has none.
"""

import argparse
import ast
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polib

ROOT = Path(__file__).resolve().parents[1]
INTERFACES = ROOT / "src" / "citybrain" / "interfaces"
KIT = INTERFACES / "kit"
SINGLE = {"_", "gettext", "gettext_lazy"}
PLURAL = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}

# The sentence, its plural or nothing, and the context that tells two meanings of it apart.
Message = tuple[str, str, str]


def catalogue_of(room: Path) -> Path:
    """Where a room keeps its English."""
    return room / "locale" / "en" / "LC_MESSAGES" / "django.po"


def rooms() -> list[Path]:
    """The kit, then the interfaces that are made of pages."""
    pages = sorted(folder.parent for folder in INTERFACES.glob("*/templates"))
    return [KIT, *(room for room in pages if room != KIT)]


def messages(room: Path) -> dict[Message, list[str]]:
    """Every sentence of a room with the files it stands in, less those the kit has."""
    found: dict[Message, list[str]] = {}
    for file, message in [*_in_python(room), *_in_templates(room)]:
        places = found.setdefault(message, [])
        name = file.relative_to(ROOT).as_posix()
        if name not in places:
            places.append(name)
    shared = set() if room == KIT else messages(KIT).keys()
    return {message: places for message, places in found.items() if message not in shared}


def _in_python(room: Path) -> Iterator[tuple[Path, Message]]:
    for file in sorted(room.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            message = _called(node)
            if message:
                yield file, message


def _called(node: ast.AST) -> Message | None:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    texts = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
    if node.func.id in SINGLE and texts:
        return texts[0], "", ""
    if node.func.id in PLURAL and len(texts) > 1:
        return texts[0], texts[1], ""
    if node.func.id in IN_CONTEXT and len(texts) > 1:
        return texts[1], "", texts[0]
    return None


def _in_templates(room: Path) -> Iterator[tuple[Path, Message]]:
    import django
    from django.template import engines

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.config.settings")
    django.setup()
    engine = engines["django"]
    for file in sorted((room / "templates").rglob("*.html")):
        template = engine.from_string(file.read_text(encoding="utf-8")).template
        for message in _translated(template.nodelist):
            yield file, message


def _translated(nodes: Any) -> Iterator[Message]:
    from django.templatetags.i18n import BlockTranslateNode, TranslateNode

    for node in nodes.get_nodes_by_type(TranslateNode):
        yield str(node.filter_expression.var.literal), "", _context(node)
    for block in nodes.get_nodes_by_type(BlockTranslateNode):
        singular, _names = block.render_token_list(block.singular)
        plural, _names = block.render_token_list(block.plural) if block.plural else ("", [])
        yield singular, plural, _context(block)


def _context(node: Any) -> str:
    return str(node.message_context.var) if node.message_context else ""


def _key(entry: polib.POEntry) -> Message:
    return entry.msgid, entry.msgid_plural, entry.msgctxt or ""


def synchronise(
    old: polib.POFile, found: dict[Message, list[str]], elsewhere: dict[Message, str]
) -> polib.POFile:
    """A new catalogue of what was found, with the translations the old one or another has."""
    known = {_key(entry): entry for entry in old}
    fresh = polib.POFile(wrapwidth=98)
    fresh.metadata = {
        "Project-Id-Version": "citybrain",
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for message, places in sorted(found.items()):
        singular, plural, context = message
        before = known.get(message)
        entry = polib.POEntry(msgid=singular, occurrences=[(place, "") for place in places])
        entry.msgctxt = context or None
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = before.msgstr_plural if before else {0: "", 1: ""}
        else:
            entry.msgstr = (before.msgstr if before else "") or elsewhere.get(message, "")
        fresh.append(entry)
    return fresh


def faults(room: Path, catalogue: polib.POFile, found: dict[Message, list[str]]) -> list[str]:
    """What is not in step in one room, one line each."""
    known = {_key(entry) for entry in catalogue}
    lines = [f"not in the catalogue: {message[0]}" for message in found.keys() - known]
    lines += [f"no longer used: {message[0]}" for message in known - found.keys()]
    lines += [f"untranslated: {e.msgid}" for e in catalogue if not e.translated()]
    compiled = catalogue_of(room).with_suffix(".mo")
    if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
        lines.append(f"not compiled: {compiled.relative_to(ROOT)}")
    return lines


def contradictions(catalogues: list[polib.POFile]) -> list[str]:
    """Sentences that two rooms translate differently: Django would show one of the two."""
    known: dict[tuple[str, str], str] = {}
    lines = []
    for entry in (entry for catalogue in catalogues for entry in catalogue):
        if not entry.translated():
            continue
        english = entry.msgstr or str(sorted(entry.msgstr_plural.items()))
        if known.setdefault((entry.msgid, entry.msgctxt or ""), english) != english:
            lines.append(f"translated twice, differently: {entry.msgid}")
    return lines


def _kept(room: Path, found: dict[Message, list[str]], *, check: bool) -> polib.POFile:
    file = catalogue_of(room)
    catalogue = polib.pofile(str(file)) if file.exists() else polib.POFile()
    if check:
        return catalogue
    others = (polib.pofile(str(catalogue_of(other))) for other in rooms() if other != room)
    elsewhere = {_key(e): e.msgstr for other in others for e in other if e.msgstr}
    catalogue = synchronise(catalogue, found, elsewhere)
    file.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(file))
    file.with_suffix(".mo").write_bytes(catalogue.to_binary())
    return catalogue


def main(arguments: list[str] | None = None) -> int:
    """Synchronise and compile, or with ``--check`` only tell; 1 when something is amiss."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args(arguments).check
    catalogues, lines = [], []
    for room in rooms():
        found = messages(room)
        catalogues.append(_kept(room, found, check=check))
        lines += faults(room, catalogues[-1], found)
    lines += contradictions(catalogues)
    print("\n".join(lines) or f"{sum(map(len, catalogues))} sentences, all translated")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
