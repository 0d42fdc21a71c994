"""A backup of a lake in use restores to an equal lake, or says why not."""

import json
import multiprocessing
import sqlite3
from pathlib import Path

import pytest

from citybrain.base.clock import FixedClock, SystemClock
from citybrain.base.errors import CityError
from citybrain.lake.backup import LIST, backup, restore
from citybrain.lake.home import Home
from citybrain.lake.scrub import scrub
from tests.lake.faulty import CONTEXT, serve
from tests.lake.making import TABLE, a_store, data_files, files_below, flip, numbers, put, rows


def test_a_restored_lake_equals_the_one_that_was_backed_up(
    tmp_path: Path, clock: FixedClock
) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 20))
    first = store.snapshots(TABLE)[0]
    put(store, "b2", numbers(3, 2), role="delta")
    written: list[Path] = []

    def key(path: Path) -> None:
        path.mkdir()
        (path / "signing.key").write_text("secret")
        (path / "signing.key").chmod(0o600)

    report = backup(store.home, tmp_path / "b", clock=clock, extras={"keys": key})
    assert report.tables == 1
    assert (tmp_path / "b").stat().st_mode & 0o077 == 0
    put(store, "b3", numbers(100, 1))
    other = restore(
        tmp_path / "b", Home(tmp_path / "other"), clock=clock, extras={"keys": written.append}
    )
    assert other.files == report.files
    again = a_store(tmp_path / "other", made=False)
    assert rows(again) == rows(store, snapshot_id=store.snapshots(TABLE)[1].snapshot_id)
    assert again.snapshots(TABLE) == store.snapshots(TABLE)[:2]
    assert len(rows(again, snapshot_id=first.snapshot_id)) == 20
    assert list(scrub(again)) == []
    assert (written[0] / "signing.key").stat().st_mode & 0o777 == 0o600
    put(again, "b1", numbers(0, 20))
    put(again, "b4", numbers(50, 1))
    assert len(rows(again)) == 21


def test_a_lake_into_which_nothing_came_yet_is_restored_too(
    tmp_path: Path, clock: FixedClock
) -> None:
    store = a_store(tmp_path / "home", made=False)
    backup(store.home, tmp_path / "b", clock=clock)
    restore(tmp_path / "b", Home(tmp_path / "other"), clock=clock)
    again = a_store(tmp_path / "other")
    put(again, "b1", numbers(0, 3))
    assert len(rows(again)) == 3


def test_files_are_copied_not_linked(tmp_path: Path, clock: FixedClock) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 3))
    backup(store.home, tmp_path / "b", clock=clock)
    assert all(p.stat().st_nlink == 1 for p in files_below(tmp_path / "b"))


def test_a_damaged_lake_is_not_backed_up_as_if_it_were_whole(
    tmp_path: Path, clock: FixedClock
) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 3))
    flip(data_files(store)[0])
    with pytest.raises(CityError, match=data_files(store)[0].name):
        backup(store.home, tmp_path / "b", clock=clock)
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_a_damaged_backup_restores_nothing(tmp_path: Path, clock: FixedClock) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 3))
    backup(
        store.home, tmp_path / "b", clock=clock, extras={"x": lambda p: void(p.write_text("extra"))}
    )
    listed = json.loads((tmp_path / "b" / LIST).read_text())["files"]
    assert set(listed) | {LIST} == {
        str(p.relative_to(tmp_path / "b")) for p in files_below(tmp_path / "b")
    }
    for name in listed:
        file = tmp_path / "b" / name
        whole = file.read_bytes()
        flip(file, 1)
        with pytest.raises(CityError, match="Nothing was restored"):
            restore(tmp_path / "b", Home(tmp_path / "new"), clock=clock)
        assert not (tmp_path / "new" / "lake").exists()
        file.write_bytes(whole)
    restore(tmp_path / "b", Home(tmp_path / "new"), clock=clock)


def void(_value: object) -> None:
    return None


def test_what_must_not_be_overwritten_is_not(tmp_path: Path, clock: FixedClock) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 3))
    backup(store.home, tmp_path / "b", clock=clock)
    with pytest.raises(CityError, match="exists"):
        backup(store.home, tmp_path / "b", clock=clock)
    with pytest.raises(CityError, match="holds a lake already"):
        restore(tmp_path / "b", store.home, clock=clock)
    with pytest.raises(CityError, match="is not a backup"):
        restore(tmp_path / "home", Home(tmp_path / "new"), clock=clock)


def test_an_interrupted_backup_leaves_no_folder_of_that_name(
    tmp_path: Path, clock: FixedClock
) -> None:
    store = a_store(tmp_path / "home")
    put(store, "b1", numbers(0, 3))

    def fail(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        backup(store.home, tmp_path / "b", clock=clock, extras={"x": fail})
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def _write(root: str, stop: "multiprocessing.synchronize.Event") -> None:
    store = a_store(Path(root), clock=SystemClock(), made=False)
    number = 1
    while not stop.is_set():
        put(store, f"w{number}", numbers(number * 10, 10))
        number += 1


def test_a_backup_taken_while_a_writer_runs_is_one_moment(tmp_path: Path) -> None:
    clock = SystemClock()
    store = a_store(tmp_path / "home", clock=clock)
    put(store, "w0", numbers(0, 10))
    serve()
    stop = CONTEXT.Event()
    writer = CONTEXT.Process(target=_write, args=(str(tmp_path / "home"), stop))
    writer.start()
    try:
        while len(store.snapshots(TABLE)) < 3:
            pass
        for number in range(2):
            backup(store.home, tmp_path / f"b{number}", clock=clock)
    finally:
        stop.set()
        writer.join()
    for number in range(2):
        restore(tmp_path / f"b{number}", Home(tmp_path / f"r{number}"), clock=clock)
        again = a_store(tmp_path / f"r{number}", made=False)
        found = rows(again)
        assert len(found) == 10 * len(again.snapshots(TABLE))
        assert [r[0] for r in found] == list(range(len(found)))
        assert list(scrub(again)) == []
        copy = sqlite3.connect(tmp_path / f"b{number}/lake/catalog.sqlite3")
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()
