"""Only files that are exactly what the table takes are committed."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from citybrain.base.errors import CityError
from citybrain.lake.change import NewFile
from citybrain.lake.store import Store
from tests.lake.making import TABLE, a_store, duck, numbers, put, rows

GOOD = {
    "select": "SELECT 1::BIGINT AS id, 'a' AS name, 1.5::DECIMAL(9,2) AS amount",
    "ids": '{"id": 1, "name": 2, "amount": 3}',
}
BAD = {
    "an extra column": {"select": GOOD["select"] + ", 1 AS more",
                        "ids": '{"id": 1, "name": 2, "amount": 3, "more": 4}'},
    "a missing column": {"select": "SELECT 1::BIGINT AS id, 'a' AS name",
                         "ids": '{"id": 1, "name": 2}'},
    "another scale": {"select": GOOD["select"].replace("(9,2)", "(9,4)")},
    "another precision": {"select": GOOD["select"].replace("(9,2)", "(18,2)")},
    "another type": {"select": GOOD["select"].replace("BIGINT", "INTEGER")},
    "another case": {"select": GOOD["select"].replace("AS id", "AS ID"),
                     "ids": '{"ID": 1, "name": 2, "amount": 3}'},
    "swapped ids": {"ids": '{"id": 1, "name": 3, "amount": 2}'},
    "no ids": {"ids": ""},
}  # fmt: skip


def _write(made: NewFile, *, select: str = GOOD["select"], ids: str = GOOD["ids"]) -> None:
    options = f", FIELD_IDS {ids}" if ids else ""
    with duck() as connection:
        connection.execute(f"COPY ({select}) TO '{made.path}' (FORMAT parquet{options})")


def _deliver(root: Path, **file: str) -> list[tuple[object, ...]]:
    store = a_store(root)
    with (
        store.lease(TABLE, owner="test") as lease,
        store.change(TABLE, batch_id="b", lease=lease) as change,
    ):
        _write(change.new_file(), **file)
        change.commit()
    return rows(store)


def test_a_file_written_by_hand_with_the_right_columns_is_taken(tmp_path: Path) -> None:
    assert len(_deliver(tmp_path, **GOOD)) == 1


@pytest.mark.parametrize("why", list(BAD))
def test_a_file_is_refused_for(tmp_path: Path, why: str) -> None:
    with pytest.raises(CityError, match="A data file was refused"):
        _deliver(tmp_path, **BAD[why])
    store = a_store(tmp_path)
    assert rows(store) == []
    assert store.snapshots(TABLE) == []


def test_dates_of_sparks_legacy_calendar_are_refused(tmp_path: Path) -> None:
    from pyarrow import parquet

    store = a_store(tmp_path)
    with (
        store.lease(TABLE, owner="test") as lease,
        store.change(TABLE, batch_id="b", lease=lease) as change,
    ):
        made = change.new_file()
        _write(made)
        table = parquet.read_table(made.path)
        metadata = {**(table.schema.metadata or {}), b"org.apache.spark.legacyDateTime": b""}
        parquet.write_table(table.replace_schema_metadata(metadata), made.path)
        with pytest.raises(CityError, match="legacy calendar"):
            change.commit()


def test_files_are_zstd_in_row_groups_with_optional_columns(tmp_path: Path) -> None:
    from pyarrow import parquet

    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 200_000))
    footer = parquet.read_metadata(store.ground.warehouse.root / store.view(TABLE).files[0].path)
    assert footer.row_group(0).num_rows == 122_880
    assert footer.row_group(0).column(0).compression == "ZSTD"


def _committed(store: Store, select: str, **how: Any) -> Any:
    """The committed file of a SELECT's rows, as pyarrow reads it."""
    from pyarrow import parquet

    with (
        store.lease(TABLE, owner="test") as lease,
        store.change(TABLE, batch_id="b", lease=lease) as change,
        duck() as connection,
    ):
        made = replace(change.new_file(), **how)
        connection.execute(made.copy_sql(select))
        change.commit()
    return parquet.ParquetFile(made.path)


def test_where_rows_are_looked_up_a_file_lies_in_their_order_in_small_row_groups(
    tmp_path: Path,
) -> None:
    store = a_store(tmp_path)
    select = "SELECT 50_000 - i AS id, 'n' || i % 7 AS name, 0 AS amount FROM range(50_000) r(i)"
    file = _committed(store, select, lookup=("name", "id"))
    assert file.metadata.row_group(0).num_rows == 8_192
    found = file.read().select(["name", "id"]).to_pylist()
    assert found == sorted(found, key=lambda row: (row["name"], row["id"]))
    assert len(rows(store)) == 50_000


def test_where_the_order_would_tell_what_is_masked_rows_lie_in_parts_without_one(
    tmp_path: Path,
) -> None:
    select = "SELECT 20_000 - i AS id, 'n' AS name, 0 AS amount FROM range(20_000) r(i)"
    file = _committed(a_store(tmp_path), select, lookup=("id",), scattered=True)
    parts = [
        file.read_row_group(place).column("id").to_pylist() for place in range(file.num_row_groups)
    ]
    assert [len(part) for part in parts] == [8_192, 8_192, 3_616]
    # A reader still passes by all parts but one; within it, the order tells nothing.
    assert all(max(one) < min(next_) for one, next_ in pairwise(parts))
    assert all(part != sorted(part) for part in parts)


def test_the_library_never_retries_by_itself(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    properties = store.ground.catalog().load_table(TABLE).properties
    assert properties["commit.retry.num-retries"] == "0"
    assert properties["write.metadata.delete-after-commit.enabled"] == "true"


def test_old_metadata_files_do_not_pile_up(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    for number in range(25):
        put(store, f"b{number}", numbers(number, 1))
    folder = tmp_path / "lake/data/ods/civil/marriages/metadata"
    assert len(list(folder.glob("*.metadata.json"))) == 21
    assert len(rows(store)) == 25


def test_iceberg_itself_reads_the_same_rows(tmp_path: Path) -> None:
    """pyiceberg with its own catalog and file access, none of our code."""
    from pyiceberg.catalog.sql import SqlCatalog

    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 50))
    put(store, "b2", numbers(100, 5))
    stranger = SqlCatalog("citybrain", uri=f"sqlite:///{tmp_path}/lake/catalog.sqlite3")
    table = stranger.load_table(TABLE)
    found = table.scan().to_arrow().sort_by("id").to_pylist()
    assert [tuple(r.values()) for r in found] == rows(store)
    assert table.scan(row_filter="id = 102").to_arrow().num_rows == 1
    assert [s.summary["batch_id"] for s in table.metadata.snapshots] == ["b1", "b2"]
