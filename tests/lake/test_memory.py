"""A build takes what is said, or a share of what the machine has."""

from pathlib import Path

import pytest

from citybrain.lake import memory


@pytest.fixture(autouse=True)
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CITYBRAIN_MEMORY", raising=False)


def test_what_is_said_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CITYBRAIN_MEMORY", "5GB")
    assert memory.to_build() == 5_000_000_000


def test_two_builds_at_once_leave_a_quarter_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "of_machine", lambda: 24_000_000_000)
    assert memory.to_build() == 9_000_000_000


def test_a_small_machine_gives_what_duckdb_has_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "of_machine", lambda: 2_000_000_000)
    assert memory.to_build() == 4_000_000_000


@pytest.mark.parametrize(("said", "less"), [("1000000\n", True), ("max\n", False), (None, False)])
def test_a_container_has_what_it_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str | None, less: bool
) -> None:
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "memory.max")
    if said is not None:
        memory.CGROUP.write_text(said)
    found = memory.of_machine()
    assert found == 1_000_000 if less else found > 100_000_000
