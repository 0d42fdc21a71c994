"""The kind of file that holds the formula of quality."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from citybrain.city.finding import Finding
from citybrain.city.kinds import FileKind
from citybrain.city.model import City
from citybrain.city.rules.places import kind_files, kind_names
from citybrain.city.rules.view import View
from citybrain.lake.quality.formula import FOLDER, Formula, formula, of_content


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the file; do not change it."""
    source = files("citybrain.lake.quality").joinpath("score.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def rules(view: View) -> Iterator[Finding]:
    """Weights sum to 1, and thresholds stand in their order."""
    for document, content in view.contents(FOLDER):
        found = of_content(content)
        total = sum(weight for _part, weight in found.weights())
        if abs(total - 1) > 1e-9:
            yield document.finding(
                ("weights",),
                "quality-weights",
                f"The weights sum to {total:g}.",
                "Correct them, so that they sum to 1.",
            )
        for path, low, high in _orders(found):
            if low >= high:
                yield document.finding(
                    path,
                    "quality-order",
                    f"The lower threshold {low:g} is not below the upper one, {high:g}.",
                    "Exchange or correct them.",
                )


def _orders(found: Formula) -> Iterator[tuple[tuple[str, ...], float, float]]:
    yield ("grades", "poor"), found.poor, found.good
    yield ("drift", "notice"), found.notice, found.alarm


def _things(city: City) -> Mapping[str, Formula]:
    found = formula(city)
    return {"score": found} if found.file else {}


QUALITY = FileKind(
    name="quality",
    folder=FOLDER,
    things=_things,
    rules=(kind_files(FOLDER), kind_names(FOLDER), rules),
    grows=False,  # a formula judges departments, so a person applies it
    form=schema,
)
