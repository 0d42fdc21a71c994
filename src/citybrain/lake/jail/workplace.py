"""A directory of its own for one job: the only place where a jailed process may write."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from citybrain.lake.home import Home


@contextmanager
def workplace(home: Home) -> Iterator[Path]:
    """An empty directory in the home's scratch space, removed with all in it at the end."""
    home.scratch.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="job-", dir=home.scratch)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
