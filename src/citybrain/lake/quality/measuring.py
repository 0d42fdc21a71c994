"""Measuring: what is new is looked at once and written down; the rest costs two statements."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from citybrain.base.clock import Stopwatch
from citybrain.base.errors import CityError
from citybrain.base.hashing import sha256_bytes
from citybrain.city.contracts import Contract
from citybrain.city.model import City
from citybrain.lake.database import reading, writing
from citybrain.lake.duck import connection as duckdb_connection
from citybrain.lake.quality.drift import psi
from citybrain.lake.quality.formula import formula
from citybrain.lake.quality.looking import Aside, Look, aside, look
from citybrain.lake.quality.promises import KEY, REQUIRED, expected, promises
from citybrain.lake.quality.tables import columns, measures, rules
from citybrain.lake.tables import batches

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from citybrain.lake.store import Store


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one call did: tables that were looked at, tables refused and why, seconds."""

    tables: tuple[str, ...]
    refused: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, kw_only=True)
class _State:
    """What a measure is about: two snapshots and the promise."""

    snapshot_id: int
    quarantine_id: int
    contract: str


def measure(store: "Store", city: City, tables: Iterable[str] | None = None) -> Measured:
    """Look at every named table (all when None) whose state was not measured yet.

    A table that cannot be read is refused, and the others are measured all the same.
    """
    import duckdb

    watch = Stopwatch()
    waiting = _waiting(store, city, tables)
    refused: dict[str, str] = {}
    done: list[str] = []
    if waiting:
        with duckdb_connection(store.home) as engine:
            for contract, state in waiting:
                try:
                    _one(store, city, contract, state, engine)
                    done.append(contract.id)
                except (CityError, duckdb.Error) as error:
                    refused[contract.id] = str(error)
    return Measured(tables=tuple(done), refused=refused, seconds=round(watch.seconds(), 3))


def waiting(store: "Store", city: City) -> tuple[str, ...]:
    """Tables whose newest delivery was not measured; two statements, cheap enough for a page."""
    last = (
        select(batches.c.table, func.max(batches.c.finished_at).label("at"))
        .where(batches.c.error.is_(None))
        .group_by(batches.c.table)
        .subquery()
    )
    statement = select(batches.c.table, batches.c.snapshot_id).join(
        last, (batches.c.table == last.c.table) & (batches.c.finished_at == last.c.at)
    )
    with reading(store.engine) as connection:
        newest = {row.table: row.snapshot_id for row in connection.execute(statement)}
    known = _newest(store)
    return tuple(
        table
        for table, snapshot in newest.items()
        if snapshot
        and table in city.contracts
        and (table not in known or known[table].snapshot_id != snapshot)
    )


def _waiting(
    store: "Store", city: City, tables: Iterable[str] | None
) -> list[tuple[Contract, _State]]:
    there = set(store.tables())
    known = _newest(store)
    wanted = city.contracts if tables is None else [t for t in tables if t in city.contracts]
    found = []
    for table in wanted:
        contract = city.contracts[table]
        if contract.lake_table not in there:
            continue
        state = _state(store, contract, there)
        if state.snapshot_id and known.get(table) != state:
            found.append((contract, state))
    return found


def _state(store: "Store", contract: Contract, there: set[str]) -> _State:
    kept = store.snapshot(contract.lake_table)
    out = contract.quarantine_table
    set_aside = store.snapshot(out) if out in there else None
    return _State(
        snapshot_id=kept.snapshot_id if kept else 0,
        quarantine_id=set_aside.snapshot_id if set_aside else 0,
        contract=f"{contract.version} {sha256_bytes(repr(contract.fields).encode())[:16]}",
    )


def _newest(store: "Store") -> dict[str, _State]:
    last = select(func.max(measures.c.id)).group_by(measures.c.table)
    statement = select(measures).where(measures.c.id.in_(last))
    with reading(store.engine) as connection:
        return {
            row.table: _State(
                snapshot_id=row.snapshot_id,
                quarantine_id=row.quarantine_id,
                contract=row.contract,
            )
            for row in connection.execute(statement)
        }


