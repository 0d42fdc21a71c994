"""What tests of the engines share: a home of their own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """An empty home in rehearsal; nothing is written anywhere else."""
    settings.CITYBRAIN_HOME = tmp_path
    settings.CITYBRAIN_WITNESS = tmp_path / "witness"
    settings.CITYBRAIN_REHEARSAL = True
    settings.SECRET_KEY = "a key for tests only"
    return tmp_path
