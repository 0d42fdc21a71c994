"""A server looks no more at what it keeps."""

import gc
import threading

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
