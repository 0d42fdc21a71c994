"""How each column of each table is protected, kept so that a query need not read any model."""

import json
from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from citybrain.base.hashing import canonical_json, sha256_bytes
from citybrain.city import City
from citybrain.lake.database import reading, writing
from citybrain.lake.locations import MADE
from citybrain.lake.mask import Class
from citybrain.lake.models.analysis import VERSION, Analysis
from citybrain.lake.models.model import Model
from citybrain.lake.models.registry import models
from citybrain.lake.models.remembered import analysed, published
from citybrain.lake.models.tables import protections
from citybrain.lake.store import Store

KEPT = 20  # cities whose classes are kept


def classes(store: Store, city: City | None, lake_table: str) -> Mapping[str, Class]:
    """The classes of a table's columns; a column without one must be masked wholly."""
    if city is None:
        return {}
    if lake_table.partition(".")[0] not in MADE:
        return _delivered(city, lake_table)
    return protected(store, city).get(lake_table, {})


def protected(store: Store, city: City) -> Mapping[str, Mapping[str, Class]]:
    """The classes of all tables of models, by table and column."""
    return _kept(store, _Key(store, city, models(city)))


def _delivered(city: City, lake_table: str) -> Mapping[str, Class]:
    contract = city.contracts.get(lake_table.split(".", 1)[1])
    if contract is None:
        return {}
    return {f.name: Class(level=f.level, masking=f.masking) for f in contract.fields}


class _Key:
    """A city and its models as one key: the hash of all that classes follow from."""

    def __init__(self, store: Store, city: City, of: Mapping[str, Model]) -> None:
        self.city, self.models = city, of
        self.text = _digest(city, of, published(store, of))

    def __hash__(self) -> int:
        return hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.text == self.text


def _digest(city: City, of: Mapping[str, Model], ran: Mapping[str, Mapping[str, str]]) -> str:
    contracts = [
        [c.id, [[f.name, f.type, f.level, f.masking, f.key] for f in c.fields]]
        for c in city.contracts.values()
    ]
    made = [
        [
            m.name,
            m.sql,
            m.generated,
            [[n, c.level, c.masking, c.type, c.identifies] for n, c in m.columns.items()],
            list(m.native.inputs) if m.native else [],
        ]
        for m in of.values()
    ]
    return sha256_bytes(
        canonical_json([VERSION, contracts, made, {n: dict(c) for n, c in ran.items()}])
    )


@lru_cache(maxsize=4)
def _kept(store: Store, key: _Key) -> Mapping[str, Mapping[str, Class]]:
    query = select(protections.c.lake_table, protections.c.classes).where(
        protections.c.city == key.text
    )
    with reading(store.engine) as connection:
        rows = connection.execute(query).all()
    if rows:
        return {row.lake_table: _parsed(row.classes) for row in rows}
    found = _of(analysed(store, key.city, key.models))
    _keep(store, key.text, found)
    return found


def _of(analysis: Analysis) -> dict[str, Mapping[str, Class]]:
    made = {n: c for n, c in analysis.classes.items() if n.partition(".")[0] in MADE}
    return made or {"": {}}


def _parsed(text: str) -> dict[str, Class]:
    return {n: Class(level=level, masking=m) for n, (level, m) in json.loads(text).items()}


def _keep(store: Store, key: str, found: Mapping[str, Mapping[str, Class]]) -> None:
    rows = [
        {
            "city": key,
            "lake_table": table,
            "classes": json.dumps({n: [c.level, c.masking] for n, c in columns.items()}),
        }
        for table, columns in found.items()
    ]
    try:
        with writing(store.engine) as connection:
            old = select(protections.c.city).where(protections.c.city != key).distinct()
            others = list(connection.scalars(old))
            if len(others) >= KEPT:
                connection.execute(delete(protections).where(protections.c.city.in_(others)))
            connection.execute(insert(protections), rows)
    except IntegrityError:  # another process keeps the same now
        return
