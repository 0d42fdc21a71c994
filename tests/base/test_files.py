"""A durable write is whole or absent, whatever fails on the way."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from citybrain.base import files


def test_it_writes_bytes_and_text_with_the_mode_asked(tmp_path: Path) -> None:
    target = tmp_path / "键.yml"
    files.write_durably(target, "名称: 宣城\n", mode=0o600)
    assert target.read_text(encoding="utf-8") == "名称: 宣城\n"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    files.write_durably(target, b"\x00\xff")
    assert target.read_bytes() == b"\x00\xff"
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert [p.name for p in tmp_path.iterdir()] == ["键.yml"]


@pytest.mark.parametrize("step", ["fsync", "fchmod", "open"])
def test_a_failing_step_leaves_the_old_content_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "state"
    files.write_durably(target, "old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, step, fail)
    with pytest.raises(OSError, match="No space left"):
        files.write_durably(target, "new")
    monkeypatch.undo()
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["state"]


def test_the_directory_must_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.write_durably(tmp_path / "absent" / "file", "x")


def test_readers_never_see_a_part(tmp_path: Path) -> None:
    target = tmp_path / "state"
    contents = {b"a" * 200_000, b"b" * 100_000}
    files.write_durably(target, b"a" * 200_000)
    done = threading.Event()

    def write() -> None:
        for _ in range(15):
            for content in contents:
                files.write_durably(target, content)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        assert target.read_bytes() in contents
    writer.join()


@pytest.mark.strace
def test_the_system_calls_come_in_the_order_that_survives_a_power_cut(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    code = f"from citybrain.base.files import write_durably as w; w({str(tmp_path / 'x')!r}, b'1')"
    calls = "openat,write,fsync,rename,renameat,renameat2"
    command = ["strace", "-f", "-y", "-e", f"trace={calls}", "-o", str(trace), sys.executable]
    subprocess.run([*command, "-c", code], check=True)
    lines = [line for line in trace.read_text().splitlines() if f"{tmp_path}" in line]
    steps = [
        "rename" if "rename" in line else "fsync file" if ".tmp>" in line else "fsync directory"
        for line in lines
        if "rename" in line or "fsync(" in line
    ]
    assert steps == ["fsync file", "rename", "fsync directory"]


def test_a_tree_is_synced_from_its_leaves_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_text("1")
    (tmp_path / "a" / "link").symlink_to(tmp_path / "nowhere")
    synced: list[str] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(files.os, "fsync", note)
    files.fsync_tree(tmp_path)
    tree = ["a/b/file", "a/b", "a"]
    assert synced == [*(str(tmp_path / name) for name in tree), str(tmp_path)]
    synced.clear()
    files.fsync_tree(tmp_path / "a" / "b" / "file")
    assert synced == [str(tmp_path / "a/b/file")]


def test_a_file_that_is_taken_away_meanwhile_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("catalog.sqlite3-shm", "catalog.sqlite3-wal"):
        (tmp_path / name).touch()
    listed = list(os.walk(tmp_path))
    (tmp_path / "catalog.sqlite3-shm").unlink()
    monkeypatch.setattr(os, "walk", lambda *_args, **_options: listed)
    files.fsync_tree(tmp_path)
    with pytest.raises(FileNotFoundError):
        files.fsync_tree(tmp_path / "catalog.sqlite3-shm")


def test_one_filesystem_is_known_as_one(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    assert files.same_filesystem(tmp_path, tmp_path / "other")
    assert not files.same_filesystem(tmp_path, "/proc")
