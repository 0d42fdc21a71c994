"""Every contract of the shipped city has its standardised table, and its SQL runs."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
import sqlglot

from citybrain import city as folder
from citybrain.lake import sqltext
from citybrain.lake.standardise import generated, kind_of
from citybrain.lake.types import parse

CITY = folder.load(Path(__file__).parents[3] / "cities" / "xuancheng").city
MODELS = generated(CITY)


@pytest.fixture(scope="module")
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty tables with the columns of the contracts."""
    with duckdb.connect() as connection:
        connection.execute("ATTACH ':memory:' AS ods")
        for contract in CITY.contracts.values():
            columns = [f"{sqltext.name(f.name)} {parse(f.type).duckdb}" for f in contract.fields]
            columns += ["_row VARCHAR", "_batch VARCHAR", "_contract VARCHAR"]
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS ods.{contract.system}")
            connection.execute(f"CREATE TABLE {contract.lake_table} ({', '.join(columns)})")
        yield connection


def test_every_contract_has_its_model() -> None:
    assert set(MODELS) == {f"dwd.{name}" for name in CITY.contracts}


@pytest.mark.parametrize("name", MODELS)
def test_columns_types_and_notes_are_the_contracts(
    lake: duckdb.DuckDBPyConnection, name: str
) -> None:
    contract, model = CITY.contracts[name.removeprefix("dwd.")], MODELS[name]
    found = {r[0]: r[1] for r in lake.execute(f"DESCRIBE {model.sql}").fetchall()}
    promised = {f.name: parse(f.type).duckdb for f in contract.fields}
    assert {n: found[n] for n in promised} == promised
    extra = [n for n in found if n not in promised]
    assert all(n in ("_row", "_batch") or n.endswith(("__division", "__raw")) for n in extra)
    assert set(model.columns) == set(found) - {"_row", "_batch"}
    for one in contract.fields:
        assert (model.columns[one.name].level, model.columns[one.name].masking) == (
            one.level,
            one.masking,
        )


@pytest.mark.parametrize("name", MODELS)
def test_the_sql_can_be_told_to_spark(name: str) -> None:
    assert sqlglot.transpile(MODELS[name].sql, read="duckdb", write="spark")[0]


def test_values_become_standard(lake: duckdb.DuckDBPyConnection) -> None:
    lake.execute(
        "INSERT INTO ods.housing_fund.accounts BY NAME SELECT 'r1' AS _row, '1' AS account_number, "
        "'110105491231002' AS id_number, ' 王　小明' AS name, '＋86 10000000001' AS phone, "
        "1.50 AS rate UNION ALL BY NAME SELECT 'r2' AS _row, '110105194912310021' AS id_number"
    )
    rows = lake.execute(
        "SELECT _row, id_number, id_number__raw, name, phone, rate, base "  # noqa: S608
        f"FROM ({MODELS['dwd.housing_fund.accounts'].sql}) ORDER BY _row"
    ).fetchall()
    assert [str(v) for v in rows[0]] == [
        "r1", "11010519491231002X", "None", "王小明", "10000000001", "1.50", "None",
    ]  # fmt: skip
    assert rows[1][:3] == ("r2", None, "110105194912310021")


def test_a_replaced_code_becomes_the_one_that_replaced_it(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    lake.execute(
        "INSERT INTO ods.household.households BY NAME SELECT 'h1' AS _row, '342523' AS county, "
        "'广德县桃州镇 1号' AS address UNION ALL SELECT 'h2', '341802', '杭州市'"
    )
    rows = lake.execute(
        "SELECT _row, county, address, address__division "  # noqa: S608
        f"FROM ({MODELS['dwd.household.households'].sql}) ORDER BY _row"
    ).fetchall()
    assert rows == [
        ("h1", "341882", "广德县桃州镇1号", "341882100"),
        ("h2", "341802", "杭州市", None),
    ]


def test_what_a_field_is_follows_its_contract() -> None:
    kinds = {(name, f.name): kind_of(f) for name, c in CITY.contracts.items() for f in c.fields}
    assert kinds["household.persons", "id_number"] == "id_number"
    assert kinds["vehicles.vehicles", "owner_id_number"] == "person_or_other"
    assert kinds["companies.companies", "uscc"] == "uscc"
    assert kinds["companies.companies", "address"] == "address"
    assert kinds["real_estate.titles", "location"] == "address"
    assert kinds["household.persons", "birth_date"] == ""
