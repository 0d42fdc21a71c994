"""Doors hand out what stands behind them, and open no room that nobody asked for."""

import subprocess
import sys

import pytest

import citybrain.city
from citybrain.base.doors import open_wide
from citybrain.city.loading import load

DOORS = (
    "citybrain.city",
    "citybrain.lake",
    "citybrain.engines.catalogue.service",
    "citybrain.engines.libraries.service",
)


@pytest.mark.parametrize("door", DOORS)
def test_every_name_of_a_door_is_behind_it(door: str) -> None:
    open_wide(door)


def test_a_door_hands_out_the_very_thing() -> None:
    assert citybrain.city.load is load


def test_what_is_not_behind_a_door_is_no_attribute_of_it() -> None:
    with pytest.raises(AttributeError, match=r"module 'citybrain\.city' has no attribute 'lod'"):
        _ = getattr(citybrain.city, "lod")  # noqa: B009 - the type checker would refuse the other
    with pytest.raises(ImportError, match="cannot import name 'lod'"):
        exec("from citybrain.city import lod")  # noqa: S102


def test_taking_one_thing_opens_only_its_room() -> None:
    code = (
        "import sys; from citybrain.city import applied_city; "
        "print('citybrain.city.loading' in sys.modules, 'citybrain.city.planning' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
