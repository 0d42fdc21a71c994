"""Indicators and dashboards as the city's folder says them; read by every floor above."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.city.document import parse
from citybrain.city.model import City
from citybrain.city.shape import integer, items, mapping, text, texts

# What the state of collecting itself can tell, without reading a row; the engine works them out.
FACTS = (
    "departments_connected",
    "tables_in_lake",
    "rows_in_lake",
    "rows_arrived_today",
    "departments_on_time",
    "tables_late",
    "rows_set_aside",
    "qualified_share_today",
    "quality_score",
    "looks_today",
    "change_to_wall",
    "files_intact",
)
BETTER = ("up", "down", "none")

UNKNOWN = "unknown"  # the part of those rows that say no part of their own


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One number with its definition. ``sql`` reads ``model``; ``fact`` is one of ``FACTS``.

    ``caliber`` is the definition in words. ``fresh_minutes`` is the promise: how old what was
    read may be. ``warn`` and ``bad`` are thresholds on the side that ``better`` is not.
    ``series`` names the code list (or ``divisions``, ``departments``) whose titles the parts carry.
    """

    name: str
    title: str
    caliber: str
    owner: str
    unit: str
    title_en: str = ""
    caliber_en: str = ""
    unit_en: str = ""
    model: str = ""
    sql: str = ""
    fact: str = ""
    series: str = ""
    decimals: int = 0
    fresh_minutes: int = 1440
    better: str = "none"
    warn: float | None = None
    bad: float | None = None
    file: str = ""

    @property
    def definition(self) -> str:
        """SHA-256 of what is computed; a changed definition makes a new value."""
        return sha256_bytes(canonical_json([self.model, self.sql, self.fact, self.series]))

    def state(self, value: float) -> str:
        """``ok``, ``warn`` or ``bad`` by the thresholds; ``none`` where there are none."""
        if self.better == "none" or (self.warn is None and self.bad is None):
            return "none"
        sign = 1.0 if self.better == "up" else -1.0
        if self.bad is not None and sign * value < sign * self.bad:
            return "bad"
        return "warn" if self.warn is not None and sign * value < sign * self.warn else "ok"


@dataclass(frozen=True, kw_only=True)
class Library:
    """A table of the upper layers as a dashboard names it."""

    table: str
    title: str
    title_en: str = ""
    unit: str = ""
    unit_en: str = ""


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """One map of the cockpit: its cards, the libraries and themes it draws, and a note.

    ``note`` are published figures that stand beside the city's own and are not part of them.
    """

    name: str
    title: str
    title_en: str = ""
    cards: tuple[str, ...] = ()
    libraries: tuple[Library, ...] = ()
    themes: tuple[Library, ...] = ()
    note_title: str = ""
    note_title_en: str = ""
    note: str = ""
    note_en: str = ""
    file: str = ""


def indicators(city: City) -> Mapping[str, Indicator]:
    """Every indicator of the city's folder, by name."""
    return {i.name: i for i in _read(city.root, city.fingerprint)[0]}


def dashboards(city: City) -> Mapping[str, Dashboard]:
    """Every dashboard of the city's folder, by name."""
    return {d.name: d for d in _read(city.root, city.fingerprint)[1]}


@lru_cache(maxsize=8)
def _read(root: Path, _fingerprint: str) -> tuple[tuple[Indicator, ...], tuple[Dashboard, ...]]:
    """The files of both kinds; a folder with the same fingerprint says the same."""
    made = tuple(
        _indicator(content, name, file) for content, name, file in _files(root, "indicators")
    )
    boards = tuple(
        _dashboard(content, name, file) for content, name, file in _files(root, "dashboards")
    )
    return made, boards


def _files(root: Path, kind: str) -> list[tuple[Mapping[str, Any], str, str]]:
    found: list[tuple[Mapping[str, Any], str, str]] = []
    for path in sorted((root / kind).glob("*.y*ml")):
        file = f"{kind}/{path.name}"
        document = parse(path.read_bytes(), file=file)
        if isinstance(document.value, dict):
            found.append((document.value, document.stem, file))
    return found


def _indicator(content: Mapping[str, Any], name: str, file: str) -> Indicator:
    limits = mapping(content.get("thresholds"))
    return Indicator(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        caliber=text(content, "caliber"),
        caliber_en=text(content, "caliber_en"),
        owner=text(content, "owner"),
        unit=text(content, "unit"),
        unit_en=text(content, "unit_en"),
        model=text(content, "model"),
        sql=text(content, "sql").strip(),
        fact=text(content, "fact"),
        series=text(content, "series"),
        decimals=integer(content, "decimals"),
        fresh_minutes=integer(content, "fresh_minutes", 1440),
        better=text(content, "better", "none"),
        warn=_number(limits, "warn"),
        bad=_number(limits, "bad"),
        file=file,
    )


def _number(content: Mapping[str, Any], key: str) -> float | None:
    value = content.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _dashboard(content: Mapping[str, Any], name: str, file: str) -> Dashboard:
    note = mapping(content.get("note"))
    return Dashboard(
        name=name,
        title=text(content, "title", name),
        title_en=text(content, "title_en"),
        cards=texts(content.get("cards")),
        libraries=_libraries(content.get("libraries")),
        themes=_libraries(content.get("themes")),
        note_title=text(note, "title"),
        note_title_en=text(note, "title_en"),
        note=text(note, "text"),
        note_en=text(note, "text_en"),
        file=file,
    )


def _libraries(value: Any) -> tuple[Library, ...]:
    found = (mapping(item) for item in items(value))
    return tuple(
        Library(
            table=text(item, "table"),
            title=text(item, "title", text(item, "table")),
            title_en=text(item, "title_en"),
            unit=text(item, "unit"),
            unit_en=text(item, "unit_en"),
        )
        for item in found
    )
