"""Codelists: days in order, successors that exist."""

from collections.abc import Iterator

from citybrain.city.finding import Finding
from citybrain.city.rules.places import dates_in_order
from citybrain.city.rules.view import View
from citybrain.city.shape import mapping, text


def codelists(view: View) -> Iterator[Finding]:
    """Every code of every list."""
    for document, content in view.contents("codelists"):
        entries = mapping(content.get("entries"))
        for code, entry in entries.items():
            path = ("entries", code)
            yield from dates_in_order(document, entry, path)
            successor = text(mapping(entry), "replaced_by")
            if successor and (successor not in entries or successor == code):
                yield document.finding(
                    (*path, "replaced_by"),
                    "code-successor",
                    f"The code {code} is replaced by {successor}, which is no other code here.",
                    "Add that code, or correct it.",
                )