def _one(
    store: "Store", city: City, contract: Contract, state: _State, engine: "DuckDBPyConnection"
) -> None:
    watch = Stopwatch()
    seen, out = look(store, contract, engine), aside(store, contract, engine)
    snapshot = store.snapshot(contract.lake_table)
    rows = max(snapshot.rows if snapshot else 0, seen.rows)
    figures = _figures(contract, seen, out, rows)
    before = _last_buckets(store, contract.id)
    _write(
        store,
        contract,
        {
            "table": contract.id,
            "snapshot_id": state.snapshot_id,
            "quarantine_id": state.quarantine_id,
            "contract": state.contract,
            "measured_at": store.clock.now().isoformat(),
            "seconds": round(watch.seconds(), 4),
            **figures,
        },
        _columns(contract, seen, out, rows, before, formula(city).least),
        _rules(contract, seen, out, rows),
    )


def _figures(contract: Contract, seen: Look, out: Aside, rows: int) -> dict[str, int]:
    delivered = rows + out.rows
    needed = [field.name for field in contract.fields if expected(field)]
    keyed = bool(contract.key) or any(field.unique for field in contract.fields)
    return {
        "rows": rows,
        "looked_at": seen.rows,
        "quarantined": out.rows,
        "required_cells": delivered * len(needed),
        "required_filled": sum(_filled(name, seen, out, rows) for name in needed),
        "cells": delivered * len(contract.fields),
        "filled": sum(_filled(field.name, seen, out, rows) for field in contract.fields),
        "invalid_rows": out.invalid,
        "keyed_rows": delivered if keyed else 0,
        "repeated_rows": out.repeated + (seen.repeated or 0),
    }


def _filled(field: str, seen: Look, out: Aside, rows: int) -> int:
    """Delivered rows that have the value; of a sample, as many as its share says."""
    inside = seen.filled.get(field, 0)
    if seen.rows and seen.rows < rows:
        inside = round(inside * rows / seen.rows)
    return inside + out.filled.get(field, 0)


def _columns(
    contract: Contract,
    seen: Look,
    out: Aside,
    rows: int,
    before: Mapping[str, Mapping[str, int]],
    least: int,
) -> list[dict[str, Any]]:
    found = []
    for position, field in enumerate(contract.fields):
        shape, was = seen.buckets.get(field.name, {}), before.get(field.name, {})
        enough = min(sum(shape.values()), sum(was.values())) >= least
        wrong = sum(n for (name, _rule), n in out.reasons.items() if name == field.name)
        found.append(
            {
                "field": field.name,
                "position": position,
                "filled": _filled(field.name, seen, out, rows),
                "wrong": wrong,
                "psi": psi(was, shape) if enough else None,
                "buckets": json.dumps(shape, ensure_ascii=False),
            }
        )
    return found


def _rules(contract: Contract, seen: Look, out: Aside, rows: int) -> list[dict[str, Any]]:
    delivered = rows + out.rows
    conflicts = sum(n for (_field, rule), n in out.reasons.items() if rule == KEY)
    found = {}
    for one in promises(contract):
        failed = out.reasons.get((one.field, one.rule), 0)
        checked = _filled(one.field, seen, out, rows) if one.field else delivered
        if one.rule == REQUIRED:
            checked = delivered
        if one.rule == KEY:
            failed = conflicts + (seen.repeated or 0)
        found[one.field, one.rule] = (max(checked, failed), failed)
    for (field, rule), failed in out.reasons.items():
        if rule != KEY:  # what no promise names: a record that could not be read
            found.setdefault((field, rule), (delivered, failed))
    return [
        {"field": field, "rule": rule, "checked": checked, "failed": failed}
        for (field, rule), (checked, failed) in found.items()
    ]


def _last_buckets(store: "Store", table: str) -> dict[str, dict[str, int]]:
    last = select(func.max(measures.c.id)).where(measures.c.table == table).scalar_subquery()
    statement = select(columns.c.field, columns.c.buckets).where(columns.c.measure == last)
    with reading(store.engine) as connection:
        return {
            row.field: json.loads(row.buckets)
            for row in connection.execute(statement)
            if row.buckets
        }


def _write(
    store: "Store",
    contract: Contract,
    figures: Mapping[str, Any],
    per_column: Sequence[Mapping[str, Any]],
    per_rule: Sequence[Mapping[str, Any]],
) -> None:
    former = select(measures.c.id).where(measures.c.table == contract.id)
    with writing(store.engine) as connection:
        # Shapes are only compared with the newest: older ones would be weight without use.
        connection.execute(
            update(columns).where(columns.c.measure.in_(former)).values(buckets=None)
        )
        made = connection.execute(insert(measures).values(**figures)).inserted_primary_key
        number = int(made[0]) if made else 0
        connection.execute(insert(columns), [{"measure": number, **row} for row in per_column])
        if per_rule:
            connection.execute(insert(rules), [{"measure": number, **row} for row in per_rule])
