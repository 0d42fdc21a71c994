"""An installation from nothing to a corrected row, through the command line alone.

Embedded, and in the shape of production: systems, control plane and lake on real servers.
What the commands say is compared with counts that other code read from the sources.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from citybrain.city import City
from tests.city.tiny import write_city
from tests.simulate import reading
from tests.walks.commanding import (
    MARRIAGES,
    Installation,
    break_a_birth_date,
    content,
    correct,
    mysql,
    mysql_name,
    postgresql_databases,
)

COLLECT = {
    "table", "read", "accepted", "inserted", "updated", "unchanged", "superseded", "quarantined",
    "seconds", "snapshot", "error",
}  # fmt: skip


def delivered(city: City, systems: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a table as its department holds them, read by the department's own tools."""
    system, name = table.split(".")
    url = yaml.safe_load((systems / "connections.yml").read_text())[city.systems[system].connection]
    source = city.systems[system].tables[name].source
    if url.startswith("postgresql"):
        with psycopg.connect(url) as connection:
            statement = f'SELECT * FROM "{source}"'  # noqa: S608 - a table of the city
            cursor = connection.execute(statement.encode())
            heads = [column.name for column in cursor.description or ()]
            return [dict(zip(heads, row, strict=True)) for row in cursor.fetchall()]
    if url.startswith("mysql"):
        with mysql(url) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM `{source}`")  # noqa: S608 - a table of the city
            heads = [column[0] for column in cursor.description]
            return [dict(zip(heads, row, strict=True)) for row in cursor.fetchall()]
    return reading.rows(city, systems, table)


def assert_balanced(rows: dict[str, dict[str, Any]]) -> None:
    for name, row in rows.items():
        assert set(row) == COLLECT, name
        assert row["error"] is None, name
        assert row["read"] == row["accepted"] + row["quarantined"], name
        parts = ("inserted", "updated", "unchanged", "superseded")
        assert row["accepted"] == sum(row[part] for part in parts), name


def names_at_the_source(city: City, place: Installation) -> dict[str, str]:
    contract = city.contracts["household.persons"]
    number, person = contract.field("id_number").source, contract.field("name").source
    rows = delivered(city, place.systems, "household.persons")
    return {str(row[number]): str(row[person]) for row in rows}


def assert_names_arrived(city: City, place: Installation) -> None:
    rows = place.json(
        "query", "SELECT id_number, name FROM household.persons",
        "--reveal", "--purpose", "与来源逐行核对",
    )  # fmt: skip
    held = names_at_the_source(city, place)
    assert rows
    assert all(held[row["id_number"]] == row["name"] for row in rows)


def walk_the_correction(place: Installation) -> None:
    """Break a birth date, see the one row set aside with both values, correct it: it is in."""
    before = place.status()[MARRIAGES]
    broken = break_a_birth_date(place.systems)
    row = place.collect(MARRIAGES)[MARRIAGES]
    assert (row["quarantined"], row["unchanged"]) == (before["quarantined"] + 1, before["rows"] - 1)
    rows = place.json(
        "query", "SELECT * FROM quarantine.civil.marriages", "--reveal", "--purpose", "核对档案",
    )  # fmt: skip
    (aside,) = [one for one in rows if one[broken.field] == broken.after]
    assert broken.after in aside["_problems"]
    assert broken.before in aside["_problems"]
    correct(place, broken)
    row = place.collect(MARRIAGES)[MARRIAGES]
    assert (row["inserted"], row["quarantined"]) == (1, before["quarantined"])
    assert place.status()[MARRIAGES]["rows"] == before["rows"]


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("simulated")
    place = Installation(home=root / "home", systems=root / "systems")
    place.run("simulate", "--people", "300", "--days", "5", "--to", str(place.systems))
    return place.systems


@pytest.fixture
def embedded(simulated: Path, tmp_path: Path) -> Installation:
    place = Installation(home=tmp_path / "home", systems=tmp_path / "systems")
    shutil.copytree(simulated, place.systems)
    return place


@pytest.fixture
def applied(embedded: Installation, shipped_home: Path) -> Installation:
    """An installation in which the shipped city runs already."""
    shutil.copytree(shipped_home / "applied", embedded.home / "applied")
    return embedded


@pytest.mark.long
def test_the_walk_on_the_embedded_default(embedded: Installation) -> None:
    city = content()
    assert "applied" in embedded.run("apply")
    named = ("civil", "household.persons", "permits")
    first = embedded.collect(*named)
    assert_balanced(first)
    assert first.keys() == {"civil.allowances", MARRIAGES, "household.persons", "permits.permits",
                            "permits.revocations"}  # fmt: skip
    for table, row in first.items():
        assert row["read"] == len(delivered(city, embedded.systems, table)), table
    again = embedded.collect(*named)
    assert all(row["unchanged"] == row["accepted"] for row in again.values())
    assert_names_arrived(city, embedded)
    walk_the_correction(embedded)
    status = embedded.status()
    assert status.keys() == city.contracts.keys()
    assert {"table", "lake_table", "rows", "quarantined"} <= status[MARRIAGES].keys()
    assert embedded.json("scrub") == []
    assert "Nothing was changed." in embedded.run("ledger", "verify")


