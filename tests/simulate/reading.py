"""Reads a rehearsal with other tools than those that wrote it, and judges rows by contract."""

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import yaml

from citybrain.city import City
from citybrain.city.contracts import Contract, Field
from citybrain.city.systems import Fetch
from citybrain.standards import resident_id, uscc

Raw = dict[str, Any]


def tables(city: City) -> list[str]:
    return [f"{s.name}.{t}" for s in city.systems.values() for t in s.tables]


def rows(city: City, to: Path, table: str) -> list[Raw]:
    """All rows of a table, in order, by the department's own column names."""
    system, name = table.split(".")
    fetch = city.systems[system].tables[name]
    connections = yaml.safe_load((to / "connections.yml").read_text(encoding="utf-8"))
    scheme, where = connections[city.systems[system].connection].split("://")
    if scheme == "sqlite":
        return _sqlite(to / where, fetch.source)
    assert scheme == "files"
    found = sorted((to / where).glob(fetch.source))
    return [row for path in found for row in _READERS[fetch.format](path, fetch)]


def _sqlite(path: Path, table: str) -> list[Raw]:
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        statement = f'SELECT * FROM "{table}" ORDER BY rowid'  # noqa: S608 - a table of the city
        return [dict(r) for r in connection.execute(statement)]


def _csv(path: Path, fetch: Fetch) -> Iterator[Raw]:
    with path.open(encoding=fetch.encoding, newline="") as file:
        yield from csv.DictReader(file)


def _excel(path: Path, fetch: Fetch) -> Iterator[Raw]:
    book = openpyxl.load_workbook(path, read_only=True)
    head, *body = book[fetch.sheet].iter_rows(values_only=True)
    # Empty cells at the end of a row are not stored.
    yield from (dict.fromkeys(head) | dict(zip(head, row, strict=False)) for row in body)


def _jsonl(path: Path, _fetch: Fetch) -> Iterator[Raw]:
    yield from map(json.loads, path.read_text(encoding="utf-8").splitlines())


def _parquet(path: Path, _fetch: Fetch) -> Iterator[Raw]:
    yield from pq.read_table(path).to_pylist()


_READERS = {"csv": _csv, "excel": _excel, "jsonl": _jsonl, "parquet": _parquet}


def problems(city: City, contract: Contract, raw: Raw, *, today: date) -> list[tuple[str, str]]:
    """``(field, rule)`` of everything that is wrong with a row, by an own reading of the rules."""
    values: dict[str, Any] = {}
    found: list[tuple[str, str]] = []
    for field in contract.fields:
        try:
            values[field.name] = _typed(field, raw[field.source])
        except (ValueError, InvalidOperation):
            values[field.name] = None
            found.append((field.name, "type"))
            continue
        if values[field.name] is None and field.required:
            found.append((field.name, "required"))
    for field in contract.fields:
        value = values[field.name]
        if value is None:
            continue
        for rule in field.rules:
            if not _holds(city, rule.name, dict(rule.arguments), value, values, today):
                found.append((field.name, rule.name))
    return found


def _typed(field: Field, raw: Any) -> Any:
    if raw is None or raw == "":
        return None
    if field.type == "date" and not isinstance(raw, date):
        written = field.formats[0] if field.formats else "%Y-%m-%d"
        return datetime.strptime(raw, written).replace(tzinfo=UTC).date()
    if field.type == "timestamp" and not isinstance(raw, datetime):
        return datetime.strptime(raw, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    if field.type in ("int", "long"):
        return int(raw)
    if field.type.startswith("decimal"):
        return Decimal(str(raw))
    return raw


def _holds(
    city: City, rule: str, given: dict[str, Any], value: Any, row: dict[str, Any], today: date
) -> bool:
    if rule == "codelist":
        entry = city.codelists[given["codelist"]].entries.get(value)
        return entry is not None and (entry.until is None or entry.until >= today)
    if rule == "range":
        low, high = (given.get(k) for k in ("min", "max"))
        return (low is None or value >= Decimal(str(low))) and (
            high is None or value <= Decimal(str(high))
        )
    if rule in ("birth_of", "sex_of"):
        number = row[given["id"]] or ""
        told = resident_id.birth_date(number) if rule == "birth_of" else resident_id.sex(number)
        return told is None or told == value
    if rule == "not_before":
        other = row[given["other"]]
        return other is None or value >= other
    if rule == "not_future":
        return (value.date() if isinstance(value, datetime) else value) <= today
    simple = {
        "pattern": lambda: re.fullmatch(given["pattern"], value) is not None,
        "length": lambda: given.get("min", 0) <= len(value) <= given.get("max", 10**9),
        "id_number": lambda: not resident_id.check(value),
        "uscc": lambda: not uscc.check(value),
        "phone": lambda: re.fullmatch("[0-9]{11}", value) is not None,
    }
    return simple[rule]()
