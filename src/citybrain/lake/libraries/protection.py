"""That a library shows nothing which its sources hide, unless its file says why."""

from collections.abc import Iterator

from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.lake.libraries.generate import generated
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.rows import is_scored
from citybrain.lake.models.analysis import LOWERED, Problem
from citybrain.lake.models.checked import analysed

Path = tuple[str | int, ...]


def protection_rules(view: View) -> Iterator[Finding]:
    """Every column that a library makes less protected than what it is made of."""
    made = generated(view.city)
    if not made:
        return
    documents = {d.file: d for d, _content in view.contents("libraries")}
    held = {one.file: one for one in libraries(view.city).values()}
    for problem in analysed(view).problems:
        model = made.get(problem.model)
        if problem.rule != LOWERED or model is None or model.file not in documents:
            continue
        yield documents[model.file].finding(
            _path(held[model.file], problem),
            LOWERED,
            f"{problem.model}.{_column(problem)}: {problem.message}",
            problem.remedy,
        )


def _column(problem: Problem) -> str:
    return problem.key.partition(".")[2]


def _path(library: Library, problem: Problem) -> Path:
    """Where the file says what the column is made of."""
    column = _column(problem)
    for place, field in enumerate(library.fields):
        if field.name == column:
            return ("fields", place)
    return ("score",) if is_scored(column) else ("identity",)
