"""A data element, and the registry that a city's folder holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from citybrain.city.folder import Folder, read_folder
from citybrain.city.model import City
from citybrain.city.shape import integer, mapping, text, texts

FOLDER = "elements"
SOURCES = ("national", "industry", "law", "city")


@dataclass(frozen=True, kw_only=True)
class Element:
    """One element. ``least`` and ``most`` are characters, 0 when nothing is said.

    ``type`` is in the contract's grammar; a decimal's digits are the greatest allowed.
    ``rule`` is the contract's rule that checks a value. ``source`` says who set it:
    ``national`` or ``industry`` standard, ``law``, or the ``city`` itself. ``also`` are the
    titles by which departments know it. ``group`` is the name of the file.
    """

    name: str
    title: str
    type: str
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    least: int = 0
    most: int = 0
    codelist: str = ""
    rule: str = ""
    unit: str = ""
    unit_en: str = ""
    standard: str = ""
    source: str = "city"
    also: tuple[str, ...] = ()
    group: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class Group:
    """One file of the registry."""

    name: str
    title: str
    title_en: str


@dataclass(frozen=True, kw_only=True)
class Registry:
    """All elements by name, in the order of files and lines, and their groups."""

    elements: Mapping[str, Element]
    groups: Mapping[str, Group]


def registry(city: City) -> Registry:
    """The registry of a city's folder; read once for each state of it."""
    return _registry(city.root, city.fingerprint)


def elements(city: City) -> Mapping[str, Element]:
    """The elements of a city's folder by name."""
    return registry(city).elements


@lru_cache(maxsize=8)
def _registry(root: Path, _fingerprint: str) -> Registry:
    return of_folder(read_folder(root))


def of_folder(folder: Folder) -> Registry:
    """The registry of a parsed folder; of elements that stand twice the first."""
    found: dict[str, Element] = {}
    groups: dict[str, Group] = {}
    for document in folder.under(FOLDER):
        content = mapping(document.value)
        name = document.stem
        groups[name] = Group(
            name=name,
            title=text(content, "title", name),
            title_en=text(content, "title_en"),
        )
        for one, body in mapping(content.get("elements")).items():
            found.setdefault(one, _element(one, mapping(body), name, document.file))
    return Registry(elements=found, groups=groups)


def _element(name: str, content: Mapping[str, Any], group: str, file: str) -> Element:
    length = mapping(content.get("length"))
    return Element(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        description=text(content, "description"),
        description_en=text(content, "description_en"),
        type=text(content, "type", "string"),
        least=integer(length, "min"),
        most=integer(length, "max"),
        codelist=text(content, "codelist"),
        rule=text(content, "rule"),
        unit=text(content, "unit"),
        unit_en=text(content, "unit_en"),
        standard=text(content, "standard"),
        source=text(content, "source", "city"),
        also=texts(content.get("also")),
        group=group,
        file=file,
    )
