"""Schema mistakes as findings: full sentences with the nearest name that would have been right.

Whether a document holds is asked of jsonschema-rs, which takes a two-hundredth of the time; only
of one that does not hold, jsonschema tells the mistakes, and only then it counts. Importing this
module imports both, which costs a tenth of a second; only ``check`` does.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT201909

from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.schema import ODCS, schema
from citybrain.city.words import did_you_mean, shown

_Error = Any  # jsonschema's ValidationError, whose attributes are typed as possibly unset
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "properties",
    "null": "nothing",
}
_LIMITS = ("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties")


_Form = Callable[[], Mapping[str, Any]]


@cache
def _validator(name: str, form: _Form | None) -> Draft202012Validator:
    odcs = Resource.from_contents(schema(ODCS), default_specification=DRAFT201909)
    registry: Registry[Any] = Registry().with_resource(f"{ODCS}.schema.json", odcs)
    return Draft202012Validator(
        form() if form else schema(name),
        registry=registry,
        format_checker=FormatChecker(["date"]),
    )


@cache
def _quick(name: str, form: _Form | None) -> jsonschema_rs.Draft202012Validator:
    """The same schema for a quick yes."""
    return jsonschema_rs.Draft202012Validator(
        dict(form() if form else schema(name)),
        registry=jsonschema_rs.Registry([(f"{ODCS}.schema.json", schema(ODCS))]),
        validate_formats=True,
    )


def _holds(value: Any, name: str, form: _Form | None) -> bool:
    """Whether it surely keeps to the schema; what JSON could not say is left to the other."""
    try:
        return _quick(name, form).is_valid(value)
    except ValueError:
        return False


def schema_findings(document: Document, name: str, form: _Form | None = None) -> list[Finding]:
    """What in the document breaks the schema of that kind; one finding per place and rule.

    ``form`` gives the schema when the kind is not one of the base kinds.
    """
    if document.value is None or _holds(document.value, name, form):
        return []
    found: dict[tuple[str, str], Finding] = {}
    for error in _validator(name, form).iter_errors(document.value):
        for finding in _said(document, error):
            found.setdefault((finding.key, finding.rule), finding)
    return list(found.values())


def _said(document: Document, error: _Error) -> Iterator[Finding]:
    path = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword in ("additionalProperties", "unevaluatedProperties"):
        yield from _unknown(document, error, path)
    elif keyword == "required":
        yield from _missing(document, error, path)
    elif keyword in ("anyOf", "oneOf") and error.context:
        yield from _nearest(document, error.context)
    elif keyword != "unevaluatedItems":
        yield _wrong(document, error, path, keyword)


def _nearest(document: Document, context: Iterable[_Error]) -> Iterator[Finding]:
    """Of several alternatives, the error that got furthest into the value."""
    yield from _said(document, max(context, key=lambda e: len(e.absolute_path)))


def _unknown(document: Document, error: _Error, path: tuple[Any, ...]) -> Iterator[Finding]:
    known = sorted(_properties(error.schema, frozenset()))
    for key in error.instance:
        if key not in known:
            yield document.finding(
                (*path, key),
                "unknown-property",
                f"'{key}' is not a property here.",
                did_you_mean(key, known) or f"Delete it; known are {', '.join(known)}.",
            )


def _properties(part: Any, seen: frozenset[str]) -> set[str]:
    """Names of all properties that a schema may evaluate, through its references."""
    if not isinstance(part, Mapping):
        return set()
    names = set(part.get("properties", ()))
    reference = part.get("$ref", "")
    if reference.startswith("#/$defs/") and reference not in seen:
        target = schema(ODCS)["$defs"].get(reference.rsplit("/", 1)[1])
        names |= _properties(target, seen | {reference})
    for inner in (*part.get("allOf", ()), part.get("then"), part.get("else")):
        names |= _properties(inner, seen)
    return names


def _missing(document: Document, error: _Error, path: tuple[Any, ...]) -> Iterator[Finding]:
    instance = error.instance if isinstance(error.instance, dict) else {}
    for key in error.validator_value:
        if key not in instance:
            about = _described(error.schema, key)
            yield document.finding(
                (*path, key), "missing-property", f"'{key}' is missing.", f"Write it: {about}"
            )


def _described(part: Any, key: str) -> str:
    properties = part.get("properties", {}) if isinstance(part, Mapping) else {}
    inner = properties.get(key)
    return inner.get("description", key) if isinstance(inner, Mapping) else f"{key}."


def _wrong(document: Document, error: _Error, path: tuple[Any, ...], keyword: str) -> Finding:
    part = error.schema if isinstance(error.schema, Mapping) else {}
    value = shown(error.instance)
    if keyword == "type":
        return _wrong_type(document, error, path)
    if keyword in ("enum", "const"):
        allowed = error.validator_value if keyword == "enum" else [error.validator_value]
        words = [str(word) for word in allowed]
        rule = part.get("x-rule", "not-allowed")
        remedy = did_you_mean(str(error.instance), words) or f"Use one of {', '.join(words)}."
        return document.finding(path, rule, f"{value} is not allowed here.", remedy)
    if keyword in ("pattern", "format"):
        # propertyNames validates a key, whose place is the key itself.
        place = (*path, error.instance) if "propertyNames" in error.absolute_schema_path else path
        rule, form = part.get("x-rule", "wrong-form"), part.get("x-form", error.validator_value)
        return document.finding(
            place, rule, f"{value} does not have the right form.", f"Write {form}."
        )
    if keyword in _LIMITS:
        limit = f"{keyword} is {error.validator_value}"
        return document.finding(
            path, "out-of-range", f"{value} is not within: {limit}.", "Correct it."
        )
    if keyword == "uniqueItems":
        return document.finding(path, "duplicate-item", "A value stands twice.", "Delete one.")
    return document.finding(
        path, "standard", f"{error.message[:200]}.", "Write it as the standard says."
    )


def _wrong_type(document: Document, error: _Error, path: tuple[Any, ...]) -> Finding:
    expected = error.validator_value
    names = [expected] if isinstance(expected, str) else expected
    wanted = " or ".join(_TYPES.get(name, name) for name in names)
    value = shown(error.instance)
    if names == ["string"] and isinstance(error.instance, (int, float)):
        return document.finding(
            path,
            "unquoted-code",
            f"{value} is read as a number or a truth value by YAML, and text belongs here.",
            "Put it in quotes, so that it stays as it is written.",
        )
    return document.finding(
        path, "wrong-type", f"{value} stands where {wanted} belongs.", f"Write {wanted}."
    )
