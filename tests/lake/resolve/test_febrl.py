"""FEBRL, records that nobody here made: not worse than Splink with its own comparisons."""

import os
from pathlib import Path

import pytest
from bench.linkage import febrl

pytestmark = pytest.mark.long


@pytest.fixture
def folder() -> Path:
    """Where the records lie; skipped without them, a failure where CI made them mandatory."""
    said = os.environ.get("CITYBRAIN_FEBRL", "")
    if said and Path(said).is_dir():
        return Path(said)
    reason = "CITYBRAIN_FEBRL does not say where the FEBRL data sets lie"
    if os.environ.get("CITYBRAIN_TESTS_MANDATORY"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.parametrize("name", ["FEBRL 1", "FEBRL 2"])
def test_febrl_is_resolved_at_least_as_well_as_by_splink_alone(folder: Path, name: str) -> None:
    with febrl.load(folder, name) as mine, febrl.load(folder, name) as theirs:
        ours, splinks = febrl.ours(mine), febrl.splinks(theirs)
    assert ours.f1 >= splinks.f1
    assert ours.f1 >= 0.99
