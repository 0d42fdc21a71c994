"""Contracts: their place, their system, how they may be shared and kept, and their key."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from citybrain.city import odcs
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.loading import contract_place
from citybrain.city.rules.fields import fields
from citybrain.city.rules.places import same_name
from citybrain.city.rules.view import View
from citybrain.city.shape import boolean, integer, items, mapping, text

Content = Mapping[str, Any]
Path = tuple[str | int, ...]
TABLE: Path = ("schema", 0)


def contracts(view: View) -> Iterator[Finding]:
    """Every contract, and that no two share an identifier."""
    first: dict[str, str] = {}
    for document, content in view.contents("sources"):
        identity = text(content, "id")
        if identity and identity in first:
            yield document.finding(
                ("id",),
                "duplicate-id",
                f"The identifier '{identity}' is also that of {first[identity]}.",
                "Write an identifier of its own, such as system.table.",
            )
        first.setdefault(identity, document.file)
        yield from _contract(view, document, content)


def _contract(view: View, document: Document, content: Content) -> Iterator[Finding]:
    body = _body(content)
    yield from same_name(document, body.get("name"), (*TABLE, "name"))
    yield from _system(view, document)
    for path, owner in _owners(content, body):
        yield from _properties(document, path, owner)
    yield from _sharing(document, odcs.custom(content) | odcs.custom(body))
    yield from _key(document, body)
    yield from fields(view, document, body)


def _body(content: Content) -> Content:
    objects = items(content.get("schema"))
    return mapping(objects[0]) if objects else {}


def _owners(content: Content, body: Content) -> Iterator[tuple[Path, Content]]:
    """Everything in a contract that has custom properties of ours."""
    yield (), content
    yield TABLE, body
    for index, item in enumerate(items(body.get("properties"))):
        yield (*TABLE, "properties", index), mapping(item)


def _system(view: View, document: Document) -> Iterator[Finding]:
    place = contract_place(document.file)
    if place is None:
        return
    name, table = place
    system = view.city.systems.get(name)
    if system is None:
        yield document.finding(
            (),
            "contract-without-system",
            f"There is no system '{name}'.",
            f"Write systems/{name}.yml, or move the contract.",
        )
    elif table not in system.tables:
        yield document.finding(
            (*TABLE, "name"),
            "contract-without-table",
            f"The system '{name}' does not fetch a table '{table}'.",
            f"Add it under tables in systems/{name}.yml, or delete the contract.",
        )


def _properties(document: Document, path: Path, owner: Content) -> Iterator[Finding]:
    """Own properties stand once, and none has a misspelt prefix, which the standard lets pass."""
    seen = set()
    for index, item in enumerate(items(owner.get("customProperties"))):
        name, place = text(mapping(item), "property"), (*path, "customProperties", index)
        if name in seen:
            yield document.finding(
                (*place, "property"),
                "duplicate-id",
                f"The property {name} stands twice.",
                "Delete one of them.",
            )
        seen.add(name)
        prefix, _, rest = name.partition(".")
        if rest and prefix != "citybrain" and near(prefix.lower(), "citybrain"):
            yield document.finding(
                (*place, "property"),
                "citybrain-property",
                f"'{name}' is not a property here.",
                f"Did you mean 'citybrain.{rest}'?",
            )


def near(word: str, known: str) -> bool:
    """Whether a word looks like a slip of the known one."""
    return SequenceMatcher(None, word, known).ratio() >= 0.75


def _sharing(document: Document, own: Content) -> Iterator[Finding]:
    sharing = mapping(own.get("sharing"))
    if not sharing:
        yield document.finding(
            ("customProperties",),
            "sharing-missing",
            "The contract does not say how the table may be shared.",
            "Add citybrain.sharing with type and law.",
        )
    elif text(sharing, "type") in ("conditional", "withheld") and not text(sharing, "law"):
        yield document.finding(
            ("customProperties",),
            "sharing-law",
            f"Sharing is {sharing['type']}, and no law is cited.",
            "Add law to citybrain.sharing, with its article.",
        )
    if not text(mapping(own.get("retention")), "period"):
        yield document.finding(
            ("customProperties",),
            "retention-missing",
            "The contract does not say how long the table is kept.",
            "Add citybrain.retention with period and law.",
        )


def _key(document: Document, body: Content) -> Iterator[Finding]:
    """Key positions are 1, 2, 3 … without a gap; fields outside the key have none."""
    places: dict[int, int] = {}
    for index, item in enumerate(items(body.get("properties"))):
        given = mapping(item)
        position = integer(given, "primaryKeyPosition", -1)
        path = (*TABLE, "properties", index)
        if boolean(given, "primaryKey"):
            places[index] = position if position > 0 else 1
        elif position > 0:
            yield _key_finding(document, path, "A position in the key is given outside the key.")
    for rank, (index, position) in enumerate(sorted(places.items(), key=lambda p: p[1]), start=1):
        if position != rank:
            path = (*TABLE, "properties", index)
            message = f"The key's positions are not 1 to {len(places)}, each once."
            yield _key_finding(document, path, message)
            return


def _key_finding(document: Document, path: Path, message: str) -> Finding:
    remedy = "Set primaryKey: true and primaryKeyPosition 1, 2, 3 … on the key's fields only."
    return document.finding((*path, "primaryKeyPosition"), "key-position", message, remedy)
