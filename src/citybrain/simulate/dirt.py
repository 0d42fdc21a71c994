"""The dirt of real systems, planted at the rates of ``dirt.yml`` and remembered as truth."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from heapq import heapify, heapreplace
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from citybrain.city import City
from citybrain.city.contracts import Contract, Field
from citybrain.simulate import mistakes
from citybrain.simulate.draw import positions, stream
from citybrain.simulate.rhythm import CITY_ZONE

_LATEST_CORRECTION = 60  # days after the books begin to move


@dataclass(frozen=True, kw_only=True)
class Defect:
    """One wrong value: where it is (``row`` counts from 1), what it is and should be."""

    row: int
    field: str
    kind: str
    true: str | None
    planted: str | None
    corrected_on: date | None = None


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
    """Soils the rows of one table; the same rows get the same dirt however many follow.

    ``soil`` changes ``values`` in place and returns the defects; when it also returns a
    second row, the department delivered this record twice.
    """

    def __init__(self, city: City, contract: Contract, rehearsed: Rehearsed, *, files: bool) -> None:
        self._rehearsed = rehearsed
        self._contract = contract
        self._heap: list[tuple[int, int]] = []
        self._targets: list[tuple[str, Field | None, Iterator[int], Random]] = []
        self._make: dict[int, Callable[[Random, Any, dict[str, Any]], Any]] = {}
        table_rates = rates(contract.system)
        for field in contract.fields:
            for kind, make in mistakes.possible(city, contract, field, rehearsed.numbers, files=files).items():
                self._add(kind, field, table_rates[kind], make)
        if files and contract.key and len(contract.key) < len(contract.fields):
            self._add("duplicate", None, table_rates["duplicate"], None)
        heapify(self._heap)

    def _add(
        self,
        kind: str,
        field: Field | None,
        rate: float,
        make: Callable[[Random, Any, dict[str, Any]], Any] | None,
    ) -> None:
        name = field.name if field else ""
        where = positions(stream(self._rehearsed.seed, "dirt", self._contract.id, kind, name), rate)
        first = next(where, None)
        if first is None:
            return
        number = len(self._targets)
        rng = stream(self._rehearsed.seed, "mistake", self._contract.id, kind, name)
        self._targets.append((kind, field, where, rng))
        if make:
            self._make[number] = make
        self._heap.append((first, number))

    def soil(self, at: int, values: dict[str, Any]) -> tuple[list[tuple[Field, str, Any, Any, date | None]], dict[str, Any] | None]:
        """Plant what falls on the row at that place (from 0)."""
        heap, planted, second = self._heap, [], None
        while heap and heap[0][0] <= at:
            number = heap[0][1]
            kind, field, where, rng = self._targets[number]
            heapreplace(heap, (next(where), number))
            if field is None:
                second = self._twice(rng, values)
            elif all(field is not done[0] for done in planted):
                done = self._plant(kind, field, rng, values, self._make[number])
                if done:
                    planted.append(done)
        return planted, second

    def _plant(
        self,
        kind: str,
        field: Field,
        rng: Random,
        values: dict[str, Any],
        make: Callable[[Random, Any, dict[str, Any]], Any],
    ) -> tuple[Field, str, Any, Any, date | None] | None:
        true = values[field.name]
        corrected = None
        wrong = make(rng, true, values) if true is not None else None
        if kind == "late_correction":
            corrected = self._rehearsed.start + timedelta(days=1 + int(rng.random() * _LATEST_CORRECTION))
            if corrected <= self._rehearsed.today:
                _touch(values, corrected)
                return None
        if true is None or wrong == true:
            return None
        values[field.name] = wrong
        return field, kind, true, wrong, corrected

    def _twice(self, rng: Random, values: dict[str, Any]) -> dict[str, Any] | None:
        """The record once more with a day or a name that differs."""
        second = dict(values)
        for field in self._contract.fields:
            value = values[field.name]
            if field.key or value is None:
                continue
            if isinstance(value, date) and not isinstance(value, datetime) and not _has_birth_rule(field):
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
