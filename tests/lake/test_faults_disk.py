"""A full disk: one clear sentence, nothing lost, and the same batch goes in once there is room."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from citybrain.base.errors import CityError
from citybrain.lake.duck import connection
from citybrain.lake.scrub import scrub
from citybrain.lake.store import Store
from tests.lake.making import TABLE, a_store, numbers, put, rows


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mount = tmp_path / "disk"
    mount.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(mount)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(f"this machine does not let us mount a tmpfs: {made.stderr.strip()}")
    yield mount
    subprocess.run(["umount", "--lazy", str(mount)], check=True)  # the database is still open


def _put(store: Store, batch: str, count: int) -> None:
    """Rows that do not compress, through the platform's own connection."""
    with (
        store.lease(TABLE, owner="test") as lease,
        store.change(TABLE, batch_id=batch, lease=lease) as change,
    ):
        with connection(store.home) as duck:
            duck.execute(
                change.new_file().copy_sql(
                    "SELECT range AS id, md5(range::VARCHAR) AS name, 0 AS amount "  # noqa: S608 - a test
                    f"FROM range({count})"
                )
            )
        change.commit()


@pytest.mark.root
def test_a_full_disk_loses_nothing_and_heals(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITYBRAIN_RESERVE_BYTES", "0")
    store = a_store(small_disk)
    put(store, "first", numbers(0, 3))
    with pytest.raises(CityError, match="disk of the lake is full; nothing was changed"):
        _put(store, "big", 200_000)
    assert [r[0] for r in rows(store)] == [0, 1, 2]
    _leave_room_for_a_few(small_disk)
    kept = _fill_with_small_batches(store)
    assert len(rows(store)) == 3 + kept
    (small_disk / "ballast").unlink()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    _put(store, "big", 200_000)
    assert len(rows(store)) == 3 + kept + 200_000
    assert list(scrub(store)) == []


def _leave_room_for_a_few(disk: Path) -> None:
    free = shutil.disk_usage(disk).free
    (disk / "ballast").write_bytes(b"x" * (free - 100_000))


def _fill_with_small_batches(store: Store) -> int:
    """Commit until the disk refuses in the metadata or the database; how many went in."""
    for number in range(200):
        try:
            put(store, f"s{number}", numbers(1000 + number, 1))
        except (CityError, duckdb.Error) as error:
            if "full" not in str(error) and "No space" not in str(error):
                raise
            return number
    raise AssertionError("the disk never became full")


@pytest.mark.root
def test_the_reserve_refuses_early_on_a_small_disk(small_disk: Path) -> None:
    with pytest.raises(CityError, match="256 MiB are kept back"):
        a_store(small_disk)
