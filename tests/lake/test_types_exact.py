"""Types survive exactly: from each kind of source into the lake and back, value by value."""

import csv
import json
import os
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from citybrain.base.clock import CITY_ZONE, FixedClock
from citybrain.city.contracts import Contract
from citybrain.city.systems import Fetch
from tests.lake.collecting import Town, contract, text, typed

TEXTS = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r\n"), max_size=12
)
ROW = st.fixed_dictionaries(
    {
        "s": st.one_of(
            st.none(), TEXTS, st.sampled_from(["", "NULL", "中文", "😀", " x ", '"', "0"])
        ),
        "i": st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)),
        "l": st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)),
        "u": st.one_of(st.none(), st.integers(0, 2**64 - 1)),
        "d": st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)),
        "m": st.one_of(
            st.none(), st.integers(-(10**18), 10**18).map(lambda n: Decimal(n).scaleb(-4))
        ),
        "b": st.one_of(st.none(), st.booleans()),
        "day": st.one_of(st.none(), st.dates()),
        "at": st.one_of(st.none(), st.datetimes()),
        "tz": st.one_of(
            st.none(),
            st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - a timestamp without a zone is what is tested
        ),
        "x": st.one_of(st.none(), st.binary(max_size=8)),
    }
)
TYPES = {
    "s": "string",
    "i": "int",
    "l": "long",
    "u": "ulong",
    "d": "double",
    "m": "decimal(22,4)",
    "b": "boolean",
    "day": "date",
    "at": "timestamp",
    "tz": "timestamptz",
    "x": "binary",
}


def _contract() -> Contract:
    return contract(typed("n", "long", key=1), *(typed(name, kind) for name, kind in TYPES.items()))


def _as_text(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return repr(value) if isinstance(value, float) else str(value)


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(["n", *TYPES]) + "\n")
        for n, row in enumerate(rows):
            cells = [_as_text(k, row[k]) for k in TYPES]
            quoted = ["" if c is None else '"' + c.replace('"', '""') + '"' for c in cells]
            file.write(",".join([str(n), *quoted]) + "\n")


def _write_jsonl(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for n, row in enumerate(rows):
            plain = {k: row[k] for k in ("s", "i", "l", "u", "b")}
            others = {k: _as_text(k, row[k]) for k in TYPES if k not in plain}
            file.write(json.dumps({"n": n, **plain, **others}, ensure_ascii=False) + "\n")


def _write_sqlite(path: Path, rows: list[dict[str, Any]]) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"CREATE TABLE T (n INTEGER, {', '.join(TYPES)})")
        for n, row in enumerate(rows):
            cells = [
                row[k] if row[k] is None or k in ("s", "i", "l", "d", "x") else _as_text(k, row[k])
                for k in TYPES
            ]
            marks = ", ".join("?" * (len(cells) + 1))
            database.execute(f"INSERT INTO T VALUES ({marks})", [n, *cells])  # noqa: S608 - every name in it is quoted or our own
        database.commit()


def _write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    kinds = {
        "s": pa.string(),
        "i": pa.int32(),
        "l": pa.int64(),
        "u": pa.uint64(),
        "d": pa.float64(),
        "m": pa.decimal128(22, 4),
        "b": pa.bool_(),
        "day": pa.date32(),
        "at": pa.timestamp("us"),
        "tz": pa.timestamp("us", "UTC"),
        "x": pa.binary(),
    }
    arrays = [pa.array([row[k] for row in rows], kind) for k, kind in kinds.items()]
    table = pa.table([pa.array(range(len(rows)), pa.int64()), *arrays], names=["n", *kinds])
    pq.write_table(table, path)


SOURCES = {
    "csv": (_write_csv, "files://{}", Fetch(source="t.csv", format="csv")),
    "jsonl": (_write_jsonl, "files://{}", Fetch(source="t.jsonl", format="jsonl")),
    "sqlite": (_write_sqlite, "sqlite://{}/t.sqlite", Fetch(source="T")),
    "parquet": (_write_parquet, "files://{}", Fetch(source="t.parquet", format="parquet")),
}


