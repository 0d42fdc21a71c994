"""The rules of a contract's fields: right arguments, real fields, types that can be checked."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from citybrain.city import odcs
from citybrain.city.contracts import Field, Rule
from citybrain.city.document import Document
from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.city.words import did_you_mean, shown

Path = tuple[str | int, ...]
_TEXT = ("string",)
_NUMBERS = ("int", "long", "ulong", "float", "double", "decimal")
_DAYS = ("date", "timestamp", "timestamptz")
# What RE2 does not know; Python's own engine would let it pass.
_BEYOND_RE2 = re.compile(r"\(\?(?:[=!]|<[=!]|>)|\\[1-9]|\(\?P=")


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What a rule takes: types of its field, needed and possible arguments."""

    types: tuple[str, ...]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


SIGNATURES: Mapping[str, Signature] = {
    "pattern": Signature(types=_TEXT, needs=("pattern",)),
    "length": Signature(types=_TEXT, may=("min", "max")),
    "range": Signature(types=(*_NUMBERS, *_DAYS, "time"), may=("min", "max")),
    "codelist": Signature(types=_TEXT, needs=("codelist",)),
    "id_number": Signature(types=_TEXT),
    "uscc": Signature(types=_TEXT),
    "phone": Signature(types=_TEXT),
    "birth_of": Signature(types=_DAYS, needs=("id",)),
    "sex_of": Signature(types=_TEXT, needs=("id",)),
    "not_before": Signature(types=_DAYS, needs=("other",)),
    "not_future": Signature(types=_DAYS),
}
_FIELD_ARGUMENTS = {"id": _TEXT, "other": _DAYS}


@dataclass(frozen=True, kw_only=True)
class _Promise:
    """One rule on one field, and the place that says so."""

    document: Document
    path: Path
    field: Field
    rule: Rule

    def finding(self, slug: str, message: str, remedy: str, *argument: str) -> Finding:
        inner = argument if self.path[-1] == "implementation" else ()
        return self.document.finding((*self.path, *inner), slug, message, remedy)


def promises(
    view: View, document: Document, path: Path, item: Mapping[str, Any], known: Mapping[str, Field]
) -> Iterator[Finding]:
    """Every rule of one property; ``known`` are the contract's fields by name."""
    field = odcs.field(item)
    for place, rule in odcs.placed_rules(item):
        promise = _Promise(document=document, path=(*path, *place), field=field, rule=rule)
        signature = SIGNATURES.get(rule.name)
        if signature is None:
            continue  # the schema has said that there is no such rule
        yield from _arguments(promise, signature)
        yield from _type(promise, signature)
        yield from _named_fields(promise, known)
        yield from _codelist(promise, view)
        yield from _pattern(promise)
        yield from _bounds(promise)


def _arguments(promise: _Promise, signature: Signature) -> Iterator[Finding]:
    rule, given = promise.rule, promise.rule.arguments
    for name in signature.needs:
        if name not in given:
            yield promise.finding(
                "rule-argument",
                f"The rule {rule.name} needs the argument '{name}'.",
                f"Write it: {{rule: {rule.name}, {name}: …}}.",
            )
    if signature.may and not any(name in given for name in signature.may):
        yield promise.finding(
            "rule-argument",
            f"The rule {rule.name} has none of its arguments {', '.join(signature.may)}.",
            "Give at least one of them.",
        )
    for name in given:
        if name not in (*signature.needs, *signature.may):
            yield promise.finding(
                "rule-argument",
                f"The rule {rule.name} has no argument '{name}'.",
                did_you_mean(name, (*signature.needs, *signature.may)) or "Delete it.",
                name,
            )


def _type(promise: _Promise, signature: Signature) -> Iterator[Finding]:
    if promise.field.type.split("(")[0] not in signature.types:
        yield promise.finding(
            "rule-type",
            f"The rule {promise.rule.name} cannot hold for '{promise.field.name}' of type "
            f"{promise.field.type}.",
            f"It is for {', '.join(signature.types)}; correct the type or delete the rule.",
        )


def _named_fields(promise: _Promise, known: Mapping[str, Field]) -> Iterator[Finding]:
    for argument, types in _FIELD_ARGUMENTS.items():
        name = promise.rule.arguments.get(argument)
        if not isinstance(name, str):
            continue
        other = known.get(name)
        if other is None or name == promise.field.name:
            yield promise.finding(
                "rule-field",
                f"The rule {promise.rule.name} names '{name}', which is no other field here.",
                did_you_mean(name, known.keys() - {promise.field.name}) or "Name a field.",
                argument,
            )
        elif other.type.split("(")[0] not in types:
            yield promise.finding(
                "rule-type",
                f"The rule {promise.rule.name} cannot compare with '{name}' of type {other.type}.",
                f"Name a field of type {' or '.join(types)}.",
                argument,
            )


def _codelist(promise: _Promise, view: View) -> Iterator[Finding]:
    name = promise.rule.arguments.get("codelist")
    if isinstance(name, str) and name not in view.city.codelists:
        yield promise.finding(
            "codelist-missing",
            f"There is no codelist '{name}'.",
            did_you_mean(name, view.city.codelists) or f"Write codelists/{name}.yml.",
            "codelist",
        )


def _pattern(promise: _Promise) -> Iterator[Finding]:
    pattern = promise.rule.arguments.get("pattern")
    if not isinstance(pattern, str):
        return
    try:
        re.compile(pattern)
        why = "RE2 knows no look-around and no back-references"
        broken = bool(_BEYOND_RE2.search(pattern))
    except (re.error, RecursionError, OverflowError) as error:
        why, broken = str(error), True
    if broken:
        yield promise.finding(
            "rule-pattern",
            f"{shown(pattern)} is no regular expression: {why}.",
            "Write it in the syntax of RE2.",
            "pattern",
        )


def _bounds(promise: _Promise) -> Iterator[Finding]:
    """Bounds are values of the field's type (of length: whole numbers), least before greatest."""
    if promise.rule.name not in ("length", "range"):
        return
    given = promise.rule.arguments
    base = "int" if promise.rule.name == "length" else promise.field.type.split("(")[0]
    values = {name: _bound(given[name], base) for name in ("min", "max") if name in given}
    for name, value in values.items():
        if value is None:
            yield promise.finding(
                "rule-bounds",
                f"{shown(given[name])} is no bound for type {base}.",
                "Write a number for numbers, an ISO day or time in quotes for dates.",
                name,
            )
    least, greatest = values.get("min"), values.get("max")
    if least is not None and greatest is not None and least > greatest:
        yield promise.finding(
            "rule-bounds",
            f"The least value {given['min']} is greater than the greatest, {given['max']}.",
            "Exchange them.",
        )


def _bound(value: object, base: str) -> Any:
    """A comparable value, or None when it does not belong to the type."""
    if base in _NUMBERS:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return value if number and (base != "int" or isinstance(value, int)) else None
    if not isinstance(value, str):
        return None
    try:
        read = date if base == "date" else datetime
        return value if base == "time" else read.fromisoformat(value).isoformat()
    except ValueError:
        return None
