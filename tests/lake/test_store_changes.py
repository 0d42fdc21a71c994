"""Tables, changes and snapshots: what is committed is what is read, now and as of then."""

import subprocess
import sys
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from citybrain.base.errors import CityError
from citybrain.lake.lease import LeaseHeld, LeaseLost
from citybrain.lake.references import references
from citybrain.lake.store import Store
from citybrain.lake.views import Column, infos_of, view_of
from tests.lake.making import (
    COLUMNS,
    TABLE,
    a_clock,
    a_store,
    data_files,
    numbers,
    put,
    put_with,
    rows,
)


def test_a_new_table_is_empty_and_readable(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    assert store.tables() == [TABLE]
    assert rows(store) == []
    assert store.snapshot(TABLE) is None
    assert [c.id for c in store.columns(TABLE)] == [1, 2, 3]


def test_append_adds_and_replace_all_replaces_in_one_snapshot_each(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 3))
    put(store, "b2", numbers(3, 2))
    assert [r[0] for r in rows(store)] == [0, 1, 2, 3, 4]
    put(store, "b3", numbers(7, 1), replace=True)
    assert rows(store) == [(7, "n7", Decimal("1.75"))]
    shots = store.snapshots(TABLE)
    assert [s.batch_id for s in shots] == ["b1", "b2", "b3"]
    assert [s.files for s in shots] == [1, 2, 1]
    assert [s.rows for s in shots] == [3, 5, 1]


def test_a_delta_replaces_rows_of_its_keys_and_the_latest_wins(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 4))
    put(store, "b2", "SELECT 1 AS id, 'first' AS name, 1 AS amount", role="delta")
    put(store, "b3", "SELECT 1 AS id, 'second' AS name, 2 AS amount", role="delta")
    put(store, "b4", "SELECT 9 AS id, 'new' AS name, 3 AS amount", role="delta")
    assert [(r[0], r[1]) for r in rows(store)] == [
        (0, "n0"), (1, "second"), (2, "n2"), (3, "n3"), (9, "new"),
    ]  # fmt: skip
    assert [r[0] for r in rows(store, columns=["name"])] == ["n0", "n2", "n3", "new", "second"]


def test_deltas_without_any_base_are_read(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 2), role="delta")
    put(store, "b2", numbers(1, 2), role="delta")
    assert [r[0] for r in rows(store)] == [0, 1, 2]


def test_a_table_without_key_takes_no_delta(tmp_path: Path) -> None:
    store = a_store(tmp_path, made=False)
    store.ensure(TABLE, COLUMNS)
    with pytest.raises(CityError, match="without a key"):
        put(store, "b1", numbers(0, 2), role="delta")


def test_reads_as_of_a_time_and_of_a_snapshot(tmp_path: Path) -> None:
    clock = a_clock()
    store = a_store(tmp_path, clock=clock)
    before = clock.now() - timedelta(seconds=1)
    first = put(store, "b1", numbers(0, 2))
    clock.advance(timedelta(hours=1))
    put(store, "b2", "SELECT 1 AS id, 'changed' AS name, 0 AS amount", role="delta")
    assert rows(store, as_of=before) == []
    assert [r[1] for r in rows(store, as_of=first.committed_at)] == ["n0", "n1"]
    assert [r[1] for r in rows(store, as_of=clock.now())] == ["n0", "changed"]
    assert [r[1] for r in rows(store, snapshot_id=first.snapshot_id)] == ["n0", "n1"]
    with pytest.raises(CityError, match="has no snapshot 5"):
        rows(store, snapshot_id=5)


def test_a_clock_set_back_does_not_turn_history_round(tmp_path: Path) -> None:
    clock = a_clock()
    store = a_store(tmp_path, clock=clock)
    first = put(store, "b1", numbers(0, 1))
    clock.advance(timedelta(days=-1))
    second = put(store, "b2", numbers(1, 1))
    assert second.committed_at == first.committed_at
    assert [r[0] for r in rows(store, as_of=first.committed_at)] == [0, 1]


