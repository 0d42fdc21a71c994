"""One small rehearsal for all tests of this room."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from citybrain.city import City, load
from citybrain.simulate import Summary, simulate
from tests.simulate import reading

PEOPLE, DAYS, SEED = 600, 60, 7


@dataclass(frozen=True)
class Rehearsal:
    city: City
    summary: Summary

    def rows(self, table: str) -> list[dict[str, Any]]:
        return _rows(self, table)

    def column(self, table: str, field: str) -> list[Any]:
        source = self.city.contracts[table].field(field).source
        return [row[source] for row in self.rows(table)]

    def truth(self, name: str) -> list[dict[str, Any]]:
        return pq.read_table(self.summary.truth / f"{name}.parquet").to_pylist()

    def __hash__(self) -> int:
        return hash(self.summary.to)


@cache
def _rows(rehearsal: Rehearsal, table: str) -> list[dict[str, Any]]:
    return reading.rows(rehearsal.city, rehearsal.summary.to, table)


@pytest.fixture(scope="session")
def xuancheng() -> City:
    loaded = load(Path(__file__).parents[2] / "cities" / "xuancheng")
    assert not loaded.findings
    return loaded.city


@pytest.fixture(scope="session")
def rehearsal(xuancheng: City, tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    to = tmp_path_factory.mktemp("rehearsal") / "systems"
    summary = simulate(xuancheng, people=PEOPLE, days=DAYS, seed=SEED, to=to)
    return Rehearsal(xuancheng, summary)
