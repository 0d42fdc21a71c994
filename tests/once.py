"""What takes seconds to make is made once in a run of the tests, on however many processes."""

import fcntl
from collections.abc import Callable
from pathlib import Path

import pytest


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The path that ``make`` made under this name, by whichever process came first.

    The others wait for its lock. Nobody may change what is there: copy it.
    """
    base = factory.getbasetemp()
    if base.name.startswith("popen-"):  # one of several processes; the folder above is the run's
        base = base.parent
    made = base / "once" / name
    made.parent.mkdir(exist_ok=True)
    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            draft = made.with_suffix(".draft")
            make(draft)
            draft.rename(made)
    return made
