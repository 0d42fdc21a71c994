"""What every part of the store stands on: database, warehouse, clock."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from citybrain.base.clock import Clock
from citybrain.lake.database import connect
from citybrain.lake.home import Home
from citybrain.lake.locations import Warehouse, open_warehouse
from citybrain.lake.phases import Phase, quiet

if TYPE_CHECKING:
    from citybrain.lake.catalog import LakeCatalog, WithSwap


@dataclass(frozen=True, kw_only=True)
class Ground:
    """One open lake. ``phase`` is told each step of a commit, so that tests can kill there."""

    home: Home
    engine: Engine
    warehouse: Warehouse
    clock: Clock
    phase: Phase = quiet

    def catalog(self, *, with_swap: "WithSwap | None" = None) -> "LakeCatalog":
        """A catalog for one use; what ``with_swap`` writes is committed with the pointer."""
        from citybrain.lake.catalog import LakeCatalog

        return LakeCatalog(self.engine, self.warehouse, with_swap=with_swap, phase=self.phase)


def open_ground(home: Home, *, clock: Clock, phase: Phase = quiet) -> Ground:
    """Open the lake of a home, making its directories and tables where missing."""
    home.create()
    engine = connect(home)
    return Ground(
        home=home,
        engine=engine,
        warehouse=open_warehouse(home.warehouse, engine),
        clock=clock,
        phase=phase,
    )
