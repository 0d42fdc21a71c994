"""Rows set aside, as they were delivered, with what is wrong with each cell."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from citybrain.base.errors import CityError
from citybrain.base.wording import Text, both
from citybrain.city.contracts import Contract
from citybrain.city.model import City
from citybrain.lake.duck import connection as duckdb_connection
from citybrain.lake.explain import CellProblem
from citybrain.lake.sqltext import name

if TYPE_CHECKING:
    from citybrain.lake.store import Store

REASON, REASON_EN, SUGGESTION = "待修正原因", "Reason", "建议值"
PLACE = "来源行号（Source row）"
OWN_COLUMNS = (PLACE, REASON, REASON_EN, SUGGESTION)
_NOBODY = Text(zh="")


@dataclass(frozen=True, kw_only=True)
class QuarantinedRow:
    """One row set aside. ``values`` are texts by field; ``raw`` an unreadable record's text.

    ``row_label`` says where an officer finds it: its number at the source, or its key.
    ``office`` is whom to ask.
    """

    id: str
    table: str
    batch_id: str
    row_label: str
    values: Mapping[str, str | None]
    problems: tuple[CellProblem, ...]
    number: int | None = None
    raw: str | None = None
    office: Text = _NOBODY


def count(store: "Store", table: str) -> int:
    """Rows of the table that are set aside now."""
    lake_table = f"quarantine.{table}"
    if not store.exists(lake_table):
        return 0
    snapshot = store.snapshot(lake_table)
    return snapshot.rows if snapshot else 0


def rows(
    store: "Store", city: City, table: str, *, limit: int = 100, offset: int = 0
) -> list[QuarantinedRow]:
    """Rows set aside, in the order of the source; unmasked, for callers that mask or reveal."""
    return _select(
        store,
        city,
        table,
        f"ORDER BY _number NULLS LAST, _row LIMIT {int(limit)} OFFSET {int(offset)}",
    )


def row(store: "Store", city: City, table: str, quarantine_id: str) -> QuarantinedRow:
    """One row set aside; ``CityError`` when it is no longer there."""
    found = _select(store, city, table, "WHERE _row = ?", quarantine_id)
    if not found:
        raise CityError(
            "This row is no longer set aside",
            why="it was accepted, or the source no longer delivers it",
            do="Look at the table's quarantine again",
            where=quarantine_id,
        )
    return found[0]


def reasons(store: "Store", table: str) -> dict[tuple[str, str], int]:
    """Rows set aside now by (field, rule). No payload."""
    lake_table = f"quarantine.{table}"
    if count(store, table) == 0:
        return {}
    found: Counter[tuple[str, str]] = Counter()
    with duckdb_connection(store.home) as engine:
        sql = store.scan_sql(lake_table, columns=["_reasons"])
        for listed, times in engine.execute(
            f"SELECT _reasons, count(*) FROM ({sql}) GROUP BY 1"
        ).fetchall():
            for one in str(listed or "").split():
                field, _, rule = one.partition(":")
                found[(field, rule)] += int(times)
    return dict(found)


def to_excel(store: "Store", city: City, table: str, path: Path) -> Path:
    """All rows set aside as a workbook that can be corrected and uploaded again.

    Its columns are the contract's headers and, after them, where each row stands at the source,
    the reasons and suggestions, which an upload ignores.
    """
    from citybrain.lake.workbook import write_rows

    contract = _contract(city, table)
    header = [*(f.source for f in contract.fields), *OWN_COLUMNS]
    places = {f.name: place for place, f in enumerate(contract.fields)}

    def lines() -> Iterator[tuple[list[str | None], frozenset[int]]]:
        offset = 0
        while True:
            part = rows(store, city, table, limit=5_000, offset=offset)
            for one in part:
                wrong = frozenset(places[p.field] for p in one.problems if p.field in places)
                values = [one.values.get(f.name) for f in contract.fields]
                yield [*values, *_own(one, contract)], wrong
            if len(part) < 5_000:
                return
            offset += len(part)

    write_rows(path, header, lines(), title=contract.title)
    return path


def _own(one: QuarantinedRow, contract: Contract) -> list[str]:
    titles = {f.name: f.title or f.source for f in contract.fields}
    suggested = [
        f"{titles.get(p.field, p.field)}：{p.suggestion}" for p in one.problems if p.suggestion
    ]
    raw = f"（原文：{one.raw}）" if one.raw else ""
    return [
        str(one.number or ""),
        "".join(p.sentence for p in one.problems) + raw,
        " ".join(p.sentence_en for p in one.problems),
        "；".join(suggested),
    ]


def _contract(city: City, table: str) -> Contract:
    found = city.contracts.get(table)
    if found is None:
        raise CityError(f"There is no table {table}", do="Write system.table", where=table)
    return found


def _select(
    store: "Store", city: City, table: str, tail: str, *parameters: str
) -> list[QuarantinedRow]:
    contract = _contract(city, table)
    if count(store, table) == 0:
        return []
    office = _office(store, city, contract)
    sql = store.scan_sql(contract.quarantine_table)
    have = {c.name for c in store.columns(contract.quarantine_table)}
    fields = [f.name for f in contract.fields if f.name in have]
    shown = ", ".join(name(n) for n in (*fields, "_row", "_batch", "_raw", "_problems", "_number"))
    with duckdb_connection(store.home) as engine:
        found = engine.execute(f"SELECT {shown} FROM ({sql}) {tail}", list(parameters)).fetchall()
    return [
        _row(contract, dict(zip(fields, r, strict=False)), r[len(fields) :], office) for r in found
    ]


def _row(
    contract: Contract, values: dict[str, str | None], meta: tuple[Any, ...], office: Text
) -> QuarantinedRow:
    address, batch, raw, problems, number = meta
    label = str(address).partition("/")[2]
    return QuarantinedRow(
        id=str(address),
        table=contract.id,
        batch_id=str(batch),
        row_label=f"第 {number} 行" if number else label,
        values=values,
        problems=tuple(CellProblem(**p) for p in json.loads(problems or "[]")),
        number=number,
        raw=raw,
        office=office,
    )


def _office(store: "Store", city: City, contract: Contract) -> Text:
    if contract.contact:
        return both(contract.contact, contract.contact_en)
    system = city.systems.get(contract.system)
    department = (
        city.departments.get(system.department(store.clock.now().date())) if system else None
    )
    return both(department.title, department.title_en) if department else _NOBODY
