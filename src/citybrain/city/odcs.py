"""From an Open Data Contract Standard v3.1 file to a :class:`Contract`.

Standard properties are read where the standard has a place for the matter; the rest are the
``citybrain.*`` custom properties. A type comes from ``citybrain.type``, else from
``logicalType``.
"""

from collections.abc import Mapping
from typing import Any

from citybrain.city.contracts import Contract, Field, Rule, Sharing
from citybrain.city.shape import boolean, integer, items, mapping, text, texts

Content = Mapping[str, Any]
Place = tuple[str | int, ...]
PREFIX = "citybrain."
DEFAULT_TYPES = {
    "string": "string",
    "boolean": "boolean",
    "integer": "long",
    "number": "decimal(18,6)",
    "date": "date",
    "timestamp": "timestamp",
    "time": "time",
    "object": "json",
    "array": "json",
}


def contract(content: Content, *, system: str, table: str, file: str) -> Contract:
    """The contract that a parsed file ``sources/<system>/<table>.yaml`` promises."""
    objects = items(content.get("schema"))
    body = mapping(objects[0]) if objects else {}
    own = custom(content) | custom(body)
    sharing, retention = mapping(own.get("sharing")), mapping(own.get("retention"))
    return Contract(
        system=system,
        table=table,
        version=text(content, "version"),
        title=text(body, "businessName") or text(content, "name") or table,
        title_en=text(own, "titleEn"),
        description=text(body, "description"),
        description_en=text(own, "descriptionEn"),
        status=text(content, "status", "active"),
        fields=tuple(field(mapping(p)) for p in items(body.get("properties"))),
        sharing=Sharing(type=text(sharing, "type", "conditional"), law=text(sharing, "law")),
        retention=text(retention, "period"),
        retention_law=text(retention, "law"),
        contact=text(own, "contact"),
        contact_en=text(own, "contactEn"),
        file=file,
    )


def custom(content: Content) -> dict[str, Any]:
    """The values of ``customProperties`` named ``citybrain.*``, without the prefix."""
    listed = [mapping(item) for item in items(content.get("customProperties"))]
    return {
        name.removeprefix(PREFIX): item.get("value")
        for item in listed
        if (name := text(item, "property")).startswith(PREFIX)
    }


def type_of(content: Content) -> str:
    """The exact type of a property: ``citybrain.type``, else by its ``logicalType``."""
    given = text(custom(content), "type")
    if given:
        return given
    logical = text(content, "logicalType", "string")
    zoned = boolean(mapping(content.get("logicalTypeOptions")), "timezone")
    if logical == "timestamp" and zoned:
        return "timestamptz"
    return DEFAULT_TYPES.get(logical, "string")


def field(content: Content) -> Field:
    """One property of the table's object."""
    own, name = custom(content), text(content, "name")
    key = integer(content, "primaryKeyPosition") if boolean(content, "primaryKey") else 0
    return Field(
        name=name,
        source=text(content, "physicalName", name),
        type=type_of(content),
        title=text(content, "businessName"),
        title_en=text(own, "titleEn"),
        description=text(content, "description"),
        description_en=text(own, "descriptionEn"),
        required=boolean(content, "required"),
        key=max(key, 0) or int(boolean(content, "primaryKey")),
        unique=boolean(content, "unique"),
        level=integer(own, "level", 2),
        masking=text(own, "masking", "none"),
        codelist=text(own, "codelist"),
        element=text(own, "element"),
        formats=texts(own.get("formats")),
        renamed_from=text(own, "renamedFrom"),
        rules=tuple(rule for _, rule in placed_rules(content)),
    )


def placed_rules(content: Content) -> list[tuple[Place, Rule]]:
    """The rules of a property, each with the place inside the property that says so."""
    codelist = place_of(content, "codelist")
    options = mapping(content.get("logicalTypeOptions"))
    found = [
        _bounds("pattern", options, pattern="pattern"),
        _bounds("length", options, min="minLength", max="maxLength"),
        _bounds("range", options, min="minimum", max="maximum"),
    ]
    placed = [item for item in found if item]
    if codelist and (name := text(custom(content), "codelist")):
        placed.append((codelist, Rule(name="codelist", arguments={"codelist": name})))
    return placed + _own_rules(content)


def place_of(content: Content, name: str) -> Place:
    """Where the value of ``citybrain.<name>`` stands inside its owner; empty when nowhere."""
    for index, item in enumerate(items(content.get("customProperties"))):
        if text(mapping(item), "property") == PREFIX + name:
            return ("customProperties", index, "value")
    return ()


def _bounds(name: str, options: Content, **keys: str) -> tuple[Place, Rule] | None:
    arguments = {argument: options[key] for argument, key in keys.items() if key in options}
    if not arguments:
        return None
    first = next(key for key in keys.values() if key in options)
    return ("logicalTypeOptions", first), Rule(name=name, arguments=arguments)


def _own_rules(content: Content) -> list[tuple[Place, Rule]]:
    """The quality checks with ``engine: citybrain``; the rule's name and its arguments."""
    found: list[tuple[Place, Rule]] = []
    for index, item in enumerate(items(content.get("quality"))):
        check = mapping(item)
        given = mapping(check.get("implementation"))
        if check.get("engine") == "citybrain" and text(given, "rule"):
            arguments = {key: value for key, value in given.items() if key != "rule"}
            rule = Rule(name=text(given, "rule"), arguments=arguments)
            found.append((("quality", index, "implementation"), rule))
    return found
