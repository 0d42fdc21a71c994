"""A contract's fields: once each, classed and masked, typed as the standard's type allows."""

from collections.abc import Iterator, Mapping
from typing import Any

from citybrain.city import odcs
from citybrain.city.contracts import Field
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.promises import promises
from citybrain.city.rules.view import View
from citybrain.city.shape import items, mapping, text

Content = Mapping[str, Any]
Path = tuple[str | int, ...]
PERSONAL = 3
SENSITIVE = 4
_ALLOWED = {
    "string": ("string", "binary"),
    "boolean": ("boolean",),
    "integer": ("int", "long", "ulong"),
    "number": ("float", "double", "decimal", "int", "long", "ulong"),
    "date": ("date",),
    "timestamp": ("timestamp", "timestamptz"),
    "time": ("time",),
    "object": ("json",),
    "array": ("json",),
}
_DATED = ("date", "timestamp", "timestamptz", "time")


def fields(view: View, document: Document, body: Content) -> Iterator[Finding]:
    """Every field of one contract."""
    raw = [mapping(item) for item in items(body.get("properties"))]
    known = {text(item, "name"): odcs.field(item) for item in raw if text(item, "name")}
    seen = set()
    for index, item in enumerate(raw):
        path, field = ("schema", 0, "properties", index), odcs.field(item)
        if field.name and field.name in seen:
            yield document.finding(
                (*path, "name"),
                "duplicate-id",
                f"The field '{field.name}' stands twice.",
                "Delete or rename one of them.",
            )
        seen.add(field.name)
        if field.name.startswith("_"):  # what the lake adds is told from what was delivered by it
            yield document.finding(
                (*path, "name"),
                "field-name",
                f"The field '{field.name}' begins with '_', as only the lake's own columns do.",
                "Rename it; physicalName keeps what the source calls it.",
            )
        yield from _classed(document, path, item, field)
        yield from _typed(document, path, item, field)
        yield from _renamed(document, path, item, field, known)
        yield from promises(view, document, path, item, known)


def _classed(document: Document, path: Path, item: Content, field: Field) -> Iterator[Finding]:
    """Level and masking are said, and fit each other."""
    if not odcs.place_of(item, "level"):
        yield document.finding(
            path,
            "level-missing",
            f"The field '{field.name}' has no level.",
            "Add citybrain.level: 1 public, 2 internal, 3 personal, 4 sensitive.",
        )
    elif field.level >= PERSONAL and field.masking == "none":
        yield document.finding(
            (*path, *odcs.place_of(item, "level")),
            "masking-missing",
            f"The field '{field.name}' has level {field.level} and no masking.",
            "Add citybrain.masking with a class other than none.",
        )
    numbered = any(rule.name == "id_number" for rule in field.rules)
    if (numbered or field.masking == "id_number") and (
        field.masking != "id_number" or field.level != SENSITIVE
    ):
        yield document.finding(
            path,
            "id-number-class",
            f"The field '{field.name}' holds ID numbers, with level {field.level} and masking "
            f"{field.masking}.",
            "Set citybrain.level to 4 and citybrain.masking to id_number.",
        )


def _typed(document: Document, path: Path, item: Content, field: Field) -> Iterator[Finding]:
    base, logical = field.type.split("(")[0], text(item, "logicalType", "string")
    place = odcs.place_of(item, "type")
    if place and base not in _ALLOWED.get(logical, (base,)):
        yield document.finding(
            (*path, *place),
            "type-differs",
            f"The type {field.type} does not fit logicalType {logical}.",
            f"Use {' or '.join(_ALLOWED[logical])}, or another logicalType.",
        )
    if field.formats and base not in _DATED:
        yield document.finding(
            (*path, *odcs.place_of(item, "formats")),
            "format-type",
            f"Formats are for dates and times, and '{field.name}' has type {field.type}.",
            "Delete them, or correct the type.",
        )


def _renamed(
    document: Document, path: Path, item: Content, field: Field, known: Mapping[str, Field]
) -> Iterator[Finding]:
    if field.renamed_from and field.renamed_from in known:
        yield document.finding(
            (*path, *odcs.place_of(item, "renamedFrom")),
            "renamed-from",
            f"'{field.renamed_from}' is still a field, so '{field.name}' cannot be it renamed.",
            "Delete citybrain.renamedFrom, or the old field.",
        )
