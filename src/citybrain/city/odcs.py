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
        status=text(content, "status", "active"),
        fields=tuple(_field(mapping(p)) for p in items(body.get("properties"))),
        sharing=Sharing(type=text(sharing, "type", "conditional"), law=text(sharing, "law")),
        retention=text(retention, "period"),
        retention_law=text(retention, "law"),
        contact=text(own, "contact"),
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


def _field(content: Content) -> Field:
    own, name = custom(content), text(content, "name")
    key = integer(content, "primaryKeyPosition") if boolean(content, "primaryKey") else 0
    return Field(
        name=name,
        source=text(content, "physicalName", name),
        type=type_of(content),
        title=text(content, "businessName"),
        title_en=text(own, "titleEn"),
        description=text(content, "description"),
        required=boolean(content, "required"),
        key=max(key, 0) or int(boolean(content, "primaryKey")),
        unique=boolean(content, "unique"),
        level=integer(own, "level", 2),
        masking=text(own, "masking", "none"),
        codelist=text(own, "codelist"),
        formats=texts(own.get("formats")),
        renamed_from=text(own, "renamedFrom"),
        rules=(*_standard_rules(content, text(own, "codelist")), *_own_rules(content)),
    )


def _standard_rules(content: Content, codelist: str) -> list[Rule]:
    options = mapping(content.get("logicalTypeOptions"))
    found = [
        _bounds("pattern", options, pattern="pattern"),
        _bounds("length", options, min="minLength", max="maxLength"),
        _bounds("range", options, min="minimum", max="maximum"),
        Rule(name="codelist", arguments={"codelist": codelist}) if codelist else None,
    ]
    return [rule for rule in found if rule]


def _bounds(name: str, options: Content, **keys: str) -> Rule | None:
    arguments = {argument: options[key] for argument, key in keys.items() if key in options}
    return Rule(name=name, arguments=arguments) if arguments else None


def _own_rules(content: Content) -> list[Rule]:
    """The quality checks with ``engine: citybrain``; the rule's name and its arguments."""
    found = []
    for item in items(content.get("quality")):
        check = mapping(item)
        given = mapping(check.get("implementation"))
        if check.get("engine") == "citybrain" and text(given, "rule"):
            arguments = {key: value for key, value in given.items() if key != "rule"}
            found.append(Rule(name=text(given, "rule"), arguments=arguments))
    return found
