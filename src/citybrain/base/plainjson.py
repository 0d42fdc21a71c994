"""JSON that every reader takes: it has no number for what is not a number."""

import json
import math
from collections.abc import Callable
from typing import Any

_WORDS = {math.inf: "Infinity", -math.inf: "-Infinity"}


def dumps(
    value: Any, *, default: Callable[[Any], Any] | None = None, indent: int | None = None
) -> str:
    """The value as JSON, Chinese as it is; ``default`` makes plain what JSON does not know.

    NaN and infinity are texts, as PostgreSQL writes them.

    >>> dumps([float("nan"), float("-inf"), 1.5])
    '["NaN", "-Infinity", 1.5]'
    """
    return json.dumps(
        _told(value), ensure_ascii=False, allow_nan=False, default=default, indent=indent
    )


def _told(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return _WORDS.get(value, "NaN")
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items()}
    return [_told(one) for one in value] if isinstance(value, list | tuple) else value
