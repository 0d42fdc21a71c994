"""What the rehearsal knows of the place beside the city's folder, from ``local.yml``."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from citybrain.simulate.draw import Chooser, chooser


@dataclass(frozen=True, kw_only=True)
class Local:
    """Beginning of plates, prefectures of origin and of departure, brands and banks."""

    province: str  # its one-character name
    plate: str
    elsewhere: Chooser[str]
    away: dict[str, str]
    brands: list[str]
    new_energy_brands: list[str]
    lorry_brands: list[str]
    motorcycle_brands: list[str]
    banks: list[str]
    roads: list[str]
    estates: list[str]
    villages: list[str]


@cache
def local() -> Local:
    """The file, read once."""
    content = yaml.safe_load(files(__package__).joinpath("local.yml").read_text(encoding="utf-8"))
    return Local(**content | {"elsewhere": chooser(content["elsewhere"])})
