"""How long a model's last builds took, as bars: the geometry of an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass

from citybrain.engines.libraries.service import BuildPoint
from citybrain.interfaces.kit.figures import duration

WIDTH, HEIGHT, STEP, BAR = 366, 70, 26, 18
BAD = ("refused", "failed", "blocked")


@dataclass(frozen=True, kw_only=True)
class RunBar:
    """One build; ``bad`` ones did not publish."""

    x: int
    y: str
    height: str
    bad: bool
    tip: str


@dataclass(frozen=True, kw_only=True)
class RunBars:
    """The bars, the oldest first, and the words under them."""

    bars: tuple[RunBar, ...]
    longest: str
    bad: int


def run_bars(runs: Sequence[BuildPoint]) -> RunBars | None:
    """The picture of up to fourteen builds; None before the first."""
    if not runs:
        return None
    most = max(max(run.seconds for run in runs), 0.001)
    return RunBars(
        bars=tuple(
            RunBar(
                x=2 + n * STEP,
                y=f"{HEIGHT - max(run.seconds / most * (HEIGHT - 8), 2):.1f}",
                height=f"{max(run.seconds / most * (HEIGHT - 8), 2):.1f}",
                bad=run.state in BAD,
                tip=f"{run.at:%m-%d %H:%M} {duration(run.seconds)}",
            )
            for n, run in enumerate(runs)
        ),
        longest=duration(most),
        bad=sum(run.state in BAD for run in runs),
    )
