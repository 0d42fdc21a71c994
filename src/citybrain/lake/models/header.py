"""From a parsed SQL file to a model; what is wrong with it says the kind's check."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from citybrain.city.document import Document
from citybrain.city.shape import integer, mapping, text, texts
from citybrain.lake.locations import MADE
from citybrain.lake.models.model import ON_CHANGE, ColumnNote, Expectation, Model

FOLDER = "models"


def name_of(file: str) -> str:
    """The model's name by the place of its file; empty for a place where none may stand.

    >>> name_of("models/lib/population.sql"), name_of("models/dwd/civil/marriages.sql")
    ('lib.population', 'dwd.civil.marriages')
    >>> name_of("models/ads/people/by_county.sql"), name_of("models/raw/x.sql")
    ('ads.by_county', '')
    """
    parts = PurePosixPath(file).parts
    if len(parts) < 3 or parts[0] != FOLDER or parts[1] not in MADE:
        return ""
    stem = PurePosixPath(file).stem
    # A standardised table may be written by hand; it keeps its system's name then.
    return ".".join([*parts[1:-1], stem]) if parts[1] == "dwd" else f"{parts[1]}.{stem}"


def model_of(document: Document) -> Model | None:
    """The model of a file; None when its place or its header cannot be read at all."""
    name = name_of(document.file)
    if not name or not isinstance(document.value, dict):
        return None
    head: Mapping[str, Any] = document.value
    return Model(
        name=name,
        title=text(head, "title", name),
        title_en=text(head, "title_en"),
        description=text(head, "description"),
        description_en=text(head, "description_en"),
        sql=text(head, "sql").strip().rstrip(";"),
        grain=texts(head.get("grain")),
        materialise=text(head, "materialise", "full"),
        by=text(mapping(head.get("incremental")), "by"),
        owner=text(head, "owner"),
        schedule=text(head, "schedule", ON_CHANGE),
        columns=MappingProxyType(
            {column: _note(mapping(note)) for column, note in mapping(head.get("columns")).items()}
        ),
        expectations=tuple(
            _expectation(name, mapping(said))
            for name, said in mapping(head.get("expectations")).items()
        ),
        file=document.file,
    )


def _note(content: Mapping[str, Any]) -> ColumnNote:
    return ColumnNote(
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        level=integer(content, "level"),
        masking=text(content, "masking"),
        why=text(content, "why"),
    )


def _expectation(name: str, content: Mapping[str, Any]) -> Expectation:
    return Expectation(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        sql=text(content, "sql").strip().rstrip(";"),
    )
