"""Where the independent test data lie; tests skip, saying so, where they are absent."""

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parents[2] / "shared"


def shared(*parts: str) -> Path:
    """A path under ``../shared/data``; skips the test, or fails in CI, when it is not there."""
    root = Path(os.environ.get("CITYBRAIN_SHARED", _DEFAULT)) / "data"
    path = root.joinpath(*parts)
    if not path.exists():
        reason = f"shared data {'/'.join(parts)} are not beside this checkout"
        if os.environ.get("CITYBRAIN_TESTS_MANDATORY"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
