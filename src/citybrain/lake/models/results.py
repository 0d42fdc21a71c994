"""What building a model came to, for the command line, pages and the next build."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

BUILT, UNCHANGED, REFUSED, FAILED, BLOCKED = "built", "unchanged", "refused", "failed", "blocked"
REMOVED = "removed"
BAD = (REFUSED, FAILED, BLOCKED)


@dataclass(frozen=True, kw_only=True)
class BuildResult:
    """One model's outcome.

    ``status``: ``built``; ``unchanged``, nothing was to do; ``refused``, an expectation failed
    and the old table stays published; ``failed``, with ``error``; ``blocked``, because a model
    that it reads was not built; ``removed``, because the city no longer has the model.
    ``expectations`` counts the rows that break each; ``sample`` holds some of them, unmasked.
    ``how`` is full or incremental, and empty where nothing was made. ``seconds`` is wall time.
    """

    model: str
    status: str
    rows: int = 0
    seconds: float = 0.0
    snapshot: int | None = None
    expectations: Mapping[str, int] = field(default_factory=dict)
    error: str = ""
    how: str = "full"
    sample: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The promised keys; the sample is left out, since it shows values of people."""
        keys = ("model", "status", "rows", "seconds", "snapshot", "expectations", "error")
        return {key: value for key, value in asdict(self).items() if key in keys}


@dataclass(frozen=True, kw_only=True)
class BuildEvent:
    """How far a build is: ``done`` of ``total`` models; ``phase`` of ``model``.

    Phases are running, and a result's status when it is done.
    """

    model: str
    phase: str
    done: int
    total: int
    rows: int = 0
    seconds: float = 0.0


BuildProgress = Callable[[BuildEvent], None]


def quiet(event: BuildEvent) -> None:
    """Nobody looks."""
    del event
