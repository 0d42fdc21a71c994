"""The delivered row behind a finding: by what its department finds it in its own system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from citybrain.city import City
from citybrain.lake import sqltext
from citybrain.lake.duck import shared
from citybrain.lake.libraries.model import Library
from citybrain.lake.libraries.names import LINKS
from citybrain.lake.libraries.reading import libraries
from citybrain.lake.libraries.record import plain
from citybrain.lake.sourcecells import key_of
from citybrain.lake.store import Store

NUMBERS = ("id_number", "uscc", "registration_number")  # by which a mention is known


@dataclass(frozen=True, kw_only=True)
class OwnRow:
    """A row's key by the contract's fields, and the number of whom it is about; unmasked.

    Both are empty where the contract names no key, or no row is there any more.
    """

    key: Mapping[str, str] = field(default_factory=dict)
    number_field: str = ""
    number: str = ""


def own_rows(store: Store, city: City, found: Iterable[Mapping[str, Any]]) -> dict[str, OwnRow]:
    """The row of each of these findings, by the finding's id; read table by table."""
    tables: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for one in found:
        if one["_row"] and one["table_name"] in city.contracts:
            tables.setdefault((one["library"], one["table_name"]), []).append(one)
    declared = libraries(city)
    roles = _roles(store, declared, [one for told in tables.values() for one in told])
    made: dict[str, OwnRow] = {}
    for (name, table), told in tables.items():
        numbers = _numbers(store, declared.get(name), table, told, roles)
        for one in told:
            column, number = numbers.get(one["finding_id"], ("", ""))
            made[one["finding_id"]] = OwnRow(
                key=key_of(one["_row"], city.contracts[table]), number_field=column, number=number
            )
    return made


def _roles(
    store: Store, declared: Mapping[str, Library], told: list[Mapping[str, Any]]
) -> dict[tuple[str, str], str]:
    """The role in which each row is about its entity, by both.

    Links lie in the order of their entities: with those named one by one, nearly all of the
    links are passed by.
    """
    wanted: dict[str, set[str]] = {}
    for one in told:
        library = declared.get(one["library"])
        links = LINKS.get(library.entity, "") if library else ""
        if links and one["entity_id"]:
            wanted.setdefault(links, set()).add(str(one["entity_id"]))
    found: dict[tuple[str, str], str] = {}
    for links, entities in wanted.items():
        if store.exists(links):
            with shared(store.home) as duck:
                rows = duck.execute(
                    f'SELECT "_row", entity_id, role FROM ({store.scan_sql(links)}) '
                    f"WHERE entity_id IN ({', '.join('?' for _ in entities)})",
                    sorted(entities),
                ).fetchall()
            found |= {(row, entity): role for row, entity, role in rows}
    return found


def _numbers(
    store: Store,
    library: Library | None,
    table: str,
    told: list[Mapping[str, Any]],
    roles: Mapping[tuple[str, str], str],
) -> dict[str, tuple[str, str]]:
    """Column and number of the entity that each finding is about, in the role it has there."""
    lake_table = f"ods.{table}"
    if library is None or not store.exists(lake_table):
        return {}
    have = {c.name for c in store.columns(lake_table)}
    columns = {
        one.role: next((c for n in NUMBERS if (c := one.columns.get(n, "")) in have), "")
        for one in library.identity
        if one.table == table
    }
    asked = {one["finding_id"]: columns.get(roles.get((one["_row"], one["entity_id"]), ""), "")
             for one in told}  # fmt: skip
    wanted = sorted({column for column in asked.values() if column})
    if not wanted:
        return {}
    with shared(store.home) as duck:
        values = duck.execute(
            f'SELECT "_row", {sqltext.names(wanted)} FROM ({store.scan_sql(lake_table)}) '
            'WHERE "_row" IN (SELECT unnest(?))',
            [sorted({str(one["_row"]) for one in told if asked[one["finding_id"]]})],
        ).fetchall()
    by_row = {row: dict(zip(wanted, rest, strict=True)) for row, *rest in values}
    return {
        one["finding_id"]: (column, plain(by_row.get(one["_row"], {}).get(column)) or "")
        for one in told
        if (column := asked[one["finding_id"]])
    }
