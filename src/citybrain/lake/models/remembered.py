"""Order and analysis of all models, of which only what changed is read anew."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from importlib.metadata import version

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from citybrain.base.errors import CityError
from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.city import City
from citybrain.lake.database import reading, writing
from citybrain.lake.models.analysis import Analysis, Problem, Read, analyse, is_typed
from citybrain.lake.models.lineage import lineage_from
from citybrain.lake.models.model import Model
from citybrain.lake.models.order import Graph, graph, texts
from citybrain.lake.models.tables import readings, statements
from citybrain.lake.statement import RULES
from citybrain.lake.store import Store
from citybrain.lake.types import parse

MOST = 20_000  # readings kept


def ordered(store: Store, models: Mapping[str, Model]) -> Graph:
    """``graph``, with what each text reads taken from the lake's database."""
    keys = {_key(sql): sql for model in models.values() for sql in texts(model)}
    with reading(store.engine) as connection:
        rows = connection.execute(select(statements).where(statements.c.key.in_(keys))).all()
    known = {keys[row.key]: tuple(json.loads(row.document)) for row in rows}
    before = set(known)
    found = graph(models, known=known)
    new = [
        {"key": key, "document": json.dumps(known[sql])}
        for key, sql in keys.items()
        if sql in known and sql not in before
    ]
    if new:
        _keep(store, statements, new)
    return found


def analysed(store: Store, city: City, models: Mapping[str, Model]) -> Analysis:
    """``analyse``, with what was read before taken from the lake's database."""
    with reading(store.engine) as connection:
        rows = connection.execute(select(readings.c.key, readings.c.document)).all()
    known = {row.key: _parsed(row.document) for row in rows}
    before = set(known)
    found = analyse(
        city,
        models,
        order=ordered(store, models),
        known=known,
        published=published(store, models),
    )
    new = [{"key": k, "document": _text(r)} for k, r in known.items() if k not in before]
    if new:
        _keep(store, readings, new)
    return found


def published(store: Store, models: Mapping[str, Model]) -> dict[str, dict[str, str]]:
    """Columns of native steps that do not say them and have run, with DuckDB's types."""
    return {
        model.name: {c.name: parse(c.type).duckdb for c in store.columns(model.name)}
        for model in models.values()
        if model.native and not is_typed(model) and store.exists(model.name)
    }


def _key(sql: str) -> str:
    return sha256_bytes(canonical_json([RULES, _duckdb(), sql]))


@cache
def _duckdb() -> str:
    """The version of the parser; told without loading it."""
    return version("duckdb")


def _keep(store: Store, table: Table, new: list[dict[str, str]]) -> None:
    try:
        with writing(store.engine) as connection:
            count = connection.scalar(select(func.count()).select_from(table)) or 0
            if count > MOST:
                connection.execute(delete(table))
            connection.execute(insert(table), new)
    except IntegrityError:  # another process read the same now
        return
    except CityError:  # a full disk stops what must be kept, not what can be read again
        return


def _text(read: Read) -> str:
    return json.dumps(
        {
            "columns": read.columns,
            "lineage": read.lineage.as_dict(),
            "problems": [asdict(p) for p in read.problems],
        },
        ensure_ascii=False,
    )


def _parsed(text: str) -> Read:
    document = json.loads(text)
    return Read(
        columns=document["columns"],
        lineage=lineage_from(document["lineage"]),
        problems=tuple(Problem(**p) for p in document["problems"]),
    )
