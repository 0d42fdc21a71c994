"""Reading plain YAML values without ever failing: what has the wrong shape counts as absent.

What is wrong is said by the schemas and rules of ``check``; loading only has to survive it.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

_NOTHING: Mapping[str, Any] = {}


def mapping(value: Any) -> Mapping[str, Any]:
    """The value when it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def items(value: Any) -> list[Any]:
    """The value when it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(source: Mapping[str, Any], key: str, default: str = "") -> str:
    """A text; a number where text belongs is kept as it would be printed."""
    value = source.get(key)
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return default


def integer(source: Mapping[str, Any], key: str, default: int = 0) -> int:
    """A whole number, else the default."""
    value = source.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def boolean(source: Mapping[str, Any], key: str, *, default: bool = False) -> bool:
    """True or false, else the default."""
    value = source.get(key)
    return value if isinstance(value, bool) else default


def texts(value: Any) -> tuple[str, ...]:
    """The texts of a list."""
    return tuple(v for v in items(value) if isinstance(v, str))


def as_day(value: Any) -> date | None:
    """A day written ``YYYY-MM-DD``, else None."""
    if not isinstance(value, str) or len(value) != 10:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def day(source: Mapping[str, Any], key: str) -> date | None:
    """The day under that key, else None."""
    return as_day(source.get(key))


def days(value: Any) -> tuple[date, ...]:
    """The days of a list, in order, each once."""
    return tuple(sorted({d for v in items(value) if (d := as_day(v))}))


def hour(source: Mapping[str, Any], key: str, default: time) -> time:
    """A time of day written ``HH:MM``, else the default."""
    value = source.get(key)
    if not isinstance(value, str) or len(value) != 5:
        return default
    try:
        return time.fromisoformat(value)
    except ValueError:
        return default
