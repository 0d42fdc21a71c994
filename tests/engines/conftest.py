"""What tests of the engines share: a home of their own."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    """An empty home in rehearsal, passwords hashed quickly; nothing is written elsewhere."""
    settings.CITYBRAIN_HOME = tmp_path
    settings.CITYBRAIN_WITNESS = tmp_path / "witness"
    settings.CITYBRAIN_REHEARSAL = True
    settings.SECRET_KEY = "a key for tests only"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return tmp_path
