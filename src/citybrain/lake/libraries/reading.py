"""From ``libraries/*.yml`` to the dataclasses of :mod:`citybrain.lake.libraries.model`."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from citybrain.city import City
from citybrain.city.document import parse
from citybrain.city.shape import boolean, integer, items, mapping, text, texts
from citybrain.lake.libraries.model import (
    Impossible,
    Library,
    LibraryField,
    Mention,
    Rows,
    Score,
    ScoreRule,
    Series,
    Source,
    Via,
)

FOLDER = "libraries"
Content = Mapping[str, Any]


def libraries(city: City) -> Mapping[str, Library]:
    """The city's libraries by name; files that cannot be read are left out."""
    return _read(city.root, city.fingerprint)


@lru_cache(maxsize=8)
def _read(root: Path, _fingerprint: str) -> Mapping[str, Library]:
    found = {}
    for file in sorted((root / FOLDER).glob("*.yml")):
        document = parse(file.read_bytes(), file=f"{FOLDER}/{file.name}")
        if isinstance(document.value, dict):
            found[file.stem] = library(document.value, name=file.stem, file=document.file)
    return MappingProxyType(found)


def library(content: Content, *, name: str, file: str) -> Library:
    """One file's content."""
    return Library(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        description=text(content, "description"),
        description_en=text(content, "description_en"),
        kind=text(content, "kind", "base"),
        entity=text(content, "entity", "none"),
        owner=text(content, "owner"),
        key=texts(content.get("key")),
        heading=texts(content.get("heading")) or texts(content.get("key")),
        listed=texts(content.get("list")),
        identity=tuple(_mention(mapping(m)) for m in items(content.get("identity"))),
        fields=tuple(_field(mapping(f)) for f in items(content.get("fields"))),
        rows=tuple(_rows(mapping(r)) for r in items(content.get("rows"))),
        select=text(content, "select"),
        score=_score(mapping(content["score"])) if "score" in content else None,
        series=_series(mapping(content["series"])) if "series" in content else None,
        impossible=tuple(_impossible(mapping(i)) for i in items(content.get("impossible"))),
        resolution=mapping(content.get("resolution")),
        file=file,
    )


def _expressions(content: Content) -> Mapping[str, str]:
    return MappingProxyType({k: text(content, k) for k in content if text(content, k)})


def _mention(content: Content) -> Mention:
    return Mention(
        table=text(content, "table"),
        role=text(content, "role"),
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        columns=_expressions(mapping(content.get("columns"))),
        seen_at=text(content, "seen_at"),
        where=text(content, "where"),
        weak=boolean(content, "weak"),
    )


def _field(content: Content) -> LibraryField:
    return LibraryField(
        name=text(content, "name"),
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        type=text(content, "type", "string"),
        level=integer(content, "level", 2),
        masking=text(content, "masking", "none"),
        why=text(content, "why"),
        codelist=text(content, "codelist"),
        element=text(content, "element"),
        valid=text(content, "valid"),
        compare=text(content, "compare", "none"),
        finding=boolean(content, "finding"),
        search=text(content, "search"),
        sources=tuple(_source(mapping(s)) for s in items(content.get("sources"))),
    )


def _source(content: Content) -> Source:
    via = mapping(content.get("via"))
    return Source(
        table=text(content, "table"),
        role=text(content, "role"),
        value=text(content, "value"),
        where=text(content, "where"),
        all=boolean(content, "all"),
        quiet=boolean(content, "quiet"),
        via=Via(table=text(via, "table"), role=text(via, "role"), by=text(via, "by"))
        if via
        else None,
    )


def _rows(content: Content) -> Rows:
    return Rows(
        table=text(content, "table"),
        values=_expressions(mapping(content.get("values"))),
        where=text(content, "where"),
        links=_expressions(mapping(content.get("links"))),
        grouped=boolean(content, "grouped"),
        row=text(content, "row", '"_row"'),
    )


def _score(content: Content) -> Score:
    return Score(
        base=integer(content, "base"),
        lowest=integer(content, "lowest"),
        highest=integer(content, "highest", 100),
        rules=tuple(_score_rule(mapping(r)) for r in items(content.get("rules"))),
        why=text(content, "why"),
    )


def _score_rule(content: Content) -> ScoreRule:
    return ScoreRule(
        name=text(content, "name"),
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        points=integer(content, "points"),
        when=text(content, "when"),
    )


def _series(content: Content) -> Series:
    return Series(
        period=text(content, "period"),
        value=text(content, "value"),
        by=texts(content.get("by")),
        unit=text(content, "unit"),
        growth=text(content, "growth"),
        caliber=text(content, "caliber"),
        source=text(content, "source"),
    )


def _impossible(content: Content) -> Impossible:
    return Impossible(
        name=text(content, "name"),
        title=text(content, "title"),
        title_en=text(content, "title_en"),
        sql=text(content, "sql"),
        sentence=text(content, "sentence"),
        sentence_en=text(content, "sentence_en"),
    )
