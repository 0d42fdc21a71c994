"""Chinese names as people bear them: by sex and generation, and often the same one twice."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random

import yaml

from citybrain.simulate.draw import Chooser, chooser

_WHOLE = 0.45  # share of given names that are one of the generation's favourites


@dataclass(frozen=True, kw_only=True)
class _Era:
    until: int
    favourites: dict[str, list[str]]
    characters: dict[str, list[str]]


@dataclass(frozen=True, kw_only=True)
class Names:
    """Surnames by their share, given names by generation, and characters that sound alike."""

    surname: Chooser[str]
    eras: tuple[_Era, ...]
    alike: dict[str, str]

    def given(self, rng: Random, *, sex: str, year: int) -> str:
        """A given name for somebody born in that year."""
        era = next(e for e in self.eras if year < e.until)
        if rng.random() < _WHOLE:
            favourites = era.favourites[sex]
            # The first favourites are the commonest, as in life.
            return favourites[int(len(favourites) * rng.random() ** 1.6)]
        characters = era.characters[sex]
        first = characters[int(rng.random() * len(characters))]
        if rng.random() < 0.12:
            return first
        second = characters[int(rng.random() * len(characters))]
        return first + second


@cache
def load_names() -> Names:
    """The lists of ``names.yml``."""
    text = files(__package__).joinpath("names.yml").read_text(encoding="utf-8")
    content = yaml.load(text, Loader=yaml.CSafeLoader)
    eras = tuple(
        _Era(
            until=e["until"],
            favourites={"1": e["whole_male"], "2": e["whole_female"]},
            characters={"1": e["male"], "2": e["female"]},
        )
        for e in content["eras"]
    )
    alike: dict[str, str] = {}
    for group in content["homophones"]:
        for character in group:
            alike.setdefault(character, group.replace(character, ""))
    return Names(surname=chooser(content["surnames"]), eras=eras, alike=alike)
