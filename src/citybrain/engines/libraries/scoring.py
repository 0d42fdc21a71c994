"""A score as a page shows it: its whole rule, and what a row got by it."""

from collections.abc import Iterable, Mapping

from citybrain.engines.libraries.views_rows import ScoreLine, ScoreView
from citybrain.engines.libraries.wiring import both
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.rows import POINTS, SCORE

STEP = 10


def rule_of(library: Library, counted: Iterable[tuple[int, int]]) -> ScoreView | None:
    """The rule, and how many rows have which score; None for a library without one."""
    return _view(library, {}, _spread(library, counted))


def score_of(library: Library, beyond: Mapping[str, str | None]) -> ScoreView | None:
    """The rule with the points of one row, whose columns beyond the fields are given."""
    return _view(library, beyond, ())


def _view(
    library: Library, beyond: Mapping[str, str | None], spread: tuple[tuple[int, int], ...]
) -> ScoreView | None:
    score = library.score
    if score is None:
        return None
    return ScoreView(
        base=score.base,
        lowest=score.lowest,
        highest=score.highest,
        rules=tuple(
            ScoreLine(
                name=rule.name,
                title=both(rule.title, rule.title_en),
                points=rule.points,
                when=rule.when,
                given=_number(beyond.get(POINTS + rule.name)),
            )
            for rule in score.rules
        ),
        total=_number(beyond.get(SCORE)),
        spread=spread,
    )


def _spread(library: Library, counted: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Rows by tens; the highest score counts to the step below it."""
    score = library.score
    if score is None:
        return ()
    last = max(score.highest - 1, score.lowest) // STEP * STEP
    found = dict.fromkeys(range(score.lowest // STEP * STEP, last + 1, STEP), 0)
    for value, rows in counted:
        found[min(value // STEP * STEP, last)] += rows
    return tuple(found.items())


def _number(text: str | None) -> int | None:
    return int(text) if text is not None else None
