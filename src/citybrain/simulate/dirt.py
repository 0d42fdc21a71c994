"""The dirt of real systems, planted at the rates of ``dirt.yml`` and remembered as truth."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from heapq import heapify, heapreplace
from importlib.resources import files
from random import Random
from typing import Any, NamedTuple

import yaml

from citybrain.base.clock import CITY_ZONE
from citybrain.city import City
from citybrain.city.contracts import Contract, Field
from citybrain.simulate import mistakes
from citybrain.simulate.draw import positions, stream
from citybrain.simulate.mistakes import Mistake

_LATEST_CORRECTION = 60  # days after the books begin to move


class Planted(NamedTuple):
    """One wrong value of a row: its field, the kind of mistake, what it is and should be."""

    field: Field
    kind: str
    true: Any
    wrong: Any
    corrected_on: date | None


@dataclass(frozen=True, kw_only=True)
class _Target:
    """A kind of mistake in a field: the rows it falls on, and how it is made.

    Without a field the whole record is delivered twice.
    """

    kind: str
    field: Field | None
    where: Iterator[int]
    name: str  # of its stream of chance
    make: Mistake


@dataclass(frozen=True, kw_only=True)
class Rehearsed:
    """What dirt needs to know: the days the rehearsal covers and the people's numbers."""

    seed: int
    start: date
    today: date
    numbers: tuple[str, ...]


def rates(system: str) -> Mapping[str, float]:
    """Rates by kind for a system."""
    general, own = _file()
    return {**general, **own.get(system, {})}


@cache
def _file() -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    content = yaml.safe_load(files(__package__).joinpath("dirt.yml").read_text(encoding="utf-8"))
    return content["rates"], content["systems"]


class Soil:
    """Soils the rows of one table; the same rows get the same dirt however many follow."""

    def __init__(
        self, city: City, contract: Contract, rehearsed: Rehearsed, *, files: bool
    ) -> None:
        self._rehearsed = rehearsed
        self._contract = contract
        self._heap: list[tuple[int, int]] = []
        self._targets: list[_Target] = []
        for field in contract.fields:
            kinds = mistakes.possible(city, contract, field, rehearsed.numbers, files=files)
            for kind, make in kinds.items():
                self._add(kind, field, make)
        if files and 0 < len(contract.key) < len(contract.fields):
            self._add("duplicate", None, mistakes.missing)
        heapify(self._heap)

    def soil(self, at: int, values: dict[str, Any]) -> tuple[list[Planted], dict[str, Any] | None]:
        """Change ``values``, the row at that place (from 0, rising), where dirt falls on it.

        Returns what was planted, and a second row where the record is delivered twice.
        """
        heap = self._heap
        planted: list[Planted] = []
        second: dict[str, Any] | None = None
        while heap and heap[0][0] <= at:
            place, number = heap[0]
            target = self._targets[number]
            heapreplace(heap, (next(target.where), number))
            if place < at:  # no row stands there yet
                continue
            rng = stream(self._rehearsed.seed, target.name, place)
            if target.field is None:
                second = self._twice(rng, values)
            elif all(target.field is not done.field for done in planted):
                planted.extend(self._plant(rng, target, target.field, values))
        return planted, second

    def _add(self, kind: str, field: Field | None, make: Mistake) -> None:
        table, seed = self._contract, self._rehearsed.seed
        rate, name = rates(table.system)[kind], field.name if field else ""
        where = positions(stream(seed, "dirt", table.id, kind, name), rate)
        first = next(where, None)
        if first is not None:
            self._heap.append((first, len(self._targets)))
            name = f"mistake {table.id} {kind} {name}"
            self._targets.append(_Target(kind=kind, field=field, where=where, name=name, make=make))

    def _plant(
        self, rng: Random, target: _Target, field: Field, values: dict[str, Any]
    ) -> list[Planted]:
        """What was planted in the field; nothing where the mistake cannot be made."""
        true, corrected = values[field.name], None
        wrong = target.make(rng, true, values) if true is not None else None
        if target.kind == "late_correction":
            days = 1 + int(rng.random() * _LATEST_CORRECTION)
            corrected = self._rehearsed.start + timedelta(days=days)
            if corrected <= self._rehearsed.today:
                _touch(values, corrected)
                return []
        if true is None or wrong == true:
            return []
        values[field.name] = wrong
        return [Planted(field, target.kind, true, wrong, corrected)]

    def _twice(self, rng: Random, values: dict[str, Any]) -> dict[str, Any] | None:
        """The record once more with a day or a name that differs."""
        second = dict(values)
        for field in self._contract.fields:
            value = values[field.name]
            if field.key or value is None:
                continue
            if (
                isinstance(value, date)
                and not isinstance(value, datetime)
                and not _has_birth_rule(field)
            ):
                second[field.name] = value + timedelta(days=1 + int(rng.random() * 3))
                return second
            if field.masking == "name" and isinstance(value, str):
                second[field.name] = mistakes.sounds_alike(rng, value, values)
                return second if second[field.name] != value else None
        return None


def _has_birth_rule(field: Field) -> bool:
    return any(rule.name == "birth_of" for rule in field.rules)


def _touch(values: dict[str, Any], day: date) -> None:
    """A correction moves the record's time of change."""
    changed = values.get("updated_at")
    at = datetime(day.year, day.month, day.day, 10, 30, tzinfo=CITY_ZONE)
    if isinstance(changed, datetime) and changed < at:
        values["updated_at"] = at
