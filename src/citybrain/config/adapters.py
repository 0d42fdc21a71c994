"""Which reader serves which kind of source; imported only when something is collected."""

from collections.abc import Mapping
from typing import Any


def readers() -> Mapping[str, Any]:
    """URL scheme → reader, as the lake's ``Reader`` protocol asks."""
    from citybrain.adapters.readers import READERS

    return READERS
