"""The kinds of files that hold models and their tests."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from citybrain.city import City
from citybrain.city.kinds import FileKind
from citybrain.city.rules.places import kind_files
from citybrain.lake.models.header import FOLDER
from citybrain.lake.models.registry import written
from citybrain.lake.models.rules import models_hold, places, tests_hold
from citybrain.lake.models.testing import FOLDER as TESTS
from citybrain.lake.models.testing import model_tests


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of one header with its SELECT; do not change it."""
    return _read("model.schema.json")


@cache
def test_schema() -> dict[str, Any]:
    """The JSON Schema of one file of tests; do not change it."""
    return _read("test.schema.json")


def _read(name: str) -> dict[str, Any]:
    source = files("citybrain.lake.models").joinpath(name)
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def _things(city: City) -> Mapping[str, Any]:
    return written(city)


MODEL = FileKind(
    name="model", folder=FOLDER, things=_things, rules=(places, models_hold), form=schema
)
MODEL_TEST = FileKind(
    name="model_test",
    folder=TESTS,
    things=lambda city: {f"{t.model}#{t.name}": t for t in model_tests(city)},
    rules=(kind_files(TESTS), tests_hold),
    form=test_schema,
)
