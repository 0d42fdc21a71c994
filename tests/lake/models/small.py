"""A small city with models in a folder of its own, and a lake to build them in."""

from collections.abc import Mapping
from pathlib import Path

from citybrain.base.clock import Clock
from citybrain.city import City, load
from citybrain.lake.phases import Phase, quiet
from citybrain.lake.store import Store
from citybrain.lake.views import Column
from tests.lake.making import a_clock, a_store, put

PERSONS = "ods.household.persons"
MOVES = "ods.household.moves"
CITY = """\
name: small
title: 小城
division: "341800"
"""
PERSONS_CONTRACT = (
    ("person_id", "long", 2, "none"),
    ("name", "string", 3, "name"),
    ("id_number", "string", 4, "id_number"),
    ("county", "string", 1, "none"),
)
MOVES_CONTRACT = (("move_id", "long", 1, "none"), ("person_id", "long", 2, "none"),
                  ("day", "date", 2, "none"))  # fmt: skip
MARKS = tuple(Column(name=n, type="string") for n in ("_row", "_batch", "_contract"))


def contract(fields: tuple[tuple[str, str, int, str], ...], table: str) -> str:
    """An ODCS contract of these columns; the first is the key."""
    lines = [
        "apiVersion: v3.1.0\nkind: DataContract\nversion: 1.0.0\nstatus: active",
        f"id: household.{table}\nname: {table}",
        f"schema:\n- name: {table}\n  properties:",
    ]
    for place, (name, kind, level, masking) in enumerate(fields):
        key = "\n    primaryKey: true\n    primaryKeyPosition: 1\n    required: true"
        lines.append(
            f"  - name: {name}\n    physicalName: {name}{key if not place else ''}\n"
            f"    customProperties:\n"
            f"    - {{property: citybrain.type, value: {kind}}}\n"
            f"    - {{property: citybrain.level, value: {level}}}\n"
            f"    - {{property: citybrain.masking, value: {masking}}}"
        )
    return "\n".join(lines) + "\n"


def a_model(sql: str, **head: str) -> str:
    """A model's file: header lines, then the SELECT."""
    lines = "".join(f"{key}: {value}\n" for key, value in {"title": "表", **head}.items())
    return f"/*\n{lines}*/\n{sql}\n"


def write_city(root: Path, models: Mapping[str, str], **others: str) -> City:
    """A city of two contracts with models by name; ``others`` are files by path."""
    files = {
        "city.yml": CITY,
        "departments/police.yml": "name: police\ntitle: 公安局\n",
        "sources/household/persons.yaml": contract(PERSONS_CONTRACT, "persons"),
        "sources/household/moves.yaml": contract(MOVES_CONTRACT, "moves"),
    }
    for path in (root / "models").rglob("*.sql"):
        path.unlink()
    files |= {f"models/{name.replace('.', '/')}.sql": text for name, text in models.items()}
    for name, text in (files | others).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return load(root).city


def a_lake(root: Path, *, clock: Clock | None = None, phase: Phase = quiet) -> Store:
    """A lake with the two delivered tables."""
    store = a_store(root, made=False, clock=clock or a_clock(), phase=phase)
    for table, fields in ((PERSONS, PERSONS_CONTRACT), (MOVES, MOVES_CONTRACT)):
        if not store.exists(table):
            columns = [Column(name=n, type=t) for n, t, _level, _masking in fields]
            store.ensure(table, [*columns, *MARKS], key=("_row",))
    return store


def person(number: int, county: str = "宣州区", name: str = "王小明") -> str:
    """One person's row as a SELECT."""
    return (
        f"SELECT {number} AS person_id, '{name}' AS name, '341891199302032317' AS id_number, "
        f"'{county}' AS county, 'household.persons/{number}' AS _row, 'b' AS _batch, "
        "'1.0.0' AS _contract"
    )


def move(number: int, person_id: int, day: str = "2021-06-01") -> str:
    """One move's row as a SELECT."""
    return (
        f"SELECT {number} AS move_id, {person_id} AS person_id, DATE '{day}' AS day, "
        f"'household.moves/{number}' AS _row, 'b' AS _batch, '1.0.0' AS _contract"
    )


def deliver(store: Store, batch: str, *rows: str, table: str = PERSONS, role: str = "base",
            replace: bool = True) -> None:  # fmt: skip
    """Commit these rows as one batch."""
    put(store, batch, " UNION ALL ".join(rows), table=table, role=role, replace=replace)
