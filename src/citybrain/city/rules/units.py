"""Departments and divisions: parents that exist, no circles, real codes, days in order."""

from collections.abc import Iterator, Mapping

from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.places import dates_in_order
from citybrain.city.rules.view import View
from citybrain.city.shape import items, mapping, text
from citybrain.city.words import did_you_mean
from citybrain.standards import uscc


def departments(view: View) -> Iterator[Finding]:
    """Each department's parent, division, credit code and days."""
    for document, content in view.contents("departments"):
        yield from dates_in_order(document, content)
        yield from _parent(view, document, text(content, "parent"))
        yield from _division(view, document, text(content, "division"))
        yield from _credit_code(document, text(content, "uscc"))


def _parent(view: View, document: Document, parent: str) -> Iterator[Finding]:
    known = view.city.departments
    if parent and parent not in known:
        yield document.finding(
            ("parent",),
            "department-parent",
            f"There is no department '{parent}'.",
            did_you_mean(parent, known) or f"Write departments/{parent}.yml or correct the name.",
        )
    elif parent and _circular(document.stem, known):
        yield document.finding(
            ("parent",),
            "department-cycle",
            f"'{document.stem}' is above itself by way of '{parent}'.",
            "Correct the parent, so that the chain ends.",
        )


def _circular(name: str, known: Mapping[str, object]) -> bool:
    seen, at = set(), name
    while at and at not in seen:
        seen.add(at)
        at = getattr(known.get(at), "parent", "")
    return at == name


def _division(view: View, document: Document, code: str) -> Iterator[Finding]:
    if code and code not in view.city.divisions:
        yield document.finding(
            ("division",),
            "division-unknown",
            f"There is no division {code} in divisions/.",
            "Add it there, or correct the code.",
        )


def _credit_code(document: Document, code: str) -> Iterator[Finding]:
    problems = uscc.check(code) if code else []
    for problem in problems[:1]:
        yield document.finding(
            ("uscc",), "department-uscc", problem.sentence_en, "Correct it, or leave it out."
        )


def divisions(view: View) -> Iterator[Finding]:
    """Each division's code once, its parent in the folder, its days in order."""
    first: dict[str, str] = {}
    for document, content in view.contents("divisions"):
        for index, item in enumerate(items(content.get("divisions"))):
            path, given = ("divisions", index), mapping(item)
            yield from dates_in_order(document, item, path)
            code, parent = text(given, "code"), text(given, "parent")
            if code in first:
                yield document.finding(
                    (*path, "code"),
                    "duplicate-id",
                    f"The code {code} stands twice, also in {first[code]}.",
                    "Delete one of them.",
                )
            first.setdefault(code, document.file)
            if parent and parent not in view.city.divisions:
                yield document.finding(
                    (*path, "parent"),
                    "division-parent",
                    f"There is no division {parent}.",
                    "Add it, or correct the code.",
                )


def city_division(view: View) -> Iterator[Finding]:
    """The city's own division is one of its divisions."""
    document = view.folder.documents.get("city.yml")
    if document and view.city.division:
        yield from _division(view, document, view.city.division)
