"""Finding tables, fields, systems and departments by words, pinyin or initials."""

from collections.abc import Iterator

from citybrain.base.wording import Text
from citybrain.engines.catalogue import wiring, words
from citybrain.engines.catalogue.reading import require
from citybrain.engines.catalogue.seen import department_title
from citybrain.engines.catalogue.views import ConnectionPlanRow, SearchHit
from citybrain.engines.identity.service import Actor

MOST = 60


def search(actor: Actor, q: str) -> tuple[SearchHit, ...]:
    """Up to 60 hits: systems, tables, fields, departments, in this order. No payload."""
    from citybrain.base.chinese import matches

    require(actor, "work.read", "lake:")
    if not q.strip():
        return ()
    found = []
    for hit in _everything():
        texts = (hit.title.zh, hit.title.en, hit.key)
        if any(matches(text, q) for text in texts if text):
            found.append(hit)
    return tuple(found[:MOST])


def _everything() -> Iterator[SearchHit]:
    city = wiring.city()
    today = wiring.clock().now().date()
    for system in city.systems.values():
        owner = department_title(system.department(today))
        yield SearchHit(
            kind="system", key=system.name, table="", title=words.title(system), detail=owner
        )
    for contract in city.contracts.values():
        place = words.title(city.systems[contract.system])
        yield SearchHit(
            kind="table", key=contract.id, table=contract.id, title=words.title(contract),
            detail=place,
        )  # fmt: skip
    for contract in city.contracts.values():
        for field in contract.fields:
            yield SearchHit(
                kind="field", key=field.name, table=contract.id, title=words.field_title(field),
                detail=words.title(contract),
            )  # fmt: skip
    for name, department in city.departments.items():
        yield SearchHit(
            kind="department", key=name, table="",
            title=Text(zh=department.title, en=department.title_en or department.title),
            detail=Text(zh="单位", en="Department"),
        )  # fmt: skip


def connection_plan(actor: Actor) -> tuple[ConnectionPlanRow, ...]:
    """Every department of the city's own level and what of it is connected, connected first."""
    require(actor, "work.read", "lake:")
    city = wiring.city()
    today = wiring.clock().now().date()
    rows = []
    for name, department in city.departments.items():
        mine = [s for s in city.systems.values() if s.department(today) == name]
        if name not in city.units and not mine:
            continue
        rows.append(
            ConnectionPlanRow(
                department=name,
                title=department_title(name),
                level=department.level,
                systems=tuple(words.title(system) for system in mine),
                tables=sum(len(system.tables) for system in mine),
                connected=bool(mine),
            )
        )
    return tuple(sorted(rows, key=lambda row: not row.connected))
