"""What differs between two cities, thing by thing and property by property."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import date, time
from typing import Any

# Where a thing was read from is not what it says.
_NOT_CONTENT = ("file", "root", "fingerprint")


@dataclass(frozen=True, kw_only=True)
class Detail:
    """One property before and after; None where it did not or does not exist."""

    key: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Change:
    """One thing that is added, changed or removed.

    ``breaking``: what reads the thing today may fail or mean something else afterwards.
    ``additive``: nothing that exists is touched. ``file`` is relative to the folder.
    """

    kind: str
    name: str
    action: str
    details: tuple[Detail, ...] = ()
    breaking: bool = False
    additive: bool = False
    file: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def flatten(thing: Any, prefix: str = "") -> dict[str, Any]:
    """A thing's properties as dotted keys and plain values; what is empty does not stand.

    Things that have a name are told apart by it, not by their place in a list.
    """
    found: dict[str, Any] = {}
    for key, value in _parts(thing):
        if value in (None, "", (), {}, frozenset()):
            continue
        path = f"{prefix}.{key}" if prefix else key
        if is_dataclass(value) or isinstance(value, Mapping) or _is_things(value):
            found |= flatten(value, path)
        else:
            found[path] = plain(value)
    return found


def _is_things(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and is_dataclass(value[0])


def _parts(thing: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(thing, Mapping):
        yield from ((str(key), value) for key, value in thing.items())
    elif isinstance(thing, tuple):
        seen: dict[str, int] = {}
        for item in thing:
            name = str(getattr(item, "name", "") or getattr(item, "department", ""))
            seen[name] = seen.get(name, 0) + 1
            yield name if seen[name] == 1 else f"{name}#{seen[name]}", item
    else:
        for part in fields(thing):
            if part.name not in _NOT_CONTENT:
                yield part.name, getattr(thing, part.name)


def plain(value: Any) -> Any:
    """A value that JSON can hold and that two runs print alike."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value


def details(before: Any, after: Any) -> tuple[Detail, ...]:
    """The properties in which two things of one kind differ, in order of the later one."""
    old, new = flatten(before), flatten(after)
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        Detail(key=key, before=old.get(key), after=new.get(key))
        for key in keys
        if old.get(key) != new.get(key)
    )
