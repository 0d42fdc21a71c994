"""The kind of files that hold models."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from citybrain.city import City
from citybrain.city.kinds import FileKind
from citybrain.lake.models.header import FOLDER
from citybrain.lake.models.registry import written
from citybrain.lake.models.rules import models_hold, places


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of one header with its SELECT; do not change it."""
    source = files("citybrain.lake.models").joinpath("model.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def _things(city: City) -> Mapping[str, Any]:
    return written(city)


MODEL = FileKind(
    name="model", folder=FOLDER, things=_things, rules=(places, models_hold), form=schema
)