def _instant(value: Any) -> Any:
    return (
        None
        if value is None
        else (value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    )


def _lake(town: Town) -> list[dict[str, Any]]:
    """Read with pyarrow from the files themselves: another path than the store's."""
    store = town.store
    view = store.view("ods.s.t")
    found = []
    for file in view.files:
        found.extend(pq.read_table(store.ground.warehouse.root / file.path).to_pylist())
    rows = sorted(found, key=lambda row: row["n"])
    return [{k: row[k] for k in TYPES} for row in rows]


def _same(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {**row, "tz": _instant(row["tz"]), "u": None if row["u"] is None else int(row["u"])}

    assert [plain(row) for row in found] == [plain(row) for row in expected]


@pytest.mark.parametrize("kind", list(SOURCES))
@settings(
    max_examples=2,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # an example takes a whole collection: no shrinking
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(ROW, min_size=1, max_size=30))
def test_values_survive(
    tmp_path_factory: pytest.TempPathFactory, kind: str, rows: list[dict[str, Any]]
) -> None:
    root = tmp_path_factory.mktemp("types")
    write, url, fetch = SOURCES[kind]
    write(root / {"sqlite": "t.sqlite"}.get(kind, fetch.source), rows)
    town = Town(root, FixedClock(datetime(2021, 6, 11, tzinfo=CITY_ZONE)))
    town.add(_contract(), url.format(root), fetch)
    result = town.one()
    assert (result.accepted, result.quarantined) == (len(rows), 0), [
        p.sentence for row in town.aside() for p in row.problems
    ]
    _same(rows, _lake(town))


CHANGED = [
    ("int", "1.5"),
    ("int", "2147483648"),
    ("long", "9223372036854775808"),
    ("long", "1_000"),
    ("ulong", "-1"),
    ("ulong", "18446744073709551616"),
    ("decimal(10,2)", "1.005"),
    ("decimal(10,2)", "123456789.00"),
    ("date", "2021-02-30"),
    ("date", "infinity"),
    ("date", "10000-01-01"),
    ("date", "2021-06-11 10:00:00"),
    ("timestamp", "2021-06-11 10:00:00+08"),
    ("timestamp", "2021-06-11 10:00:00.1234567"),
    ("timestamp", "infinity"),
    ("timestamptz", "2021-06-11 10:00:00.1234567+08"),
    ("boolean", "2"),
    ("json", "{"),
    ("time", "x"),
    ("double", "1,5"),
]


def test_values_that_would_change_are_set_aside(tmp_path: Path, clock: FixedClock) -> None:
    with (tmp_path / "t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["n", *(f"v{i}" for i in range(len(CHANGED)))])
        for i, (_kind, value) in enumerate(CHANGED):
            writer.writerow([i, *(value if i == j else None for j in range(len(CHANGED)))])
    town = Town(tmp_path, clock)
    fields = [typed(f"v{i}", kind) for i, (kind, _value) in enumerate(CHANGED)]
    made = contract(typed("n", "long", key=1), *fields)
    town.add(made, f"files://{tmp_path}", Fetch(source="t.csv", format="csv"))
    assert town.one().quarantined == len(CHANGED)
    for i, row in enumerate(town.aside()):
        assert [p.field for p in row.problems] == [f"v{i}"]
        assert row.values[f"v{i}"] == CHANGED[i][1]


def test_a_time_without_a_zone_is_city_time(tmp_path: Path, clock: FixedClock) -> None:
    (tmp_path / "t.csv").write_text("n,v\n1,2021-06-11 08:00:00\n2,2021-06-11T08:00:00+09:00\n")
    town = Town(tmp_path, clock)
    made = contract(typed("n", "long", key=1), typed("v", "timestamptz"))
    town.add(made, f"files://{tmp_path}", Fetch(source="t.csv", format="csv"))
    town.one()
    found = town.rows(columns=["v"])
    assert [_instant(row[0]) for row in found] == [
        _instant(datetime(2021, 6, 11, 0, tzinfo=UTC)),
        _instant(datetime(2021, 6, 10, 23, tzinfo=UTC)),
    ]


def test_sqlite_cells_of_any_storage_class(tmp_path: Path, clock: FixedClock) -> None:
    with closing(sqlite3.connect(tmp_path / "t.sqlite")) as database:
        database.execute("CREATE TABLE T (n INTEGER, v)")
        cells = [1, 2.5, "3", b"\xff", None, 0.30000000000000004, "", 2**63 - 1]
        database.executemany("INSERT INTO T VALUES (?, ?)", list(enumerate(cells)))
        database.execute("INSERT INTO T VALUES (8, CAST(x'ff41' AS TEXT))")
        database.commit()
    town = Town(tmp_path, clock)
    town.add(
        contract(typed("n", "long", key=1), text("v")),
        f"sqlite://{tmp_path}/t.sqlite",
        Fetch(source="T"),
    )
    assert town.one().quarantined == 2
    found = {row[0]: row[1] for row in town.rows()}
    assert found == {
        0: "1",
        1: "2.5",
        2: "3",
        4: None,
        5: "0.30000000000000004",
        6: "",
        7: "9223372036854775807",
    }
    assert {row.values["v"] for row in town.aside()} == {"\\xff", "\\xff41"}


@pytest.fixture
def postgresql() -> Iterator[str]:
    server = os.environ["CITYBRAIN_TEST_POSTGRESQL"]
    name = f"types_{uuid.uuid4().hex[:10]}"
    subprocess.run(["psql", "-q", server, "-c", f"CREATE DATABASE {name}"], check=True)
    yield f"{server.rsplit('/', 1)[0]}/{name}"
    subprocess.run(["psql", "-q", server, "-c", f"DROP DATABASE {name} (FORCE)"], check=True)


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("kind", "odd", "field"),
    [
        ("date", "infinity", "date"),
        ("date", "10000-01-01", "date"),
        ("timestamp", "-infinity", "timestamp"),
        ("timestamp", "294276-12-31 23:59:59.999999", "timestamp"),
        ("timestamptz", "0044-03-15 00:00:00+00 BC", "timestamptz"),
    ],
)
def test_postgresql_one_date_in_many_that_no_calendar_has(
    tmp_path: Path, clock: FixedClock, postgresql: str, kind: str, odd: str, field: str
) -> None:
    import psycopg

    with psycopg.connect(postgresql) as database:
        database.execute(f"CREATE TABLE t (n bigint PRIMARY KEY, v {kind})")
        database.execute(
            "INSERT INTO t SELECT i, '2020-01-01 12:00:00'::timestamp + i * interval '1 day' "
            "FROM generate_series(1, 150000) i"
        )
        database.execute("UPDATE t SET v = NULL WHERE n % 1000 = 7")
        database.execute(f"INSERT INTO t VALUES (150001, %s::{kind})", [odd])  # noqa: S608 - the test's own type
    town = Town(tmp_path, clock)
    town.add(contract(typed("n", "long", key=1), typed("v", field)), postgresql, Fetch(source="t"))
    result = town.one()
    assert (result.read, result.inserted, result.quarantined) == (150_001, 150_000, 1)
    (aside,) = town.aside()
    assert (aside.values["n"], aside.values["v"]) == ("150001", odd)
    rows = town.rows(columns=["n", "v"])
    assert sum(row[1] is None for row in rows) == 150
    day = rows[0][1]
    assert (day.year, day.month, day.day) == (2020, 1, 2)


@pytest.mark.postgresql
def test_what_a_database_says_of_a_value_is_told_without_it(
    tmp_path: Path, clock: FixedClock, postgresql: str
) -> None:
    import psycopg

    with psycopg.connect(postgresql) as database:
        database.execute("CREATE TABLE people (n bigint PRIMARY KEY, v text)")
        database.execute("INSERT INTO people VALUES (1, '341891199302032317,王小明')")
        database.execute("CREATE VIEW t AS SELECT n, v::date AS v FROM people")
    town = Town(tmp_path, clock)
    town.add(contract(typed("n", "long", key=1), typed("v", "date")), postgresql, Fetch(source="t"))
    (result,) = town.collect("s.t")
    error = result.error or ""
    assert "invalid input syntax for type date" in error
    assert "***" in error
    assert "王小明" not in error
    assert "341891" not in error


@pytest.mark.postgresql
def test_postgresql_nasty_values(tmp_path: Path, clock: FixedClock, postgresql: str) -> None:
    import psycopg

    with psycopg.connect(postgresql) as database:
        database.execute(
            "CREATE TABLE nasty (n bigint PRIMARY KEY, m numeric(38,10), f float4, d float8, "
            "day date, at timestamp, tz timestamptz, t time, j jsonb, u uuid, x bytea, b bool, "
            '"列 名" text, arr int[][], o oid, iv interval)'
        )
        database.execute(
            "INSERT INTO nasty VALUES "
            "(1, 1234567890123456789012345678.0123456789, 1.1, 1.7976931348623157e308, "
            "'0001-01-01', '1969-12-31 23:59:59.999999', '9998-12-31 23:59:59+00', '24:00', "
            "'{\"a\": 12345678901234567890}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', "
            "true, '😀', '{{1,2},{3,4}}', 4294967295, '1 mon 2 days'), "
            "(2, 0.0000000001, NULL, -0.0, '9999-12-31', NULL, NULL, NULL, NULL, NULL, '', false, "
            "'', NULL, NULL, NULL), "
            "(3, NULL, NULL, NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, "
            "NULL, NULL, NULL)"
        )
    town = Town(tmp_path, clock)
    kinds = {
        "m": "decimal(38,10)",
        "f": "float",
        "d": "double",
        "day": "date",
        "at": "timestamp",
        "tz": "timestamptz",
        "t": "time",
        "j": "json",
        "u": "string",
        "x": "binary",
        "b": "boolean",
        "arr": "string",
        "o": "long",
        "iv": "string",
    }
    made = contract(
        typed("n", "long", key=1),
        *(typed(k, v) for k, v in kinds.items()),
        text("name", source="列 名"),
    )
    town.add(made, postgresql, Fetch(source="nasty"))
    result = town.one()
    assert (result.read, result.accepted, result.quarantined) == (3, 2, 1)
    assert town.aside()[0].values["day"] == "infinity"
    first, second = town.rows(columns=["n", *kinds, "name"])
    tz = datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert (first[1], first[4], first[5]) == (
        Decimal("1234567890123456789012345678.0123456789"),
        date(1, 1, 1),
        datetime(1969, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001 - a timestamp without a zone is what is tested
    )
    assert _instant(first[6]) == _instant(tz)
    assert first[7:] == (
        "24:00:00",
        '{"a": 12345678901234567890}',
        "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
        b"\x00\xff",
        True,
        "{{1,2},{3,4}}",
        4294967295,
        "1 mon 2 days",
        "😀",
    )
    assert (second[1], second[9 + 1], second[-1]) == (Decimal("1e-10"), b"", "")


@pytest.mark.mariadb
def test_mariadb_nasty_values(tmp_path: Path, clock: FixedClock) -> None:
    import pymysql

    from tests.lake.test_chinook import _mysql

    server = os.environ["CITYBRAIN_TEST_MYSQL"]
    name = f"types_{uuid.uuid4().hex[:10]}"
    with closing(_mysql(server)) as database, database.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            cursor.execute(f"USE {name}")
            cursor.execute("SET sql_mode = ''")
            cursor.execute("SET time_zone = '+05:00'")
            cursor.execute(
                "CREATE TABLE nasty (n BIGINT UNSIGNED PRIMARY KEY, m DECIMAL(38,10), f FLOAT, "
                "day DATE, at DATETIME(6), tz TIMESTAMP NULL, t TIME, z INT(8) ZEROFILL, "
                "x VARBINARY(10), b BIT(8), s VARCHAR(20), j JSON)"
            )
            cursor.execute(
                "INSERT INTO nasty VALUES (18446744073709551615, "
                "1234567890123456789012345678.0123456789, 16777217, '1000-01-01', "
                "'9999-12-31 23:59:59.999999', '2021-06-11 05:00:00', '-838:59:59', 42, x'00ff', "
                "b'11111111', '😀', '{\"a\": 1}'), (2, NULL, NULL, '0000-00-00', NULL, NULL, NULL, "
                "NULL, NULL, NULL, '', NULL)"
            )
            database.commit()
            town = Town(tmp_path, clock)
            kinds = {
                "m": "decimal(38,10)",
                "f": "float",
                "day": "date",
                "at": "timestamp",
                "tz": "timestamptz",
                "t": "time",
                "z": "string",
                "x": "binary",
                "b": "ulong",
                "s": "string",
                "j": "json",
            }
            made = contract(typed("n", "ulong", key=1), *(typed(k, v) for k, v in kinds.items()))
            town.add(made, f"{server.rsplit('/', 1)[0]}/{name}", Fetch(source="nasty"))
            result = town.one()
        finally:
            cursor.execute(f"DROP DATABASE {name}")
    assert pymysql
    assert (result.accepted, result.quarantined) == (1, 1)
    assert town.aside()[0].values["day"] == "0000-00-00"
    (row,) = town.rows(columns=["n", *kinds])
    assert _instant(row[5]) == _instant(datetime(2021, 6, 11, tzinfo=UTC))
    assert (int(row[0]), row[1], row[2], row[3], row[4]) == (
        2**64 - 1,
        Decimal("1234567890123456789012345678.0123456789"),
        16777216.0,
        date(1000, 1, 1),
        datetime(9999, 12, 31, 23, 59, 59, 999999),  # noqa: DTZ001 - a timestamp without a zone is what is tested
    )
    assert (row[6], row[7], row[8], int(row[9]), row[10], row[11]) == (
        "-838:59:59",
        "00000042",
        b"\x00\xff",
        255,
        "😀",
        '{"a": 1}',
    )
