"""The JSON Schemas (draft 2020-12) of every kind of file, shipped as package data."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

ODCS = "odcs-3.1.0"


@cache
def schema(name: str) -> dict[str, Any]:
    """The schema of a kind of file, or the official one of ODCS; do not change it."""
    source = files("citybrain.city").joinpath("schemas", f"{name}.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def write_schema(name: str, content: Mapping[str, Any], to: Path) -> Path:
    """Write a schema as ``<name>.schema.json`` into a folder that exists."""
    target = to / f"{name}.schema.json"
    target.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return target
