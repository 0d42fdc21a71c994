"""What an unbound field could be: by codelist, rule, or title; never by guessing.

A proposal needs exactly one element that fits and does not contradict the field's type.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from citybrain.city.contracts import Contract, Field
from citybrain.city.model import City
from citybrain.lake.elements.binding import bindings, contradictions
from citybrain.lake.elements.element import Element, elements


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """An element for a field; ``because`` is codelist, rule, title or name."""

    table: str
    field: str
    element: str
    because: str


def proposals(city: City) -> tuple[Proposal, ...]:
    """A proposal for every unbound field that has one."""
    known = elements(city).values()
    found = []
    for binding in bindings(city):
        if binding.element is None and (guess := infer(binding.field, known)):
            element, because = guess
            found.append(
                Proposal(
                    table=binding.table,
                    field=binding.field.name,
                    element=element.name,
                    because=because,
                )
            )
    return tuple(found)


def infer(field: Field, known: Iterable[Element]) -> tuple[Element, str] | None:
    """The one element that fits a field, and why; None when none or several do."""
    fitting = [element for element in known if _possible(field, element)]
    for because, chosen in _ways(field, fitting):
        if len(chosen) == 1:
            return chosen[0], because
    return None


def _ways(field: Field, fitting: list[Element]) -> Iterator[tuple[str, list[Element]]]:
    rules = {rule.name for rule in field.rules}
    if field.codelist:
        yield "codelist", [e for e in fitting if e.codelist == field.codelist]
        return
    checked = [e for e in fitting if e.rule and e.rule in rules]
    if checked:
        yield "rule", checked
        return
    plain = [e for e in fitting if not e.codelist and not e.rule]
    yield "title", [e for e in plain if field.title and field.title == e.title]
    yield "title", [e for e in plain if field.title and field.title in e.also]
    yield "name", [e for e in plain if field.name == e.name]


def _possible(field: Field, element: Element) -> bool:
    return all(problem.about != "type" for problem in contradictions(field, element))


def bound(contract: Contract, known: Mapping[str, Element]) -> Contract:
    """The contract with every unbound field bound where exactly one element fits."""
    return replace(contract, fields=tuple(_bound(f, known) for f in contract.fields))


def _bound(field: Field, known: Mapping[str, Element]) -> Field:
    guess = None if field.element else infer(field, known.values())
    return replace(field, element=guess[0].name) if guess else field