def test_the_same_batch_counts_once_even_after_its_snapshot_expired(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    first = put(store, "b1", numbers(0, 2))
    put(store, "b2", numbers(5, 1), replace=True)
    table = store.ground.catalog().load_table(TABLE)
    table.maintenance.expire_snapshots().by_id(first.snapshot_id).commit()
    assert [s.batch_id for s in store.snapshots(TABLE)] == ["b2"]
    again = put(store, "b1", numbers(0, 2))
    assert again.snapshot_id == first.snapshot_id
    assert [r[0] for r in rows(store)] == [5]


def test_an_abandoned_change_leaves_nothing(tmp_path: Path) -> None:
    store = a_store(tmp_path)

    def fail() -> None:
        with (
            store.lease(TABLE, owner="test") as lease,
            store.change(TABLE, batch_id="b1", lease=lease) as change,
        ):
            change.new_file().path.write_bytes(b"half a file")
            raise ValueError("the source broke off")

    with pytest.raises(ValueError, match="broke off"):
        fail()
    assert rows(store) == []
    assert list((tmp_path / "lake/data/ods/civil/marriages/data").iterdir()) == []


def test_one_writer_holds_a_table(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store.lease(TABLE, owner="first"):
        with pytest.raises(LeaseHeld, match="first holds its lease"), store.lease(TABLE, owner="b"):
            pass
        with store.lease("ods.civil.other", owner="b"):
            pass
    with store.lease(TABLE, owner="second") as lease:
        assert lease.token == 2


def test_a_holder_who_lost_the_lease_commits_nothing(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store.lease(TABLE, owner="slow") as lease:
        pass
    with store.lease(TABLE, owner="fast"), pytest.raises(LeaseLost):
        put_with(store, lease, "late", numbers(0, 1))
    assert rows(store) == []
    _nothing_unreferenced(store)


def _nothing_unreferenced(store: Store) -> None:
    warehouse = store.ground.warehouse
    needed = references(store.ground.catalog().load_table(TABLE), warehouse).all
    there = {str(p.relative_to(warehouse.root)) for p in warehouse.root.rglob("*") if p.is_file()}
    assert there == set(needed)


def test_the_kept_view_is_what_iceberg_says(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 4))
    put(store, "b2", numbers(2, 1), role="delta")
    table = store.ground.catalog().load_table(TABLE)
    truth = view_of(TABLE, table, store.ground.warehouse, table.current_snapshot())
    assert store.view(TABLE) == truth


def test_the_kept_history_is_what_iceberg_says_and_needs_no_iceberg(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    for number in range(3):
        put(store, f"b{number}", numbers(number, 1))
    store.ensure(TABLE, [*COLUMNS, Column(name="more", type="int")], key=("id",))
    assert store.snapshots(TABLE) == infos_of(store.ground.catalog().load_table(TABLE))
    program = (
        "import sys; from pathlib import Path; from tests.lake.making import *; "
        "s = a_store(Path(sys.argv[1]), made=False); "
        "print(len(s.snapshots(TABLE)), len(s.view(TABLE).files), 'pyiceberg' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["3", "3", "False"]


def test_a_summary_travels_with_its_snapshot(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    made = put(store, "b1", numbers(0, 4), summary={"run": "r1", "rows_after": "3"})
    kept = store.snapshot(TABLE)
    assert kept == made
    assert made.rows == 3
    assert made.summary["run"] == "r1"
    assert len(made.summary["manifest"]) == 64


def test_names_outside_the_grammar_are_refused(tmp_path: Path) -> None:
    store = a_store(tmp_path, made=False)
    for name in ("marriages", "ods.civil", "ods.civil.a/../../b", "ods.Civil.a", "ods.a.b.c", ""):
        with pytest.raises(CityError, match="not the name of a table"):
            store.ensure(name, COLUMNS)


def test_a_lake_that_was_moved_is_read_and_written_where_it_lies(tmp_path: Path) -> None:
    store = a_store(tmp_path / "old")
    put(store, "b1", numbers(0, 2))
    store.engine.dispose()
    (tmp_path / "old").rename(tmp_path / "new")
    moved = a_store(tmp_path / "new")
    assert [r[0] for r in rows(moved)] == [0, 1]
    put(moved, "b2", numbers(2, 1))
    assert [r[0] for r in rows(moved)] == [0, 1, 2]
    assert all(str(p).startswith(str(tmp_path / "new")) for p in data_files(moved))


def test_many_tables_list_in_one_statement(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 1))
    for number in range(8):
        store.ensure(f"ods.s{number}.t", [Column(name="a", type="string")])
    assert len(store.tables()) == 9
    assert not store.exists("ods.s9.t")
