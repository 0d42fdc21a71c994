"""What an upload hands over with its rows, and its writing down once, with the first commit."""

from dataclasses import dataclass

import duckdb

from citybrain.base.errors import CityError
from citybrain.base.wording import counted
from citybrain.city.contracts import Contract
from citybrain.lake.change import Change
from citybrain.lake.database import writing
from citybrain.lake.mends import Mends
from citybrain.lake.store import Store


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What stands or falls with an upload: what it mends, and how many rows it was to remove.

    ``removing`` is what was told before it was sent; None when nobody asked.
    """

    mends: Mends
    removing: int | None = None


@dataclass
class Handing:
    """The way of what was handed over into the books; nothing to do where nothing was."""

    handed: Handed | None
    put: bool = False  # what the upload mends is written down

    def refuse_other(self, contract: Contract, *, removed: int) -> None:
        """Refuse to take another number of rows away than was told; raises ``CityError``."""
        told = self.handed.removing if self.handed else None
        if told not in (None, removed):
            raise CityError(
                f"{contract.id} was not changed",
                why="the table changed meanwhile: the file would now take "
                f"{counted(removed, 'row')} out of it, and {told} were told",
                do="Look at the upload again and submit it anew",
                where=contract.id,
            )

    def settle(self, engine: duckdb.DuckDBPyConnection, wanted: str = "") -> None:
        """Tell the mends which addresses stay set aside: those in the SELECT ``wanted``."""
        if self.handed:
            select = f"SELECT DISTINCT split_part(_row, '#', 1) FROM ({wanted})"
            rows = engine.execute(select).fetchall() if wanted else []
            self.handed.mends.settle({str(row[0]) for row in rows})

    def commit(self, change: Change) -> int:
        """Commit; what is mended is written down in the first commit that succeeds."""
        if self.handed and not self.put:
            change.alongside = self.handed.mends.put
        done = change.commit().snapshot_id
        self.put = True
        return done

    def put_down(self, store: Store) -> None:
        """Write down what is mended where no commit was needed."""
        if self.handed and not self.put:
            with writing(store.engine) as connection:
                self.handed.mends.put(connection)
