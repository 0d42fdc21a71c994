"""The kind of file ``libraries/*.yml``: its schema, and what must be true between files."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from citybrain.city.kinds import FileKind
from citybrain.city.rules.places import kind_files, kind_names
from citybrain.lake.libraries.protection import protection_rules
from citybrain.lake.libraries.reading import FOLDER, libraries
from citybrain.lake.libraries.rules import library_rules


@cache
def schema() -> Mapping[str, Any]:
    """The JSON Schema of one library."""
    source = files(__package__).joinpath("library.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


LIBRARIES = FileKind(
    name="library",
    folder=FOLDER,
    things=libraries,
    rules=(kind_files(FOLDER), kind_names(FOLDER), library_rules, protection_rules),
    grows=False,  # what a value is taken from changes with it, so a person applies it
    form=schema,
)
