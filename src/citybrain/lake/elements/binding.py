"""Which field holds which element, and where the two contradict each other."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from citybrain.city.contracts import Field
from citybrain.city.model import City
from citybrain.lake.elements.element import Element, elements

_INTEGERS = ("int", "long", "ulong")
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """How a field differs from its element; ``about`` is type, length, codelist or rule."""

    about: str
    element: str
    field: str
    sentence: str
    sentence_en: str


@dataclass(frozen=True, kw_only=True)
class Binding:
    """One field of one contract. ``element`` is None while it is unbound."""

    table: str
    field: Field
    element: Element | None
    contradictions: tuple[Contradiction, ...] = ()


def bindings(city: City) -> tuple[Binding, ...]:
    """Every field of every contract, in the folder's order."""
    known = elements(city)
    return tuple(
        _binding(contract.id, field, known)
        for contract in city.contracts.values()
        for field in contract.fields
    )


def _binding(table: str, field: Field, known: Mapping[str, Element]) -> Binding:
    element = known.get(field.element)
    return Binding(
        table=table,
        field=field,
        element=element,
        contradictions=tuple(contradictions(field, element)) if element else (),
    )


def contradictions(field: Field, element: Element) -> Iterator[Contradiction]:
    """How the field's promise contradicts the element; nothing when they agree."""
    if not _fits_type(field.type, element.type):
        yield _contradiction("type", element, field, element.type, field.type)
    if problem := _length(field, element):
        yield problem
    if field.codelist != element.codelist:
        theirs, ours = element.codelist or "—", field.codelist or "—"
        yield _contradiction("codelist", element, field, theirs, ours)
    if element.rule and all(rule.name != element.rule for rule in field.rules):
        yield _contradiction("rule", element, field, element.rule, "—")


def _fits_type(field: str, element: str) -> bool:
    ours, theirs = _DECIMAL.fullmatch(field), _DECIMAL.fullmatch(element)
    if ours and theirs:
        scale, wanted = int(ours[2]), int(theirs[2])
        return scale == wanted and int(ours[1]) - scale <= int(theirs[1]) - wanted
    if field in _INTEGERS and element in _INTEGERS:
        return True
    return field == element


def _length(field: Field, element: Element) -> Contradiction | None:
    """A field may be narrower than its element, never wider, and fixed lengths must agree."""
    rule = next((rule for rule in field.rules if rule.name == "length"), None)
    most = rule.arguments.get("max") if rule else None
    if not element.most or not isinstance(most, int) or _checked(field, element):
        return None
    fixed = element.least == element.most
    if most > element.most or (fixed and most < element.least):
        span = f"{element.most}" if fixed else f"{element.least or ''}..{element.most}"
        return _contradiction("length", element, field, span, f"..{most}")
    return None


def _checked(field: Field, element: Element) -> bool:
    """Whether a check digit or a codelist bounds the value closer than its length."""
    rules = {rule.name for rule in field.rules}
    return bool(element.rule and element.rule in rules) or (
        bool(element.codelist) and field.codelist == element.codelist
    )


_WORDS = {
    "type": ("类型", "type"),
    "length": ("长度", "length"),
    "codelist": ("代码表", "codelist"),
    "rule": ("校验规则", "rule"),
}


def _contradiction(
    about: str, element: Element, field: Field, theirs: str, ours: str
) -> Contradiction:
    zh, en = _WORDS[about]
    return Contradiction(
        about=about,
        element=theirs,
        field=ours,
        sentence=f"{zh}：数据元“{element.title}”为 {theirs}，合同为 {ours}。",
        sentence_en=f"{en.capitalize()}: {theirs} in the element {element.title_en or element.name}"
        f", {ours} in the contract ({field.name}).",
    )
