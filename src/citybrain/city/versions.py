"""When a contract's change breaks its readers, and which version it needs.

A reader breaks when a field goes away, changes its type to one that does not hold every
former value, may suddenly be empty, or when rows are told apart by another key.
"""

import re

from citybrain.city.contracts import Contract, Field

_DECIMAL = re.compile(r"decimal\(([0-9]{1,2}),([0-9]{1,2})\)")
_WIDER = {("int", "long"), ("float", "double")}
Version = tuple[int, int, int]


def parse_version(text: str) -> Version | None:
    """``1.4.0`` as numbers; None for anything else.

    >>> parse_version("1.4.0"), parse_version("1.4")
    ((1, 4, 0), None)
    """
    parts = text.split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdecimal() and len(p) < 9 for p in parts):
        return None
    major, minor, patch = map(int, parts)
    return major, minor, patch


def breaks(before: Contract, after: Contract) -> bool:
    """Whether readers of the former contract may fail on the later one."""
    later = {field.name: field for field in after.fields}
    return before.key != after.key or any(
        field.name not in later or _field_breaks(field, later[field.name])
        for field in before.fields
    )


def _field_breaks(before: Field, after: Field) -> bool:
    return (before.required and not after.required) or not _holds(after.type, before.type)


def _holds(wide: str, narrow: str) -> bool:
    """Whether every value of the narrow type is one of the wide type."""
    if wide == narrow or (narrow, wide) in _WIDER:
        return True
    wide_size, narrow_size = _decimal(wide), _decimal(narrow)
    if wide_size is None or narrow_size is None:
        return False
    return wide_size[1] == narrow_size[1] and wide_size[0] >= narrow_size[0]


def _decimal(name: str) -> tuple[int, int] | None:
    """Precision and scale of ``decimal(p,s)``; None for any other type."""
    match = _DECIMAL.fullmatch(name)
    return (int(match[1]), int(match[2])) if match else None


def needed_version(before: Contract, after: Contract, *, breaking: bool) -> str:
    """The least version the changed contract must have; empty when its own suffices."""
    old, new = parse_version(before.version), parse_version(after.version)
    if old is None or new is None:
        return ""
    major, minor, patch = old
    if not breaking:
        least = (major, minor, patch + 1)
    else:
        # Before 1.0.0 nothing is promised for long, and the second number says it breaks.
        least = (major + 1, 0, 0) if major else (0, minor + 1, 0)
    return "" if new >= least else ".".join(map(str, least))
