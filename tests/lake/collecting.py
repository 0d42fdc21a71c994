"""A small city to collect from: built in code, so that a test shows all it depends on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citybrain.adapters.readers import READERS
from citybrain.base.clock import Clock
from citybrain.city.contracts import Contract, Field
from citybrain.city.model import City, Codelist
from citybrain.city.systems import Fetch, System
from citybrain.lake.collect import collect
from citybrain.lake.connections import connection
from citybrain.lake.home import Home
from citybrain.lake.results import TableResult
from citybrain.lake.sources import Connection
from citybrain.lake.store import Store, open_store
from tests.lake.making import begun, duck


def text(name: str, **more: Any) -> Field:
    """A string field whose source column has its own name."""
    return Field(name=name, source=more.pop("source", name), type="string", **more)


def typed(name: str, type_: str, **more: Any) -> Field:
    """A field of a type whose source column has its own name."""
    return Field(name=name, source=more.pop("source", name), type=type_, **more)


def contract(
    *fields: Field, system: str = "s", table: str = "t", version: str = "1.0.0"
) -> Contract:
    """A contract of these fields."""
    return Contract(system=system, table=table, version=version, title="测试表", fields=fields)


@dataclass
class Town:
    """A home with a lake, one city, and where its systems are."""

    root: Path
    clock: Clock
    contracts: dict[str, Contract] = field(default_factory=dict)
    systems: dict[str, System] = field(default_factory=dict)
    where: dict[str, Connection] = field(default_factory=dict)
    codelists: Mapping[str, Codelist] = field(default_factory=dict)

    @property
    def store(self) -> Store:
        """The lake's store, opened anew."""
        return open_store(begun(Home(self.root / "home")), clock=self.clock)

    @property
    def city(self) -> City:
        """The city as it is described now."""
        return City(
            name="town",
            title="测试市",
            root=self.root,
            fingerprint="",
            systems=self.systems,
            contracts=self.contracts,
            codelists=self.codelists,
        )

    def add(self, made: Contract, url: str, fetch: Fetch, **more: Any) -> None:
        """A table of a system, and where the system is."""
        before = self.systems.get(made.system)
        tables = {**(before.tables if before else {}), made.table: fetch}
        self.systems[made.system] = System(
            name=made.system, title=made.system, connection=made.system, tables=tables, **more
        )
        self.contracts[made.id] = made
        self.where[made.system] = connection(made.system, url)

    def collect(self, *tables: str, run_id: str = "", workers: int = 2) -> list[TableResult]:
        """Collect these tables, or all."""
        return collect(
            self.store,
            self.city,
            list(tables) or list(self.contracts),
            readers=READERS,
            connections=self.where,
            clock=self.clock,
            run_id=run_id,
            workers=workers,
        ).results

    def one(self, table: str = "s.t", run_id: str = "") -> TableResult:
        """Collect one table, which must succeed and balance."""
        (result,) = self.collect(table, run_id=run_id)
        assert result.error is None, result.error
        assert result.balances(), result
        return result

    def rows(
        self, lake_table: str = "ods.s.t", columns: Sequence[str] = ()
    ) -> list[tuple[Any, ...]]:
        """What a reader sees, sorted by address; the contract's columns unless named."""
        store = self.store
        if not store.exists(lake_table):
            return []
        shown = list(columns) or [
            f.name for f in self.contracts[lake_table.partition(".")[2]].fields
        ]
        with duck() as engine:
            engine.execute("SET TimeZone = 'UTC'")
            names = ", ".join(f'"{name}"' for name in shown)
            sql = f"SELECT {names} FROM ({store.scan_sql(lake_table)}) ORDER BY _row"  # noqa: S608 - every name in it is quoted or our own
            table = engine.sql(sql).to_arrow_table()  # DuckDB itself needs pytz for zones
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def aside(self, table: str = "s.t") -> list[Any]:
        """The rows set aside."""
        from citybrain.lake.quarantine import rows

        return rows(self.store, self.city, table, limit=1000)
