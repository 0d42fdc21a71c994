"""The truth beside the rehearsal: who each row is about, and every planted defect.

Three Parquet files in a directory of their own, which no connection names:
``people.parquet``, ``rows.parquet`` and ``defects.parquet``.
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from citybrain.simulate.dirt import Planted
from citybrain.simulate.world import World

_ROWS = pa.schema(
    {
        "table": pa.string(),
        "row": pa.int64(),
        "key": pa.string(),
        "role": pa.string(),
        "truth_id": pa.int64(),
    }
)
_DEFECTS = pa.schema(
    {
        "table": pa.string(),
        "row": pa.int64(),
        "key": pa.string(),
        "field": pa.string(),
        "kind": pa.string(),
        "true_value": pa.string(),
        "planted_value": pa.string(),
        "corrected_on": pa.date32(),
    }
)


class Truth:
    """Collects the truth of one table after another and writes it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True)
        self._rows = pq.ParquetWriter(directory / "rows.parquet", _ROWS, compression="zstd")
        self._about: tuple[list[int], list[str], list[str], list[int]] = ([], [], [], [])
        self._defects: list[tuple[Any, ...]] = []
        self.defects = 0

    def row(self, number: int, key: str, about: tuple[tuple[str, int], ...]) -> None:
        """Who a row is about; ``number`` counts the table's rows from 1."""
        rows, keys, roles, ids = self._about
        for role, who in about:
            rows.append(number)
            keys.append(key)
            roles.append(role)
            ids.append(who)

    def defect(self, table: str, row: int, key: str, planted: Planted) -> None:
        """One planted defect, values as plain text."""
        true, wrong = plain(planted.true), plain(planted.wrong)
        self._defects.append(
            (table, row, key, planted.field.name, planted.kind, true, wrong, planted.corrected_on)
        )
        self.defects += 1

    def duplicate(self, table: str, row: int, key: str) -> None:
        """A record that the department delivered twice; ``row`` is the second."""
        self._defects.append((table, row, key, "", "duplicate", None, None, None))
        self.defects += 1

    def end_table(self, table: str) -> None:
        """Write what was collected of a table's rows."""
        rows, keys, roles, ids = self._about
        columns = [pa.array([table] * len(rows), pa.string()), rows, keys, roles, ids]
        self._rows.write_table(pa.table(columns, schema=_ROWS))
        self._about = ([], [], [], [])

    def close(self, world: World) -> None:
        """Write the defects and the people."""
        self._rows.close()
        columns = list(zip(*self._defects, strict=True)) or [()] * len(_DEFECTS)
        defects = pa.table([list(c) for c in columns], schema=_DEFECTS)
        pq.write_table(defects, self._directory / "defects.parquet", compression="zstd")
        pq.write_table(_people(world), self._directory / "people.parquet", compression="zstd")


def plain(value: Any) -> str | None:
    """A value as the text of an ISO document."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _people(world: World) -> pa.Table:
    people = world.people
    return pa.table(
        {
            "truth_id": pa.array([p.number for p in people], pa.int64()),
            "id_number": [p.id_number for p in people],
            "name": [p.name for p in people],
            "sex": [p.sex for p in people],
            "birth_date": pa.array([p.born for p in people], pa.date32()),
            "phone": [p.phone for p in people],
            "address": [_address(world, p.number) for p in people],
            "father": pa.array([p.father for p in people], pa.int64()),
            "mother": pa.array([p.mother for p in people], pa.int64()),
            "spouse": pa.array([p.spouse for p in people], pa.int64()),
            "incomer": [p.incomer for p in people],
            "died": pa.array([p.died for p in people], pa.date32()),
            "left": pa.array([p.gone for p in people], pa.date32()),
        }
    )


def _address(world: World, number: int) -> str | None:
    person = world.people[number]
    if person.household >= 0:
        return world.households[person.household].address
    return world.dwellings[person.dwelling].address if person.dwelling >= 0 else None
