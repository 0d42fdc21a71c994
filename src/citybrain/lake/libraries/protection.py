"""That a library shows nothing which its sources hide, unless its file says why."""

from collections.abc import Iterable, Iterator

from citybrain.city.finding import Finding
from citybrain.city.rules.view import View
from citybrain.lake.libraries.generate import generated
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import FINDINGS
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.rows import is_scored
from citybrain.lake.models.analysis import LOWERED, Problem
from citybrain.lake.models.checked import analysed
from citybrain.lake.models.model import Model

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
        if problem.rule != LOWERED or model is None:
            continue
        for file in _files(model, held.values()):
            if file in documents:
                said = f"{problem.model}.{_column(problem)}: {problem.message}"
                path = _path(held[file], problem)
                yield documents[file].finding(path, LOWERED, said, problem.remedy)


def _files(model: Model, held: Iterable[Library]) -> Iterator[str]:
    """The files that say what a model is made of: the findings are of all that say any."""
    if model.name != FINDINGS:
        yield model.file
        return
    yield from (one.file for one in held if one.impossible)


def _column(problem: Problem) -> str:
    return problem.key.partition(".")[2]


def _path(library: Library, problem: Problem) -> Path:
    """Where the file says what the column is made of."""
    column = _column(problem)
    if problem.model == FINDINGS:
        return ("impossible",)
    for place, field in enumerate(library.fields):
        if field.name == column:
            return ("fields", place)
    return ("score",) if is_scored(column) else ("identity",)
