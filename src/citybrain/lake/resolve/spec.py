"""What is compared and how: read from the defaults beside this file and a caller's settings."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from citybrain.base.errors import CityError


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Which pairs are worth comparing: those with the same key.

    ``key`` is SQL over the columns of a profile (``of`` entities) or of a mention. A key that
    more than ``cap`` entities share says too little and is skipped, which keeps the number of
    pairs near-linear. ``long``: only where the number has at least so many characters.
    ``late`` rules are used only for what the others left unsure.
    """

    key: str
    of: str
    cap: int
    long: int = 0
    late: bool = False


@dataclass(frozen=True, kw_only=True)
class Spec:
    """How one kind of entity is resolved; every column name is one of the mentions'.

    ``number`` is the column of a valid number or empty, ``raw`` the number as delivered, and
    ``resident`` says that it tells birth date and sex. ``names`` are compared by character
    and by sound, ``single`` have one value for each entity, ``several`` (profile column to
    mention column) may have many. ``comparisons`` are Splink's, with ``persons`` where the
    chance of agreement shrinks as the city grows.
    """

    number: str
    raw: str
    resident: bool
    names: tuple[str, ...]
    single: tuple[str, ...]
    several: Mapping[str, str]
    rules: tuple[Rule, ...]
    comparisons: tuple[Mapping[str, Any], ...]
    threshold: float
    sure: float

    @property
    def columns(self) -> tuple[str, ...]:
        """The mentions' columns that are compared, in order, each once."""
        found = [*self.names, *self.single, *self.several.values()]
        return tuple(dict.fromkeys(found))


def people(settings: Mapping[str, Any] | None = None) -> Spec:
    """The people's spec; ``settings`` replace parts of it (see :func:`read`)."""
    return read(_default("people.yml"), settings or {})


def companies(settings: Mapping[str, Any] | None = None) -> Spec:
    """The companies' spec; ``settings`` replace parts of it (see :func:`read`)."""
    return read(_default("companies.yml"), settings or {})


def read(default: Mapping[str, Any], settings: Mapping[str, Any]) -> Spec:
    """A spec from its mapping, parts of which ``settings`` replace.

    ``settings`` may hold ``threshold`` and ``sure`` (probabilities), ``rules`` (the list) and
    ``levels`` (comparison to label to ``m``, ``u`` or ``persons``). ``CityError`` for
    anything else, or a probability that is none.
    """
    content = deepcopy(dict(default))
    unknown = sorted(set(settings) - {"threshold", "sure", "rules", "levels"})
    if unknown:
        raise _wrong(f"it does not know {', '.join(unknown)}")
    content |= {k: v for k, v in settings.items() if k != "levels"}
    for comparison, levels in settings.get("levels", {}).items():
        _replace(content["comparisons"], comparison, levels)
    if not 0 < _figure(content["threshold"]) < 1:
        raise _wrong(f"threshold is {content['threshold']}, not between 0 and 1")
    if not 0 < _figure(content.get("sure", 1.0)) <= 1:
        raise _wrong(f"sure is {content['sure']}, not a probability")
    number = content.get("number", {})
    return Spec(
        number=number.get("column", ""),
        raw=number.get("raw", ""),
        resident=bool(number.get("resident", False)),
        names=tuple(content["names"]),
        single=tuple(content.get("single", ())),
        several=dict(content.get("several", {})),
        rules=tuple(_rule(place, rule) for place, rule in enumerate(content["rules"], 1)),
        comparisons=tuple(content["comparisons"]),
        threshold=float(content["threshold"]),
        sure=float(content.get("sure", 1.0)),
    )


def _replace(comparisons: list[dict[str, Any]], name: str, levels: Mapping[str, Any]) -> None:
    """Put the settings' probabilities in place of the defaults of one comparison."""
    known = {c["name"]: {level["label"]: level for level in c["levels"]} for c in comparisons}
    for label, figures in levels.items():
        level = known.get(name, {}).get(label)
        if level is None:
            raise _wrong(f"there is no level '{label}' of '{name}'")
        if not all(k in ("m", "u", "persons") and _figure(v) > 0 for k, v in figures.items()):
            raise _wrong(f"'{name}', '{label}': m, u and persons are numbers above 0")
        if max(_figure(figures.get(k, 0)) for k in ("m", "u")) > 1:
            raise _wrong(f"'{name}', '{label}': m and u are at most 1")
        for one, other in (("u", "persons"), ("persons", "u")):
            if one in figures:
                level.pop(other, None)
        level |= figures


def _rule(place: int, said: object) -> Rule:
    known = {"key": str, "of": str, "cap": int, "long": int, "late": bool}
    if not isinstance(said, Mapping) or not {"key", "of", "cap"} <= set(said):
        raise _wrong(f"rule {place} lacks one of key, of and cap")
    for word, value in said.items():
        if word not in known:
            raise _wrong(f"rule {place} does not know '{word}'")
        if type(value) is not known[word]:
            raise _wrong(f"rule {place}: {word} is {value!r}, not a {known[word].__name__}")
    if said["of"] not in ("entities", "mentions"):
        raise _wrong(f"rule {place} is of {said['of']}, not of entities or mentions")
    return Rule(**said)


def _figure(value: object) -> float:
    """A number of the settings, NaN for what is none: it passes no comparison."""
    try:
        return float(str(value))
    except ValueError:
        return float("nan")


def _wrong(why: str) -> CityError:
    return CityError(
        "The settings of the resolution cannot be used",
        why=why,
        do="Use threshold, rules and levels as docs/resolution.md shows",
    )


@cache
def _default(name: str) -> dict[str, Any]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    return dict(content)