@pytest.mark.long
def test_one_missing_source_stops_no_other(applied: Installation) -> None:
    (applied.systems / "civil" / "婚姻登记累计表.xlsx").unlink()
    rows = applied.collect("civil", code=1)
    assert rows["civil.allowances"]["error"] is None
    assert rows["civil.allowances"]["inserted"] > 0
    assert "婚姻登记累计表.xlsx" in rows[MARRIAGES]["error"]
    said = applied.run("collect", "civil", code=1)
    assert "1 of 2 tables failed; the other is in." in said
    assert "婚姻登记累计表.xlsx" in applied.run("doctor", code=1)


@pytest.mark.long
def test_what_is_misspelt_is_named(
    embedded: Installation, shipped_home: Path, tmp_path: Path
) -> None:
    said = embedded.run("query", "SELECT 1", code=1)
    assert "No city has been applied" in said
    assert "There is no lake" in embedded.run("scrub", code=1)
    assert not (embedded.home / "lake").exists()
    shutil.copytree(shipped_home / "applied", embedded.home / "applied")
    assert MARRIAGES in embedded.run("collect", "civil.marriagse", code=1)
    assert "civil.mariages" in embedded.run("query", "SELECT * FROM civil.mariages", code=1)
    embedded.run("collect", "--everything", code=2)
    embedded.run("fly", code=2)
    embedded.run("query", "SELECT 1", "--as-of", "yesterday", code=1)
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "city.yml").write_text("name: bad\ntitle: 坏\nspelt: wrong\n")
    findings = json.loads(embedded.run("check", str(bad), "--format", "json", code=1))
    assert all(set(one) == {"file", "line", "key", "rule", "message", "remedy"} for one in findings)
    assert embedded.json("check", str(write_city(tmp_path / "good"))) == []


@pytest.fixture
def production(tmp_path: Path) -> Iterator[Installation]:
    with postgresql_databases("control", "lake", "systems") as urls, mysql_name() as mysql_url:
        control, lake, systems = urls
        place = Installation(
            home=tmp_path / "home",
            systems=tmp_path / "systems",
            settings={"CITYBRAIN_DATABASE_URL": control, "CITYBRAIN_LAKE_URL": lake},
        )
        place.run(
            "simulate", "--people", "300", "--days", "5", "--to", str(place.systems),
            "--postgresql", systems, "--mysql", mysql_url,
        )  # fmt: skip
        yield place


@pytest.mark.long
@pytest.mark.postgresql
@pytest.mark.mariadb
@pytest.mark.timeout(900)
def test_the_walk_in_the_shape_of_production(production: Installation, tmp_path: Path) -> None:
    city, place = content(), production
    place.run("apply")
    first = place.collect()
    assert first.keys() == city.contracts.keys()
    assert_balanced(first)
    for table, row in first.items():
        assert row["read"] == len(delivered(city, place.systems, table)), table
    assert place.collect() == {}, "nothing is due twice on one day"
    again = place.collect("--all")
    assert_balanced(again)
    assert {n: r["accepted"] for n, r in again.items() if r["inserted"] or r["updated"]} == {}
    assert_names_arrived(city, place)

    before = {table: delivered(city, place.systems, table) for table in city.contracts}
    place.run("simulate", "--advance", "--days", "3", "--to", str(place.systems))
    later = place.collect("--all")
    assert_balanced(later)
    changed = {t for t, rows in before.items() if delivered(city, place.systems, t) != rows}
    moved = {name for name, row in later.items() if row["inserted"] or row["updated"]}
    assert moved
    assert moved <= changed
    assert all(later[name]["quarantined"] for name in changed - moved), changed - moved
    assert_names_arrived(city, place)
    status = place.status()
    for table, row in status.items():
        if city.systems[row["system"]].tables[table.split(".")[1]].mode == "full":
            source = len(delivered(city, place.systems, table))
            got = later[table]
            assert source == got["read"] == row["rows"] + row["quarantined"] + got["superseded"]
    some = ("household.persons", "medical.settlements", "hotline.tickets")
    asked = (f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in some)  # noqa: S608 - ours
    counted = {row["name"]: row["n"] for row in place.json("query", " UNION ALL ".join(asked))}
    assert counted == {table: status[table]["rows"] for table in some}
    walk_the_correction(place)
    assert place.json("scrub") == []
    assert place.json("ledger", "verify")["problems"] == []
    assert "nothing is wrong" in place.run("doctor")

    place.run("backup", str(tmp_path / "copy"))
    with postgresql_databases("control", "lake") as (control, lake):
        new = Installation(
            home=tmp_path / "new",
            systems=place.systems,
            settings={"CITYBRAIN_DATABASE_URL": control, "CITYBRAIN_LAKE_URL": lake},
        )
        new.run("restore", str(tmp_path / "copy"))
        assert new.status() == place.status()
        assert new.json("ledger", "verify")["problems"] == []
        assert new.json("scrub") == []
        assert_names_arrived(city, new)
        assert "holds accounts or entries" in Installation(
            home=tmp_path / "third", systems=place.systems,
            settings={"CITYBRAIN_DATABASE_URL": control, "CITYBRAIN_LAKE_URL": ""},
        ).run("restore", str(tmp_path / "copy"), code=1)  # fmt: skip
