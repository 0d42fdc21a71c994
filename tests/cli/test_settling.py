"""A server looks no more at what it keeps."""

import gc
import threading
import weakref

import pytest

from citybrain.config import settling


def test_what_is_kept_is_left_out_until_the_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settling, "FIRST_SECONDS", 0.01)
    kept = [[n] for n in range(1000)]
    stop = threading.Event()
    before = gc.get_freeze_count()
    thread = settling.settle(stop)
    try:
        for _ in range(500):
            if gc.get_freeze_count() > before:
                break
            threading.Event().wait(0.01)
        assert gc.get_freeze_count() >= before + len(kept)
    finally:
        stop.set()
        thread.join(5)
        gc.unfreeze()
    assert not thread.is_alive()


class _Kept:
    """Something that leads back to itself, as trees with parents do."""

    def __init__(self) -> None:
        self.me = self


def test_what_was_kept_and_is_wanted_no_more_is_freed_at_the_next_round() -> None:
    kept = _Kept()
    last = weakref.ref(kept)
    try:
        settling.keep()
        del kept
        gc.collect()
        assert last() is not None, "it is looked at all the time"
        settling.keep()
        assert last() is None
    finally:
        gc.unfreeze()
