"""Compaction, expiry and sweeping: less on disk, the same to read."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from citybrain.base.clock import SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.compact import compact
from citybrain.lake.lease import LeaseHeld, hold
from citybrain.lake.scrub import scrub
from citybrain.lake.sweep import MAINTENANCE, sweep
from tests.lake.making import TABLE, a_clock, a_store, files_below, numbers, put, rows


def _age(path: Path, hours: float) -> None:
    at = SystemClock().now().timestamp() - hours * 3600
    os.utime(path, (at, at))


def test_compaction_keeps_the_rows_in_one_file_and_one_snapshot(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 20))
    for number in range(5):
        put(store, f"d{number}", numbers(number * 3, 6), role="delta")
    before, snapshots = rows(store), len(store.snapshots(TABLE))
    assert compact(store).done == ((TABLE, 6),)
    assert rows(store) == before
    assert [f.role for f in store.view(TABLE).files] == ["base"]
    assert len(store.snapshots(TABLE)) == snapshots + 1
    assert compact(store).done == ()
    put(store, "d9", numbers(0, 1), role="delta")
    assert compact(store).done == ()
    assert compact(store, tables=[TABLE]).done == ((TABLE, 2),)


@pytest.mark.parametrize("name", [TABLE.removeprefix("ods."), TABLE.split(".")[1], TABLE])
def test_compaction_takes_tables_and_systems_by_their_source_names(
    tmp_path: Path, name: str
) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 3))
    put(store, "b2", numbers(3, 6))
    assert compact(store, tables=[name, name]).done == ((TABLE, 2),)


def test_compaction_names_what_the_lake_does_not_have(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 3))
    with pytest.raises(CityError, match=r"no table or system no\.such"):
        compact(store, tables=[TABLE, "no.such"])


def test_compaction_passes_over_a_table_that_is_written(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    put(store, "b1", numbers(0, 2))
    put(store, "b2", numbers(2, 2))
    with store.lease(TABLE, owner="writer"):
        report = compact(store, tables=[TABLE])
    assert report.done == ()
    assert "writer holds its lease" in report.render()


def test_old_snapshots_expire_within_bounds(tmp_path: Path) -> None:
    clock = a_clock()
    store = a_store(tmp_path, clock=clock)
    for number in range(6):
        put(store, f"b{number}", numbers(number, 1), replace=True)
        clock.advance(timedelta(days=1))
    assert sweep(store, dry_run=True, keep_snapshots=2, keep_days=3).snapshots == ((TABLE, 3),)
    assert len(store.snapshots(TABLE)) == 6
    sweep(store, keep_snapshots=2, keep_days=3)
    assert [s.batch_id for s in store.snapshots(TABLE)] == ["b3", "b4", "b5"]
    sweep(store, keep_snapshots=1, keep_days=30)
    assert len(store.snapshots(TABLE)) == 3
    assert [r[0] for r in rows(store)] == [5]


def test_orphans_are_removed_once_they_are_old(tmp_path: Path) -> None:
    store = a_store(tmp_path, clock=SystemClock())
    put(store, "b1", numbers(0, 3))
    put(store, "b2", numbers(5, 1), replace=True)
    needed = set(files_below(tmp_path / "lake/data"))
    folder = tmp_path / "lake/data/ods/civil/marriages"
    orphans = [folder / "data/base-00000009-00.parquet", folder / "metadata/x.avro",
               folder / "metadata/y.metadata.json", tmp_path / "lake/data/ods/gone/t/a.parquet",
               tmp_path / "lake/staging/half.csv"]  # fmt: skip
    for number, path in enumerate(orphans):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if number == 1 else b"left over")
        _age(path, 25)
    young = folder / "data/young.parquet"
    young.write_bytes(b"being written")
    for path in needed:
        _age(path, 100)
    planned = sweep(store, dry_run=True)
    assert len(planned.files) == 5
    assert all(p.exists() for p in orphans)
    assert sweep(store).files == planned.files
    assert not any(p.exists() for p in orphans)
    assert set(files_below(tmp_path / "lake/data")) == needed | {young}
    assert [r[0] for r in rows(store)] == [5]
    assert list(scrub(store)) == []


def test_files_of_expired_snapshots_go_and_the_manifest_forgets_them(tmp_path: Path) -> None:
    clock = a_clock()
    store = a_store(tmp_path, clock=clock)
    put(store, "b1", numbers(0, 3))
    put(store, "b2", numbers(5, 1), replace=True)
    clock.at = SystemClock().now() + timedelta(days=60)
    report = sweep(store, keep_snapshots=1)
    assert report.snapshots == ((TABLE, 1),)
    assert any("/data/base-" in f for f in report.files)
    assert [r[0] for r in rows(store)] == [5]
    assert list(scrub(store)) == []
    assert put(store, "b1", numbers(0, 3)).batch_id == "b1"
    assert [r[0] for r in rows(store)] == [5]


def test_sweep_waits_for_a_backup_and_passes_over_writers(tmp_path: Path) -> None:
    clock = SystemClock()
    store = a_store(tmp_path, clock=clock)
    orphan = tmp_path / "lake/data/ods/civil/marriages/data/base-00000001-00.parquet"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"x")
    _age(orphan, 48)
    with hold(store.engine, MAINTENANCE, owner="backup", clock=clock), pytest.raises(LeaseHeld):
        sweep(store)
    with store.lease(TABLE, owner="writer"):
        report = sweep(store)
    assert orphan.exists()
    assert report.left[0][0] == TABLE
    sweep(store)
    assert not orphan.exists()


def test_a_nearly_full_disk_refuses_new_files_before_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = a_store(tmp_path)
    monkeypatch.setenv("CITYBRAIN_RESERVE_BYTES", str(1 << 60))
    with pytest.raises(CityError, match="disk of the lake is full; nothing was changed"):
        put(store, "b1", numbers(0, 1))
    monkeypatch.delenv("CITYBRAIN_RESERVE_BYTES")
    put(store, "b1", numbers(0, 1))
    assert len(rows(store)) == 1
