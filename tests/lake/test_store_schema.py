"""Columns change by field id: old files show through renames, never through re-used names."""

from decimal import Decimal
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.lake.types import of_arrow, parse
from citybrain.lake.views import Column
from tests.lake.making import COLUMNS, TABLE, a_store, duck, numbers, put, rows

LONG = Column(name="id", type="long")


def test_rename_add_drop_widen_and_a_reused_name(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(1, 1))
    old = store.snapshot(TABLE)
    store.ensure(
        TABLE,
        [
            LONG,
            Column(name="title", type="string", renamed_from="name"),
            Column(name="name", type="int"),
            Column(name="amount", type="decimal(18,2)"),
            Column(name="more", type="timestamptz"),
        ],
        key=("id",),
    )
    names = [c.name for c in store.columns(TABLE)]
    assert sorted(names) == ["amount", "id", "more", "name", "title"]
    put(store, "b2", "SELECT 2 AS id, 't' AS title, 7 AS name, 2 AS amount, NULL AS more")
    found = rows(store, columns=["id", "title", "name", "amount", "more"])
    assert found == [
        (1, "n1", None, Decimal("0.25"), None),
        (2, "t", 7, Decimal("2.00"), None),
    ]
    assert old is not None
    assert rows(store, snapshot_id=old.snapshot_id) == [(1, "n1", Decimal("0.25"))]


def test_a_dropped_and_readded_name_does_not_show_old_values(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(1, 1))
    store.ensure(TABLE, [LONG, COLUMNS[2]], key=("id",))
    assert rows(store) == [(1, Decimal("0.25"))]
    store.ensure(TABLE, COLUMNS, key=("id",))
    assert rows(store, columns=["id", "name"]) == [(1, None)]


def test_a_rename_that_was_done_is_not_done_again(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    renamed = [LONG, Column(name="title", type="string", renamed_from="name"), COLUMNS[2]]
    store.ensure(TABLE, renamed, key=("id",))
    before = store.columns(TABLE)
    pointer = store.ground.catalog().load_table(TABLE).metadata_location
    assert store.ensure(TABLE, renamed, key=("id",)) == before
    assert store.ground.catalog().load_table(TABLE).metadata_location == pointer


@pytest.mark.parametrize(
    "other", ["decimal(9,4)", "decimal(7,2)", "string", "long", "double", "date"]
)
def test_types_that_would_need_files_rewritten_are_refused(tmp_path: Path, other: str) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 1))
    changed = [*COLUMNS[:2], Column(name="amount", type=other)]
    with pytest.raises(CityError, match=r"amount .* cannot become"):
        store.ensure(TABLE, changed, key=("id",))
    assert rows(store) == [(0, "n0", Decimal("0.00"))]


def test_the_key_stays_while_deltas_of_the_old_key_are_there(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 1), role="delta")
    with pytest.raises(CityError, match="Compact the table first"):
        store.ensure(TABLE, COLUMNS, key=("name",))
    store.compact(TABLE)
    store.ensure(TABLE, COLUMNS, key=("name",))
    assert store.view(TABLE).key == ("name",)


def test_a_key_or_column_that_cannot_be_is_refused(tmp_path: Path) -> None:
    store = a_store(tmp_path, made=False)
    with pytest.raises(CityError, match="no column nobody"):
        store.ensure(TABLE, COLUMNS, key=("nobody",))
    with pytest.raises(CityError, match="id stands twice"):
        store.ensure(TABLE, [LONG, LONG])
    with pytest.raises(CityError, match="there are none"):
        store.ensure(TABLE, [])


ALL_TYPES = {
    "string": ("'宣城😀'", "宣城😀"),
    "boolean": ("true", True),
    "int": ("-2147483648", -(2**31)),
    "long": ("9223372036854775807", 2**63 - 1),
    "ulong": ("18446744073709551615", Decimal(2**64 - 1)),
    "double": ("1e300", 1e300),
    "decimal(38,10)": ("1234567890123456789012345678.0123456789", None),
    "time": ("'23:59:59.999999'", "23:59:59.999999"),
    "binary": ("'\\x00\\xFF'::BLOB", b"\x00\xff"),
    "json": ("""'{"a": [1]}'""", '{"a": [1]}'),
}


def test_every_type_of_the_grammar_comes_back_exactly(tmp_path: Path) -> None:
    store = a_store(tmp_path, made=False)
    columns = [Column(name=f"c{n}", type=t) for n, t in enumerate(ALL_TYPES)]
    store.ensure(TABLE, columns)
    values = ", ".join(f"{sql} AS c{n}" for n, (sql, _v) in enumerate(ALL_TYPES.values()))
    nulls = ", ".join(f"NULL AS c{n}" for n in range(len(ALL_TYPES)))
    put(store, "b1", f"SELECT {values} UNION ALL SELECT {nulls}")
    found = sorted(rows(store), key=lambda r: r[0] is None)
    expected = [v for _sql, v in ALL_TYPES.values()]
    expected[6] = Decimal("1234567890123456789012345678.0123456789")
    assert list(found[0]) == expected
    assert found[1] == (None,) * len(ALL_TYPES)


def test_days_and_times_from_0001_to_9999_come_back_exactly(tmp_path: Path) -> None:
    store = a_store(tmp_path, made=False)
    store.ensure(
        TABLE,
        [
            Column(name="d", type="date"),
            Column(name="t", type="timestamp"),
            Column(name="z", type="timestamptz"),
        ],
    )
    days = ("0001-01-01", "1582-10-10", "1901-12-31", "1969-12-31", "9999-12-31")
    select = " UNION ALL ".join(
        f"SELECT DATE '{d}' AS d, TIMESTAMP '{d} 23:59:59.999999' AS t, "
        f"TIMESTAMPTZ '{d} 12:00:00.000001+00' AS z"
        for d in days
    )
    put(store, "b1", select)
    with duck() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        found = connection.execute(
            f"SELECT d::VARCHAR, t::VARCHAR, z::VARCHAR FROM ({store.scan_sql(TABLE)}) "  # noqa: S608 - a test
            "ORDER BY d"
        ).fetchall()
    assert found == [(d, f"{d} 23:59:59.999999", f"{d} 12:00:00.000001+00") for d in days]


def test_types_outside_the_grammar_are_refused() -> None:
    for text in ("decimal(39,2)", "decimal(5,6)", "varchar", "uuid", "decimal(0,0)", ""):
        with pytest.raises(CityError, match="is not known"):
            parse(text)


@pytest.mark.parametrize(
    "told",
    ["string", "boolean", "int", "long", "float", "double", "decimal(12,2)", "decimal(38,0)",
     "date", "timestamp", "timestamptz", "binary"],
)  # fmt: skip
def test_a_column_of_an_answer_is_called_as_in_the_contract(told: str) -> None:
    stored = parse(told)
    with duck() as engine:
        answer = engine.sql(f"SELECT CAST(NULL AS {stored.duckdb}) AS x").to_arrow_table()
    assert of_arrow(answer.schema.field("x").type) == told
