"""Writes every system's tables where the departments keep them, soiled, with the truth aside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import yaml

from citybrain.city.contracts import Contract
from citybrain.city.systems import System
from citybrain.simulate.dirt import Rehearsed, Soil
from citybrain.simulate.stores import databases, values
from citybrain.simulate.stores.textfiles import WRITERS
from citybrain.simulate.tables import TABLES
from citybrain.simulate.truth import Truth, plain
from citybrain.simulate.world import World

ON_POSTGRESQL = ("household", "companies", "vehicles")
ON_MYSQL = ("social_insurance", "medical", "housing_fund")
_CONVERT = {
    "csv": values.as_text,
    "excel": values.as_number,
    "jsonl": values.as_number,
    "parquet": values.as_arrow,
}
# What stands for the star where a table has a file for each month or county.
_PARTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "hotline.tickets": lambda v: f"{v['received_at']:%Y%m}",
    "components.components": lambda v: str(v["county"]),
}


class Database(Protocol):
    """A store that takes whole tables."""

    def table(self, contract: Contract, source: str, rows: Iterator[list[Any]]) -> None:
        """Create and fill one table."""

    def close(self) -> None:
        """Make it durable."""


@dataclass(kw_only=True)
class Delivery:
    """Where systems are written to, and how many rows each table got."""

    world: World
    rehearsed: Rehearsed
    to: Path
    truth: Truth
    postgresql: str | None = None
    mysql: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    connections: dict[str, str] = field(default_factory=dict)

    def deliver(self, *, progress: Callable[[int, int], None]) -> None:
        """Write all systems of the city that the rehearsal knows, then the connections."""
        known = [
            s
            for s in self.world.city.systems.values()
            if any(f"{s.name}.{t}" in TABLES for t in s.tables)
        ]
        for done, system in enumerate(known, 1):
            if any(fetch.format for fetch in system.tables.values()):
                self._files(system)
            else:
                self._database(system)
            progress(done, len(known))
        text = yaml.safe_dump(self.connections, allow_unicode=True)
        (self.to / "connections.yml").write_text(text, encoding="utf-8")

    def _files(self, system: System) -> None:
        folder = self.to / system.connection
        folder.mkdir(exist_ok=True)
        self.connections[system.connection] = f"files://{system.connection}"
        for table, fetch in system.tables.items():
            contract = self.world.city.contracts[f"{system.name}.{table}"]
            part_of = _PARTS.get(contract.id)
            cells = values.cells(contract, _CONVERT[fetch.format])
            parts: dict[str, list[list[Any]]] = {} if part_of else {"": []}
            for row in self._soiled(contract, files=True):
                parts.setdefault(part_of(row) if part_of else "", []).append(cells(row))
            for part, rows in parts.items():
                WRITERS[fetch.format](
                    folder / fetch.source.replace("*", part), contract, fetch, rows
                )

    def _database(self, system: System) -> None:
        store = self._open(system)
        for table, fetch in system.tables.items():
            contract = self.world.city.contracts[f"{system.name}.{table}"]
            cells = values.cells(contract, values.as_column)
            soiled = self._soiled(contract, files=False)
            store.table(contract, fetch.source, map(cells, soiled))
        store.close()

    def _open(self, system: System) -> Database:
        name = system.connection
        if self.postgresql and name in ON_POSTGRESQL:
            schema = databases.server_name(self.postgresql, name)
            self.connections[name] = databases.postgresql_address(self.postgresql, schema)
            return databases.Postgresql(self.postgresql, schema)
        if self.mysql and name in ON_MYSQL:
            database = databases.server_name(self.mysql, name)
            self.connections[name] = databases.mysql_address(self.mysql, database)
            return databases.Mysql(self.mysql, database)
        self.connections[name] = f"sqlite://{name}.sqlite3"
        return databases.Sqlite(self.to / f"{name}.sqlite3")

    def _soiled(self, contract: Contract, *, files: bool) -> Iterator[dict[str, Any]]:
        """The table's rows as delivered, with the truth told aside."""
        soil = Soil(self.world.city, contract, self.rehearsed, files=files)
        key, truth, number = contract.key, self.truth, 0
        for place, (row, about, at) in enumerate(TABLES[contract.id](self.world)):
            planted, second = soil.soil(place if at is None else at, row)
            label = "|".join([plain(row[k]) or "" for k in key])
            number += 1
            for defect in planted:
                truth.defect(contract.id, number, label, defect)
            truth.row(number, label, about)
            yield row
            if second is not None:
                number += 1
                truth.duplicate(contract.id, number, label)
                truth.row(number, label, about)
                yield second
        truth.end_table(contract.id)
        self.rows[contract.id] = number
