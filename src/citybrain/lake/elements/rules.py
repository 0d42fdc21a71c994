"""What is wrong with the registry, and with contracts that name elements."""

from collections.abc import Iterator
from typing import Any

from citybrain.city import odcs
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.city.shape import integer, items, mapping, text
from citybrain.city.words import did_you_mean
from citybrain.lake.elements.element import FOLDER, of_folder


def registry_rules(view: View) -> Iterator[Finding]:
    """Every element once, with a codelist that exists and a length that can be."""
    first: dict[str, str] = {}
    for document, content in view.contents(FOLDER):
        for name, body in mapping(content.get("elements")).items():
            path = ("elements", name)
            if name in first:
                yield document.finding(
                    path,
                    "duplicate-id",
                    f"The element '{name}' also stands in {first[name]}.",
                    "Delete or rename one of them.",
                )
            first.setdefault(name, document.file)
            yield from _element(view, document, path, mapping(body))


def _element(
    view: View, document: Document, path: tuple[str | int, ...], body: Any
) -> Iterator[Finding]:
    codelist = text(body, "codelist")
    if codelist and codelist not in view.city.codelists:
        yield document.finding(
            (*path, "codelist"),
            "codelist-missing",
            f"There is no codelist '{codelist}'.",
            did_you_mean(codelist, view.city.codelists) or f"Write codelists/{codelist}.yml.",
        )
    length = mapping(body.get("length"))
    least, most = integer(length, "min"), integer(length, "max")
    if most and least > most:
        yield document.finding(
            (*path, "length"),
            "element-length",
            f"The least length {least} is greater than the greatest, {most}.",
            "Exchange them.",
        )


def binding_rules(view: View) -> Iterator[Finding]:
    """Every ``citybrain.element`` of a contract names an element of the registry."""
    known = of_folder(view.folder).elements
    for document, content in view.contents("sources"):
        body = mapping(next(iter(items(content.get("schema"))), None))
        for index, item in enumerate(items(body.get("properties"))):
            field = mapping(item)
            name = odcs.field(field).element
            if name and name not in known:
                yield document.finding(
                    ("schema", 0, "properties", index, *odcs.place_of(field, "element")),
                    "element-missing",
                    f"There is no data element '{name}'.",
                    did_you_mean(name, known) or "Name one of elements/*.yml.",
                )
