"""The kind of files that hold data elements."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from citybrain.city.kinds import FileKind
from citybrain.city.rules.places import kind_files, kind_names
from citybrain.lake.elements.element import FOLDER, elements
from citybrain.lake.elements.rules import binding_rules, registry_rules


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of one file; do not change it."""
    source = files("citybrain.lake.elements").joinpath("elements.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


ELEMENTS = FileKind(
    name="elements",
    folder=FOLDER,
    things=elements,
    rules=(kind_files(FOLDER), kind_names(FOLDER), registry_rules, binding_rules),
    form=schema,
)
