"""A flipped bit anywhere is found, named and refused; a restored file heals."""

from pathlib import Path

import pytest
from sqlalchemy import update

from citybrain.base.clock import FixedClock
from citybrain.base.errors import CityError
from citybrain.lake.backup import backup, restore
from citybrain.lake.database import manifest, writing
from citybrain.lake.integrity import DamagedFile
from citybrain.lake.references import references
from citybrain.lake.scrub import scrub
from citybrain.lake.store import Store
from tests.lake.making import TABLE, a_store, data_files, flip, numbers, put, rows


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = a_store(tmp_path / "home")
    put(made, "b1", numbers(0, 50))
    put(made, "b2", numbers(40, 20), role="delta")
    return made


def _needed(store: Store) -> list[str]:
    table = store.ground.catalog().load_table(TABLE)
    return sorted(references(table, store.ground.warehouse).all)


def test_a_whole_lake_has_no_problem_and_the_scrub_is_recorded(store: Store) -> None:
    seen: list[tuple[int, int]] = []
    done = scrub(store, progress=lambda at, of, note="": seen.append((at, of)))
    assert list(done) == []
    assert done.files == len(_needed(store))
    assert seen[-1][0] == seen[-1][1] == done.bytes
    files = data_files(store)
    assert store.manifest_totals() == (len(files), sum(p.stat().st_size for p in files))


def test_a_bit_flipped_in_any_file_is_found(store: Store) -> None:
    for path in _needed(store):
        file = store.ground.warehouse.root / path
        whole = file.read_bytes()
        for at in (0, len(whole) // 2, -1):
            flip(file, at)
            assert path in [p.file for p in scrub(store)], (path, at)
            file.write_bytes(whole)
    assert list(scrub(store)) == []
    assert store.damaged() == []


def test_a_damaged_file_is_named_with_both_hashes_and_refused(store: Store) -> None:
    file = data_files(store)[0]
    size = file.stat().st_size
    flip(file)
    (problem,) = scrub(store)
    assert problem.table == TABLE
    assert problem.file.endswith(file.name)
    assert problem.sha256_now != problem.sha256_then
    assert (problem.bytes_then, problem.bytes_now, problem.rows) == (size, size, 50)
    with pytest.raises(DamagedFile, match=file.name):
        rows(store)
    assert [d.file for d in store.damaged()] == [problem.file]


def test_a_file_cut_short_or_missing_is_found(store: Store) -> None:
    first, second = data_files(store)
    first.write_bytes(first.read_bytes()[:-1])
    second.unlink()
    problems = {p.file.rpartition("/")[2]: p.problem for p in scrub(store)}
    assert "bytes, " in problems[first.name]
    assert problems[second.name] == "the file is missing"


def test_a_manifest_edited_to_fit_a_damaged_file_is_found(store: Store) -> None:
    from citybrain.base.hashing import sha256_file

    file = data_files(store)[0]
    flip(file)
    with writing(store.engine) as connection:
        connection.execute(
            update(manifest)
            .where(manifest.c.file_path.endswith(file.name))
            .values(sha256=sha256_file(file))
        )
    assert [p.problem for p in scrub(store)] == [
        "the manifest's entry is not the one that was committed"
    ]
    with pytest.raises(DamagedFile):
        rows(store)


def test_a_file_that_a_stranger_committed_is_named(store: Store, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyiceberg.catalog.sql import SqlCatalog

    stranger = SqlCatalog("citybrain", uri=f"sqlite:///{tmp_path}/home/lake/catalog.sqlite3")
    table = stranger.load_table(TABLE)
    table.append(pa.table({"id": [999], "name": ["?"], "amount": [None]},
                          schema=table.schema().as_arrow()))  # fmt: skip
    assert {p.problem for p in scrub(store)} == {"the file is not in the manifest"}
    with pytest.raises(DamagedFile):
        rows(store)


def test_one_file_is_restored_from_a_backup_and_read_again(
    store: Store, tmp_path: Path, clock: FixedClock
) -> None:
    before = rows(store)
    backup(store.home, tmp_path / "backup", clock=clock)
    flip(data_files(store)[0])
    (problem,) = scrub(store)
    report = restore(tmp_path / "backup", store.home, only_file=problem.file, clock=clock)
    assert report.bytes == problem.bytes_then
    assert rows(store) == before
    assert list(scrub(store)) == []


def test_a_backup_whose_copy_is_damaged_too_restores_nothing(
    store: Store, tmp_path: Path, clock: FixedClock
) -> None:
    backup(store.home, tmp_path / "backup", clock=clock)
    file = data_files(store)[0]
    flip(file)
    wrong = file.read_bytes()
    (problem,) = scrub(store)
    flip(tmp_path / "backup/lake/data" / problem.file, 3)
    with pytest.raises(CityError, match="does not have the hash"):
        restore(tmp_path / "backup", store.home, only_file=problem.file, clock=clock)
    assert file.read_bytes() == wrong
    with pytest.raises(CityError, match="knows no such file"):
        restore(tmp_path / "backup", store.home, only_file="../../etc/passwd", clock=clock)


def test_compaction_refuses_to_launder_a_damaged_file(store: Store) -> None:
    flip(data_files(store)[1])
    with pytest.raises(DamagedFile):
        store.compact(TABLE)
    assert len(store.snapshots(TABLE)) == 2
