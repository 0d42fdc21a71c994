"""Trying the jail: which of the kernel's walls stand here."""

from citybrain.base.errors import CityError
from citybrain.lake.home import Home
from citybrain.lake.jail import keeper
from citybrain.lake.jail.job import Job, Statement
from citybrain.lake.jail.workplace import workplace

_MISSING = {
    "files": "The kernel has no Landlock: people's SQL is kept from files by DuckDB alone.",
    "network": "People's SQL cannot be cut off from the network by the kernel.",
}


def missing_walls(home: Home) -> dict[str, str]:
    """What does not hold a jailed process here, by wall, with a sentence; empty is well."""
    try:
        with workplace(home) as folder:
            held = keeper.run(
                Job(
                    statements=(Statement(kind="rows", sql="SELECT 1"),),
                    layers=("ods",),
                    reads=(),
                    folder=str(folder),
                    seconds=20,
                    memory=1 << 28,
                )
            ).walls
    except CityError as error:
        return {"process": str(error)}
    return {wall: said for wall, said in _MISSING.items() if held.get(wall) == "none"}
