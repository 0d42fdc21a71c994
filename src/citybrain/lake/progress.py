"""How long work tells how far it is."""

from typing import Protocol


class Progress(Protocol):
    """Called with what is done of what there is (bytes or files) and a word about it."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show it; called often, so an implementation must be cheap."""
        ...


def silent(done: int, total: int, note: str = "") -> None:
    """Nobody looks."""
    del done, total, note
