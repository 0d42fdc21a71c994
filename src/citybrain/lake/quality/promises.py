"""The promises of a contract that quality counts, one by one."""

from collections.abc import Iterator
from dataclasses import dataclass

from citybrain.city.contracts import Contract, Field

REQUIRED, TYPE, UNIQUE, KEY = "required", "type", "unique", "key_conflict"
REPEATED = (UNIQUE, KEY)
_ALWAYS_TYPED = ("string", "json")


@dataclass(frozen=True, kw_only=True)
class Promise:
    """One checkable promise; ``field`` is empty for the key as a whole."""

    field: str
    rule: str

    @property
    def part(self) -> str:
        """The part of the score that it counts towards."""
        return part_of(self.rule)


def part_of(rule: str) -> str:
    """completeness, uniqueness or validity: where a broken rule counts."""
    if rule == REQUIRED:
        return "completeness"
    return "uniqueness" if rule in REPEATED else "validity"


def promises(contract: Contract) -> Iterator[Promise]:
    """Every promise, in the order of the fields; the key last."""
    for field in contract.fields:
        yield from _of(field)
    if contract.key:
        yield Promise(field="", rule=KEY)


def _of(field: Field) -> Iterator[Promise]:
    if expected(field):
        yield Promise(field=field.name, rule=REQUIRED)
    if field.type not in _ALWAYS_TYPED:
        yield Promise(field=field.name, rule=TYPE)
    if field.unique and not field.key:
        yield Promise(field=field.name, rule=UNIQUE)
    for name in dict.fromkeys(rule.name for rule in field.rules):
        yield Promise(field=field.name, rule=name)


def expected(field: Field) -> bool:
    """Whether every row must have the value."""
    return field.required or field.key > 0
