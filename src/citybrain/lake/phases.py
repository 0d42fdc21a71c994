"""The steps of a commit by name, for those who watch it or stop it there."""

from collections.abc import Callable

Phase = Callable[[str], None]
PHASES = (
    "opened",  # lease held, nothing written
    "data-written",  # data files complete, not yet durable
    "data-durable",  # data files and their directory fsynced and hashed
    "metadata-durable",  # Iceberg's manifests and metadata fsynced, nothing points at them
    "swapping",  # pointer, batch and manifest written, transaction open
    "swapped",  # transaction committed, nobody told
    "acknowledged",  # the caller knows
)


def quiet(_phase: str) -> None:
    """No one listens."""
