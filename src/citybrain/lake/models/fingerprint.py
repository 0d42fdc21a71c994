"""What a model's table depends on, as one hash: equal hashes need no building."""

from collections.abc import Mapping
from typing import Any

from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.lake.models.model import Model

VERSION = 1  # raise it when the same model would be built otherwise


def text_of(model: Model) -> str:
    """What a person reads of how the table is made: the SELECT, or the step's settings."""
    if model.native is None:
        return model.sql
    settings = "\n".join(f"{k}: {v}" for k, v in sorted(model.native.settings.items()))
    return f"-- {', '.join(model.native.inputs)}\n-- version {model.native.version}\n{settings}"


def made_by(model: Model) -> str:
    """The hash of how the model is made, whatever it is made from."""
    native: list[Any] = []
    if model.native:
        native = [model.native.version, _plain(model.native.settings)]
    told = [[e.name, e.sql] for e in model.expectations]
    said = [VERSION, model.name, model.sql, native, list(model.grain), told]
    said += [model.materialise, model.by, *model.lookup]
    if model.scattered:  # a table that lies in their order is made anew
        said.append("scattered")
    return sha256_bytes(canonical_json(said))


def wanted(model: Model, inputs: Mapping[str, int]) -> str:
    """The hash of how and from which content the model's table should be made now."""
    return sha256_bytes(canonical_json([made_by(model), dict(sorted(inputs.items()))]))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = [_plain(inner) for inner in value]
        return sorted(parts, key=str) if isinstance(value, (set, frozenset)) else parts
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)
